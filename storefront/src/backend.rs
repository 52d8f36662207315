//! The shop's API: what is asked of it, and what its answers mean. No question is without a deadline.

mod answer;
mod id;

use std::fmt::Write as _;
use std::time::Duration;

pub(crate) use answer::{
    Address, Cart, Country, Group, GroupKind, Line, Order, Product, ProductOption, Products, Region,
    ShippingOption, Stock, Sums, Taxes, Variant,
};
use answer::{
    CartAnswer, Categories, Collections, Completed, CurrencyAnswer, OrderAnswer, PaymentCollectionAnswer,
    Providers, Refusal, Regions, ShippingOptions, Shop,
};
use anyhow::{Context as _, ensure};
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
pub(crate) use id::Id;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::money::Currency;

/// By which the API knows the storefront.
const KEY: &str = "x-publishable-api-key";
/// More than a page of goods takes with all that can be said of them.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// Less than the backend keeps a connection that rests: whoever asks on one that it closes meanwhile is not answered.
const REST: Duration = Duration::from_secs(3);
/// The one way to pay in which nobody is led to somebody else's page: the shop's owner says when the money is there.
const BY_HAND: &str = "pp_system_default";
/// What means something in an address, or would be written otherwise by browsers.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// How often is asked whether an order is done that another request is placing.
const COMPLETION_TRIES: usize = 10;
const COMPLETION_PAUSE: Duration = Duration::from_millis(500);

/// By what is the same for no two of them, so that none is on two pages: ids grow with time.
const NEWEST_FIRST: &str = "-id";
/// More than a page has room for.
const MOST_GROUPS: &str = "200";
/// What a list of goods tells of each.
const IN_LIST: &str = "id,handle,title,thumbnail,variants.id,variants.manage_inventory,variants.allow_backorder,*variants.calculated_price,+variants.inventory_quantity";
/// What the page of one tells beside what is told of each.
const ON_PAGE: &str = "*variants.calculated_price,+variants.inventory_quantity";
/// What a cart's page tells beside what is told of each. Fewer fields would be fewer sums, and wrong ones.
const IN_CART: &str = "+items.subtotal,+items.original_total,+shipping_methods.id,+shipping_methods.name";
/// What a page's head tells of a cart.
const IN_HEAD: &str = "id,completed_at,items.quantity";

/// How long answers are waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// What is read, or changed in a cart.
    pub(crate) asked: Duration,
    /// An order that is placed.
    pub(crate) ordered: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { asked: Duration::from_secs(10), ordered: Duration::from_secs(20) }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Backend {
    client: Client<HttpConnector, Full<Bytes>>,
    /// `http://host:port`.
    base: String,
    key: HeaderValue,
    patience: Patience,
}

/// Why the backend did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// It cannot be reached, or answers with an error of its own.
    #[error("the backend is away: {0}")]
    Away(String),
    /// What was asked may have been done all the same.
    #[error("the backend did not answer in time")]
    Late,
    #[error("the backend has nothing of that name")]
    Missing,
    #[error("the backend has less in stock")]
    OutOfStock,
    /// Somebody else is doing the same.
    #[error("the backend is doing that already")]
    Busy,
    /// In the backend's words.
    #[error("the backend refused: {0}")]
    Refused(String),
}

/// How goods are priced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) region: &'a Id,
    /// In two letters.
    pub(crate) country: Option<&'a str>,
}

/// Which part of the list of goods.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window<'a> {
    /// Empty for all.
    pub(crate) search: &'a str,
    /// Which groups alone it is of; of all, where it names none.
    pub(crate) within: Option<(GroupKind, &'a [&'a Id])>,
    pub(crate) offset: usize,
    pub(crate) limit: usize,
}

/// What came of a try to place an order.
#[derive(Debug)]
pub(crate) enum Placed {
    Order(Id),
    /// The payment was not accepted.
    Unpaid,
}

impl Backend {
    /// # Errors
    /// The address is none that is asked over plain HTTP, as inside of a namespace.
    pub(crate) fn new(address: &Uri, key: HeaderValue, patience: Patience) -> anyhow::Result<Self> {
        ensure!(address.scheme_str() == Some("http"), "{address} does not begin with http://");
        ensure!(matches!(address.path(), "" | "/") && address.query().is_none(), "{address} has a path");
        let host = address.authority().with_context(|| format!("{address} names no host"))?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(patience.asked / 2));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(REST)
            .build(connector);
        Ok(Self { client, base: format!("http://{host}"), key, patience })
    }

    /// The shop's name and the region of whoever names none, where the backend tells them.
    pub(crate) async fn shop(&self) -> Result<Option<Shop>, Trouble> {
        match self.get("/store/storefront").await {
            Ok(shop) => Ok(Some(shop)),
            Err(Trouble::Missing) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    pub(crate) async fn regions(&self) -> Result<Vec<Region>, Trouble> {
        let query = query(&[("fields", "id,name,currency_code,*countries"), ("limit", "200")]);
        Ok(self.get::<Regions>(&format!("/store/regions?{query}")).await?.regions)
    }

    pub(crate) async fn currency(&self, code: &str) -> Result<Currency, Trouble> {
        Ok(self.get::<CurrencyAnswer>(&format!("/store/currencies/{}", encoded(code))).await?.currency())
    }

    /// Categories, and then collections.
    pub(crate) async fn groups(&self) -> Result<Vec<Group>, Trouble> {
        let fields = "id,name,handle,description,parent_category_id";
        let categories = query(&[("fields", fields), ("order", "rank"), ("limit", MOST_GROUPS)]);
        let categories = format!("/store/product-categories?{categories}");
        let collections = query(&[("fields", "id,title,handle"), ("order", "title"), ("limit", MOST_GROUPS)]);
        let collections = format!("/store/collections?{collections}");
        let (categories, collections) =
            tokio::try_join!(self.get::<Categories>(&categories), self.get::<Collections>(&collections))?;
        let categories = categories.product_categories.into_iter().map(Group::from);
        Ok(categories.chain(collections.collections.into_iter().map(Group::from)).collect())
    }

    pub(crate) async fn products(&self, place: Place<'_>, window: Window<'_>) -> Result<Products, Trouble> {
        let (offset, limit) = (window.offset.to_string(), window.limit.to_string());
        let mut pairs = place.pairs();
        pairs.extend([("fields", IN_LIST), ("order", NEWEST_FIRST), ("offset", &offset), ("limit", &limit)]);
        if !window.search.is_empty() {
            pairs.push(("q", window.search));
        }
        if let Some((kind, groups)) = window.within {
            pairs.extend(groups.iter().map(|group| (kind.filter(), group.as_str())));
        }
        self.get(&format!("/store/products?{}", query(&pairs))).await
    }

    pub(crate) async fn product(&self, place: Place<'_>, handle: &str) -> Result<Product, Trouble> {
        let mut pairs = place.pairs();
        pairs.extend([("fields", ON_PAGE), ("handle", handle), ("limit", "1")]);
        let found: Products = self.get(&format!("/store/products?{}", query(&pairs))).await?;
        found.products.into_iter().next().ok_or(Trouble::Missing)
    }

    pub(crate) async fn cart(&self, cart: &Id) -> Result<Cart, Trouble> {
        let query = query(&[("fields", IN_CART)]);
        Ok(self.get::<CartAnswer>(&format!("/store/carts/{cart}?{query}")).await?.cart)
    }

    /// As much of a cart as a page's head tells.
    pub(crate) async fn cart_in_head(&self, cart: &Id) -> Result<Cart, Trouble> {
        let query = query(&[("fields", IN_HEAD)]);
        Ok(self.get::<CartAnswer>(&format!("/store/carts/{cart}?{query}")).await?.cart)
    }

    pub(crate) async fn new_cart(&self, region: &Id) -> Result<Cart, Trouble> {
        Ok(self.post::<CartAnswer>("/store/carts", &json!({"region_id": region})).await?.cart)
    }

    pub(crate) async fn add(&self, cart: &Id, variant: &Id, quantity: u32) -> Result<(), Trouble> {
        let body = json!({"variant_id": variant, "quantity": quantity});
        self.post::<Value>(&format!("/store/carts/{cart}/line-items"), &body).await.map(drop)
    }

    pub(crate) async fn set_quantity(&self, cart: &Id, line: &Id, quantity: u32) -> Result<(), Trouble> {
        let path = format!("/store/carts/{cart}/line-items/{line}");
        self.post::<Value>(&path, &json!({"quantity": quantity})).await.map(drop)
    }

    pub(crate) async fn remove(&self, cart: &Id, line: &Id) -> Result<(), Trouble> {
        let path = format!("/store/carts/{cart}/line-items/{line}");
        self.ask::<Value>(Method::DELETE, &path, None, self.patience.asked).await.map(drop)
    }

    pub(crate) async fn set_region(&self, cart: &Id, region: &Id) -> Result<(), Trouble> {
        self.post::<Value>(&format!("/store/carts/{cart}"), &json!({"region_id": region})).await.map(drop)
    }

    /// Whether a code takes something off: one that is known may be for other goods, or for another time.
    pub(crate) async fn add_code(&self, cart: &Id, code: &str) -> Result<bool, Trouble> {
        let path = format!("/store/carts/{cart}/promotions");
        let cart = self.post::<CartAnswer>(&path, &json!({"promo_codes": [code]})).await?.cart;
        Ok(cart.codes().any(|own| own == code))
    }

    pub(crate) async fn remove_code(&self, cart: &Id, code: &str) -> Result<(), Trouble> {
        let path = format!("/store/carts/{cart}/promotions");
        let body = json!({"promo_codes": [code]});
        self.ask::<Value>(Method::DELETE, &path, Some(&body), self.patience.asked).await.map(drop)
    }

    /// Whom the goods go to, who also pays.
    pub(crate) async fn set_address(&self, cart: &Id, email: &str, address: &Address) -> Result<(), Trouble> {
        let body = json!({"email": email, "shipping_address": address, "billing_address": address});
        self.post::<Value>(&format!("/store/carts/{cart}"), &body).await.map(drop)
    }

    pub(crate) async fn shipping_options(&self, cart: &Id) -> Result<Vec<ShippingOption>, Trouble> {
        let path = format!("/store/shipping-options?cart_id={cart}");
        Ok(self.get::<ShippingOptions>(&path).await?.shipping_options)
    }

    pub(crate) async fn set_shipping(&self, cart: &Id, option: &Id) -> Result<(), Trouble> {
        let path = format!("/store/carts/{cart}/shipping-methods");
        self.post::<Value>(&path, &json!({"option_id": option})).await.map(drop)
    }

    /// Whether orders of a region can be paid for in the way that these pages know.
    pub(crate) async fn takes_payment(&self, region: &Id) -> Result<bool, Trouble> {
        let path = format!("/store/payment-providers?region_id={region}");
        let providers = self.get::<Providers>(&path).await?.payment_providers;
        Ok(providers.iter().any(|provider| provider.id == BY_HAND))
    }

    /// Says in which way the cart is paid for.
    pub(crate) async fn set_payment(&self, cart: &Id) -> Result<(), Trouble> {
        let made: PaymentCollectionAnswer =
            self.post("/store/payment-collections", &json!({"cart_id": cart})).await?;
        let path = format!("/store/payment-collections/{}/payment-sessions", made.payment_collection.id);
        self.post::<Value>(&path, &json!({"provider_id": BY_HAND})).await.map(drop)
    }

    /// Makes an order of a cart. However often it is asked for, there is one order of a cart.
    pub(crate) async fn complete(&self, cart: &Id) -> Result<Placed, Trouble> {
        let path = format!("/store/carts/{cart}/complete");
        let ordered = async {
            for _ in 1..COMPLETION_TRIES {
                match self.ask(Method::POST, &path, Some(&json!({})), self.patience.ordered).await {
                    Err(Trouble::Busy) => tokio::time::sleep(COMPLETION_PAUSE).await,
                    done => return done,
                }
            }
            Err(Trouble::Busy)
        };
        match tokio::time::timeout(self.patience.ordered, ordered).await.map_err(|_| Trouble::Late)?? {
            Completed::Order { order } => Ok(Placed::Order(order.id)),
            Completed::Cart {} => Ok(Placed::Unpaid),
        }
    }

    pub(crate) async fn order(&self, order: &Id) -> Result<Order, Trouble> {
        Ok(self.get::<OrderAnswer>(&format!("/store/orders/{order}")).await?.order)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        self.ask(Method::GET, path, None, self.patience.asked).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Trouble> {
        self.ask(Method::POST, path, Some(body), self.patience.asked).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        patience: Duration,
    ) -> Result<T, Trouble> {
        let exchange = self.exchange(method, path, body);
        let (status, bytes) = tokio::time::timeout(patience, exchange).await.map_err(|_| Trouble::Late)??;
        if status.is_success() {
            // What stands in an answer is nobody's but the visitor's: the log gets the place of what is wrong with it.
            return serde_json::from_slice(&bytes).map_err(|error| {
                let told = path.split('?').next().unwrap_or_default();
                Trouble::Away(format!("its answer to {told} is not understood: {error}"))
            });
        }
        Err(trouble(status, &bytes))
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Bytes), Trouble> {
        let away = |error: &dyn std::fmt::Display| Trouble::Away(error.to_string());
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        request = request.header(KEY, self.key.clone()).header(header::ACCEPT, "application/json");
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let request = request.body(Full::new(body)).map_err(|error| away(&error))?;
        let answer = self.client.request(request).await.map_err(|error| away(&chain(&error)))?;
        let status = answer.status();
        let read = Limited::new(answer.into_body(), MAX_ANSWER_BYTES).collect().await;
        Ok((status, read.map_err(|error| away(&error))?.to_bytes()))
    }
}

impl<'a> Place<'a> {
    fn pairs(self) -> Vec<(&'static str, &'a str)> {
        let country = self.country.map(|country| ("country_code", country));
        [("region_id", self.region.as_str())].into_iter().chain(country).collect()
    }
}

/// What an answer that is none means. Codes are looked at before words, which may change.
fn trouble(status: StatusCode, body: &[u8]) -> Trouble {
    let refusal: Refusal = serde_json::from_slice(body).unwrap_or_default();
    if refusal.code.as_deref() == Some("insufficient_inventory") {
        return Trouble::OutOfStock;
    }
    // With a key that it does not know it sells nothing to anybody.
    if refusal.message.to_lowercase().contains("publishable") {
        return Trouble::Away(refusal.message);
    }
    match status {
        StatusCode::NOT_FOUND => Trouble::Missing,
        StatusCode::CONFLICT => Trouble::Busy,
        status if status.is_client_error() && !refusal.message.is_empty() => {
            Trouble::Refused(refusal.message)
        }
        status => Trouble::Away(format!("it answers {status}: {}", refusal.message)),
    }
}

/// An error with what it comes from.
fn chain(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let _written = write!(told, ": {error}");
        source = error.source();
    }
    told
}

fn query(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

/// As a part of an address.
pub(crate) fn encoded(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, RESERVED)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_an_answer_means_is_told_by_its_code_before_its_words() {
        let of = |status: u16, body: &str| trouble(StatusCode::from_u16(status).unwrap(), body.as_bytes());
        let stock = r#"{"code": "insufficient_inventory", "type": "not_allowed", "message": "Some variant does not"}"#;
        assert!(matches!(of(400, stock), Trouble::OutOfStock));
        let key = r#"{"type": "not_allowed", "message": "A valid publishable key is required to proceed"}"#;
        assert!(matches!(of(400, key), Trouble::Away(_)));
        assert!(matches!(of(404, r#"{"type": "not_found", "message": "Cart"}"#), Trouble::Missing));
        assert!(matches!(of(409, "{}"), Trouble::Busy));
        assert!(matches!(of(400, r#"{"message": "No such thing"}"#), Trouble::Refused(_)));
        for (status, body) in [(400, "<html>"), (500, "{}"), (502, ""), (503, r#"{"message": 7}"#)] {
            assert!(matches!(of(status, body), Trouble::Away(_)), "{status} {body}");
        }
    }

    #[test]
    fn only_an_address_of_plain_http_is_a_backend() {
        let new = |address: &'static str| {
            Backend::new(&Uri::from_static(address), HeaderValue::from_static("pk"), Patience::default())
        };
        assert!(new("http://medusa").is_ok());
        assert!(new("http://127.0.0.1:9000/").is_ok());
        for address in ["https://medusa", "http://medusa/store", "/store", "http://medusa/?a"] {
            assert!(new(address).is_err(), "{address}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_looked_for_stays_one_value_of_the_query(text in any::<String>()) {
            let query = query(&[("q", &text), ("limit", "1")]);
            prop_assert_eq!(query.matches('&').count(), 1);
            let path = format!("/store/products?{query}");
            prop_assert!(path.parse::<http::uri::PathAndQuery>().is_ok());
        }

        #[test]
        fn whatever_the_backend_answers_is_understood_as_some_trouble(status in 400_u16..600, body in any::<Vec<u8>>()) {
            let _told = trouble(StatusCode::from_u16(status).unwrap(), &body).to_string();
        }
    }
}
