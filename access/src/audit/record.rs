use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use store::{Millis, PersonId, StoreId};

/// One line of the audit log. It has no text that anybody typed, so that no secret in a wrong field gets into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Tells it from every other, also where it is kept twice for a moment.
    pub id: String,
    #[serde(with = "rfc3339")]
    pub at: Millis,
    #[serde(flatten)]
    pub entry: Entry,
    /// How often that happened from then until `until`.
    pub times: u32,
    #[serde(with = "rfc3339")]
    pub until: Millis,
}

/// What is recorded, but for when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub outcome: Outcome,
    pub what: Deed,
    pub who: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreId>,
    /// Whom it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<PersonId>,
    /// A word of this program's own, such as a plan or a role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// As the proxies tell it that are believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<IpAddr>,
}

/// Tokens of programs will be another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Actor {
    Person(PersonId),
    /// Nobody that is known here: what was typed as a name is not kept.
    Stranger,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Done,
    Refused,
    /// Too many tries, so it was not looked at.
    Throttled,
    /// The cluster did not do it.
    Failed,
}

macro_rules! deeds {
    ($($deed:ident $key:literal $words:literal),+ $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Deed {
            $(#[serde(rename = $key)] $deed),+
        }

        impl Deed {
            pub const ALL: &[Self] = &[$(Self::$deed),+];

            pub fn key(self) -> &'static str {
                match self { $(Self::$deed => $key),+ }
            }

            /// As the page calls it.
            pub fn words(self) -> &'static str {
                match self { $(Self::$deed => $words),+ }
            }
        }
    };
}

deeds! {
    SignIn "sign-in" "Sign-in",
    SignOut "sign-out" "Sign-out",
    SignOutEverywhere "sign-out-everywhere" "Sign-out everywhere",
    FirstUser "first-user" "First user",
    CreateStore "create-store" "New store",
    RetryStore "retry-store" "Another try",
    ChangeStore "change-store" "Change of a store",
    MailServer "mail-server" "Own mail server",
    OpenAdmin "open-admin" "Way in to a shop",
    AdminPassword "admin-password" "Password of a shop",
    DeleteStore "delete-store" "Deletion of a store",
    RemoveNamespace "remove-namespace" "Removal of a namespace",
    AddUser "add-user" "New user",
    Role "role" "Role of a user",
    UserPassword "user-password" "Password of a user",
    OwnPassword "own-password" "Own password",
    EndSessions "end-sessions" "End of sessions",
    RemoveUser "remove-user" "Removal of a user",
}

impl Deed {
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|deed| deed.key() == key)
    }
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Done, Self::Refused, Self::Throttled, Self::Failed];

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.key() == key)
    }

    pub fn key(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
        }
    }
}

impl Entry {
    pub fn new(who: Option<PersonId>, what: Deed, outcome: Outcome, from: IpAddr) -> Self {
        let who = who.map_or(Actor::Stranger, Actor::Person);
        Self { outcome, what, who, store: None, user: None, to: None, from: Some(from) }
    }

    #[must_use]
    pub fn of_store(self, store: Option<StoreId>) -> Self {
        Self { store, ..self }
    }

    #[must_use]
    pub fn of_user(self, user: PersonId) -> Self {
        Self { user: Some(user), ..self }
    }

    #[must_use]
    pub fn to(self, to: impl Into<String>) -> Self {
        Self { to: Some(to.into()), ..self }
    }

    /// Of what happens too often to be told one by one, no more than this is.
    pub(super) fn blurred(&self) -> Self {
        let Self { outcome, what, .. } = *self;
        Self { outcome, what, who: Actor::Stranger, store: None, user: None, to: None, from: None }
    }
}

impl Record {
    pub fn line(&self) -> String {
        // Texts and numbers can be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

mod rfc3339 {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use store::Millis;

    pub(super) fn serialize<S: Serializer>(at: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
        let time = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
        serializer.collect_str(&format_args!("{time:.3}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Millis, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = text.parse::<Timestamp>().map_err(D::Error::custom)?;
        Ok(Millis(time.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_a_line_that_people_and_programs_read() {
        let ada = PersonId::parse("ada").unwrap();
        let entry = Entry::new(Some(ada), Deed::ChangeStore, Outcome::Done, IpAddr::from([192, 0, 2, 7]))
            .of_store(StoreId::parse("atelier-nord").ok())
            .to("large");
        let record = Record {
            id: "0a".into(),
            at: Millis(1_795_442_531_000),
            entry,
            times: 1,
            until: Millis(1_795_442_531_000),
        };
        assert_eq!(
            record.line(),
            r#"{"id":"0a","at":"2026-11-23T14:02:11.000Z","outcome":"done","what":"change-store","who":{"person":"ada"},"store":"atelier-nord","to":"large","from":"192.0.2.7","times":1,"until":"2026-11-23T14:02:11.000Z"}"#
        );
        assert_eq!(Record::parse(&record.line()), Some(record));
        assert_eq!(Record::parse("nonsense"), None);
    }

    #[test]
    fn each_deed_and_each_outcome_is_found_by_its_key() {
        assert!(Deed::ALL.iter().all(|deed| Deed::parse(deed.key()) == Some(*deed)));
        assert!(Outcome::ALL.iter().all(|outcome| Outcome::parse(outcome.key()) == Some(*outcome)));
    }
}
