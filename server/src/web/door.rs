//! Signing in and out, and the first user: what the forms of [`app::door`] are sent to.

use access::{
    Access, Password, Refused, Session, SetUpError, SignedIn,
    audit::{Deed, Outcome},
};
use app::{
    door::{self, Local, Refusal, Ways},
    guard::Asking,
    links,
    texts::{door as texts, errors},
};
use axum::{
    Extension, Form, Router,
    extract::{Query, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use provisioner::resource::now;
use serde::Deserialize;
use store::PersonId;

use super::{
    client::Client,
    session::{Sessions, is_inside},
};

#[derive(Clone, Debug)]
pub(super) struct Door {
    pub(super) sessions: Sessions,
    /// Where the pages' style is.
    pub(super) style: String,
}

/// What is typed at the door. Has no `Debug`, so that it is not printed.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    name: String,
    password: String,
    token: String,
    to: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    to: String,
    /// Whether somebody whom the identity provider knows has just signed out.
    left: String,
}

pub(super) fn routes<S>(door: Door) -> Router<S> {
    Router::new()
        .route(links::SIGN_IN, get(show_sign_in).post(sign_in))
        .route(links::SET_UP, get(show_set_up).post(set_up))
        .route(links::SIGN_OUT, post(sign_out))
        .route(links::SIGN_OUT_EVERYWHERE, post(sign_out_everywhere))
        .with_state(door)
}

async fn show_sign_in(
    State(door): State<Door>,
    Extension(asking): Extension<Asking>,
    Query(asked): Query<Asked>,
) -> Response {
    if asking.person().is_some() {
        return Redirect::to(inside(&asked.to)).into_response();
    }
    let mut ways = ways(&asking.access);
    if ways.provider.is_none() && ways.password == Local::NotYet {
        return Redirect::to(links::SET_UP).into_response();
    }
    ways.leave = asking.access.provider_sign_out().filter(|_| !asked.left.is_empty()).map(String::from);
    Html(door::sign_in(&door.style, &ways, inside(&asked.to), "", None)).into_response()
}

async fn sign_in(
    State(door): State<Door>,
    Extension(asking): Extension<Asking>,
    Extension(Client(from)): Extension<Client>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let device = door.sessions.device_of(&headers);
    match asking.access.sign_in(&typed.name, &typed.password, device, from, now()).await {
        Ok(signed_in) => {
            tracing::info!(target: "audit", person = %signed_in.person.id, %from, "signed in");
            asking.note(Some(signed_in.person.id.clone()), Deed::SignIn, Outcome::Done);
            door.admit(&signed_in, asking, inside(&typed.to)).await
        }
        Err(refused) => {
            // The name that was typed may be a password in the wrong field.
            tracing::info!(target: "audit", %from, reason = %refused, "not signed in");
            let outcome = match refused {
                Refused::Wrong | Refused::NotHere => Outcome::Refused,
                Refused::TooMany(_) => Outcome::Throttled,
                Refused::Busy(_) | Refused::NotReady(_) => Outcome::Failed,
            };
            asking.note(asking.access.known(&typed.name), Deed::SignIn, outcome);
            let refusal = Some(Refusal::Typed(errors::of_sign_in(&refused)));
            let page =
                door::sign_in(&door.style, &ways(&asking.access), inside(&typed.to), &typed.name, refusal);
            let status = match refused {
                Refused::Wrong | Refused::NotHere => StatusCode::FORBIDDEN,
                Refused::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
                Refused::Busy(_) | Refused::NotReady(_) => StatusCode::SERVICE_UNAVAILABLE,
            };
            let mut response = (status, Html(page)).into_response();
            if let Refused::TooMany(wait) = refused {
                let seconds = wait.as_secs().max(1);
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

async fn show_set_up(State(door): State<Door>, Extension(asking): Extension<Asking>) -> Response {
    if !asking.access.awaits_set_up() {
        return Redirect::to(links::STORES).into_response();
    }
    Html(door::set_up(&door.style, "", None)).into_response()
}

async fn set_up(
    State(door): State<Door>,
    Extension(asking): Extension<Asking>,
    Extension(Client(from)): Extension<Client>,
    Form(typed): Form<Typed>,
) -> Response {
    let again = |status, sentence: String| {
        (status, Html(door::set_up(&door.style, &typed.name, Some(sentence)))).into_response()
    };
    let id = match PersonId::parse(&typed.name) {
        Ok(id) => id,
        Err(error) => return again(StatusCode::UNPROCESSABLE_ENTITY, errors::of_person(error)),
    };
    let password = match Password::parse(&typed.password) {
        Ok(password) => password,
        Err(error) => return again(StatusCode::UNPROCESSABLE_ENTITY, errors::of_password(error)),
    };
    match asking.access.set_up(&typed.token, &id, password, from, now()).await {
        Ok(signed_in) => {
            tracing::info!(target: "audit", person = %signed_in.person.id, %from, "made the first user");
            asking.note(Some(signed_in.person.id.clone()), Deed::FirstUser, Outcome::Done);
            door.admit(&signed_in, asking, links::STORES).await
        }
        Err(error) => {
            tracing::warn!(target: "audit", %from, reason = %error, "the first user was not made");
            let outcome = match error {
                SetUpError::WrongToken | SetUpError::Reserved | SetUpError::Done => Outcome::Refused,
                SetUpError::TooMany(_) => Outcome::Throttled,
                SetUpError::Busy(_) | SetUpError::NotReady(_) | SetUpError::Unavailable(_) => Outcome::Failed,
            };
            asking.note(None, Deed::FirstUser, outcome);
            let status = match error {
                SetUpError::WrongToken => StatusCode::FORBIDDEN,
                SetUpError::Reserved => StatusCode::UNPROCESSABLE_ENTITY,
                SetUpError::Done => StatusCode::CONFLICT,
                SetUpError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
                SetUpError::Busy(_) | SetUpError::NotReady(_) | SetUpError::Unavailable(_) => {
                    StatusCode::SERVICE_UNAVAILABLE
                }
            };
            again(status, errors::of_set_up(&error))
        }
    }
}

async fn sign_out(State(door): State<Door>, Extension(asking): Extension<Asking>) -> Response {
    if let Some(person) = asking.person() {
        asking.note(Some(person.id), Deed::SignOut, Outcome::Done);
    }
    if let Some(session) = &asking.session
        && let Err(error) = asking.access.sign_out(session, now()).await
    {
        tracing::warn!(%error, "a session is ended here only: the cluster does not take it");
    }
    door.dismiss(&asking)
}

async fn sign_out_everywhere(State(door): State<Door>, Extension(asking): Extension<Asking>) -> Response {
    let Some(person) = asking.person() else { return door.dismiss(&asking) };
    match asking.access.sign_out_everywhere(&person.id, now()).await {
        Ok(()) => {
            tracing::info!(target: "audit", person = %person.id, "signed out everywhere");
            asking.note(Some(person.id), Deed::SignOutEverywhere, Outcome::Done);
            door.dismiss(&asking)
        }
        Err(error) => {
            tracing::warn!(%error, "sessions elsewhere were not ended");
            asking.note(Some(person.id), Deed::SignOutEverywhere, Outcome::Failed);
            let refusal = Some(Refusal::Elsewhere(texts::sessions_elsewhere().to_owned()));
            let page = door::sign_in(&door.style, &ways(&asking.access), links::STORES, "", refusal);
            let mut response = (StatusCode::SERVICE_UNAVAILABLE, Html(page)).into_response();
            door.sessions.forget(response.headers_mut());
            response
        }
    }
}

impl Door {
    /// With a session that is new, whatever the browser had before.
    async fn admit(&self, signed_in: &SignedIn, before: Asking, to: &str) -> Response {
        let mut response = self.begin(&signed_in.session, &before, to).await;
        self.sessions.keep_device(&signed_in.device, response.headers_mut());
        response
    }

    pub(super) async fn begin(&self, session: &Session, before: &Asking, to: &str) -> Response {
        if let Some(old) = &before.session
            && let Err(error) = before.access.sign_out(old, now()).await
        {
            tracing::warn!(%error, "the session before this one is ended here only");
        }
        let mut response = Redirect::to(to).into_response();
        self.sessions.keep(session, response.headers_mut());
        response
    }

    fn dismiss(&self, asking: &Asking) -> Response {
        let is_providers = asking.session.as_ref().is_some_and(|session| session.told.is_some());
        let to =
            if is_providers { format!("{}?left=yes", links::SIGN_IN) } else { links::SIGN_IN.to_owned() };
        let mut response = Redirect::to(&to).into_response();
        self.sessions.forget(response.headers_mut());
        // What the browser has seen here is not shown again by its back button.
        response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

pub(super) fn ways(access: &Access) -> Ways {
    let password = if !access.is_local() {
        Local::Never
    } else if access.awaits_set_up() {
        Local::NotYet
    } else {
        Local::Yes
    };
    Ways { password, provider: access.provider_name().map(str::to_owned), leave: None }
}

/// Where one goes on to: a page of ours, whatever the form said.
pub(super) fn inside(to: &str) -> &str {
    let path = to.split('?').next().unwrap_or_default();
    let is_ours = is_inside(path) && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_ours { to } else { links::STORES }
}
