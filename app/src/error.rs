//! The one error of the server functions: a sentence for the person, and the status that goes with it.

use std::fmt;

use leptos::server_fn::{
    codec::PostcardEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};
use store::{FieldError, NewStoreForm, Options, StoreId};

use crate::{api::build::MISMATCH, texts::live::error as texts};

/// Displays as the sentence for the person, in the language of their page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApiError {
    /// 422: what was typed cannot be a store. Carries what was typed, so that a form sent without a script keeps it.
    Invalid { errors: Vec<FieldError>, kept: Box<Kept> },
    /// 422: the name that was typed to confirm is not the store's.
    WrongName(String),
    /// 422: what was typed cannot be used.
    Unfit(String),
    /// 401
    SignedOut,
    /// 403: not for this person.
    Forbidden(String),
    /// 404
    NotFound(String),
    /// 409: not possible in the store's present phase.
    Conflict(String),
    /// 409: the same form was sent before, with other content.
    SentBefore { name: String, id: StoreId },
    /// 503: the cluster does not answer, or does not allow it.
    Unavailable(String),
    /// 400: not a request that a page makes.
    Malformed,
    /// 500: the log has the cause.
    Internal,
    /// 412: another build's page.
    Outdated,
    /// 429: asked for too fast; how long to wait.
    TooMany { sentence: String, seconds: u32 },
    /// Met in the browser only: no answer, or one that is not Storeyard's.
    Unreachable,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WrongName(sentence)
            | Self::Unfit(sentence)
            | Self::Forbidden(sentence)
            | Self::NotFound(sentence)
            | Self::Conflict(sentence)
            | Self::Unavailable(sentence)
            | Self::TooMany { sentence, .. } => sentence,
            Self::SentBefore { name, .. } => return f.write_str(&texts::sent_before(name)),
            Self::Invalid { .. } => texts::invalid(),
            Self::SignedOut => texts::signed_out(),
            Self::Malformed => texts::malformed(),
            Self::Internal => texts::internal(),
            Self::Outdated => texts::outdated(),
            Self::Unreachable => texts::unreachable(),
        })
    }
}

impl std::error::Error for ApiError {}

/// What was typed into the form, but for the password, which goes nowhere but to the cluster. It goes through the address of a page, so of a
/// text that is longer than any field takes only the beginning is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub request: String,
    pub name: String,
    pub engine: String,
    pub plan: String,
    pub egress: String,
    pub options: Options,
    pub email: String,
    pub user: String,
}

impl From<&NewStoreForm> for Kept {
    fn from(form: &NewStoreForm) -> Self {
        let options = form.options.iter().take(Self::MAX_OPTIONS);
        Self {
            request: begun(&form.request),
            name: begun(&form.name),
            engine: begun(&form.engine),
            plan: begun(&form.plan),
            egress: begun(&form.egress),
            options: options.map(|(question, choice)| (begun(question), begun(choice))).collect(),
            email: begun(&form.email),
            user: begun(&form.user),
        }
    }
}

impl Kept {
    /// Sixty characters of any script, and more.
    const MAX_BYTES: usize = 320;
    const MAX_OPTIONS: usize = 16;
}

fn begun(text: &str) -> String {
    text[..text.floor_char_boundary(Kept::MAX_BYTES)].to_owned()
}

impl From<Kept> for NewStoreForm {
    fn from(kept: Kept) -> Self {
        let Kept { request, name, engine, plan, egress, options, email, user } = kept;
        Self { request, name, engine, plan, egress, options, email, user, password: String::new() }
    }
}

impl ApiError {
    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::Invalid { .. } | Self::WrongName(_) | Self::Unfit(_) => 422,
            Self::SignedOut => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound(_) => 404,
            Self::Conflict(_) | Self::SentBefore { .. } => 409,
            Self::Unavailable(_) | Self::Unreachable => 503,
            Self::TooMany { .. } => 429,
            Self::Malformed => 400,
            Self::Outdated => MISMATCH,
            Self::Internal => 500,
        }
    }

    /// When to ask again, in seconds, where that is known.
    pub fn again_after(&self) -> Option<u32> {
        match self {
            Self::TooMany { seconds, .. } => Some(*seconds),
            _ => None,
        }
    }
}

impl FromServerFnError for ApiError {
    type Encoder = PostcardEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Malformed,
            ServerFnErrorErr::MiddlewareError(_) => Self::Outdated,
            // What the server cannot decode is a request; what the browser cannot decode is an answer.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => Self::Malformed,
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Deserialization(_) => Self::Unreachable,
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_form_has_no_password() {
        let form = NewStoreForm {
            name: "Atelier".into(),
            options: [("language".into(), "de_DE".into())].into(),
            password: "correct horse".into(),
            ..NewStoreForm::default()
        };
        let kept = Kept::from(&form);
        assert!(!format!("{kept:?}").contains("horse"));
        assert_eq!(NewStoreForm::from(kept), NewStoreForm { password: String::new(), ..form });
    }

    #[test]
    fn what_is_kept_of_a_form_fits_an_address() {
        let long = || "ü".repeat(60_000);
        let options = (0..1_000).map(|n| (format!("{n:03}{}", long()), long())).collect();
        let form = NewStoreForm { name: long(), user: long(), options, ..NewStoreForm::default() };
        let kept = Kept::from(&form);
        assert_eq!(kept.name, "ü".repeat(160));
        assert_eq!(kept.options.len(), 16);
    }

    #[test]
    fn no_answer_reads_as_a_lost_connection() {
        let error = ApiError::from_server_fn_error(ServerFnErrorErr::Request("refused".into()));
        assert_eq!(error, ApiError::Unreachable);
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_request_that_cannot_be_decoded_is_the_senders_mistake() {
        let error =
            ApiError::from_server_fn_error(ServerFnErrorErr::Deserialization("expected value".into()));
        assert_eq!(error.status(), 400);
    }
}
