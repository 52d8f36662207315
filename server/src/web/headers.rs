//! The headers that every answer carries, and how long files may be kept.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header};
use leptos::nonce::Nonce;
use provisioner::config::Config;
use store::Scheme;

use super::assets;

const FIXED: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // A form without a script is led back by its referrer.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// A year in which browsers do not try it without TLS, so that nobody between can have them do so.
const ONLY_TLS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What follows for them from where the platform is.
#[derive(Clone)]
pub(super) struct Place {
    scheme: Scheme,
    /// All shops, as a policy names them.
    shops: Arc<str>,
}

impl Place {
    pub(super) fn of(config: &Config) -> Self {
        let Config { scheme, domain_suffix, .. } = config;
        Self { scheme: *scheme, shops: format!("{scheme}://*.{domain_suffix}").into() }
    }
}

/// Sets what is fixed, and a policy under which only this answer's own scripts run.
pub(super) async fn secure(State(place): State<Place>, mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    let policy = policy(&nonce, &place.shops);
    request.extensions_mut().insert(nonce);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    fix(headers);
    if place.scheme == Scheme::Https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ONLY_TLS);
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Sets what is the same on every answer.
pub(super) fn fix(headers: &mut HeaderMap) {
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Files of the site: for ever under an address that names their content, else for an hour.
pub(super) async fn cache_files(request: Request, next: Next) -> Response {
    let is_named = assets::is_named(request.uri());
    let mut response = next.run(request).await;
    if is_file(response.headers()) && (response.status().is_success() || response.status().as_u16() == 304) {
        let kept = if is_named { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    }
    response
}

/// Files are compressed already, and what scripts ask for is small.
pub(super) fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let content = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content.is_some_and(|content| content.starts_with("text/html"))
}

fn is_file(headers: &HeaderMap) -> bool {
    headers.contains_key(header::LAST_MODIFIED)
}

/// A form is answered here, or leads on to a shop.
fn policy(nonce: &Nonce, shops: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self'; img-src 'self'; \
         connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self' {shops}; frame-ancestors 'none'"
    )
}
