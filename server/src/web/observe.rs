//! A line in the log and a count for every request. Never the query: a form that came back carries what was typed in it.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};

pub(super) async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("(file)", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let took = started.elapsed();
    let status = response.status().as_u16();
    metrics::counter!("storeyard_http_requests_total", "route" => route.clone(), "status" => status.to_string()).increment(1);
    metrics::histogram!("storeyard_http_request_seconds", "route" => route).record(took.as_secs_f64());
    let duration_ms = took.as_secs_f64() * 1000.0;
    tracing::info!(%method, path, status, duration_ms, "request");
    response
}
