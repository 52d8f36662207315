//! A store's logs and metrics: shown by the operator, to whom the guard lets see the store.

use std::sync::Arc;

use app::{
    components::Whence,
    error::ApiError,
    guard::{Asking, seeing},
    links,
    plain::{
        self,
        logs::{self, Asked},
        metrics,
    },
    texts::{errors, logs as texts},
};
use axum::{
    Extension, RequestPartsExt, Router,
    extract::{FromRequestParts, Path, Query, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use http::{HeaderName, StatusCode, header, request::Parts};
use leptos::nonce::Nonce;
use provisioner::{
    resource::now,
    stores::Stores,
    window::{
        Logs, LogsWanted, MOST_LINES, Metrics,
        client::{AskError, Client},
        seal::{self, Key},
    },
};
use serde::Deserialize;
use store::{Person, StoreId, StoreView};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// From where a script reads on.
const CURSOR: HeaderName = HeaderName::from_static("x-cursor");

#[derive(Clone)]
pub(super) struct Shown {
    pub(super) stores: Stores,
    pub(super) window: Client,
    /// Where the pages' style is.
    pub(super) style: String,
    /// Whoever waits for lines is let go of then.
    pub(super) stopping: CancellationToken,
    /// Logs that may be held at a time, as they came and as they are shown: they fit the memory that the chart gives.
    pub(super) places: Arc<Semaphore>,
}

pub(super) const PLACES: usize = 3;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    part: String,
    level: String,
    q: String,
    lines: String,
    after: String,
    from: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CameFrom {
    from: String,
}

impl Typed {
    fn asked(self) -> Asked {
        let whence = Whence::parse(&self.from);
        Asked { whence, ..Asked::parse(self.part, &self.level, self.q, &self.lines) }
    }
}

pub(super) fn routes<S>(shown: Shown) -> Router<S> {
    let below = |place: &str| format!("{}/{{id}}{place}", links::STORES);
    Router::new()
        .route(&below("/logs"), get(show_logs))
        .route(&below(links::LOGS_SINCE), get(tell_since))
        .route(&below(links::LOGS_FILE), get(hand_out))
        .route(&below("/metrics"), get(show_metrics))
        .with_state(shown)
}

async fn show_logs(
    State(site): State<Shown>,
    seen: Seen,
    Extension(nonce): Extension<Nonce>,
    Query(typed): Query<Typed>,
) -> Response {
    let asked = typed.asked();
    // Never closed.
    let _place = site.places.acquire().await;
    let shown = site.logs(&seen, &asked.wanted()).await;
    let (status, shown) = told(shown);
    let page = logs::page(&site.style, &seen.person, &seen.view, &nonce.to_string(), &asked, &shown, now());
    (status, Html(page)).into_response()
}

/// What a script asks for that follows the log. It is answered as soon as there is something, or after a while with nothing.
async fn tell_since(State(site): State<Shown>, seen: Seen, Query(typed): Query<Typed>) -> Response {
    let after = typed.after.clone();
    let wanted = logs::followed(&typed.asked(), &after);
    let shown = tokio::select! {
        shown = site.logs(&seen, &wanted) => shown,
        () = site.stopping.cancelled() => return [(CURSOR, after)].into_response(),
    };
    let _place = site.places.acquire().await;
    match told(shown) {
        (_, Ok(logs)) => ([(CURSOR, logs.cursor.to_string())], Html(logs::fragment(&logs))).into_response(),
        (status, Err(sentence)) => (status, sentence).into_response(),
    }
}

async fn hand_out(State(site): State<Shown>, seen: Seen, Query(typed): Query<Typed>) -> Response {
    let mut wanted = typed.asked().wanted();
    wanted.lines = MOST_LINES;
    let _place = site.places.acquire().await;
    match told(site.logs(&seen, &wanted).await) {
        (_, Ok(logs)) => {
            let headers = [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("attachment; filename=\"{}.log.txt\"", seen.view.summary.id),
                ),
            ];
            (headers, logs::text(&logs)).into_response()
        }
        (status, Err(sentence)) => (status, format!("{sentence}\n")).into_response(),
    }
}

async fn show_metrics(
    State(site): State<Shown>,
    seen: Seen,
    Query(CameFrom { from }): Query<CameFrom>,
) -> Response {
    let whence = Whence::parse(&from);
    let (status, shown) = told(site.metrics(&seen).await);
    (status, Html(metrics::page(&site.style, &seen.person, &seen.view, &whence, &shown, now())))
        .into_response()
}

/// The store at the address and whoever asks, to whom the guard lets it be seen.
struct Seen {
    person: Person,
    view: StoreView,
    /// What their request to the operator is sealed with; nothing until this process has read it.
    key: Option<Key>,
}

impl FromRequestParts<Shown> for Seen {
    /// What they get instead of it.
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Shown) -> Result<Self, Response> {
        let Extension(asking) =
            parts.extract::<Extension<Asking>>().await.map_err(IntoResponse::into_response)?;
        let Path(id) = parts.extract::<Path<String>>().await.map_err(IntoResponse::into_response)?;
        let found = match StoreId::parse(&id) {
            Ok(id) => seeing(&asking, &site.stores, &id).await,
            Err(_) => Err(ApiError::NotFound(errors::no_store_id().to_owned())),
        };
        let (person, view) = found.map_err(|error| {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            match (error, asking.person()) {
                (ApiError::NotFound(_), Some(person)) => {
                    (status, Html(plain::no_such_store(&site.style, &person))).into_response()
                }
                (_, None) => Redirect::to(links::SIGN_IN).into_response(),
                (error, _) => (status, format!("{error}\n")).into_response(),
            }
        })?;
        let key = asking.access.key_for(seal::PURPOSE).map(Key::new);
        Ok(Self { person, view, key })
    }
}

impl Seen {
    fn key(&self) -> Result<&Key, AskError> {
        self.key.as_ref().ok_or(AskError::NobodyActs)
    }
}

impl Shown {
    async fn logs(&self, seen: &Seen, wanted: &LogsWanted) -> Result<Logs, AskError> {
        self.window.logs(seen.key()?, &seen.view.summary.id, wanted).await
    }

    async fn metrics(&self, seen: &Seen) -> Result<Metrics, AskError> {
        self.window.metrics(seen.key()?, &seen.view.summary.id).await
    }
}

/// The answer's status, and what is shown or why nothing is.
fn told<T>(shown: Result<T, AskError>) -> (StatusCode, Result<T, String>) {
    let error = match shown {
        Ok(shown) => return (StatusCode::OK, Ok(shown)),
        Err(error) => error,
    };
    let status = match &error {
        AskError::Refused { status: StatusCode::UNAUTHORIZED, .. } => {
            tracing::error!(
                "the operator does not take this process for the dashboard: do their clocks differ?"
            );
            return (StatusCode::SERVICE_UNAVAILABLE, Err(texts::not_shown().to_owned()));
        }
        AskError::Refused { status, .. } => *status,
        AskError::Silent { detail } => {
            tracing::warn!(detail, "the operator's window does not answer");
            StatusCode::SERVICE_UNAVAILABLE
        }
        AskError::NobodyActs | AskError::NoWindow => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Err(errors::of_window(&error)))
}
