//! What somebody is about to buy.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;

use super::visitor::{Cookie, lead};
use super::{Problem, Storefront, Visitor, goods, head, personal};
use crate::backend::{Id, Trouble};
use crate::pages::cart;

/// Of one thing at a time.
pub(crate) const MOST: u32 = 999;

/// Of a code that somebody types.
pub(crate) const MAX_CODE: usize = 100;

const NO_CODE: &str = "Type the code first.";
const CODE_UNKNOWN: &str = "This code is not known, or takes nothing off what is in your cart.";
const LESS_THERE: &str = "There are fewer of it than you asked for. Choose a smaller quantity.";
const GONE: &str = "It is not sold any more.";
const NO_QUANTITY: &str = "Choose a quantity from 1 to 999.";
const LINE_GONE: &str = "That was not in your cart any more.";

#[derive(Debug, Deserialize)]
pub(super) struct Added {
    variant: String,
    product: String,
    #[serde(default)]
    quantity: String,
}

pub(super) async fn add(
    State(storefront): State<Storefront>,
    visitor: Visitor,
    form: Result<Form<Added>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(added) = form.map_err(|_| Problem::NotUnderstood)?;
    let variant: Id = added.variant.parse().map_err(|_| Problem::NotUnderstood)?;
    let again = async |alert| {
        goods::show_with(&storefront, &visitor, &added.product, Some(&variant), Some(alert)).await
    };
    let Some(quantity) = quantity(&added.quantity) else { return again(NO_QUANTITY).await };
    let cart = cart_to_fill(&storefront, &visitor).await?;
    match storefront.backend().add(&cart, &variant, quantity).await {
        Ok(()) => Ok(lead(storefront.site(), "/cart", [(Cookie::Cart, Some(&cart))]).into_response()),
        Err(Trouble::OutOfStock) => again(LESS_THERE).await,
        Err(Trouble::Refused(why)) => {
            tracing::info!(why, "something could not be put into a cart");
            again(GONE).await
        }
        Err(trouble) => Err(trouble.into()),
    }
}

/// The visitor's cart, or a new one where they have none that can be filled.
async fn cart_to_fill(storefront: &Storefront, visitor: &Visitor) -> Result<Id, Problem> {
    let backend = storefront.backend();
    if let Some(id) = &visitor.cart {
        match backend.cart_in_head(id).await {
            Ok(cart) if !cart.is_ordered() => return Ok(cart.id),
            Ok(_) | Err(Trouble::Missing) => {}
            Err(trouble) => return Err(trouble.into()),
        }
    }
    let shop = storefront.shop().await?;
    let region = shop.region(visitor.region.as_ref()).ok_or(Problem::NotOpen)?;
    Ok(backend.new_cart(&region.id).await?.id)
}

pub(super) async fn show(
    State(storefront): State<Storefront>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    show_with(&storefront, &visitor, None).await
}

/// The cart, with what is to be said of what was tried with it.
pub(super) async fn show_with(
    storefront: &Storefront,
    visitor: &Visitor,
    alert: Option<&str>,
) -> Result<Response, Problem> {
    let (shop, cart) = tokio::join!(storefront.shop(), storefront.cart(visitor));
    let (shop, cart) = (shop?, cart?.filter(|cart| !cart.items.is_empty()));
    let region = cart.as_ref().and_then(|cart| cart.region_id.as_ref()).or(visitor.region.as_ref());
    let head = head(&shop, region, cart.as_ref().map(crate::backend::Cart::pieces));
    let status = if alert.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let page = match &cart {
        Some(cart) => cart::page(&head, storefront.site(), cart, &shop.currency(&cart.currency_code), alert),
        None => cart::empty(&head, alert),
    };
    Ok(personal(status, page))
}

#[derive(Debug, Deserialize)]
pub(super) struct Changed {
    #[serde(default)]
    quantity: String,
    /// There where it is to be taken out.
    remove: Option<String>,
}

pub(super) async fn change(
    State(storefront): State<Storefront>,
    visitor: Visitor,
    Path(line): Path<String>,
    form: Result<Form<Changed>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(changed) = form.map_err(|_| Problem::NotUnderstood)?;
    let line: Id = line.parse().map_err(|_| Problem::NoPage)?;
    let Some(cart) = &visitor.cart else { return show_with(&storefront, &visitor, Some(LINE_GONE)).await };
    let backend = storefront.backend();
    let done = if changed.remove.is_some() {
        backend.remove(cart, &line).await
    } else {
        match quantity(&changed.quantity) {
            Some(quantity) => backend.set_quantity(cart, &line, quantity).await,
            None => return show_with(&storefront, &visitor, Some(NO_QUANTITY)).await,
        }
    };
    match done {
        Ok(()) => Ok(lead(storefront.site(), "/cart", []).into_response()),
        Err(Trouble::OutOfStock) => show_with(&storefront, &visitor, Some(LESS_THERE)).await,
        Err(Trouble::Missing | Trouble::Refused(_)) => {
            show_with(&storefront, &visitor, Some(LINE_GONE)).await
        }
        Err(trouble) => Err(trouble.into()),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Coded {
    code: String,
    /// There where it is to be taken back.
    remove: Option<String>,
}

/// Somebody names a code that takes something off, or takes one back.
pub(super) async fn change_code(
    State(storefront): State<Storefront>,
    visitor: Visitor,
    form: Result<Form<Coded>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(coded) = form.map_err(|_| Problem::NotUnderstood)?;
    let code = goods::plain(&coded.code, MAX_CODE);
    let again = async |alert| show_with(&storefront, &visitor, Some(alert)).await;
    if code.is_empty() {
        return again(NO_CODE).await;
    }
    let Some(cart) = &visitor.cart else { return again(CODE_UNKNOWN).await };
    let backend = storefront.backend();
    let done = if coded.remove.is_some() {
        backend.remove_code(cart, &code).await.map(|()| true)
    } else {
        backend.add_code(cart, &code).await
    };
    match done {
        Ok(true) => Ok(lead(storefront.site(), "/cart", []).into_response()),
        Ok(false) | Err(Trouble::Refused(_)) => again(CODE_UNKNOWN).await,
        Err(Trouble::Missing) => again(LINE_GONE).await,
        Err(trouble) => Err(trouble.into()),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Moved {
    region: String,
}

/// Somebody says where they buy. A cart of theirs goes with them.
pub(super) async fn change_region(
    State(storefront): State<Storefront>,
    visitor: Visitor,
    form: Result<Form<Moved>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(moved) = form.map_err(|_| Problem::NotUnderstood)?;
    let wanted: Id = moved.region.parse().map_err(|_| Problem::NotUnderstood)?;
    let shop = storefront.shop().await?;
    let known = shop.region(Some(&wanted)).filter(|region| region.id == wanted);
    let region = known.ok_or(Problem::NotUnderstood)?;
    if let Some(cart) = storefront.cart(&visitor).await? {
        match storefront.backend().set_region(&cart.id, &region.id).await {
            Ok(()) => {}
            Err(Trouble::Refused(why)) => {
                tracing::info!(why, "a cart could not be taken to another region");
                return Err(Problem::NotThere);
            }
            Err(trouble) => return Err(trouble.into()),
        }
    }
    Ok(lead(storefront.site(), "/", [(Cookie::Region, Some(&region.id))]).into_response())
}

fn quantity(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|quantity| (1..=MOST).contains(quantity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_number_of_pieces() {
        assert_eq!(quantity("1"), Some(1));
        assert_eq!(quantity(" 999 "), Some(999));
        for text in ["", "0", "-1", "1000", "1.5", "1e3", "99999999999999999999", "two"] {
            assert_eq!(quantity(text), None, "{text}");
        }
    }
}
