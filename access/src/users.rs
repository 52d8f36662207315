//! The users, as their Secret holds them: one entry a user, so that two changes at once do not undo each other.

use std::collections::BTreeMap;

use k8s_openapi::{ByteString, api::core::v1::Secret};
use serde::{Deserialize, Serialize};
use store::{Person, PersonId, Role};

use crate::{oidc::is_providers, password::Hash};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users(BTreeMap<PersonId, User>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub role: Role,
    pub hash: Hash,
}

/// An entry of the Secret.
#[derive(Serialize, Deserialize)]
struct Entry {
    role: Role,
    hash: String,
}

impl Users {
    /// Entries that cannot be read are told in the log and are nobody.
    pub fn read(secret: &Secret) -> Self {
        let entries = secret.data.iter().flatten();
        Self(
            entries
                .filter_map(|(name, value)| Some((PersonId::parse(name).ok()?, user(name, value)?)))
                // What somebody owns whom an identity provider knows is nobody else's.
                .filter(|(id, _)| !is_providers(id))
                .collect(),
        )
    }

    pub fn get(&self, id: &PersonId) -> Option<&User> {
        self.0.get(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&PersonId, &User)> {
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether nobody could manage the platform without `id`.
    pub fn is_last_admin(&self, id: &PersonId) -> bool {
        let is_admin = |user: &User| user.role == Role::Admin;
        self.get(id).is_some_and(is_admin) && !self.iter().any(|(other, user)| other != id && is_admin(user))
    }
}

impl User {
    pub fn person(&self, id: &PersonId) -> Person {
        Person { id: id.clone(), name: id.to_string(), role: self.role }
    }

    /// The Secret's entry.
    pub fn written(&self) -> ByteString {
        let entry = Entry { role: self.role, hash: self.hash.as_str().to_owned() };
        ByteString(serde_json::to_vec(&entry).expect("a role and a text are JSON"))
    }
}

fn user(name: &str, value: &ByteString) -> Option<User> {
    let entry = serde_json::from_slice::<Entry>(&value.0).ok();
    let user = entry.and_then(|entry| Some(User { role: entry.role, hash: Hash::parse(&entry.hash).ok()? }));
    if user.is_none() {
        tracing::warn!(
            user = name,
            "the Secret's entry of this user cannot be read, so nobody is let in by it"
        );
    }
    user
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Password;

    pub(crate) fn secret(users: &[(&str, Role)]) -> Secret {
        let hash = Password::parse("correct horse battery").unwrap().hash();
        let entries = users
            .iter()
            .map(|(name, role)| ((*name).to_owned(), User { role: *role, hash: hash.clone() }.written()));
        Secret { data: Some(entries.collect()), ..Secret::default() }
    }

    fn id(name: &str) -> PersonId {
        PersonId::parse(name).unwrap()
    }

    #[test]
    fn users_are_read_as_they_were_written() {
        let users = Users::read(&secret(&[("ada", Role::Admin), ("bo", Role::Viewer)]));
        assert_eq!(users.get(&id("bo")).map(|user| user.role), Some(Role::Viewer));
        assert_eq!(users.iter().count(), 2);
    }

    #[test]
    fn an_entry_that_cannot_be_read_lets_nobody_in_and_keeps_nobody_out() {
        let mut secret = secret(&[("ada", Role::Admin)]);
        let data = secret.data.as_mut().unwrap();
        data.insert("bo".into(), ByteString(b"{\"role\":\"admin\",\"hash\":\"\"}".to_vec()));
        data.insert("Not A Name".into(), data["ada"].clone());
        let users = Users::read(&secret);
        assert_eq!(users.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["ada"]);
    }

    #[test]
    fn no_local_user_is_called_as_somebody_whom_an_identity_provider_knows() {
        let users = Users::read(&secret(&[
            ("oidc.00112233445566778899aabbccddeeff", Role::Admin),
            ("oidc", Role::Admin),
        ]));
        assert_eq!(users.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["oidc"]);
    }

    #[test]
    fn the_last_admin_is_known_as_such() {
        let users = Users::read(&secret(&[("ada", Role::Admin), ("bo", Role::Member)]));
        assert!(users.is_last_admin(&id("ada")));
        assert!(!users.is_last_admin(&id("bo")));
        let users = Users::read(&secret(&[("ada", Role::Admin), ("bo", Role::Admin)]));
        assert!(!users.is_last_admin(&id("ada")));
    }
}
