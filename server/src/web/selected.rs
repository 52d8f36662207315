//! What is asked of several stores of the list at once, by a form without a script and with one.

use app::{
    api::selected::{self, Told},
    error::ApiError,
    guard::Asking,
    links,
    plain::selected as pages,
    texts::selected as texts,
};
use axum::{
    Extension, Form, Router,
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
    routing::post,
};
use http::StatusCode;
use provisioner::stores::Stores;
use store::{ListQuery, Person, Selection, StoreView, Verb};

#[derive(Clone, Debug)]
pub(super) struct Selecting {
    pub(super) stores: Stores,
    /// Where the pages' style is.
    pub(super) style: String,
}

pub(super) fn routes<S>(selecting: Selecting) -> Router<S> {
    Router::new().route(links::STORES, post(ask)).with_state(selecting)
}

async fn ask(
    State(site): State<Selecting>,
    Extension(asking): Extension<Asking>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let Some(person) = asking.person() else { return Redirect::to(links::SIGN_IN).into_response() };
    let pairs = || sent.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let list = ListQuery::parse(pairs());
    match Selection::parse(pairs()) {
        Err(error) => {
            let page = pages::refused(&site.style, &person, &list, texts::refusal(error));
            (StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response()
        }
        Ok(selection) if selection.verb == Verb::Delete && !selection.is_confirmed() => {
            site.confirm(&asking, &person, &list, selection).await
        }
        Ok(Selection { verb, stores, .. }) => {
            let told = selected::ask(&asking, &site.stores, verb, stores).await;
            match status(&told) {
                None => Redirect::to(&links::list(&list)).into_response(),
                Some(status) => {
                    (status, Html(pages::told(&site.style, &person, &list, verb, told))).into_response()
                }
            }
        }
    }
}

impl Selecting {
    /// Asks whether it is meant that those go that can.
    async fn confirm(
        &self,
        asking: &Asking,
        person: &Person,
        list: &ListQuery,
        selection: Selection,
    ) -> Response {
        let wrong = selection.typed.is_some();
        let told = selected::deletable(asking, &self.stores, selection.stores).await;
        let status = match status(&told) {
            _ if wrong => StatusCode::UNPROCESSABLE_ENTITY,
            status => status.unwrap_or(StatusCode::OK),
        };
        let (deletable, refused): (Vec<_>, Vec<_>) = told.into_iter().partition(|told| told.became.is_ok());
        let deletable: Vec<StoreView> = deletable.into_iter().filter_map(|told| told.became.ok()).collect();
        let page = if deletable.is_empty() {
            let refused = refused.into_iter().map(|Told { id, name, became }| Told {
                id,
                name,
                became: became.map(drop),
            });
            pages::told(&self.style, person, list, Verb::Delete, refused.collect())
        } else {
            pages::confirm(&self.style, person, list, &deletable, &refused, wrong)
        };
        (status, Html(page)).into_response()
    }
}

/// Nothing where all of it was done; where some of it was, that is what counts.
fn status<T>(told: &[Told<T>]) -> Option<StatusCode> {
    let refused = |told: &Told<T>| told.became.as_ref().err().map(ApiError::status);
    let first = told.iter().find_map(refused)?;
    let is_none_done = told.iter().all(|told| told.became.is_err());
    Some(StatusCode::from_u16(first).ok().filter(|_| is_none_done).unwrap_or(StatusCode::OK))
}
