//! What the dashboard asks for of the users, whom it cannot change: an errand is a Secret that it can only create; the operator does it, tells so on
//! the users' own Secret, and takes the errand away.

use std::{collections::BTreeMap, fmt};

use k8s_openapi::{ByteString, api::core::v1::Secret};
use kube::{ResourceExt, api::ObjectMeta};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Millis, PersonId, Role, Said, Told, time::Elapsed};

use crate::{
    command::{Senseless, patch},
    oidc::is_providers,
    password::Hash,
    users::Users,
};

/// On each errand.
pub const LABELS: [(&str, &str); 2] =
    [("app.kubernetes.io/component", "user-change"), ("app.kubernetes.io/managed-by", "storeyard")];
/// On the users' Secret: how the last errands ended.
const ANSWERS: &str = "storeyard.dev/user-changes";
const ANSWERS_KEPT: usize = 20;
const DATA: &str = "change";
/// Later nobody waits for it any more, and it is not done.
const LASTS: Elapsed = Elapsed(60_000);

/// Drawn anew for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrandId(String);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Errand {
    pub id: ErrandId,
    pub at: Millis,
    pub by: PersonId,
    pub user: PersonId,
    pub what: What,
}

/// Of a password there is its hash and nothing more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum What {
    Add { role: Role, hash: Hash },
    Role(Role),
    Password(Hash),
    Remove,
}

/// How an errand ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub id: ErrandId,
    /// Why it was not done, for the person who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The same by codes.
    #[serde(default, skip_serializing_if = "Told::is_empty")]
    pub said: Told,
}

/// Why an errand is not done. Displays as the sentence for whoever asked.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum Refusal {
    /// Nobody waits for it any more.
    Old,
    NotAdmin,
    Oneself,
    NotSetUp,
    Senseless(#[from] Senseless),
}

impl Refusal {
    pub fn said(&self) -> Said {
        match self {
            Self::Old => Said::AskedTooLate,
            Self::NotAdmin => Said::OnlyAdmins,
            Self::Oneself => Said::NotOneself,
            Self::NotSetUp => Said::NoUserYet,
            Self::Senseless(senseless) => senseless.said(),
        }
    }
}

impl Errand {
    pub fn new(by: PersonId, user: PersonId, what: What, at: Millis) -> Self {
        let id = ErrandId(format!("{:032x}", rand::random::<u128>()));
        Self { id, at, by, user, what }
    }

    /// The errand's own Secret; `users` is the name of the users'.
    pub fn secret(&self, users: &str) -> Secret {
        let labels = LABELS.map(|(key, value)| (key.to_owned(), value.to_owned()));
        // Names, words and a hash are JSON.
        let data = serde_json::to_vec(self).unwrap_or_default();
        Secret {
            metadata: ObjectMeta {
                name: Some(format!("{users}-change-{}", self.id)),
                labels: Some(labels.into()),
                ..ObjectMeta::default()
            },
            data: Some([(DATA.to_owned(), ByteString(data))].into()),
            immutable: Some(true),
            type_: Some("Opaque".to_owned()),
            ..Secret::default()
        }
    }

    pub fn read(secret: &Secret) -> Option<Self> {
        serde_json::from_slice(&secret.data.as_ref()?.get(DATA)?.0).ok()
    }

    /// Whether it makes sense now, as far as is known; else why not.
    ///
    /// # Errors
    /// It does not.
    pub fn check(&self, users: &Users) -> Result<Value, Refusal> {
        if users.is_empty() {
            return Err(Refusal::NotSetUp);
        }
        // What somebody may do who comes from a provider, only who let them in knows.
        let is_admin = match users.get(&self.by) {
            Some(user) => user.role == Role::Admin,
            None => is_providers(&self.by),
        };
        let is_own = self.by == self.user;
        match &self.what {
            What::Password(_) if is_own => {}
            _ if !is_admin => return Err(Refusal::NotAdmin),
            What::Remove => {
                if is_own {
                    return Err(Refusal::Oneself);
                }
            }
            What::Role(role) => {
                if is_own && *role != Role::Admin {
                    return Err(Refusal::Oneself);
                }
            }
            What::Add { .. } | What::Password(_) => {}
        }
        Ok(patch(users, &self.user, self.what.clone())?)
    }
}

/// What is written over the users' Secret so that the errand is done, or told why not. Nothing where that was.
pub fn done(errand: &Errand, users: Option<&Secret>, now: Millis) -> Result<Option<Value>, Refusal> {
    let secret = users.ok_or(Refusal::NotSetUp)?;
    let mut answers = answers(secret);
    if answers.iter().any(|answer| answer.id == errand.id) {
        return Ok(None);
    }
    let is_old = now.since(errand.at) > LASTS;
    let outcome = if is_old { Err(Refusal::Old) } else { errand.check(&Users::read(secret)) };
    let id = errand.id.clone();
    let (data, answer) = match outcome {
        Ok(patch) => (patch["data"].clone(), Answer { id, refused: None, said: Told::default() }),
        Err(refusal) => {
            (json!({}), Answer { id, refused: Some(refusal.to_string()), said: refusal.said().into() })
        }
    };
    answers.push(answer);
    answers.drain(..answers.len().saturating_sub(ANSWERS_KEPT));
    // Texts can be written.
    let told = serde_json::to_string(&answers).unwrap_or_default();
    let metadata = json!({ "resourceVersion": secret.resource_version(), "annotations": { ANSWERS: told } });
    Ok(Some(json!({ "metadata": metadata, "data": data })))
}

/// How the last errands ended.
pub fn answers(users: &Secret) -> Vec<Answer> {
    let told = users.annotations().get(ANSWERS);
    told.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

impl fmt::Display for ErrandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// For a selector.
pub fn labels() -> String {
    BTreeMap::from(LABELS)
        .into_iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Password, users::tests::secret};

    fn id(name: &str) -> PersonId {
        PersonId::parse(name).unwrap()
    }

    fn hash() -> Hash {
        Password::parse("another horse battery").unwrap().hash()
    }

    fn errand(by: &str, user: &str, what: What) -> Errand {
        Errand::new(id(by), id(user), what, Millis(1_000))
    }

    /// As the Secret is afterwards, and what was told.
    fn after(users: &Secret, errand: &Errand, now: i64) -> (Secret, Option<String>) {
        let patch = done(errand, Some(users), Millis(now)).unwrap().unwrap();
        let mut value = serde_json::to_value(users).unwrap();
        for (name, entry) in patch["data"].as_object().unwrap() {
            match entry {
                Value::Null => drop(value["data"].as_object_mut().unwrap().remove(name)),
                entry => value["data"][name] = entry.clone(),
            }
        }
        value["metadata"]["annotations"] = patch["metadata"]["annotations"].clone();
        let after: Secret = serde_json::from_value(value).unwrap();
        let answer = answers(&after).pop().unwrap();
        assert_eq!(answer.id, errand.id);
        assert_eq!(answer.refused.clone().unwrap_or_default(), answer.said.to_string());
        (after, answer.refused)
    }

    #[test]
    fn an_errand_is_done_once_and_told_and_touches_nobody_else() {
        let users = secret(&[("ada", Role::Admin), ("bo", Role::Member)]);
        let add = errand("ada", "cy", What::Add { role: Role::Viewer, hash: hash() });
        let (with_cy, refused) = after(&users, &add, 1_000);
        assert_eq!(refused, None);
        assert_eq!(Users::read(&with_cy).get(&id("cy")).map(|user| user.role), Some(Role::Viewer));
        assert!(done(&add, Some(&with_cy), Millis(1_000)).unwrap().is_none());
        let (without_bo, _) = after(&with_cy, &errand("ada", "bo", What::Remove), 1_000);
        let names: Vec<String> = Users::read(&without_bo).iter().map(|(id, _)| id.to_string()).collect();
        assert_eq!(names, ["ada", "cy"]);
    }

    #[test]
    fn what_an_errand_may_not_is_told_and_changes_nothing() {
        let users = secret(&[("ada", Role::Admin), ("bo", Role::Member), ("el", Role::Admin)]);
        let alone = secret(&[("ada", Role::Admin), ("bo", Role::Member)]);
        for (users, errand, now, told) in [
            (&users, errand("bo", "ada", What::Remove), 1_000, "Only an admin"),
            (&users, errand("bo", "bo", What::Role(Role::Admin)), 1_000, "Only an admin"),
            (
                &users,
                errand("bo", "cy", What::Add { role: Role::Admin, hash: hash() }),
                1_000,
                "Only an admin",
            ),
            (&users, errand("bo", "ada", What::Password(hash())), 1_000, "Only an admin"),
            (&users, errand("ada", "ada", What::Remove), 1_000, "your own role"),
            (&users, errand("ada", "ada", What::Role(Role::Member)), 1_000, "your own role"),
            (&users, errand("ada", "cy", What::Remove), 1_000, "no user cy"),
            (&users, errand("ada", "bo", What::Add { role: Role::Admin, hash: hash() }), 1_000, "already"),
            (&alone, errand("oidc.someone", "ada", What::Remove), 1_000, "last admin"),
            (&alone, errand("oidc.someone", "ada", What::Role(Role::Viewer)), 1_000, "last admin"),
            (&users, errand("ada", "bo", What::Remove), 61_001, "more than a minute ago"),
        ] {
            let (after, refused) = after(users, &errand, now);
            assert!(refused.as_ref().is_some_and(|refused| refused.contains(told)), "{told}: {refused:?}");
            assert_eq!(Users::read(&after), Users::read(users), "{told}");
        }
        assert!(matches!(done(&errand("ada", "bo", What::Remove), None, Millis(0)), Err(Refusal::NotSetUp)));
    }

    #[test]
    fn everybody_may_have_another_password_of_their_own() {
        let users = secret(&[("ada", Role::Admin), ("bo", Role::Viewer)]);
        let (after, refused) = after(&users, &errand("bo", "bo", What::Password(hash())), 1_000);
        assert_eq!(refused, None);
        assert_ne!(Users::read(&after).get(&id("bo")), Users::read(&users).get(&id("bo")));
    }

    #[test]
    fn an_errand_is_read_as_it_was_written_and_has_no_password_in_it() {
        let errand = errand("ada", "bo", What::Password(hash()));
        let secret = errand.secret("storeyard-users");
        assert_eq!(Errand::read(&secret).as_ref(), Some(&errand));
        let name = secret.metadata.name.unwrap();
        assert!(name.starts_with("storeyard-users-change-") && name.len() == 23 + 32, "{name}");
        assert!(!String::from_utf8_lossy(&secret.data.unwrap()["change"].0).contains("horse"));
        assert!(!format!("{errand:?}").contains("argon2"));
    }

    #[test]
    fn only_the_last_answers_are_kept() {
        let mut users = secret(&[("ada", Role::Admin), ("bo", Role::Viewer)]);
        for _ in 0..30 {
            (users, _) = after(&users, &errand("ada", "bo", What::Role(Role::Member)), 1_000);
        }
        assert_eq!(answers(&users).len(), ANSWERS_KEPT);
    }
}
