//! What Kubernetes and Prometheus ask, on a port of its own that no visitor is led to.

use access::Access;
use axum::{Router, extract::State, routing::get};
use http::StatusCode;
use provisioner::{
    operator,
    stores::{Reading, Stores},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// A part of this process that is asked after.
#[derive(Clone)]
pub(crate) enum Part {
    Web(Stores, Access),
    Operator(operator::Health),
}

impl Part {
    fn obstacle(&self) -> Option<&'static str> {
        match self {
            // A cluster that stops answering later changes nothing: the pages then say so, which they could not if nobody was led to
            // them any more.
            Self::Web(stores, _) if matches!(stores.snapshot().reading, Reading::Loading) => {
                Some("the dashboard has not read the stores yet\n")
            }
            Self::Web(_, access) => {
                (!access.is_ready()).then_some("the dashboard has not read yet who may sign in\n")
            }
            Self::Operator(health) => {
                (!health.is_ready()).then_some("the operator has not read the stores yet, or ends\n")
            }
        }
    }
}

/// Health that is being told, for as long as there is something to tell of: longer than until the signal to end.
pub(crate) struct Telling {
    done: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
}

impl Telling {
    pub(crate) fn start(listener: TcpListener, parts: Vec<Part>) -> Self {
        let done = CancellationToken::new();
        let until = done.clone().cancelled_owned();
        let serve = axum::serve(listener, router(parts)).with_graceful_shutdown(until);
        Self { done, server: tokio::spawn(serve.into_future()) }
    }

    /// # Errors
    /// Health could not be told at some time.
    pub(crate) async fn end(self) -> anyhow::Result<()> {
        self.done.cancel();
        Ok(self.server.await??)
    }
}

pub(crate) fn router(parts: Vec<Part>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(measure))
        .with_state(parts)
}

async fn ready(State(parts): State<Vec<Part>>) -> (StatusCode, &'static str) {
    match parts.iter().find_map(Part::obstacle) {
        None => (StatusCode::OK, "ok\n"),
        Some(obstacle) => (StatusCode::SERVICE_UNAVAILABLE, obstacle),
    }
}

async fn measure(State(parts): State<Vec<Part>>) -> String {
    for part in &parts {
        if let Part::Operator(health) = part {
            health.measure();
        }
    }
    crate::metrics::render()
}
