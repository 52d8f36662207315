use maud::{Markup, html};

use super::{Head, Told, picture, product_path, public, unlisted};
use crate::backend::{Product, Variant, encoded};
use crate::money::{Amount, Currency};
use crate::shop::Site;

/// A part of all that is sold.
#[derive(Debug)]
pub(crate) struct List<'a> {
    pub(crate) products: &'a [Product],
    /// Of all parts.
    pub(crate) count: usize,
    /// Which part it is, from 1.
    pub(crate) number: usize,
    pub(crate) pages: usize,
    pub(crate) currency: &'a Currency,
}

/// So many are in sight at once: their pictures are not waited with.
const IN_SIGHT: usize = 4;

pub(crate) fn page(head: &Head<'_>, site: &Site, list: &List<'_>) -> Markup {
    let search = head.search;
    let main = html! {
        @if search.is_empty() {
            h1 { "Products" }
        } @else {
            h1 { "Results for “" (search) "”" }
            p.note { (list.count) @if list.count == 1 { " product. " } @else { " products. " } a href="/" { "See all" } }
        }
        @if list.products.is_empty() {
            p.note { @if search.is_empty() { "Nothing is sold here yet. Come back later." } @else { "Nothing fits. Try fewer or other words." } }
        } @else {
            ul.goods {
                @for (at, product) in list.products.iter().enumerate() {
                    li { (card(site, product, list.currency, at < IN_SIGHT)) }
                }
            }
        }
        @if list.pages > 1 { (turning(search, list)) }
    };
    if !search.is_empty() {
        return unlisted(head, &format!("Results for “{search}”"), &main);
    }
    let title =
        if list.number == 1 { head.name.to_owned() } else { format!("Products, page {}", list.number) };
    let told = Told { address: Some(site.at(&address("", list.number))), ..Told::default() };
    public(head, &title, &told, &main)
}

fn card(site: &Site, product: &Product, currency: &Currency, is_first: bool) -> Markup {
    html! {
        article.card {
            (picture(site, product.thumbnail.as_deref(), &product.title, "", is_first))
            h2 { a href=(product_path(&product.handle)) { (product.title) } }
            p.price { (price(product, currency)) }
        }
    }
}

fn price(product: &Product, currency: &Currency) -> Markup {
    let prices = || product.variants.iter().filter_map(Variant::price);
    let by_size = |one: &Amount, other: &Amount| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal);
    let (Some(least), Some(most)) = (prices().min_by(by_size), prices().max_by(by_size)) else {
        return html! { span.note { "Not sold here" } };
    };
    let before = product
        .variants
        .iter()
        .find(|variant| variant.price() == Some(least))
        .and_then(Variant::price_before);
    html! {
        @if least != most { "from " }
        (currency.of(least))
        @if let (Some(before), true) = (before, least == most) { " " (was(currency, before)) }
        @if !product.variants.iter().any(Variant::can_be_bought) { " " span.badge { "Sold out" } }
    }
}

/// What it costs at other times.
pub(super) fn was(currency: &Currency, before: Amount) -> Markup {
    html! { s { span.unseen { "instead of " } (currency.of(before)) } }
}

fn turning(search: &str, list: &List<'_>) -> Markup {
    html! {
        nav.turning aria-label="Pages" {
            @if list.number > 1 { a.button.quiet rel="prev" href=(address(search, list.number - 1)) { "Previous" } }
            span { "Page " (list.number) " of " (list.pages) }
            @if list.number < list.pages { a.button.quiet rel="next" href=(address(search, list.number + 1)) { "Next" } }
        }
    }
}

fn address(search: &str, number: usize) -> String {
    match (search, number) {
        ("", 1) => "/".to_owned(),
        ("", number) => format!("/?page={number}"),
        (search, number) => format!("/?q={}&page={number}", encoded(search)),
    }
}
