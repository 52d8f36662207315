//! The operator's window, over HTTP: on a port of its own that web alone is led to, and for whoever seals what is asked.

use axum::{
    Json, Router,
    extract::{Path, Query, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, uri::PathAndQuery};
use provisioner::{
    operator::{Window, WindowError},
    window::{Logs, LogsWanted, Metrics, Refusal, seal::HEADER},
};
use store::{StoreId, Vitals};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::web::LIMITS;

/// Serves until `shutdown`.
pub(crate) async fn serve(listener: TcpListener, window: Window, shutdown: CancellationToken) {
    listen::run(listener, router(window), LIMITS, shutdown).await;
}

pub(crate) fn router(window: Window) -> Router {
    Router::new()
        .route("/logs/{id}", get(logs))
        .route("/metrics/{id}", get(metrics))
        .route("/vitals/{id}", get(vitals))
        .layer(from_fn_with_state(window.clone(), admit))
        .with_state(window)
}

async fn admit(State(window): State<Window>, request: Request, next: Next) -> Response {
    let sealed = request.headers().get(HEADER).and_then(|sealed| sealed.to_str().ok()).unwrap_or_default();
    let address = request.uri().path_and_query().map(PathAndQuery::as_str).unwrap_or_default();
    match window.admit(sealed, address).await {
        Ok(()) => next.run(request).await,
        Err(error) => Refused(error).into_response(),
    }
}

async fn logs(
    State(window): State<Window>,
    Path(id): Path<StoreId>,
    Query(wanted): Query<LogsWanted>,
) -> Result<Json<Logs>, Refused> {
    Ok(Json(window.logs(&id, wanted).await.map_err(Refused)?))
}

async fn metrics(State(window): State<Window>, Path(id): Path<StoreId>) -> Result<Json<Metrics>, Refused> {
    Ok(Json(window.metrics(&id).await.map_err(Refused)?))
}

async fn vitals(State(window): State<Window>, Path(id): Path<StoreId>) -> Result<Json<Vitals>, Refused> {
    Ok(Json(window.vitals(&id).map_err(Refused)?))
}

struct Refused(WindowError);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match &self.0 {
            WindowError::Sealed => StatusCode::UNAUTHORIZED,
            WindowError::NotFound(_) => StatusCode::NOT_FOUND,
            WindowError::Busy => StatusCode::TOO_MANY_REQUESTS,
            WindowError::NotReady | WindowError::NoSecret | WindowError::Unreadable(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        (status, Json(Refusal::from(self.0.said()))).into_response()
    }
}
