//! What went wrong, as a page with a sentence.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::{Storefront, personal};
use crate::backend::Trouble;
use crate::groups::Groups;
use crate::pages::{Head, problem};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    NoPage,
    NoProduct,
    NoOrder,
    /// The shop has no region, so nothing has a price.
    NotOpen,
    /// What was sent by a page of another site.
    CrossSite,
    /// What no form of these pages sends.
    NotUnderstood,
    Away,
    Late,
    /// An order may have been placed, or not.
    Unsure,
    /// The cart cannot be taken to another region.
    NotThere,
}

/// When to ask again.
const SOON: HeaderValue = HeaderValue::from_static("5");

impl Problem {
    fn status(self) -> StatusCode {
        match self {
            Self::NoPage | Self::NoProduct | Self::NoOrder => StatusCode::NOT_FOUND,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotUnderstood => StatusCode::BAD_REQUEST,
            Self::NotThere => StatusCode::CONFLICT,
            Self::NotOpen | Self::Away => StatusCode::SERVICE_UNAVAILABLE,
            Self::Late | Self::Unsure => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// Title, sentence, and where it goes on.
    fn told(self) -> problem::Told {
        let (title, sentence, (path, link)) = match self {
            Self::NoPage => ("Nothing is here", "The address has a mistake in it, or the page is gone.", ALL),
            Self::NoProduct => (
                "This is not sold here",
                "It was taken out of the shop, or the address has a mistake in it.",
                ALL,
            ),
            Self::NoOrder => (
                "No order is known here",
                "An order is shown in the browser in which it was placed, until that is closed.",
                ALL,
            ),
            Self::NotOpen => (
                "The shop is not open yet",
                "Its owner has not said yet where it sells. Come back later.",
                ("/", "Try again"),
            ),
            Self::CrossSite => (
                "That came from another site",
                "It was refused, and nothing has changed. If it was you, do it again here.",
                CART,
            ),
            Self::NotUnderstood => (
                "That was not understood",
                "What was sent is nothing that a page of this shop sends. Go back and try again.",
                ALL,
            ),
            Self::Away => (
                "The shop is away for a moment",
                "It does not answer right now. Your cart is kept: try again in a minute.",
                ("/", "Try again"),
            ),
            Self::Late => (
                "The shop takes too long",
                "It did not answer in time. Your cart is kept: try again in a minute.",
                CART,
            ),
            Self::Unsure => (
                "The shop takes too long",
                "Your order may have been placed already. Ask again: nothing is ever ordered twice.",
                ("/checkout/delivery", "See what became of it"),
            ),
            Self::NotThere => (
                "Not all of it is sold there",
                "Something in your cart has no price in that region. Take it out first, then change the region.",
                CART,
            ),
        };
        problem::Told { title, sentence, path, link }
    }
}

const ALL: (&str, &str) = ("/", "See all products");
const CART: (&str, &str) = ("/cart", "See your cart");

impl From<Trouble> for Problem {
    /// What a page makes of trouble that it has no better words for. The log has the backend's.
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Missing => return Self::NoPage,
            Trouble::Late => tracing::warn!(%trouble, "a page could not be made"),
            Trouble::Away(_) | Trouble::OutOfStock | Trouble::Busy | Trouble::Refused(_) => {
                tracing::warn!(%trouble, "a page could not be made");
                return Self::Away;
            }
        }
        Self::Late
    }
}

/// A problem goes with its answer to where pages are put around it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Puts a page around what went wrong, be it told by a page here or by what reads requests.
pub(super) async fn tell(State(storefront): State<Storefront>, response: Response) -> Response {
    let status = response.status();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) => *problem,
        None if is_page || !(status.is_client_error() || status.is_server_error()) => return response,
        None if status == StatusCode::NOT_FOUND => Problem::NoPage,
        None => Problem::NotUnderstood,
    };
    let name = storefront.0.name();
    let groups = Groups::default();
    let head = Head {
        name: &name,
        regions: &[],
        region: None,
        groups: &groups,
        group: None,
        pieces: None,
        search: "",
    };
    let mut answer = personal(problem.status(), problem::page(&head, &problem.told()));
    if problem.status().is_server_error() {
        answer.headers_mut().insert(header::RETRY_AFTER, SOON);
    }
    answer
}
