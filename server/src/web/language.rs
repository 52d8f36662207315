//! In which language a request is answered, and the form that chooses another one. The choice is kept by the browser and is no secret.

use app::{components::language::FIELD, language, links};
use axum::{
    Form, Router,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use cookie::{Cookie, SameSite, time};
use http::{HeaderMap, HeaderValue, Uri, header};
use leptos::{context::provide_context, prelude::Owner, reactive::computed::ScopedFuture};
use store::{Language, Scheme};

use super::session::is_inside;

const KEPT: time::Duration = time::Duration::days(365);

/// Tells whatever renders a page in which language that is to be.
pub(super) async fn speak(mut request: Request, next: Next) -> Response {
    let language = language::asked(request.headers());
    request.extensions_mut().insert(language);
    let answer = Owner::new().with(|| {
        provide_context(language);
        ScopedFuture::new(next.run(request))
    });
    answer.await
}

pub(super) fn routes<S>(scheme: Scheme) -> Router<S> {
    Router::new().route(links::LANGUAGE, post(choose)).with_state(scheme)
}

async fn choose(
    State(scheme): State<Scheme>,
    headers: HeaderMap,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let mut response = Redirect::to(&back(&headers)).into_response();
    let chosen = sent.iter().find(|(name, _)| name == FIELD).and_then(|(_, tag)| Language::parse(tag));
    if let Some(chosen) = chosen
        && let Ok(value) = HeaderValue::from_str(&kept(chosen, scheme).to_string())
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn kept(chosen: Language, scheme: Scheme) -> Cookie<'static> {
    Cookie::build((language::COOKIE, chosen.key()))
        .path("/")
        .max_age(KEPT)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(scheme == Scheme::Https)
        .build()
}

/// To the page on which it was chosen, if that is one of ours.
fn back(headers: &HeaderMap) -> String {
    let told = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let page = told.and_then(|told| told.parse::<Uri>().ok()).and_then(|uri| uri.into_parts().path_and_query);
    let is_ours = |path: &str| is_inside(path) || path == links::SIGN_IN || path == links::SET_UP;
    page.filter(|page| is_ours(page.path())).map_or_else(|| links::STORES.to_owned(), |page| page.to_string())
}
