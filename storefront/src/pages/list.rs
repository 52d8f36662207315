use maud::{Markup, html};

use super::{Head, Told, group_path, picture, product_path, public, unlisted};
use crate::backend::{Group, Product, Variant, encoded};
use crate::groups::Groups;
use crate::money::{Amount, Currency};
use crate::shop::Site;

/// What a list is of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Of<'a> {
    All,
    /// What fits these words.
    Found(&'a str),
    Group(&'a Group),
}

/// A part of it.
#[derive(Debug)]
pub(crate) struct List<'a> {
    pub(crate) of: Of<'a>,
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

impl<'a> Of<'a> {
    fn title(self) -> String {
        match self {
            Self::All => "Products".to_owned(),
            Self::Found(search) => format!("Results for “{search}”"),
            Self::Group(group) => group.name.clone(),
        }
    }

    /// Said where nothing is in it.
    fn nothing(self) -> &'static str {
        match self {
            Self::All => "Nothing is sold here yet. Come back later.",
            Self::Found(_) => "Nothing fits. Try fewer or other words.",
            Self::Group(_) => "Nothing is in here at the moment.",
        }
    }

    fn description(self) -> Option<&'a str> {
        let Self::Group(group) = self else { return None };
        group.description.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }

    fn address(self, number: usize) -> String {
        let (path, search) = match self {
            Self::All => ("/".to_owned(), None),
            Self::Found(search) => ("/".to_owned(), Some(format!("q={}", encoded(search)))),
            Self::Group(group) => (group_path(group), None),
        };
        let page = (number > 1).then(|| format!("page={number}"));
        match (search, page) {
            (Some(search), Some(page)) => format!("{path}?{search}&{page}"),
            (Some(query), None) | (None, Some(query)) => format!("{path}?{query}"),
            (None, None) => path,
        }
    }
}

pub(crate) fn page(head: &Head<'_>, site: &Site, list: &List<'_>) -> Markup {
    let of = list.of;
    let main = html! {
        @if let Of::Group(group) = of { (trail(head.groups, group)) }
        h1 { (of.title()) }
        @if let Of::Found(_) = of {
            p.note { (list.count) @if list.count == 1 { " product. " } @else { " products. " } a href="/" { "See all" } }
        }
        @if let Some(description) = of.description() { p.opening { (description) } }
        @if let Of::Group(group) = of { (parts(head.groups, group)) }
        @if list.products.is_empty() {
            p.note { (of.nothing()) }
        } @else {
            ul.goods {
                @for (at, product) in list.products.iter().enumerate() {
                    li { (card(site, product, list.currency, at < IN_SIGHT)) }
                }
            }
        }
        @if list.pages > 1 { (turning(list)) }
    };
    let title = match (of, list.number) {
        (Of::All, 1) => head.name.to_owned(),
        (of, 1) => of.title(),
        (of, number) => format!("{}, page {number}", of.title()),
    };
    if let Of::Found(_) = of {
        return unlisted(head, &title, &main);
    }
    let address = Some(site.at(&of.address(list.number)));
    public(head, &title, &Told { description: of.description(), address, ..Told::default() }, &main)
}

fn trail(groups: &Groups, group: &Group) -> Markup {
    html! {
        nav.trail aria-label="Breadcrumb" {
            ol {
                li { a href="/" { "All products" } }
                @for above in groups.above(group) { li { a href=(group_path(above)) { (above.name) } } }
            }
        }
    }
}

fn parts(groups: &Groups, group: &Group) -> Markup {
    html! {
        @if groups.parts(group).next().is_some() {
            nav.parts aria-label={ "Within " (group.name) } {
                ul.values {
                    @for part in groups.parts(group) { li { a.value href=(group_path(part)) { (part.name) } } }
                }
            }
        }
    }
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

fn turning(list: &List<'_>) -> Markup {
    let List { of, number, pages, .. } = *list;
    html! {
        nav.turning aria-label="Pages" {
            @if number > 1 { a.button.quiet rel="prev" href=(of.address(number - 1)) { "Previous" } }
            span { "Page " (number) " of " (pages) }
            @if number < pages { a.button.quiet rel="next" href=(of.address(number + 1)) { "Next" } }
        }
    }
}
