//! Whatever is sent to a function or asked of a page is answered, and never by an error of the server's own.

use leptos::server_fn::axum::server_fn_paths;
use proptest::{prelude::*, test_runner::TestRunner};

use super::{door::of_bo, *};

/// What is nearly a form.
fn form() -> impl Strategy<Value = Vec<u8>> {
    let key = prop_oneof![
        "request|name|engine|plan|egress|email|user|password|id|wish|account|host|port|tls|from|options",
        "options(\\[[a-z0-9]{0,9}\\]){1,9}",
        "[a-z\\[\\]%]{0,12}",
    ];
    let value = prop_oneof![
        "[a-zA-Z0-9%+@. -]{0,60}",
        "berg-kaffee-p3m9a|small|suspend|%00|%ff|%F0%9F%8E%89",
        "\\PC{0,60}"
    ];
    let pairs = prop::collection::vec((key, value), 0..12);
    prop_oneof![
        pairs.prop_map(|pairs| {
            let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
            pairs.join("&").into_bytes()
        }),
        prop::collection::vec(any::<u8>(), 0..400),
    ]
}

fn run<T: std::fmt::Debug>(
    cases: u32,
    strategy: &impl Strategy<Value = T>,
    answered: impl AsyncFn(&Site, T) -> StatusCode,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let site = runtime.block_on(Site::with(&[of_bo()])).asked_by(Some("bo"));
    let mut runner = TestRunner::new(ProptestConfig { cases, ..ProptestConfig::default() });
    let tried = runner.run(strategy, |sent| {
        let status = runtime.block_on(answered(&site, sent));
        prop_assert!(!status.is_server_error(), "{}", status);
        Ok(())
    });
    tried.unwrap();
    runtime.block_on(async { assert_eq!(site.get("/stores").await.status, StatusCode::OK) });
}

#[test]
fn whatever_is_sent_to_a_function_is_the_senders_mistake() {
    // Nobody acts in this cluster, so that a way in that is asked for rightly is waited for in vain.
    let asks = |path: &str| !["/api/open_admin", "/api/set_password"].contains(&path);
    let paths: Vec<&str> = server_fn_paths().map(|(path, _)| path).filter(|path| asks(path)).collect();
    let sent = (prop::sample::select(paths), form(), any::<bool>());
    run(400, &sent, async |site, (path, body, is_page)| {
        let kind = if path == "/api/poll" { POSTCARD } else { FORM };
        let accept = if is_page { "text/html" } else { "application/json" };
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, kind)
            .header(header::ACCEPT, accept)
            .header(header::REFERER, "http://dashboard.localhost/stores/new");
        site.send(request.body(Body::from(body)).unwrap()).await.status
    });
}

#[test]
fn whatever_is_asked_of_a_page_is_answered() {
    let key = "q|show|sort|turn|page|to|left|code|state|error|iss|__path|__err|[a-z_%]{0,9}";
    let value = prop_oneof!["[a-zA-Z0-9%+=_-]{0,80}", "/api/create_store", "[0-9]{0,30}"];
    let path = prop_oneof![
        "/stores(/[a-z0-9%.-]{0,60}){0,3}",
        "/sign-in(/oidc(/callback)?)?",
        "/(audit(/export)?|users|account)",
        "/[a-zA-Z0-9%./_-]{0,80}"
    ];
    let asked = (path, prop::collection::vec((key, value), 0..5));
    run(300, &asked, async |site, (path, pairs)| {
        let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        let Ok(request) = Request::get(format!("{path}?{}", pairs.join("&"))).body(Body::empty()) else {
            return StatusCode::BAD_REQUEST;
        };
        site.send(request).await.status
    });
}

#[test]
fn whatever_cookies_and_headers_are_sent_are_read() {
    let names = prop::sample::select(vec![
        "cookie",
        "accept",
        "accept-language",
        "accept-encoding",
        "x-forwarded-for",
        "referer",
        "origin",
        "range",
        "if-none-match",
        "if-modified-since",
        "sec-fetch-site",
        "content-type",
        "content-length",
        "host",
    ]);
    let value = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..100),
        "[ -~]{0,200}".prop_map(String::into_bytes),
        "(storeyard|storeyard-device|zone)=[A-Za-z0-9+/=%;]{0,200}".prop_map(String::into_bytes),
    ];
    let paths = prop::sample::select(vec!["/stores", "/stores/new", "/sign-in", "/favicon.svg", "/nowhere"]);
    let asked = (paths, prop::collection::vec((names, value), 0..6));
    run(300, &asked, async |site, (path, headers)| {
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        for (name, value) in headers {
            if let Ok(value) = http::HeaderValue::from_bytes(&value) {
                request.headers_mut().append(name, value);
            }
        }
        Answer::of(site.router.clone().oneshot(request).await.unwrap()).await.status
    });
}
