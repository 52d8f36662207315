//! What visitors of a shop see while no address leads to it: a page that says so, on a port of its own, so that by a shop's host nobody comes
//! to the dashboard. Under https, no address without it leads to anything: whoever comes by http is led on from here.

use axum::{
    Router,
    extract::State,
    middleware::from_fn_with_state,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use provisioner::stores::Stores;
use store::{Phase, StoreId};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{LIMITS, https};

/// Serves until `shutdown`.
pub(crate) async fn serve(listener: TcpListener, stores: Stores, shutdown: CancellationToken) {
    listen::run(listener, router(stores), LIMITS, shutdown).await;
}

pub(super) fn router(stores: Stores) -> Router {
    let https = https::Https::of(stores.config());
    Router::new().fallback(answer).with_state(stores).layer(from_fn_with_state(https, https::lead))
}

async fn answer(State(stores): State<Stores>, headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let id = shop(host, &stores.config().domain_suffix);
    let phase = id.and_then(|id| stores.snapshot().row(&id).map(|row| row.phase));
    page(phase)
}

/// The store whose shop has that host.
fn shop(host: &str, domain_suffix: &str) -> Option<StoreId> {
    let name = host.split(':').next()?.to_ascii_lowercase();
    let label = name.strip_suffix(domain_suffix)?.strip_suffix('.')?;
    StoreId::parse(label.strip_prefix("store-")?).ok()
}

fn page(phase: Option<Phase>) -> Response {
    let (status, again, title, sentence) = match phase {
        Some(Phase::Suspended) => (
            StatusCode::SERVICE_UNAVAILABLE,
            Some("3600"),
            "Closed for now",
            "This shop is closed at the moment. Nothing of it is lost: come back later.",
        ),
        Some(Phase::Queued | Phase::Provisioning) => (
            StatusCode::SERVICE_UNAVAILABLE,
            Some("15"),
            "Almost there",
            "This shop is being set up. It takes a moment: load the page again.",
        ),
        Some(Phase::Ready | Phase::Updating | Phase::Degraded) => (
            StatusCode::SERVICE_UNAVAILABLE,
            Some("15"),
            "Back in a moment",
            "This shop is away for a moment. Load the page again.",
        ),
        Some(Phase::Failed | Phase::Deleting) | None => {
            (StatusCode::NOT_FOUND, None, "No shop here", "There is no shop at this address.")
        }
    };
    let mut answer = (status, Html(html(title, sentence))).into_response();
    let headers = answer.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(again) = again {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(again));
    }
    answer
}

/// Nobody keeps the page, finds it in a search, frames it, or has it do anything.
const FIXED: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

fn html(title: &str, sentence: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>:root{{color-scheme:light dark}}\
         body{{display:grid;place-content:center;min-height:100vh;margin:0;padding:1.5rem;box-sizing:border-box;font:1rem/1.5 system-ui,sans-serif;text-align:center}}\
         h1{{margin:0 0 .5rem;font-size:1.5rem;font-weight:600}}p{{margin:0;max-width:36rem;text-wrap:balance}}</style>\
         <main><h1>{title}</h1><p>{sentence}</p></main></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_host_tells_which_shop_is_meant_and_no_other_host_means_one() {
        let id = StoreId::parse("atelier-nord-x7k2q").unwrap();
        for host in ["store-atelier-nord-x7k2q.localhost", "Store-Atelier-Nord-x7k2q.localhost:8080"] {
            assert_eq!(shop(host, "localhost"), Some(id.clone()), "{host}");
        }
        for host in [
            "",
            "dashboard.localhost",
            "store-atelier-nord-x7k2q.example.com",
            "store-atelier-nord-x7k2qlocalhost",
            "store-.localhost",
        ] {
            assert_eq!(shop(host, "localhost"), None, "{host}");
        }
    }

    #[test]
    fn a_shop_that_comes_back_says_when_to_ask_again_and_one_that_is_not_there_does_not() {
        for phase in Phase::ALL {
            let answer = page(Some(phase));
            let comes_back = answer.status() == StatusCode::SERVICE_UNAVAILABLE;
            assert_eq!(comes_back, !matches!(phase, Phase::Failed | Phase::Deleting), "{phase}");
            assert_eq!(answer.headers().contains_key(header::RETRY_AFTER), comes_back, "{phase}");
        }
        assert_eq!(page(None).status(), StatusCode::NOT_FOUND);
    }

    proptest! {
        #[test]
        fn whatever_host_is_asked_for_is_read(host in prop_oneof![any::<String>(), "(store-)?[a-z0-9.:-]{0,80}(.localhost)?"]) {
            if let Some(id) = shop(&host, "localhost") {
                prop_assert_eq!(host.split(':').next().unwrap().to_ascii_lowercase(), format!("store-{id}.localhost"));
            }
        }
    }
}
