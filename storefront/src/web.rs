//! Who asks for what, and what is answered.

mod assets;
mod cart;
mod checkout;
mod goods;
mod headers;
mod problem;
#[cfg(test)]
mod tests;
mod visitor;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, header};
use maud::Markup;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::backend::{Backend, Cart, Id, Trouble};
use crate::pages::Head;
use crate::shop::{Shop, Shops, Site};
pub(crate) use assets::{icon, style};
pub(crate) use cart::{MAX_CODE, MOST};
pub(crate) use checkout::{Field, Kind, MAX_LENGTH, Typed, Wrong, rows};
use problem::Problem;
use visitor::Visitor;

/// Ten times what the largest form fills.
const MAX_BODY_BYTES: usize = 32 * 1024;
/// How long a body may pause.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// What every page is made from.
#[derive(Clone, Debug)]
pub(crate) struct Storefront(Arc<Shops>);

pub(crate) fn router(storefront: Storefront) -> Router {
    Router::new()
        .route("/", get(goods::list))
        .route("/product/{handle}", get(goods::show))
        .route("/category/{handle}", get(goods::category))
        .route("/collection/{handle}", get(goods::collection))
        .route("/region", post(cart::change_region))
        .route("/cart", get(cart::show))
        .route("/cart/code", post(cart::change_code))
        .route("/cart/lines", post(cart::add))
        .route("/cart/lines/{line}", post(cart::change))
        .route("/checkout", get(checkout::ask_address).post(checkout::take_address))
        .route("/checkout/delivery", get(checkout::ask_to_buy).post(checkout::buy))
        .route("/order", get(checkout::show_order))
        .route("/robots.txt", get(assets::robots))
        .route("/assets/{name}", get(assets::file))
        .fallback(|| async { Problem::NoPage })
        .method_not_allowed_fallback(|| async { Problem::NoPage })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(CsrfLayer::new().with_rejection_response(|_| Problem::CrossSite.into_response()))
        .layer(map_response_with_state(storefront.clone(), problem::tell))
        // Nothing secret is on a page beside what a request brought. Brotli would take megabytes for each.
        .layer(CompressionLayer::new().no_br())
        .layer(from_fn_with_state(storefront.clone(), headers::secure))
        .with_state(storefront)
}

/// What Kubernetes asks, on a port of its own. A backend that is away changes nothing: the pages then say so, which they could not if nobody
/// was led to them any more.
pub(crate) fn health() -> Router {
    Router::new().route("/healthz", get(|| async { "ok\n" }))
}

impl Storefront {
    pub(crate) fn new(shops: Shops) -> Self {
        Self(Arc::new(shops))
    }

    fn backend(&self) -> &Backend {
        &self.0.backend
    }

    fn site(&self) -> &Site {
        &self.0.site
    }

    async fn shop(&self) -> Result<Arc<Shop>, Trouble> {
        self.0.shop().await
    }

    /// The head of a page of somebody with a cart. What cannot be told of it is left out.
    async fn pieces(&self, visitor: &Visitor) -> Option<u32> {
        let cart = self.backend().cart_in_head(visitor.cart.as_ref()?).await.ok()?;
        (!cart.is_ordered()).then(|| cart.pieces())
    }

    /// The visitor's cart, where there is one that is not ordered yet.
    async fn cart(&self, visitor: &Visitor) -> Result<Option<Cart>, Trouble> {
        let Some(id) = &visitor.cart else { return Ok(None) };
        match self.backend().cart(id).await {
            Ok(cart) => Ok((!cart.is_ordered()).then_some(cart)),
            Err(Trouble::Missing) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }
}

/// What all pages of somebody tell.
fn head<'a>(shop: &'a Shop, region: Option<&'a Id>, pieces: Option<u32>) -> Head<'a> {
    Head {
        name: &shop.name,
        regions: &shop.regions,
        region,
        groups: &shop.groups,
        group: None,
        pieces,
        search: "",
    }
}

/// A page that its visitor may have changed the next moment.
fn page(status: StatusCode, markup: Markup) -> Response {
    let mut response = (status, Html(markup.into_string())).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// A page with what belongs to one person.
fn personal(status: StatusCode, markup: Markup) -> Response {
    let mut response = page(status, markup);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
