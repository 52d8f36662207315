//! A session: who signed in and when. It lives in the browser, sealed with the platform's key, so a stolen list of sessions does not exist.

use cookie::Key;
use serde::{Deserialize, Serialize};
use store::{Millis, PersonId, time::Elapsed};

use crate::{oidc::Told, sealed};

const PURPOSE: &str = "session";
/// How old what a session knows of its last use may be: it is not sealed anew with every answer.
const SEEN_STEP: Elapsed = Elapsed(60_000);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Drawn anew at every sign-in. Begins with the person, so that it is known whose sessions were ended.
    pub id: String,
    pub person: PersonId,
    /// The mark of the password's hash, or of what was decided of the identity provider: another one ends the sessions of the old one.
    pub mark: String,
    pub issued: Millis,
    pub seen: Millis,
    /// What an identity provider said of them; nothing of a local user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
}

impl Session {
    pub fn new(person: PersonId, mark: String, now: Millis) -> Self {
        let id = format!("{person}.{:032x}", rand::random::<u128>());
        Self { id, person, mark, issued: now, seen: now, told: None }
    }

    /// Whether it has not run out.
    pub fn lasts(&self, idle: Elapsed, absolute: Elapsed, now: Millis) -> bool {
        now.since(self.seen) < idle && now.since(self.issued) < absolute
    }

    /// The session after a use, if that is worth sealing it anew.
    pub fn used(&self, now: Millis) -> Option<Self> {
        (now.since(self.seen) >= SEEN_STEP).then(|| Self { seen: now, ..self.clone() })
    }

    pub fn seal(&self, key: &Key) -> String {
        sealed::seal(PURPOSE, self, key)
    }

    /// Nothing, if it was not sealed with this key.
    pub fn open(sealed: &str, key: &Key) -> Option<Self> {
        sealed::open(PURPOSE, sealed, key)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Device;

    pub(crate) fn session(now: i64) -> Session {
        Session::new(PersonId::parse("ada").unwrap(), "mark".into(), Millis(now))
    }

    #[test]
    fn a_session_is_opened_by_the_key_that_sealed_it_and_by_no_other() {
        let (key, other) = (Key::generate(), Key::generate());
        let sealed = session(0).seal(&key);
        assert_eq!(
            Session::open(&sealed, &key).map(|session| session.person.to_string()),
            Some("ada".into())
        );
        assert_eq!(Session::open(&sealed, &other), None);
        assert!(!sealed.contains("ada"));
    }

    #[test]
    fn a_session_runs_out_when_nothing_is_done_and_at_its_end_in_any_case() {
        let (idle, absolute) = (Elapsed(100), Elapsed(1_000));
        let mut session = session(0);
        assert!(session.lasts(idle, absolute, Millis(99)));
        assert!(!session.lasts(idle, absolute, Millis(100)));
        session.seen = Millis(950);
        assert!(session.lasts(idle, absolute, Millis(999)));
        assert!(!session.lasts(idle, absolute, Millis(1_000)));
    }

    #[test]
    fn a_use_moves_the_end_of_idleness_and_nothing_else() {
        let session = session(0);
        assert_eq!(session.used(Millis(59_999)), None);
        assert_eq!(session.used(Millis(60_000)), Some(Session { seen: Millis(60_000), ..session.clone() }));
    }

    #[test]
    fn every_sign_in_draws_a_new_id() {
        assert_ne!(session(0).id, session(0).id);
    }

    proptest! {
        #[test]
        fn what_was_not_sealed_here_is_no_session(text in prop_oneof!["[ -~]{0,200}", "[A-Za-z0-9+/]{0,200}={0,2}", any::<String>()]) {
            let key = Key::from(&[7; 64]);
            prop_assert_eq!(Session::open(&text, &key), None);
            prop_assert_eq!(Device::open(&text, &key), None);
        }

        #[test]
        fn a_sealed_session_that_was_touched_is_none(at in 0..100usize, to in "[A-Za-z0-9+/]") {
            let key = Key::from(&[7; 64]);
            let sealed = session(0).seal(&key);
            let at = at % (sealed.len() - 4);
            let mut touched = sealed.clone();
            touched.replace_range(at..=at, &to);
            prop_assert!(touched == sealed || Session::open(&touched, &key).is_none());
        }
    }
}
