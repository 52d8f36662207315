//! The operator process: its loop, and what Kubernetes and Prometheus ask of it.

use std::sync::Arc;

use anyhow::Context;
use axum::{Router, extract::State, response::IntoResponse, routing::get};
use http::StatusCode;
use provisioner::{config::Config, operator::Health};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Runs until `shutdown`, and until what is then running has had its time.
pub(crate) async fn serve(
    listener: TcpListener,
    client: kube::Client,
    config: Arc<Config>,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let health = Health::default();
    let router = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(measure))
        .with_state(health.clone());
    // Health is told for as long as there is something to tell of, which is longer than until the signal.
    let done = CancellationToken::new();
    let until = done.clone();
    let server = tokio::spawn(async move {
        axum::serve(listener, router).with_graceful_shutdown(until.cancelled_owned()).await
    });
    let scratch = std::env::temp_dir().join("storeyard");
    std::fs::create_dir_all(&scratch).with_context(|| format!("{} cannot be made", scratch.display()))?;
    provisioner::operator::run(client, config, scratch, health, shutdown).await;
    done.cancel();
    server.await?.context("health could not be told")
}

async fn ready(State(health): State<Health>) -> impl IntoResponse {
    if health.is_ready() {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the stores have not been read yet, or the operator ends\n")
    }
}

async fn measure(State(health): State<Health>) -> String {
    health.measure();
    crate::metrics::render()
}
