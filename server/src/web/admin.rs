//! Pages that are for admins alone.

use app::{guard::Asking, links, plain};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use store::{Person, Role};

/// Who asks for the page `here`, or what they get instead of it: the sign-in, or the sentence that says whom it is for.
pub(super) fn admin(
    asking: &Asking,
    style: &str,
    here: &str,
    refusal: &str,
) -> Result<Person, Box<Response>> {
    let Some(person) = asking.person() else {
        return Err(Box::new(Redirect::to(links::SIGN_IN).into_response()));
    };
    if person.role != Role::Admin {
        let page = plain::refused(style, &person, here, refusal);
        return Err(Box::new((StatusCode::FORBIDDEN, Html(page)).into_response()));
    }
    Ok(person)
}
