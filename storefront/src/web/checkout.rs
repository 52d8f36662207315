//! From a cart to an order: whom it goes to, how it gets there, and that it is bought.

mod typed;

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;

use super::visitor::{Cookie, lead};
use super::{Problem, Storefront, Visitor, cart, head, personal};
use crate::backend::{Cart, Id, Placed, ShippingOption, Trouble};
use crate::pages::checkout::{self, Address, Delivery};
use crate::pages::order;
use crate::shop::Shop;
pub(crate) use typed::{Field, Kind, MAX_LENGTH, Typed, Wrong, rows};

const FEWER_THERE: &str =
    "Something in your cart is not there any more, or fewer of it. Take it out or choose a smaller quantity.";
const UNPAID: &str = "The payment was not accepted, so nothing was ordered. Try again.";
const NO_DELIVERY: &str = "The shop does not deliver to this address.";
const NO_PAYMENT: &str = "The shop takes no payment in this region yet, so nothing can be ordered.";
const TO_CART: &str = "/cart";
const TO_ADDRESS: &str = "/checkout";
const TO_DELIVERY: &str = "/checkout/delivery";

pub(super) async fn ask_address(
    State(storefront): State<Storefront>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let (shop, cart) = tokio::join!(storefront.shop(), storefront.cart(&visitor));
    let shop = shop?;
    let Some(cart) = cart?.filter(|cart| !cart.items.is_empty()) else {
        return Ok(Redirect::to(TO_CART).into_response());
    };
    let typed = Typed::of(&cart);
    Ok(address_page(
        &storefront,
        &shop,
        &cart,
        StatusCode::OK,
        Address { typed: &typed, wrong: &[], alert: None },
    ))
}

pub(super) async fn take_address(
    State(storefront): State<Storefront>,
    visitor: Visitor,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(pairs) = form.map_err(|_| Problem::NotUnderstood)?;
    let typed = Typed::from(pairs);
    let (shop, cart) = tokio::join!(storefront.shop(), storefront.cart(&visitor));
    let (shop, Some(cart)) = (shop?, cart?.filter(|cart| !cart.items.is_empty())) else {
        return Ok(Redirect::to(TO_CART).into_response());
    };
    let again = |wrong: &[Wrong], alert: Option<&str>| {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        address_page(&storefront, &shop, &cart, status, Address { typed: &typed, wrong, alert })
    };
    let (email, address) = match typed.parse(shop.countries(cart.region_id.as_ref())) {
        Ok(parsed) => parsed,
        Err(wrong) => return Ok(again(&wrong, None)),
    };
    match storefront.backend().set_address(&cart.id, &email, &address).await {
        Ok(()) => {}
        Err(Trouble::Refused(why)) => {
            return Ok(again(&[], Some(&format!("The shop did not accept that: {why}"))));
        }
        Err(trouble) => return Err(trouble.into()),
    }
    if cart.needs_shipping() {
        let options = storefront.backend().shipping_options(&cart.id).await?;
        let Some(first) = cheapest(&options) else { return Ok(again(&[], Some(NO_DELIVERY))) };
        if chosen(&cart).is_none_or(|chosen| options.iter().all(|option| option.id != *chosen)) {
            storefront.backend().set_shipping(&cart.id, &first.id).await?;
        }
    }
    Ok(Redirect::to(TO_DELIVERY).into_response())
}

pub(super) async fn ask_to_buy(
    State(storefront): State<Storefront>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let Some(cart) = cart_to_buy(&storefront, &visitor).await? else {
        return Ok(Redirect::to(TO_CART).into_response());
    };
    if cart.is_ordered() {
        return place(&storefront, &visitor, &cart).await;
    }
    if !is_addressed(&cart) {
        return Ok(Redirect::to(TO_ADDRESS).into_response());
    }
    delivery_page(&storefront, &cart, None).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Bought {
    option: Option<String>,
    /// What the page said that it comes to.
    total: String,
    /// There where only another way of delivery was chosen.
    update: Option<String>,
}

pub(super) async fn buy(
    State(storefront): State<Storefront>,
    visitor: Visitor,
    form: Result<Form<Bought>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(bought) = form.map_err(|_| Problem::NotUnderstood)?;
    let option = bought.option.map(|option| option.parse::<Id>()).transpose();
    let option = option.map_err(|_| Problem::NotUnderstood)?;
    let Some(mut cart) = cart_to_buy(&storefront, &visitor).await? else {
        return Ok(Redirect::to(TO_CART).into_response());
    };
    if cart.is_ordered() {
        return place(&storefront, &visitor, &cart).await;
    }
    let backend = storefront.backend();
    if let Some(option) = option.filter(|option| chosen(&cart) != Some(option)) {
        match backend.set_shipping(&cart.id, &option).await {
            Ok(()) => cart = backend.cart(&cart.id).await?,
            Err(Trouble::Refused(_) | Trouble::Missing) => {
                return delivery_page(
                    &storefront,
                    &cart,
                    Some("That way of delivery is not there any more."),
                )
                .await;
            }
            Err(trouble) => return Err(trouble.into()),
        }
    }
    if bought.update.is_some() {
        return Ok(Redirect::to(TO_DELIVERY).into_response());
    }
    if !is_addressed(&cart) {
        return Ok(Redirect::to(TO_ADDRESS).into_response());
    }
    let currency = storefront.shop().await?.currency(&cart.currency_code);
    if currency.plain(cart.sums.total) != bought.total {
        let alert = format!(
            "It comes to {} now. Nothing was ordered yet: look it over and buy.",
            currency.of(cart.sums.total)
        );
        return delivery_page(&storefront, &cart, Some(&alert)).await;
    }
    if let Some(alert) = pay(&storefront, &cart).await? {
        return delivery_page(&storefront, &cart, Some(alert)).await;
    }
    place(&storefront, &visitor, &cart).await
}

/// Says how the cart is paid for, unless it costs nothing; tells why that cannot be.
async fn pay(storefront: &Storefront, cart: &Cart) -> Result<Option<&'static str>, Problem> {
    if cart.sums.total.is_nothing() {
        return Ok(None);
    }
    match storefront.backend().set_payment(&cart.id).await {
        Ok(()) => Ok(None),
        Err(Trouble::Refused(why)) => {
            tracing::warn!(why, "a cart cannot be paid for");
            Ok(Some(NO_PAYMENT))
        }
        Err(trouble) => Err(trouble.into()),
    }
}

/// Makes an order of the cart, or finds the one that was made of it.
async fn place(storefront: &Storefront, visitor: &Visitor, cart: &Cart) -> Result<Response, Problem> {
    match storefront.backend().complete(&cart.id).await {
        Ok(Placed::Order(order)) => {
            let cookies = [(Cookie::Order, Some(&order)), (Cookie::Cart, None)];
            Ok(lead(storefront.site(), "/order", cookies).into_response())
        }
        Ok(Placed::Unpaid) => delivery_page(storefront, cart, Some(UNPAID)).await,
        Err(Trouble::OutOfStock) => cart::show_with(storefront, visitor, Some(FEWER_THERE)).await,
        Err(Trouble::Refused(why)) => {
            delivery_page(storefront, cart, Some(&format!("Nothing was ordered: {why}"))).await
        }
        Err(trouble @ (Trouble::Late | Trouble::Busy | Trouble::Away(_))) => {
            tracing::warn!(%trouble, "it is not known whether an order was placed");
            Err(Problem::Unsure)
        }
        Err(trouble) => Err(trouble.into()),
    }
}

pub(super) async fn show_order(
    State(storefront): State<Storefront>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let id = visitor.order.as_ref().ok_or(Problem::NoOrder)?;
    let order = storefront.backend().order(id);
    let (shop, order, pieces) = tokio::join!(storefront.shop(), order, storefront.pieces(&visitor));
    let order = order.map_err(|trouble| match trouble {
        Trouble::Missing => Problem::NoOrder,
        trouble => trouble.into(),
    })?;
    let shop = shop?;
    let head = head(&shop, visitor.region.as_ref(), pieces);
    let page = order::page(&head, storefront.site(), &shop, &order, &shop.currency(&order.currency_code));
    Ok(personal(StatusCode::OK, page))
}

/// The visitor's cart if there is something in it, and if it became an order a moment ago.
async fn cart_to_buy(storefront: &Storefront, visitor: &Visitor) -> Result<Option<Cart>, Problem> {
    let Some(id) = &visitor.cart else { return Ok(None) };
    match storefront.backend().cart(id).await {
        Ok(cart) => Ok(Some(cart).filter(|cart| cart.is_ordered() || !cart.items.is_empty())),
        Err(Trouble::Missing) => Ok(None),
        Err(trouble) => Err(trouble.into()),
    }
}

/// Whether it is known whom it goes to and how.
fn is_addressed(cart: &Cart) -> bool {
    let has_address =
        cart.shipping_address.as_ref().is_some_and(|address| !address.get("address_1").is_empty());
    cart.email.is_some() && has_address && (chosen(cart).is_some() || !cart.needs_shipping())
}

fn chosen(cart: &Cart) -> Option<&Id> {
    cart.shipping_methods.first()?.shipping_option_id.as_ref()
}

/// What is taken while nobody has chosen: of what can be sent, what costs least.
fn cheapest(options: &[ShippingOption]) -> Option<&ShippingOption> {
    let by_price = |one: &&ShippingOption, other: &&ShippingOption| {
        let (one, other) = (one.amount, other.amount);
        // One without a price comes last.
        one.is_none().cmp(&other.is_none()).then(one.partial_cmp(&other).unwrap_or(std::cmp::Ordering::Equal))
    };
    options.iter().filter(|option| !option.insufficient_inventory).min_by(by_price).or(options.first())
}

fn address_page(
    storefront: &Storefront,
    shop: &Shop,
    cart: &Cart,
    status: StatusCode,
    address: Address<'_>,
) -> Response {
    let head = head(shop, cart.region_id.as_ref(), Some(cart.pieces()));
    let countries = shop.countries(cart.region_id.as_ref());
    let currency = shop.currency(&cart.currency_code);
    personal(status, checkout::address_page(&head, storefront.site(), cart, &currency, countries, &address))
}

async fn delivery_page(
    storefront: &Storefront,
    cart: &Cart,
    alert: Option<&str>,
) -> Result<Response, Problem> {
    let backend = storefront.backend();
    let region = cart.region_id.as_ref();
    let payment = async {
        match region {
            Some(region) => backend.takes_payment(region).await,
            None => Ok(false),
        }
    };
    let (shop, options, takes_payment) =
        tokio::join!(storefront.shop(), backend.shipping_options(&cart.id), payment);
    let (shop, options) = (shop?, options?);
    let can_pay = takes_payment? || cart.sums.total.is_nothing();
    let head = head(&shop, region, Some(cart.pieces()));
    let status = if alert.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let currency = shop.currency(&cart.currency_code);
    let delivery = Delivery {
        options: if cart.needs_shipping() { &options } else { &[] },
        chosen: chosen(cart),
        alert: alert.or((!can_pay).then_some(NO_PAYMENT)),
        can_pay,
    };
    Ok(personal(status, checkout::delivery_page(&head, storefront.site(), &shop, cart, &currency, &delivery)))
}
