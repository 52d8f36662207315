//! What is sold: all of it, and each.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;

use super::{Problem, Storefront, Visitor, head, page};
use crate::backend::{GroupKind, Id, Place, Region, Trouble, Window};
use crate::pages::list::{self, List, Of};
use crate::pages::product;
use crate::shop::Shop;

/// As many as fill a screen or two, in full rows of two, three or four.
const ON_A_PAGE: usize = 24;
/// Beyond it nobody turns pages.
const LAST_PAGE: usize = 10_000;
const MAX_SEARCH: usize = 100;

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: String,
}

pub(super) async fn list(
    State(storefront): State<Storefront>,
    visitor: Visitor,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wanted) = query.map_err(|_| Problem::NotUnderstood)?;
    let search = plain(&wanted.q, MAX_SEARCH);
    let of = if search.is_empty() { Of::All } else { Of::Found(&search) };
    let shop = storefront.shop().await?;
    list_of(&storefront, &visitor, &shop, of, &wanted.page).await
}

pub(super) async fn category(
    State(storefront): State<Storefront>,
    visitor: Visitor,
    Path(handle): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Problem> {
    list_of_group(&storefront, &visitor, GroupKind::Category, &handle, query).await
}

pub(super) async fn collection(
    State(storefront): State<Storefront>,
    visitor: Visitor,
    Path(handle): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Problem> {
    list_of_group(&storefront, &visitor, GroupKind::Collection, &handle, query).await
}

async fn list_of_group(
    storefront: &Storefront,
    visitor: &Visitor,
    kind: GroupKind,
    handle: &str,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wanted) = query.map_err(|_| Problem::NotUnderstood)?;
    let shop = storefront.shop().await?;
    let group = shop.groups.find(kind, handle).ok_or(Problem::NoPage)?;
    list_of(storefront, visitor, &shop, Of::Group(group), &wanted.page).await
}

/// One page of a list; `number` as it was asked for.
async fn list_of(
    storefront: &Storefront,
    visitor: &Visitor,
    shop: &Shop,
    of: Of<'_>,
    number: &str,
) -> Result<Response, Problem> {
    let number = match number {
        "" => 1,
        text => text.parse().ok().filter(|page| (1..=LAST_PAGE).contains(page)).ok_or(Problem::NoPage)?,
    };
    let region = shop.region(visitor.region.as_ref()).ok_or(Problem::NotOpen)?;
    let mut head = head(shop, Some(&region.id), None);
    let within = match of {
        Of::All => None,
        Of::Found(search) => {
            head.search = search;
            None
        }
        Of::Group(group) => {
            head.group = shop.groups.above(group).first().copied().or(Some(group));
            Some((group.kind, shop.groups.within(group)))
        }
    };
    let window = Window {
        search: head.search,
        within: within.as_ref().map(|(kind, groups)| (*kind, groups.as_slice())),
        offset: (number - 1) * ON_A_PAGE,
        limit: ON_A_PAGE,
    };
    let products = storefront.backend().products(place(region), window);
    let (products, pieces) = tokio::join!(products, storefront.pieces(visitor));
    let products = products?;
    let pages = products.count.div_ceil(ON_A_PAGE).max(1);
    if number > pages {
        return Err(Problem::NoPage);
    }
    head.pieces = pieces;
    let currency = shop.currency(&region.currency_code);
    let list =
        List { of, products: &products.products, count: products.count, number, pages, currency: &currency };
    Ok(page(StatusCode::OK, list::page(&head, storefront.site(), &list)))
}

#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    variant: Option<String>,
}

pub(super) async fn show(
    State(storefront): State<Storefront>,
    visitor: Visitor,
    Path(handle): Path<String>,
    chosen: Result<Query<Chosen>, QueryRejection>,
) -> Result<Response, Problem> {
    let variant = chosen.ok().and_then(|Query(chosen)| chosen.variant?.parse().ok());
    show_with(&storefront, &visitor, &handle, variant.as_ref(), None).await
}

/// The page of one thing, with what is to be said of what was tried there.
pub(super) async fn show_with(
    storefront: &Storefront,
    visitor: &Visitor,
    handle: &str,
    variant: Option<&Id>,
    alert: Option<&str>,
) -> Result<Response, Problem> {
    if handle.is_empty() || handle.chars().any(char::is_control) {
        return Err(Problem::NoProduct);
    }
    let shop = storefront.shop().await?;
    let region = shop.region(visitor.region.as_ref()).ok_or(Problem::NotOpen)?;
    let (product, pieces) =
        tokio::join!(storefront.backend().product(place(region), handle), storefront.pieces(visitor));
    let product = product.map_err(|trouble| match trouble {
        Trouble::Missing => Problem::NoProduct,
        trouble => trouble.into(),
    })?;
    let currency = shop.currency(&region.currency_code);
    let head = head(&shop, Some(&region.id), pieces);
    let status = if alert.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let shown = product::Shown { product: &product, variant, currency: &currency, alert };
    Ok(page(status, product::page(&head, storefront.site(), &shown)).into_response())
}

fn place(region: &Region) -> Place<'_> {
    // Where there are several, none is known to be the visitor's.
    let country =
        if let [country] = region.countries.as_slice() { Some(country.code.as_str()) } else { None };
    Place { region: &region.id, country }
}

/// One line of text that somebody typed, without what no line has.
pub(super) fn plain(text: &str, most: usize) -> String {
    let visible = text.chars().map(|it| if it.is_control() { ' ' } else { it });
    visible.collect::<String>().trim().chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_typed_becomes_one_line(text in any::<String>(), most in 0_usize..50) {
            let line = plain(&text, most);
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert!(line.chars().count() <= most);
        }
    }
}
