//! A backend on a port of this machine that answers as a shop with one product does, and otherwise where it is told to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub(super) const KEY: &str = "pk_test";

#[derive(Clone, Debug)]
struct Rule {
    /// Method and path.
    what: String,
    status: u16,
    body: Value,
    delay: Duration,
    once: bool,
}

#[derive(Debug, Default)]
struct Told {
    /// The last that fits counts.
    rules: Vec<Rule>,
    asked: Vec<Asked>,
}

#[derive(Debug)]
struct Asked {
    /// Method and path.
    what: String,
    query: String,
    body: Value,
}

#[derive(Debug)]
pub(super) struct Fake {
    pub(super) address: String,
    told: Arc<Mutex<Told>>,
    serving: AbortHandle,
}

impl Fake {
    pub(super) async fn start() -> Self {
        let told = Arc::new(Mutex::new(Told { rules: usual(), asked: Vec::new() }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&told));
        let serving = tokio::spawn(axum::serve(listener, router).into_future()).abort_handle();
        Self { address, told, serving }
    }

    pub(super) fn answer(&self, what: &str, status: u16, body: Value) {
        self.told.lock().unwrap().rules.push(rule(what, status, body));
    }

    /// Once, and then as before.
    pub(super) fn answer_once(&self, what: &str, status: u16, body: Value) {
        self.told.lock().unwrap().rules.push(Rule { once: true, ..rule(what, status, body) });
    }

    /// As before, but only after some time.
    pub(super) fn delay(&self, what: &str, delay: Duration) {
        let mut told = self.told.lock().unwrap();
        let before = told.rules.iter().rev().find(|rule| rule.what == what).cloned().unwrap();
        told.rules.push(Rule { delay, ..before });
    }

    /// From now on nobody answers.
    pub(super) fn end(&self) {
        self.serving.abort();
        self.answer_all_with_nothing();
    }

    /// A connection that is kept goes on being served.
    fn answer_all_with_nothing(&self) {
        for rule in &mut self.told.lock().unwrap().rules {
            rule.status = 502;
            rule.body = Value::Null;
        }
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.told.lock().unwrap().asked.iter().map(|asked| asked.what.clone()).collect()
    }

    /// What was sent with the last request of a kind.
    pub(super) fn body_of(&self, what: &str) -> Value {
        self.last(what, |asked| asked.body.clone())
    }

    /// What the last request of a kind asked more closely.
    pub(super) fn query_of(&self, what: &str) -> String {
        self.last(what, |asked| asked.query.clone())
    }

    fn last<T: Default>(&self, what: &str, of: impl Fn(&Asked) -> T) -> T {
        let told = self.told.lock().unwrap();
        told.asked.iter().rev().find(|asked| asked.what == what).map(of).unwrap_or_default()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(State(told): State<Arc<Mutex<Told>>>, request: Request) -> Response {
    let what = format!("{} {}", request.method(), request.uri().path());
    let has_key = request.headers().get("x-publishable-api-key").is_some_and(|key| key == KEY);
    assert!(has_key, "{what} comes without the key");
    let query = request.uri().query().unwrap_or_default().to_owned();
    let body = to_bytes(request.into_body(), usize::MAX).await.unwrap();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let rule = {
        let mut told = told.lock().unwrap();
        told.asked.push(Asked { what: what.clone(), query, body });
        let at = told.rules.iter().rposition(|rule| rule.what == what);
        at.map(|at| if told.rules[at].once { told.rules.remove(at) } else { told.rules[at].clone() })
    };
    let Some(rule) = rule else {
        return (StatusCode::NOT_FOUND, r#"{"type": "not_found", "message": "There is none"}"#)
            .into_response();
    };
    tokio::time::sleep(rule.delay).await;
    let status = StatusCode::from_u16(rule.status).unwrap();
    (status, [(header::CONTENT_TYPE, "application/json")], rule.body.to_string()).into_response()
}

fn rule(what: &str, status: u16, body: Value) -> Rule {
    Rule { what: what.to_owned(), status, body, delay: Duration::ZERO, once: false }
}

/// A shop with one mug, of which two are in a cart.
fn usual() -> Vec<Rule> {
    let euro = json!({"currency": {"code": "eur", "name": "Euro", "symbol": "€", "decimal_digits": 2}});
    let option =
        json!({"id": "so_1", "name": "Delivery", "amount": 5, "type": {"description": "To your door"}});
    let in_cart = || json!({"cart": cart()});
    [
        ("GET /store/storefront", json!({"name": "Atelier Nord", "default_region_id": "reg_1"})),
        ("GET /store/regions", regions()),
        ("GET /store/product-categories", json!({"product_categories": []})),
        ("GET /store/collections", json!({"collections": []})),
        ("GET /store/currencies/eur", euro),
        ("GET /store/products", json!({"products": [product()], "count": 1})),
        ("POST /store/carts", in_cart()),
        ("GET /store/carts/cart_1", in_cart()),
        ("POST /store/carts/cart_1", in_cart()),
        ("POST /store/carts/cart_1/line-items", in_cart()),
        ("POST /store/carts/cart_1/line-items/cali_1", in_cart()),
        ("DELETE /store/carts/cart_1/line-items/cali_1", json!({"deleted": true})),
        ("POST /store/carts/cart_1/promotions", with_code()),
        ("DELETE /store/carts/cart_1/promotions", in_cart()),
        ("GET /store/shipping-options", json!({"shipping_options": [option]})),
        ("POST /store/carts/cart_1/shipping-methods", in_cart()),
        ("GET /store/payment-providers", json!({"payment_providers": [{"id": "pp_system_default"}]})),
        ("POST /store/payment-collections", json!({"payment_collection": {"id": "pay_col_1"}})),
        ("POST /store/payment-collections/pay_col_1/payment-sessions", json!({})),
        ("POST /store/carts/cart_1/complete", json!({"type": "order", "order": {"id": "order_1"}})),
        ("GET /store/orders/order_1", json!({"order": order()})),
    ]
    .map(|(what, body)| rule(what, 200, body))
    .into()
}

pub(super) fn regions() -> Value {
    json!({"regions": [{
        "id": "reg_1", "name": "Germany", "currency_code": "eur",
        "countries": [{"iso_2": "de", "display_name": "Germany"}],
    }]})
}

/// Cups, of which mugs are a part, and what somebody would give away.
pub(super) fn groups(fake: &Fake) {
    let category = |id: &str, name: &str, parent: Value| {
        let handle = name.to_lowercase();
        json!({"id": id, "name": name, "handle": handle, "description": "To drink from.", "parent_category_id": parent})
    };
    let categories = [category("pcat_1", "Cups", Value::Null), category("pcat_2", "Mugs", json!("pcat_1"))];
    fake.answer("GET /store/product-categories", 200, json!({"product_categories": categories}));
    let collections = json!([{"id": "pcol_1", "title": "Gifts", "handle": "gifts/2026"}]);
    fake.answer("GET /store/collections", 200, json!({"collections": collections}));
}

/// A cart for which somebody knows a code.
pub(super) fn with_code() -> Value {
    let mut cart = cart();
    cart["promotions"] = json!([
        {"code": "SUMMER", "is_automatic": false}, {"code": "ALWAYS", "is_automatic": true}, {"code": null},
    ]);
    json!({"cart": cart})
}

pub(super) fn product() -> Value {
    json!({
        "handle": "stoneware-mug", "title": "Stoneware mug", "subtitle": null, "description": "Thrown by hand.",
        "thumbnail": "http://shop.localhost/static/mug.svg", "images": [{"url": "http://shop.localhost/static/mug.svg"}],
        "options": [{"id": "opt_1", "title": "Glaze", "values": [{"value": "Sand"}, {"value": "Slate"}]}],
        "variants": [variant("variant_1", "Sand"), variant("variant_2", "Slate")],
    })
}

fn variant(id: &str, glaze: &str) -> Value {
    json!({
        "id": id, "manage_inventory": true, "allow_backorder": false, "inventory_quantity": 100,
        "options": [{"value": glaze, "option_id": "opt_1"}],
        "calculated_price": {"calculated_amount": 14, "original_amount": 14},
    })
}

pub(super) fn line() -> Value {
    json!({
        "id": "cali_1", "title": "Stoneware mug", "product_title": "Stoneware mug", "variant_title": "Sand",
        "product_handle": "stoneware-mug", "thumbnail": "http://shop.localhost/static/mug.svg", "quantity": 2,
        "unit_price": 14, "is_tax_inclusive": false, "subtotal": 28, "original_total": 28,
    })
}

pub(super) fn cart() -> Value {
    let mut cart = json!({
        "id": "cart_1", "email": "ada@example.com", "region_id": "reg_1", "currency_code": "eur", "completed_at": null,
    });
    extend(&mut cart, bought());
    cart
}

fn order() -> Value {
    let mut order = json!({
        "display_id": 7, "email": "ada@example.com", "currency_code": "eur", "created_at": "2026-11-26T23:02:39.156Z",
    });
    extend(&mut order, bought());
    order
}

/// What a cart and an order have alike.
fn bought() -> Value {
    json!({
        "items": [line()],
        "shipping_address": {
            "first_name": "Ada", "last_name": "Lovelace", "company": null, "address_1": "Street 1", "address_2": null,
            "postal_code": "10115", "city": "Berlin", "province": null, "country_code": "de", "phone": null,
        },
        "shipping_methods": [{"name": "Delivery", "shipping_option_id": "so_1"}],
        "item_subtotal": 28, "original_item_total": 28, "shipping_subtotal": 5, "original_shipping_total": 5,
        "discount_subtotal": 0, "discount_total": 0, "tax_total": 0, "total": 33,
    })
}

fn extend(value: &mut Value, with: Value) {
    let Value::Object(with) = with else { return };
    value.as_object_mut().unwrap().extend(with);
}
