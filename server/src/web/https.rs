//! Where visitors speak https, whoever came without it is led there, to the same page.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, header};
use provisioner::config::Config;
use store::Scheme;

use super::headers;

/// How the visitor came, as the ingress controller tells.
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// Whose visitors are led.
#[derive(Clone)]
pub(super) struct Https {
    /// What hosts end in; none where visitors speak http.
    domain: Option<Arc<str>>,
}

impl Https {
    pub(super) fn of(config: &Config) -> Self {
        let is_spoken = config.scheme == Scheme::Https;
        Self { domain: is_spoken.then(|| config.domain_suffix.as_str().into()) }
    }

    /// The address to lead to. Of several proxies the first tells of the visitor.
    fn address(&self, headers: &HeaderMap, path: &str) -> Option<String> {
        let domain = self.domain.as_deref()?;
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let came_by = text(FORWARDED_PROTO)?.split(',').next()?.trim();
        let host = text(header::HOST.as_str())?.split(':').next()?.to_ascii_lowercase();
        let is_ours = host.strip_suffix(domain)?.ends_with('.');
        (is_ours && came_by.eq_ignore_ascii_case("http")).then(|| format!("https://{host}{path}"))
    }
}

pub(super) async fn lead(State(https): State<Https>, request: Request, next: Next) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    match https.address(request.headers(), path) {
        Some(address) => {
            let mut response = Redirect::permanent(&address).into_response();
            headers::fix(response.headers_mut());
            response
        }
        None => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led(https: &Https, host: &str, came_by: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        headers.insert(FORWARDED_PROTO, came_by.parse().unwrap());
        https.address(&headers, "/a?b=c")
    }

    #[test]
    fn whoever_came_without_https_is_led_to_the_same_page_with_it() {
        let https = Https { domain: Some("shops.example.com".into()) };
        let address = Some("https://store-a.shops.example.com/a?b=c".to_owned());
        for (host, came_by) in
            [("store-a.shops.example.com", "http"), ("Store-A.shops.example.com:80", "http, https")]
        {
            assert_eq!(led(&https, host, came_by), address, "{host} {came_by}");
        }
    }

    #[test]
    fn nobody_is_led_who_came_by_https_or_to_a_host_that_is_not_ours() {
        let https = Https { domain: Some("shops.example.com".into()) };
        for (host, came_by) in [
            ("store-a.shops.example.com", "https"),
            ("store-a.shops.example.com", "https,http"),
            ("store-a.shops.example.com", ""),
            ("evil.example", "http"),
            ("evilshops.example.com", "http"),
        ] {
            assert_eq!(led(&https, host, came_by), None, "{host} {came_by}");
        }
        assert_eq!(led(&Https { domain: None }, "store-a.shops.example.com", "http"), None);
    }
}
