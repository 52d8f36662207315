//! A sign-in that has begun, as the browser keeps it until the provider has answered.

use std::time::Duration;

use cookie::Key;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier};
use serde::{Deserialize, Serialize};
use store::{Millis, time::Elapsed};
use subtle::ConstantTimeEq;

use crate::sealed;

const PURPOSE: &str = "oidc";
/// How long one may take to sign in at the provider.
pub(super) const LASTS: Duration = Duration::from_secs(15 * 60);

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Attempt {
    state: String,
    nonce: String,
    verifier: String,
    /// The page to go on to.
    pub(super) to: String,
    begun: Millis,
}

impl Attempt {
    pub(super) fn new(to: &str, now: Millis) -> Self {
        let (_, verifier) = PkceCodeChallenge::new_random_sha256();
        Self {
            state: CsrfToken::new_random().into_secret(),
            nonce: Nonce::new_random().secret().clone(),
            verifier: verifier.into_secret(),
            to: to.to_owned(),
            begun: now,
        }
    }

    /// Whether an answer with that state is to this attempt, and in time.
    pub(super) fn is_answered_by(&self, state: &str, now: Millis) -> bool {
        let lasts = now.since(self.begun) < Elapsed(LASTS.as_millis() as i64);
        lasts && bool::from(self.state.as_bytes().ct_eq(state.as_bytes()))
    }

    pub(super) fn state(&self) -> CsrfToken {
        CsrfToken::new(self.state.clone())
    }

    pub(super) fn nonce(&self) -> Nonce {
        Nonce::new(self.nonce.clone())
    }

    pub(super) fn verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.verifier.clone())
    }

    pub(super) fn seal(&self, key: &Key) -> String {
        sealed::seal(PURPOSE, self, key)
    }

    pub(super) fn open(sealed: &str, key: &Key) -> Option<Self> {
        sealed::open(PURPOSE, sealed, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Session, session::tests::session};

    #[test]
    fn an_answer_is_to_the_attempt_whose_state_it_has_and_in_time() {
        let attempt = Attempt::new("/stores", Millis(0));
        let late = Millis(LASTS.as_millis() as i64);
        assert!(attempt.is_answered_by(&attempt.state, Millis(late.0 - 1)));
        assert!(!attempt.is_answered_by(&attempt.state, late));
        assert!(!attempt.is_answered_by("", Millis(1)));
        assert!(!attempt.is_answered_by(&Attempt::new("/stores", Millis(0)).state, Millis(1)));
    }

    #[test]
    fn what_the_browser_keeps_opens_as_nothing_else_and_tells_nothing() {
        let (key, other) = (Key::generate(), Key::generate());
        let attempt = Attempt::new("/stores", Millis(0));
        let sealed = attempt.seal(&key);
        assert!(Attempt::open(&sealed, &key).is_some());
        assert!(Attempt::open(&sealed, &other).is_none());
        assert!(Attempt::open(&session(0).seal(&key), &key).is_none());
        assert_eq!(Session::open(&sealed, &key), None);
        assert!(!sealed.contains(&attempt.verifier));
    }
}
