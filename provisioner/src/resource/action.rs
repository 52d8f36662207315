//! What is done once in a part of a store that is there, because somebody asked: an annotation of the Store says what, and its status what
//! became of it. Nothing secret is in either.

use std::{fmt, time::Duration};

use engine::Verb;
use kube::ResourceExt;
use serde::{Deserialize, Serialize};
use store::{Account, Millis, StoreId, Told, view::Ask};

use super::{Store, hexadecimal, now};

/// On a Store: the action that was asked for last.
pub const ACTION_ANNOTATION: &str = "storeyard.dev/action";
/// After this long nobody waits for it any more, and it is not done.
pub const LASTS: Duration = Duration::from_secs(60);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub id: ActionId,
    pub at: Millis,
    /// The administrator whom it is about, as they are named when they sign in.
    pub account: Account,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum What {
    /// Whoever comes with the token that has this digest is signed in.
    SignIn { digest: Digest },
    /// Their password becomes the one in the action's own Secret, which goes with it.
    SetPassword,
}

/// What became of the action that was asked for last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    pub id: ActionId,
    pub at: Millis,
    /// Why it was not done, as a sentence.
    pub refused: Option<String>,
    /// The same by codes, where it has them.
    #[serde(default)]
    pub said: Told,
}

/// 32 random hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ActionId(String);

/// A SHA-256, hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {0} hexadecimal digits")]
pub struct NotHexadecimal(usize);

impl What {
    /// By which of the engine's commands it is done.
    pub fn verb(&self) -> Verb {
        match self {
            Self::SignIn { .. } => Verb::SignIn,
            Self::SetPassword => Verb::SetPassword,
        }
    }

    pub fn ask(&self) -> Ask {
        match self {
            Self::SignIn { .. } => Ask::SignIn,
            Self::SetPassword => Ask::NewPassword,
        }
    }
}

impl Action {
    /// Asked for now.
    pub fn new(account: Account, what: What) -> Self {
        Self { id: ActionId::random(), at: now(), account, what }
    }

    /// As the Store's annotation has it.
    pub fn written(&self) -> String {
        // Texts and numbers can be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn is_old(&self, now: Millis) -> bool {
        now.since(self.at).0 > i64::try_from(LASTS.as_millis()).unwrap_or(i64::MAX)
    }
}

impl Store {
    /// What was asked for last. What cannot be understood asks for nothing.
    pub fn action(&self) -> Option<Action> {
        serde_json::from_str(self.annotations().get(ACTION_ANNOTATION)?).ok()
    }
}

impl ActionId {
    const DIGITS: usize = 32;

    pub fn random() -> Self {
        Self(hexadecimal(&rand::random::<[u8; Self::DIGITS / 2]>()))
    }

    /// What is secret of it, in the platform's namespace.
    pub fn secret(&self, id: &StoreId) -> String {
        format!("{}{self}", Self::secrets(id))
    }

    /// Whether a Secret is of an action of that store.
    pub fn is_secret_of(name: &str, id: &StoreId) -> bool {
        name.strip_prefix(&Self::secrets(id)).is_some_and(|id| Self::try_from(id.to_owned()).is_ok())
    }

    fn secrets(id: &StoreId) -> String {
        format!("store-{id}-action-")
    }
}

impl Digest {
    const DIGITS: usize = 64;

    pub fn of(text: &str) -> Self {
        use sha2::Digest as _;
        Self(hexadecimal(&sha2::Sha256::digest(text)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ActionId {
    type Error = NotHexadecimal;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        digits(text, Self::DIGITS).map(Self)
    }
}

impl From<ActionId> for String {
    fn from(id: ActionId) -> Self {
        id.0
    }
}

impl TryFrom<String> for Digest {
    type Error = NotHexadecimal;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        digits(text, Self::DIGITS).map(Self)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

fn digits(text: String, count: usize) -> Result<String, NotHexadecimal> {
    let fits = text.len() == count
        && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if fits { Ok(text) } else { Err(NotHexadecimal(count)) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::resource::view::tests::resource;

    pub(crate) fn sign_in(at: Millis) -> Action {
        Action {
            id: ActionId::random(),
            at,
            account: Account::parse("ada").unwrap(),
            what: What::SignIn { digest: Digest::of("a token") },
        }
    }

    fn asked(annotation: &str) -> Option<Action> {
        let mut store = resource();
        store.annotations_mut().insert(ACTION_ANNOTATION.to_owned(), annotation.to_owned());
        store.action()
    }

    #[test]
    fn an_action_is_read_as_it_is_written() {
        let action = sign_in(Millis(1));
        assert_eq!(asked(&action.written()), Some(action.clone()));
        assert!(!action.written().contains("a token"));
        assert_eq!(resource().action(), None);
    }

    #[test]
    fn what_cannot_be_understood_asks_for_nothing() {
        let written = sign_in(Millis(1)).written();
        let digest = Digest::of("a token");
        for other in [
            String::new(),
            "please".into(),
            written.replace("signIn", "dance"),
            written.replace(digest.as_str(), "abc"),
            written.replace(digest.as_str(), &digest.as_str().to_uppercase()),
            written.replace("\"id\":\"", "\"id\":\"../"),
        ] {
            assert_eq!(asked(&other), None, "{other}");
        }
    }

    #[test]
    fn what_is_secret_of_an_action_is_named_by_store_and_action() {
        let [id, other] = ["a", "a-action-b"].map(|id| StoreId::parse(id).unwrap());
        let action = ActionId::random();
        assert!(ActionId::is_secret_of(&action.secret(&id), &id));
        assert!(!ActionId::is_secret_of(&action.secret(&other), &id));
        assert!(!ActionId::is_secret_of(&other.credentials_secret(), &id));
    }

    #[test]
    fn an_action_is_old_after_a_minute() {
        let action = sign_in(Millis(1_000));
        assert!(!action.is_old(Millis(0)) && !action.is_old(Millis(61_000)) && action.is_old(Millis(61_001)));
    }
}
