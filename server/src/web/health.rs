//! What Kubernetes and Prometheus ask.

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use http::StatusCode;
use provisioner::stores::{Reading, Stores};

use super::observe;

pub(super) fn router(stores: Stores) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(|| async { observe::metrics() }))
        .with_state(stores)
}

/// Ready once the stores were read. A cluster that stops answering later does not change that: the pages then say so, which they could
/// not if nobody was led to them any more.
async fn ready(State(stores): State<Stores>) -> impl IntoResponse {
    match &stores.snapshot().reading {
        Reading::Loading => {
            (StatusCode::SERVICE_UNAVAILABLE, "the stores have not been read yet\n".to_owned())
        }
        Reading::Fresh => (StatusCode::OK, "ok\n".to_owned()),
        Reading::Stale { why, .. } => (StatusCode::OK, format!("the cluster does not answer: {why}\n")),
    }
}
