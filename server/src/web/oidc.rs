//! Signing in at the identity provider: there, and back again.

use access::{
    audit::{Deed, Outcome},
    oidc::{self, Answer, BEGUN_LASTS, Refused},
};
use app::{
    door::{self as page, Refusal},
    guard::Asking,
    links,
    texts::errors,
};
use axum::{
    Extension, Router,
    extract::{Query, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use provisioner::resource::now;
use serde::Deserialize;

use super::{
    client::Client,
    door::{Door, inside, ways},
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    to: String,
}

pub(super) fn routes<S>(door: Door) -> Router<S> {
    Router::new()
        .route(links::SIGN_IN_PROVIDER, get(begin))
        .route(links::SIGN_IN_CALLBACK, get(finish))
        .with_state(door)
}

async fn begin(
    State(door): State<Door>,
    Extension(asking): Extension<Asking>,
    Extension(client): Extension<Client>,
    Query(asked): Query<Asked>,
) -> Response {
    let to = inside(&asked.to);
    match asking.access.begin(to, now()).await {
        Ok(begun) => {
            let mut response = Redirect::to(begun.url.as_str()).into_response();
            door.sessions.keep_attempt(begun.sealed, BEGUN_LASTS, response.headers_mut());
            response
        }
        Err(refused) => refuse(&door, &asking, client, to, &refused),
    }
}

async fn finish(
    State(door): State<Door>,
    Extension(asking): Extension<Asking>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Response {
    let sealed = door.sessions.attempt_of(&headers);
    let mut response = match asking.access.finish(sealed, &answer, client.0, now()).await {
        Ok(signed_in) => {
            record(&asking, client, Ok(&signed_in));
            door.begin(&signed_in.session, &asking, inside(&signed_in.to)).await
        }
        Err(refused) => refuse(&door, &asking, client, links::STORES, &refused),
    };
    // Whatever came of it, it is not to be had again.
    door.sessions.forget_attempt(response.headers_mut());
    response
}

/// The one place that knows of every sign-in by this way, done or refused.
fn record(asking: &Asking, Client(from): Client, outcome: Result<&oidc::SignedIn, &Refused>) {
    match outcome {
        Ok(oidc::SignedIn { person, .. }) => {
            tracing::info!(target: "audit", person = %person.id, name = ?person.name, %from, "signed in");
            asking.note(Some(person.id.clone()), Deed::SignIn, Outcome::Done);
        }
        Err(reason) => {
            tracing::info!(target: "audit", %from, %reason, "not signed in");
            let outcome = match reason {
                Refused::TooMany(_) => Outcome::Throttled,
                Refused::Unknown { .. } | Refused::Away { .. } | Refused::NotReady(_) => Outcome::Failed,
                Refused::Off
                | Refused::Stale
                | Refused::Declined { .. }
                | Refused::Untrusted { .. }
                | Refused::NoRole { .. } => Outcome::Refused,
            };
            asking.note(None, Deed::SignIn, outcome);
        }
    }
}

fn refuse(door: &Door, asking: &Asking, client: Client, to: &str, refused: &Refused) -> Response {
    record(asking, client, Err(refused));
    let refusal = Some(Refusal::Elsewhere(errors::of_provider(refused)));
    let page = page::sign_in(&door.style, &ways(&asking.access), to, "", refusal);
    let mut response = (status(refused), Html(page)).into_response();
    if let Refused::TooMany(wait) = refused {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    response
}

fn status(refused: &Refused) -> StatusCode {
    match refused {
        Refused::Off => StatusCode::NOT_FOUND,
        Refused::Stale => StatusCode::BAD_REQUEST,
        Refused::Declined { .. } | Refused::Untrusted { .. } | Refused::NoRole { .. } => {
            StatusCode::FORBIDDEN
        }
        Refused::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        Refused::Unknown { .. } => StatusCode::BAD_GATEWAY,
        Refused::Away { .. } | Refused::NotReady(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
