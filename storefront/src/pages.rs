//! The pages, as HTML that needs no script.

pub(crate) mod cart;
pub(crate) mod checkout;
pub(crate) mod list;
pub(crate) mod order;
pub(crate) mod problem;
pub(crate) mod product;
mod sums;

use maud::{DOCTYPE, Markup, html};

use crate::backend::{Group, GroupKind, Id, Region, encoded};
use crate::groups::Groups;
use crate::shop::Site;
use crate::web::{icon, style};

/// What stands above and below every page.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    /// The shop's.
    pub(crate) name: &'a str,
    pub(crate) regions: &'a [Region],
    /// Where the visitor buys; None where that was not said.
    pub(crate) region: Option<&'a Id>,
    pub(crate) groups: &'a Groups,
    /// The outermost one that the page is in.
    pub(crate) group: Option<&'a Group>,
    /// How much is in the cart.
    pub(crate) pieces: Option<u32>,
    /// What was looked for.
    pub(crate) search: &'a str,
}

/// What search engines, and whoever passes the page on, are told of it.
#[derive(Debug, Default)]
struct Told<'a> {
    description: Option<&'a str>,
    /// The whole address.
    address: Option<String>,
    picture: Option<String>,
}

/// As much of a description as search engines show.
const MAX_DESCRIPTION: usize = 160;

/// A page that anybody may find.
fn public(head: &Head<'_>, title: &str, told: &Told<'_>, main: &Markup) -> Markup {
    let description: Option<String> =
        told.description.map(|text| text.chars().take(MAX_DESCRIPTION).collect());
    let meta = html! {
        @if let Some(description) = &description {
            meta name="description" content=(description);
            meta property="og:description" content=(description);
        }
        @if let Some(address) = &told.address {
            link rel="canonical" href=(address);
            meta property="og:url" content=(address);
        }
        @if let Some(picture) = &told.picture { meta property="og:image" content=(picture); }
        meta property="og:title" content=(title);
        meta property="og:site_name" content=(head.name);
    };
    document(head, title, &meta, main)
}

/// A page that search engines have no business with.
fn unlisted(head: &Head<'_>, title: &str, main: &Markup) -> Markup {
    document(head, title, &html! { meta name="robots" content="noindex"; }, main)
}

fn document(head: &Head<'_>, title: &str, meta: &Markup, main: &Markup) -> Markup {
    let title = if title == head.name { title.to_owned() } else { format!("{title} · {}", head.name) };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                (meta)
                link rel="stylesheet" href=(style());
                link rel="icon" href=(icon()) type="image/svg+xml";
            }
            body {
                a.skip href="#main" { "Skip to content" }
                (above(head))
                (groups(head))
                main #main tabindex="-1" { (main) }
                (below(head))
            }
        }
    }
}

fn above(head: &Head<'_>) -> Markup {
    let pieces = head.pieces.unwrap_or_default();
    html! {
        header.above {
            a.name href="/" { (head.name) }
            form.search action="/" method="get" role="search" {
                label.unseen for="search" { "Search products" }
                input #search type="search" name="q" value=(head.search) placeholder="Search" maxlength="100" autocomplete="off";
                button.unseen { "Search" }
            }
            a.to-cart href="/cart" {
                "Cart"
                @if pieces > 0 {
                    " " span.count aria-hidden="true" { (pieces) }
                    span.unseen { ", " (pieces) @if pieces == 1 { " item" } @else { " items" } }
                }
            }
        }
    }
}

fn groups(head: &Head<'_>) -> Markup {
    html! {
        @if head.groups.outermost().next().is_some() {
            nav.groups aria-label="Categories" {
                ul {
                    @for group in head.groups.outermost() {
                        @let is_here = head.group.is_some_and(|here| here.id == group.id);
                        li { a href=(group_path(group)) aria-current=[is_here.then_some("true")] { (group.name) } }
                    }
                }
            }
        }
    }
}

fn below(head: &Head<'_>) -> Markup {
    html! {
        footer.below {
            p { (head.name) }
            @if head.regions.len() > 1 { (regions(head)) }
        }
    }
}

fn regions(head: &Head<'_>) -> Markup {
    html! {
        form.region action="/region" method="post" {
            label for="region" { "Buy in" }
            select #region name="region" {
                @for region in head.regions {
                    option value=(region.id) selected[head.region == Some(&region.id)] {
                        (region.name) " (" (region.currency_code.to_uppercase()) ")"
                    }
                }
            }
            button.quiet { "Change" }
        }
    }
}

/// What has to be read before anything else.
fn alert(sentence: Option<&str>) -> Markup {
    html! {
        @if let Some(sentence) = sentence { p.alert role="alert" { (sentence) } }
    }
}

/// A picture in a square, or the first letter of what it would show.
fn picture(site: &Site, url: Option<&str>, name: &str, alt: &str, is_first: bool) -> Markup {
    let loading = if is_first { "eager" } else { "lazy" };
    html! {
        @match url.and_then(|url| site.picture(url)) {
            Some(url) => img.picture src=(url) alt=(alt) loading=(loading) decoding="async" width="600" height="600" referrerpolicy="no-referrer";,
            None => span.picture.letter aria-hidden="true" { (name.chars().next().unwrap_or('·')) },
        }
    }
}

fn group_path(group: &Group) -> String {
    let kind = match group.kind {
        GroupKind::Category => "category",
        GroupKind::Collection => "collection",
    };
    format!("/{kind}/{}", encoded(&group.handle))
}

fn product_path(handle: &str) -> String {
    format!("/product/{}", encoded(handle))
}
