mod choice;

use maud::{Markup, html};

use self::choice::{choose, leads_to};
use super::list::was;
use super::{Head, Told, alert, picture, product_path, public};
use crate::backend::{Id, Product, ProductOption, Stock, Variant};
use crate::money::Currency;
use crate::shop::Site;
use crate::web::MOST;

#[derive(Debug)]
pub(crate) struct Shown<'a> {
    pub(crate) product: &'a Product,
    /// Which of its variants was asked for.
    pub(crate) variant: Option<&'a Id>,
    pub(crate) currency: &'a Currency,
    pub(crate) alert: Option<&'a str>,
}

pub(crate) fn page(head: &Head<'_>, site: &Site, shown: &Shown<'_>) -> Markup {
    let Shown { product, currency, .. } = *shown;
    let current = choose(product, shown.variant);
    let main = html! {
        nav.trail aria-label="Breadcrumb" { a href="/" { "All products" } }
        div.product {
            (pictures(site, product))
            div.about {
                h1 { (product.title) }
                @if let Some(subtitle) = said(product.subtitle.as_deref()) { p.note { (subtitle) } }
                (alert(shown.alert))
                @match current {
                    Some(current) => (offer(product, current, currency)),
                    None => p.note { "This is not sold at the moment." },
                }
                @if let Some(description) = said(product.description.as_deref()) { p.description { (description) } }
            }
        }
    };
    let thumbnail = product.thumbnail.as_deref().and_then(|url| site.picture(url));
    let told = Told {
        description: said(product.description.as_deref()),
        address: Some(site.at(&product_path(&product.handle))),
        picture: thumbnail.map(|url| if url.starts_with('/') { site.at(url) } else { url.to_owned() }),
    };
    public(head, &product.title, &told, &main)
}

fn said(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn pictures(site: &Site, product: &Product) -> Markup {
    let all: Vec<&str> = product.images.iter().map(|image| image.url.as_str()).collect();
    let first = all.first().copied().or(product.thumbnail.as_deref());
    html! {
        div.pictures {
            (picture(site, first, &product.title, &product.title, true))
            @for (at, url) in all.iter().enumerate().skip(1) {
                (picture(site, Some(url), &product.title, &format!("{}, picture {}", product.title, at + 1), false))
            }
        }
    }
}

fn offer(product: &Product, current: &Variant, currency: &Currency) -> Markup {
    html! {
        p.price.large {
            @match current.price() {
                Some(price) => {
                    (currency.of(price))
                    @if let Some(before) = current.price_before() { " " (was(currency, before)) }
                    @if current.is_taxed_on_top() { " " span.note { "plus tax" } }
                }
                None => span.note { "Not sold in your region" },
            }
        }
        @if product.variants.len() > 1 {
            @for option in &product.options { (choices(product, current, option)) }
        }
        (stock(current.stock()))
        @if current.can_be_bought() { (buying(product, current)) }
    }
}

/// Each value leads to the variant that has it, so that what is chosen is always something that there is.
fn choices(product: &Product, current: &Variant, option: &ProductOption) -> Markup {
    let chosen = current.value_of(option);
    let path = product_path(&product.handle);
    let title = format!("option-{}", option.id);
    html! {
        div.option {
            h2 id=(title) { (option.title) }
            ul.values aria-labelledby=(title) {
                @for value in &option.values {
                    @if let Some(variant) = leads_to(product, current, option, &value.value) {
                        @let is_chosen = chosen == Some(value.value.as_str());
                        @let is_out = !variant.can_be_bought();
                        li {
                            a.value.out[is_out] href={ (path) "?variant=" (variant.id) } aria-current=[is_chosen.then_some("true")] {
                                (value.value)
                                @if is_out { span.unseen { " (sold out)" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn stock(stock: Stock) -> Markup {
    html! {
        p.stock {
            @match stock {
                Stock::Enough => "In stock",
                Stock::Few(1) => span.few { "Only one left" },
                Stock::Few(left) => span.few { "Only " (left) " left" },
                Stock::Nothing => span.none { "Sold out" },
            }
        }
    }
}

fn buying(product: &Product, current: &Variant) -> Markup {
    let most = match current.stock() {
        Stock::Few(left) => left,
        Stock::Enough | Stock::Nothing => MOST,
    };
    html! {
        form.buying action="/cart/lines" method="post" {
            input type="hidden" name="product" value=(product.handle);
            input type="hidden" name="variant" value=(current.id);
            div {
                label for="quantity" { "Quantity" }
                input #quantity type="number" name="quantity" value="1" min="1" max=(most) inputmode="numeric" required;
            }
            button { "Add to cart" }
        }
    }
}
