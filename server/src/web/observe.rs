//! A line in the log and a count for every request. Never the query: a form that came back carries what was typed in it.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use http::Method;
use provisioner::TRACES;
use tracing::Instrument;

pub(super) async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("(file)", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!(
        target: TRACES,
        "request",
        otel.kind = "server",
        http.request.method = known(&method),
        http.route = route.as_str(),
        http.response.status_code = tracing::field::Empty,
    );
    let response = next.run(request).instrument(span.clone()).await;
    let took = started.elapsed();
    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    metrics::counter!("storeyard_http_requests_total", "route" => route.clone(), "status" => status.to_string()).increment(1);
    metrics::histogram!("storeyard_http_request_seconds", "route" => route).record(took.as_secs_f64());
    let duration_ms = took.as_secs_f64() * 1000.0;
    tracing::info!(%method, path, status, duration_ms, "request");
    response
}

/// What a stranger calls a method may be anything.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::OPTIONS => method.as_str(),
        _ => "_OTHER",
    }
}
