//! The pages over a backend that answers as it is told to: what the real one cannot be made to answer.

mod backend;

use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use proptest::prelude::*;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use self::backend::{Fake, cart, line, product};
use super::{Storefront, router};
use crate::backend::{Backend, Patience};
use crate::shop::{Shops, Site};

const HOST: &str = "shop.localhost";
const WITH_CART: (&str, &str) = ("cookie", "cart=cart_1");

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    fn says(&self, text: &str) -> &Self {
        assert!(self.body.contains(text), "{text:?} is not in {}", self.body);
        self
    }

    #[track_caller]
    fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    #[track_caller]
    fn leads_to(&self, path: &str) -> &Self {
        assert_eq!((self.status, self.header("location")), (StatusCode::SEE_OTHER, path), "{}", self.body);
        self
    }
}

struct Shop {
    fake: Fake,
    storefront: Storefront,
}

impl Shop {
    async fn open() -> Self {
        Self::at("http://shop.localhost").await
    }

    async fn at(url: &str) -> Self {
        let fake = Fake::start().await;
        let storefront = storefront(&fake.address, url);
        Self { fake, storefront }
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = router(self.storefront.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, path, headers, "").await
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let form = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        self.ask(Method::POST, path, &[&form, headers].concat(), body).await
    }
}

fn storefront(backend: &str, url: &str) -> Storefront {
    let patience = Patience { asked: Duration::from_millis(400), ordered: Duration::from_millis(600) };
    let key = HeaderValue::from_static(backend::KEY);
    let backend = Backend::new(&backend.parse().unwrap(), key, patience).unwrap();
    Storefront::new(Shops::new(backend, Site::new(url, "Shop")))
}

#[tokio::test]
async fn what_is_sold_is_listed_with_picture_name_and_price() {
    let shop = Shop::open().await;
    let page = shop.get("/", &[]).await;
    page.is(200).says("Atelier Nord").says("Stoneware mug").says("€14.00").says("src=\"/static/mug.svg\"");
    page.says("href=\"/product/stoneware-mug\"");
}

#[tokio::test]
async fn what_the_backend_says_is_text_and_never_markup() {
    let shop = Shop::open().await;
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let mut mug = product();
    for field in ["title", "subtitle", "description"] {
        mug[field] = json!(evil);
    }
    mug["thumbnail"] = json!("javascript:alert(1)");
    mug["images"] = json!([{"url": "https://pictures.example.com/\"onerror=\"alert(1)"}]);
    mug["options"][0]["title"] = json!(evil);
    mug["options"][0]["values"][0]["value"] = json!(evil);
    mug["variants"][0]["options"][0]["value"] = json!(evil);
    shop.fake.answer("GET /store/storefront", 200, json!({"name": evil, "default_region_id": null}));
    shop.fake.answer("GET /store/products", 200, json!({"products": [mug], "count": 1}));
    let categories = ["evil", "part"].map(|id| {
        let parent = (id == "part").then_some("evil");
        json!({"id": id, "name": evil, "handle": id, "description": evil, "parent_category_id": parent})
    });
    shop.fake.answer("GET /store/product-categories", 200, json!({"product_categories": categories}));
    let collections = json!([{"id": "pcol_1", "title": evil, "handle": evil}]);
    shop.fake.answer("GET /store/collections", 200, json!({"collections": collections}));
    let mut filled = cart();
    filled["promotions"] = json!([{"code": evil}]);
    filled["items"][0]["product_title"] = json!(evil);
    filled["items"][0]["variant_title"] = json!(evil);
    filled["shipping_address"]["city"] = json!(evil);
    filled["email"] = json!(evil);
    shop.fake.answer("GET /store/carts/cart_1", 200, json!({"cart": filled}));
    for path in [
        "/",
        "/product/mug",
        "/category/evil",
        "/cart",
        "/checkout",
        "/checkout/delivery",
        "/?q=%3Cscript%3E",
        "/nothing",
    ] {
        let page = shop.get(path, &[WITH_CART]).await;
        let text = page.body.to_lowercase();
        for markup in ["<script", "<img src=x", "\"onerror", "javascript:", " style=", "'>"] {
            assert!(!text.contains(markup), "{path}: {markup}: {text}");
        }
    }
}

#[tokio::test]
async fn what_belongs_together_is_found_together() {
    let shop = Shop::open().await;
    backend::groups(&shop.fake);
    let page = shop.get("/", &[]).await;
    page.is(200).says("<a href=\"/category/cups\">Cups</a>").says("href=\"/collection/gifts%2F2026\"");
    assert!(!page.body.contains("Mugs"), "{}", page.body);
    let within = || shop.fake.query_of("GET /store/products");
    assert!(!within().contains("_id[]"), "{}", within());
    let page = shop.get("/category/cups", &[]).await;
    page.is(200)
        .says("<h1>Cups</h1>")
        .says("To drink from.")
        .says("Stoneware mug")
        .says("href=\"/category/mugs\"");
    page.says("<a href=\"/category/cups\" aria-current=\"true\">");
    page.says("<link rel=\"canonical\" href=\"http://shop.localhost/category/cups\">");
    assert!(within().ends_with("&category_id[]=pcat_1&category_id[]=pcat_2"), "{}", within());
    let page = shop.get("/category/mugs", &[]).await;
    page.says("<li><a href=\"/category/cups\">Cups</a></li>").says("aria-current=\"true\">Cups</a>");
    assert!(within().ends_with("&category_id[]=pcat_2"), "{}", within());
    shop.get("/collection/gifts%2F2026", &[]).await.is(200).says("<h1>Gifts</h1>");
    assert!(within().ends_with("&collection_id[]=pcol_1"), "{}", within());
    shop.fake.answer("GET /store/products", 200, json!({"products": [product()], "count": 25}));
    let page = shop.get("/category/cups?page=2", &[]).await;
    page.is(200)
        .says("<title>Cups, page 2 · Atelier Nord</title>")
        .says("rel=\"prev\" href=\"/category/cups\"");
    shop.get("/category/cups", &[]).await.says("rel=\"next\" href=\"/category/cups?page=2\"");
    for path in ["/category/gifts%2F2026", "/collection/cups", "/category/", "/category/cups?page=3"] {
        shop.get(path, &[]).await.is(404);
    }
}

#[tokio::test]
async fn a_code_takes_something_off_or_is_said_not_to() {
    let shop = Shop::open().await;
    let promotions = "POST /store/carts/cart_1/promotions";
    shop.post("/cart/code", &[WITH_CART], "code=+SUMMER+").await.leads_to("/cart");
    assert_eq!(shop.fake.body_of(promotions), json!({"promo_codes": ["SUMMER"]}));
    // One that Medusa knows and that does not fit is left out of the cart without a word.
    shop.post("/cart/code", &[WITH_CART], "code=WINTER")
        .await
        .is(409)
        .says("is not known, or takes nothing off");
    let unknown = json!({"type": "invalid_data", "message": "The promotion code NONE is invalid"});
    shop.fake.answer(promotions, 400, unknown);
    shop.post("/cart/code", &[WITH_CART], "code=NONE").await.is(409).says("is not known");
    shop.post("/cart/code", &[], "code=NONE").await.is(409).says("is not known");
    shop.post("/cart/code", &[WITH_CART], "code=+").await.is(409).says("Type the code first");
    shop.post("/cart/code", &[WITH_CART], "kode=A").await.is(400);
}

#[tokio::test]
async fn a_code_that_holds_is_shown_and_can_be_taken_back() {
    let shop = Shop::open().await;
    shop.fake.answer("GET /store/carts/cart_1", 200, backend::with_code());
    let page = shop.get("/cart", &[WITH_CART]).await;
    page.is(200)
        .says("Code <strong>SUMMER</strong>")
        .says("Remove<span class=\"unseen\"> the code SUMMER</span>");
    assert!(!page.body.contains("ALWAYS"), "{}", page.body);
    shop.post("/cart/code", &[WITH_CART], "code=SUMMER&remove=yes").await.leads_to("/cart");
    let taken = shop.fake.body_of("DELETE /store/carts/cart_1/promotions");
    assert_eq!(taken, json!({"promo_codes": ["SUMMER"]}));
}

#[tokio::test]
async fn a_currency_without_decimals_has_none() {
    let shop = Shop::open().await;
    let mut regions = backend::regions();
    regions["regions"][0]["currency_code"] = json!("jpy");
    shop.fake.answer("GET /store/regions", 200, regions);
    let yen = json!({"currency": {"code": "jpy", "symbol": "¥", "decimal_digits": 0}});
    shop.fake.answer("GET /store/currencies/jpy", 200, yen);
    let mut mug = product();
    mug["variants"][0]["calculated_price"] = json!({"calculated_amount": 1400, "original_amount": 1800});
    shop.fake.answer("GET /store/products", 200, json!({"products": [mug], "count": 1}));
    shop.get("/product/mug", &[]).await.is(200).says("¥1,400 <s>").says("¥1,800</s>");
}

#[tokio::test]
async fn a_backend_that_is_away_is_told_as_that_and_when_to_ask_again() {
    let shop = Shop::open().await;
    shop.get("/", &[]).await.is(200);
    shop.fake.end();
    let page = shop.get("/product/mug", &[WITH_CART]).await;
    page.is(503).says("The shop is away for a moment").says("Atelier Nord");
    assert_eq!(page.header("retry-after"), "5");
    // Of a shop that never answered nothing is known but what it was given.
    let page = router(storefront("http://127.0.0.1:9", "http://shop.localhost"))
        .oneshot(Request::get("/").body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_backend_with_an_error_is_away_whatever_it_answers() {
    let shop = Shop::open().await;
    let key = json!({"type": "not_allowed", "message": "A valid publishable key is required to proceed with the request"});
    for (status, body) in
        [(500, json!({"message": "secret"})), (400, key), (200, json!({"goods": []})), (502, json!("x"))]
    {
        shop.fake.answer("GET /store/products", status, body);
        let page = shop.get("/", &[]).await;
        page.is(503).says("away for a moment");
        assert!(!page.body.contains("secret"), "{}", page.body);
    }
}

#[tokio::test]
async fn nobody_waits_for_a_backend_without_an_end() {
    let shop = Shop::open().await;
    shop.fake.delay("GET /store/products", Duration::from_secs(30));
    let began = Instant::now();
    shop.get("/", &[]).await.is(504).says("takes too long");
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_cart_that_cannot_be_counted_does_not_take_the_goods_away() {
    let shop = Shop::open().await;
    shop.fake.answer("GET /store/carts/cart_1", 500, json!({}));
    shop.get("/", &[WITH_CART]).await.is(200).says("Stoneware mug");
}

#[tokio::test]
async fn what_is_not_there_is_a_page_that_leads_back() {
    let shop = Shop::open().await;
    shop.fake.answer("GET /store/products", 200, json!({"products": [], "count": 0}));
    shop.get("/product/gone", &[]).await.is(404).says("This is not sold here").says("href=\"/\"");
    for path in [
        "/nothing",
        "/product",
        "/product/a/b",
        "/?page=0",
        "/?page=two",
        "/?page=99999999999999999999",
        "/?page=2",
        "/assets/style.css",
        "/order",
    ] {
        shop.get(path, &[]).await.is(404).says("<h1>");
    }
    shop.ask(Method::PUT, "/cart", &[], "").await.is(404);
}

#[tokio::test]
async fn a_shop_without_a_region_says_that_it_is_not_open() {
    let shop = Shop::open().await;
    shop.fake.answer("GET /store/regions", 200, json!({"regions": []}));
    shop.get("/", &[]).await.is(503).says("not open yet");
}

#[tokio::test]
async fn what_is_put_into_a_cart_is_there_for_this_browser_alone() {
    let shop = Shop::open().await;
    let form = "product=stoneware-mug&variant=variant_1&quantity=2";
    let answer = shop.post("/cart/lines", &[], form).await;
    answer.leads_to("/cart");
    assert_eq!(answer.header("set-cookie"), "cart=cart_1; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000");
    assert_eq!(
        shop.fake.body_of("POST /store/carts/cart_1/line-items"),
        json!({"variant_id": "variant_1", "quantity": 2})
    );
    let shop = Shop::at("https://shop.localhost").await;
    let answer = shop.post("/cart/lines", &[], form).await;
    assert!(
        answer.header("set-cookie").starts_with("__Host-cart=cart_1; "),
        "{}",
        answer.header("set-cookie")
    );
    assert!(answer.header("set-cookie").contains("; Secure"));
    assert!(!answer.header("strict-transport-security").is_empty());
}

#[tokio::test]
async fn a_cart_that_is_gone_or_ordered_gives_way_to_a_new_one() {
    let shop = Shop::open().await;
    let mut ordered = cart();
    ordered["id"] = json!("cart_0");
    ordered["completed_at"] = json!("2026-11-26T23:02:39.288Z");
    shop.fake.answer("GET /store/carts/cart_0", 200, json!({"cart": ordered}));
    shop.fake.answer("GET /store/carts/cart_gone", 404, json!({"type": "not_found", "message": "Cart"}));
    for id in ["cart_0", "cart_gone"] {
        let cookie = format!("cart={id}");
        let answer = shop
            .post("/cart/lines", &[("cookie", &cookie)], "product=mug&variant=variant_1&quantity=1")
            .await;
        answer.leads_to("/cart");
        assert!(answer.header("set-cookie").starts_with("cart=cart_1;"));
        shop.get("/cart", &[("cookie", &cookie)]).await.is(200).says("Nothing is in it yet");
    }
}

#[tokio::test]
async fn less_in_stock_than_was_asked_for_is_said_where_it_was_asked_for() {
    let shop = Shop::open().await;
    let refused = json!({"code": "insufficient_inventory", "type": "not_allowed", "message": "Some variant"});
    shop.fake.answer("POST /store/carts/cart_1/line-items", 400, refused.clone());
    let page = shop.post("/cart/lines", &[], "product=stoneware-mug&variant=variant_1&quantity=200").await;
    page.is(409).says("There are fewer of it").says("Stoneware mug");
    shop.fake.answer("POST /store/carts/cart_1/line-items/cali_1", 400, refused);
    let page = shop.post("/cart/lines/cali_1", &[WITH_CART], "quantity=200").await;
    page.is(409).says("There are fewer of it").says("Your cart");
}

#[tokio::test]
async fn a_quantity_that_is_none_changes_nothing() {
    let shop = Shop::open().await;
    for quantity in ["0", "-1", "1000", "two", ""] {
        let form = format!("product=stoneware-mug&variant=variant_1&quantity={quantity}");
        shop.post("/cart/lines", &[], &form).await.is(409).says("from 1 to 999");
        shop.post("/cart/lines/cali_1", &[WITH_CART], &format!("quantity={quantity}"))
            .await
            .is(409)
            .says("from 1 to 999");
    }
    assert!(shop.fake.asked().iter().all(|asked| asked.starts_with("GET ")), "{:?}", shop.fake.asked());
}

#[tokio::test]
async fn a_line_is_changed_and_taken_out() {
    let shop = Shop::open().await;
    shop.post("/cart/lines/cali_1", &[WITH_CART], "quantity=3").await.leads_to("/cart");
    assert_eq!(shop.fake.body_of("POST /store/carts/cart_1/line-items/cali_1"), json!({"quantity": 3}));
    shop.post("/cart/lines/cali_1", &[WITH_CART], "quantity=nonsense&remove=yes").await.leads_to("/cart");
    assert!(shop.fake.asked().contains(&"DELETE /store/carts/cart_1/line-items/cali_1".to_owned()));
}

#[tokio::test]
async fn no_page_of_another_site_changes_anything() {
    let shop = Shop::open().await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    for from in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://elsewhere.example"),
        ("origin", "null"),
        ("origin", "http://other.localhost"),
    ] {
        for path in
            ["/cart/lines", "/cart/lines/cali_1", "/cart/code", "/checkout", "/checkout/delivery", "/region"]
        {
            let body = "product=mug&variant=variant_1&quantity=1&total=33.00&region=reg_1&code=A";
            shop.ask(Method::POST, path, &[form, from, WITH_CART], body).await.is(403).says("another site");
        }
    }
    assert_eq!(shop.fake.asked(), Vec::<String>::new());
}

const ADDRESS: &str = "email=ada%40example.com&first_name=Ada&last_name=Lovelace&address_1=Street+1&postal_code=10115&city=Berlin&country_code=de";

#[tokio::test]
async fn a_wrong_address_is_told_field_by_field_and_kept() {
    let shop = Shop::open().await;
    let page = shop
        .post(
            "/checkout",
            &[WITH_CART],
            "email=ada&first_name=Ada&last_name=&address_1=%22Street%22&city=B&country_code=xx",
        )
        .await;
    page.is(422).says("This is no e-mail address").says("href=\"#last_name\"").says("aria-invalid=\"true\"");
    page.says("value=\"Ada\"").says("value=\"&quot;Street&quot;\"").says("Check your address");
    assert!(shop.fake.asked().iter().all(|asked| asked.starts_with("GET ")), "{:?}", shop.fake.asked());
    shop.fake.answer(
        "POST /store/carts/cart_1",
        400,
        json!({"type": "invalid_data", "message": "Invalid email address"}),
    );
    let page = shop.post("/checkout", &[WITH_CART], ADDRESS).await;
    page.is(422).says("did not accept that: Invalid email address").says("value=\"Lovelace\"");
}

#[tokio::test]
async fn an_address_leads_to_a_way_of_delivery_that_is_chosen_already() {
    let shop = Shop::open().await;
    let mut bare = cart();
    bare["shipping_methods"] = json!([]);
    shop.fake.answer("GET /store/carts/cart_1", 200, json!({"cart": bare}));
    shop.fake.answer(
        "GET /store/shipping-options",
        200,
        json!({"shipping_options": [
            {"id": "so_unknown", "name": "Courier", "amount": null},
            {"id": "so_fast", "name": "Express", "amount": 12},
            {"id": "so_far", "name": "From afar", "amount": 1, "insufficient_inventory": true},
            {"id": "so_slow", "name": "Post", "amount": 5},
        ]}),
    );
    shop.post("/checkout", &[WITH_CART], ADDRESS).await.leads_to("/checkout/delivery");
    assert_eq!(
        shop.fake.body_of("POST /store/carts/cart_1/shipping-methods"),
        json!({"option_id": "so_slow"})
    );
    let sent = shop.fake.body_of("POST /store/carts/cart_1");
    assert_eq!(sent["shipping_address"]["city"], "Berlin");
    assert_eq!(sent["billing_address"], sent["shipping_address"]);
    shop.fake.answer("GET /store/shipping-options", 200, json!({"shipping_options": []}));
    shop.post("/checkout", &[WITH_CART], ADDRESS).await.is(422).says("does not deliver to this address");
}

#[tokio::test]
async fn the_checkout_of_an_empty_cart_leads_to_the_cart() {
    let shop = Shop::open().await;
    for path in ["/checkout", "/checkout/delivery"] {
        shop.get(path, &[]).await.leads_to("/cart");
        shop.post(path, &[], &format!("{ADDRESS}&total=33.00")).await.leads_to("/cart");
    }
    let mut unknown = cart();
    unknown["email"] = Value::Null;
    shop.fake.answer("GET /store/carts/cart_1", 200, json!({"cart": unknown}));
    shop.get("/checkout/delivery", &[WITH_CART]).await.leads_to("/checkout");
}

#[tokio::test]
async fn an_order_is_placed_and_shown_in_the_browser_that_placed_it() {
    let shop = Shop::open().await;
    shop.get("/checkout/delivery", &[WITH_CART]).await.is(200).says("Buy now for €33.00").says("Germany");
    let answer = shop.post("/checkout/delivery", &[WITH_CART], "option=so_1&total=33.00").await;
    answer.leads_to("/order");
    let cookies: Vec<&str> =
        answer.headers.get_all("set-cookie").iter().map(|it| it.to_str().unwrap()).collect();
    assert_eq!(
        cookies,
        ["order=order_1; Path=/; HttpOnly; SameSite=Lax", "cart=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"]
    );
    let page = shop.get("/order", &[("cookie", "order=order_1")]).await;
    page.is(200).says("Thank you").says("#7").says("26 November 2026").says("ada@example.com").says("€33.00");
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn nothing_is_bought_for_another_sum_than_the_page_told() {
    let shop = Shop::open().await;
    let page = shop.post("/checkout/delivery", &[WITH_CART], "option=so_1&total=29.00").await;
    page.is(409).says("It comes to €33.00 now");
    assert!(shop.fake.asked().iter().all(|asked| asked.starts_with("GET ")), "{:?}", shop.fake.asked());
}

#[tokio::test]
async fn another_way_of_delivery_is_taken_before_anything_is_bought() {
    let shop = Shop::open().await;
    shop.post("/checkout/delivery", &[WITH_CART], "option=so_2&total=33.00&update=yes")
        .await
        .leads_to("/checkout/delivery");
    assert_eq!(shop.fake.body_of("POST /store/carts/cart_1/shipping-methods"), json!({"option_id": "so_2"}));
    assert!(!shop.fake.asked().contains(&"POST /store/carts/cart_1/complete".to_owned()));
}

#[tokio::test]
async fn why_nothing_was_ordered_is_said_and_the_cart_is_kept() {
    let shop = Shop::open().await;
    let buy = async |status: u16, body: Value| {
        shop.fake.answer("POST /store/carts/cart_1/complete", status, body);
        let answer = shop.post("/checkout/delivery", &[WITH_CART], "option=so_1&total=33.00").await;
        assert_eq!(answer.header("set-cookie"), "");
        answer
    };
    let unpaid =
        json!({"type": "cart", "cart": {}, "error": {"message": "x", "type": "payment_authorization_error"}});
    buy(200, unpaid).await.is(409).says("payment was not accepted");
    let out = json!({"code": "insufficient_inventory", "type": "not_allowed", "message": "Some variant"});
    buy(400, out).await.is(409).says("Your cart").says("not there any more, or fewer");
    buy(400, json!({"type": "invalid_data", "message": "No shipping method"}))
        .await
        .is(409)
        .says("Nothing was ordered: No shipping method");
    buy(500, json!({})).await.is(504).says("may have been placed already");
}

#[tokio::test]
async fn an_order_of_which_nothing_was_heard_is_found_and_not_placed_again() {
    let shop = Shop::open().await;
    shop.fake.delay("POST /store/carts/cart_1/complete", Duration::from_secs(30));
    let page = shop.post("/checkout/delivery", &[WITH_CART], "option=so_1&total=33.00").await;
    page.is(504).says("nothing is ever ordered twice").says("href=\"/checkout/delivery\"");
    let mut ordered = cart();
    ordered["completed_at"] = json!("2026-11-26T23:02:39.288Z");
    shop.fake.answer("GET /store/carts/cart_1", 200, json!({"cart": ordered}));
    shop.fake.delay("POST /store/carts/cart_1/complete", Duration::ZERO);
    shop.get("/checkout/delivery", &[WITH_CART]).await.leads_to("/order");
}

#[tokio::test]
async fn two_clicks_at_once_are_one_order() {
    let shop = Shop::open().await;
    shop.fake.answer_once(
        "POST /store/carts/cart_1/complete",
        409,
        json!({"type": "conflict", "message": "busy"}),
    );
    shop.post("/checkout/delivery", &[WITH_CART], "option=so_1&total=33.00").await.leads_to("/order");
}

#[tokio::test]
async fn a_region_without_a_way_to_pay_says_so_and_offers_no_button() {
    let shop = Shop::open().await;
    shop.fake.answer("GET /store/payment-providers", 200, json!({"payment_providers": [{"id": "pp_cards"}]}));
    let page = shop.get("/checkout/delivery", &[WITH_CART]).await;
    page.is(200).says("takes no payment in this region yet");
    assert!(!page.body.contains("Buy now"));
}

#[tokio::test]
async fn prices_with_their_tax_in_them_add_up_and_so_do_those_without() {
    let shop = Shop::open().await;
    let mut taxed = cart();
    taxed["items"] = json!([{ "subtotal": 20, "original_total": 23.8, "is_tax_inclusive": true }]);
    for (name, value) in line().as_object().unwrap() {
        taxed["items"][0].as_object_mut().unwrap().entry(name).or_insert(value.clone());
    }
    let sums = json!({"item_subtotal": 20, "original_item_total": 23.8, "shipping_subtotal": 5, "original_shipping_total": 5.95,
        "discount_subtotal": 2, "discount_total": 2.38, "tax_total": 4.37, "total": 27.37});
    taxed.as_object_mut().unwrap().extend(sums.as_object().unwrap().clone());
    shop.fake.answer("GET /store/carts/cart_1", 200, json!({"cart": taxed}));
    let page = shop.get("/cart", &[WITH_CART]).await;
    page.says("€23.80").says("€5.95").says("\u{2212}€2.38").says("€27.37").says("Including €4.37 tax");
    taxed["items"][0]["is_tax_inclusive"] = json!(false);
    shop.fake.answer("GET /store/carts/cart_1", 200, json!({"cart": taxed}));
    let page = shop.get("/cart", &[WITH_CART]).await;
    page.says("€20.00").says("€5.00").says("\u{2212}€2.00").says("<dt>Tax</dt><dd>€4.37</dd>").says("€27.37");
}

#[tokio::test]
async fn where_one_buys_is_remembered_and_the_cart_goes_along() {
    let shop = Shop::open().await;
    let mut regions = backend::regions();
    let other = json!({"id": "reg_2", "name": "Switzerland", "currency_code": "chf", "countries": []});
    regions["regions"].as_array_mut().unwrap().push(other);
    shop.fake.answer("GET /store/regions", 200, regions);
    shop.fake.answer(
        "GET /store/currencies/chf",
        200,
        json!({"currency": {"code": "chf", "symbol": "CHF", "decimal_digits": 2}}),
    );
    shop.get("/", &[]).await.is(200).says("Switzerland (CHF)").says("€14.00");
    shop.get("/", &[("cookie", "region=reg_2")]).await.is(200).says("CHF\u{a0}14.00");
    let answer = shop.post("/region", &[WITH_CART], "region=reg_2").await;
    answer.leads_to("/");
    assert!(answer.header("set-cookie").starts_with("region=reg_2;"));
    assert_eq!(shop.fake.body_of("POST /store/carts/cart_1"), json!({"region_id": "reg_2"}));
    shop.post("/region", &[], "region=reg_unknown").await.is(400);
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let shop = Shop::open().await;
    for path in [
        "/",
        "/product/mug",
        "/category/none",
        "/cart",
        "/checkout",
        "/order",
        "/robots.txt",
        "/nothing",
        &crate::web::style(),
        "/?page=0",
    ] {
        let answer = shop.get(path, &[]).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
    }
    let style = shop.get(&crate::web::style(), &[]).await;
    assert!(style.header("cache-control").contains("immutable"));
}

#[tokio::test]
async fn what_is_too_large_or_no_form_is_refused_with_a_page() {
    let shop = Shop::open().await;
    let large = format!("product=mug&variant=variant_1&quantity=1&x={}", "x".repeat(40_000));
    shop.post("/cart/lines", &[], &large).await.is(400).says("not understood");
    for body in ["", "variant=", "variant=../x&product=a", "\u{0}", "variant=variant_1"] {
        shop.post("/cart/lines", &[], body).await.is(400);
    }
    let json = ("content-type", "application/json");
    shop.ask(Method::POST, "/cart/lines", &[json], "{}").await.is(400);
}

/// Where anything ever leads.
const PATHS: [&str; 5] = ["/", "/cart", "/checkout", "/checkout/delivery", "/order"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_a_stranger_sends_is_answered_in_order(
        post in any::<bool>(),
        path in prop_oneof![
            "/(product|cart/lines|assets)/[ -~é%]{0,30}",
            "/(cart|checkout|order|region|checkout/delivery|cart/lines)?[?][ -~]{0,40}",
            "/[!-~]{0,40}",
        ],
        cookies in "(cart|order|region)=[ -~]{0,40}",
        body in prop_oneof!["[ -~é]{0,80}", "(variant|product|quantity|email|total|region|option)=[%a-z0-9/:.]{0,40}(&update=yes)?"],
    ) {
        let Ok(uri) = path.parse::<http::Uri>() else { return Ok(()) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let shop = Shop::open().await;
            let uri = uri.to_string();
            let answer = if post { shop.post(&uri, &[("cookie", &cookies)], &body).await } else { shop.get(&uri, &[("cookie", &cookies)]).await };
            assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{uri}");
            if answer.status.is_redirection() {
                assert!(PATHS.contains(&answer.header("location")), "{uri} leads to {}", answer.header("location"));
            } else {
                assert!(answer.body.contains("<h1>") || !answer.header("content-type").starts_with("text/html"), "{uri}");
            }
            for asked in shop.fake.asked() {
                assert!(asked.split_whitespace().nth(1).is_some_and(|path| path.starts_with("/store/")), "{asked}");
            }
        });
    }
}
