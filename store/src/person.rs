//! Who asks, and what they may do.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Names a person for as long as they may sign in: a local user's name, or what an identity provider calls somebody, digested. 1 to 60 of
/// `a-z`, `0-9`, `.`, `_`, `-`, beginning and ending with a letter or digit, so that it can be a Secret's key and a label's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonId(pub(crate) Arc<str>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersonIdError {
    #[error("Give a user name.")]
    Empty,
    #[error("The user name is too long; at most {max} characters fit.", max = PersonId::MAX_CHARS)]
    TooLong,
    #[error(
        "The user name can have the letters a to z, digits and . _ - only, and begins and ends with a letter or digit."
    )]
    Malformed,
}

impl PersonId {
    /// The longest value of a Kubernetes label is 63.
    pub const MAX_CHARS: usize = 60;

    pub fn parse(text: &str) -> Result<Self, PersonIdError> {
        let id = text.trim();
        if id.is_empty() {
            return Err(PersonIdError::Empty);
        }
        if id.len() > Self::MAX_CHARS {
            return Err(PersonIdError::TooLong);
        }
        let is_plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let fits = id.bytes().all(|byte| is_plain(&byte) || b"._-".contains(&byte));
        let edges = [id.as_bytes().first(), id.as_bytes().last()];
        if !fits || !edges.into_iter().flatten().all(is_plain) {
            return Err(PersonIdError::Malformed);
        }
        Ok(Self(id.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PersonId {
    type Error = PersonIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<PersonId> for String {
    fn from(id: PersonId) -> Self {
        id.as_str().to_owned()
    }
}

impl std::fmt::Display for PersonId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees every store and changes none.
    Viewer,
    /// Makes stores, and sees and changes those.
    Member,
    /// Sees and changes every store.
    Admin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("There is no role of that name. Choose admin, member or viewer.")]
pub struct UnknownRole;

impl Role {
    pub const ALL: [Self; 3] = [Self::Admin, Self::Member, Self::Viewer];

    pub fn parse(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.key() == text).ok_or(UnknownRole)
    }

    pub fn key(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }
}

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    /// As pages call them.
    pub name: String,
    pub role: Role,
}

impl Person {
    /// Whether a store exists for them. One without an owner was made by hand, or before there were any.
    pub fn sees(&self, owner: Option<&PersonId>) -> bool {
        self.sees_all() || owner == Some(&self.id)
    }

    /// Whether stores exist for them whoever made them.
    pub fn sees_all(&self) -> bool {
        self.role != Role::Member
    }

    pub fn creates(&self) -> bool {
        self.role != Role::Viewer
    }

    /// Whether they may see and remove what belongs to no store.
    pub fn cleans_up(&self) -> bool {
        self.role == Role::Admin
    }

    /// Whether they may retry and delete it.
    pub fn changes(&self, owner: Option<&PersonId>) -> bool {
        match self.role {
            Role::Admin => true,
            Role::Member => owner == Some(&self.id),
            Role::Viewer => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sent::sent;

    fn person(role: Role) -> Person {
        Person { id: PersonId::parse("ada").unwrap(), name: "Ada".into(), role }
    }

    #[test]
    fn each_role_sees_and_changes_what_is_its_own_to() {
        let (own, other) = (PersonId::parse("ada").unwrap(), PersonId::parse("bo").unwrap());
        let table = [
            (Role::Admin, [true, true, true], true, [true, true, true]),
            (Role::Member, [true, false, false], true, [true, false, false]),
            (Role::Viewer, [true, true, true], false, [false, false, false]),
        ];
        for (role, sees, creates, changes) in table {
            let person = person(role);
            let owners = [Some(&own), Some(&other), None];
            assert_eq!(owners.map(|owner| person.sees(owner)), sees, "{role:?}");
            assert_eq!(owners.map(|owner| person.changes(owner)), changes, "{role:?}");
            assert_eq!(person.creates(), creates, "{role:?}");
        }
    }

    #[test]
    fn names_that_a_secret_or_a_label_could_not_hold_are_refused() {
        for name in ["Ada", "a b", "-a", "a.", "a/b", "ä", "a\0"] {
            assert_eq!(PersonId::parse(name), Err(PersonIdError::Malformed), "{name}");
        }
        assert_eq!(PersonId::parse(" "), Err(PersonIdError::Empty));
        assert_eq!(PersonId::parse(&"a".repeat(61)), Err(PersonIdError::TooLong));
        assert_eq!(PersonId::parse(" ada.l-1 ").unwrap().as_str(), "ada.l-1");
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_and_a_persons_id_can_be_a_key_of_a_secret(text in sent()) {
            let _read = Role::parse(&text);
            if let Ok(id) = PersonId::parse(&text) {
                let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._".contains(&byte);
                prop_assert!(id.as_str().bytes().all(is_plain));
                prop_assert_eq!(PersonId::parse(id.as_str()), Ok(id));
            }
        }

        #[test]
        fn nobody_changes_what_they_do_not_see(role in 0..3usize, owner in "[a-c]") {
            let person = person(Role::ALL[role]);
            let owner = PersonId::parse(&owner).ok();
            prop_assert!(person.sees(owner.as_ref()) || !person.changes(owner.as_ref()));
        }
    }
}
