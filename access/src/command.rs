//! `storeyard user …`: the users, from the command line.

use k8s_openapi::api::core::v1::Secret;
use kube::{
    Api, Client,
    api::{ObjectMeta, Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};
use store::{PersonId, Role, Said};

use crate::{
    Password,
    errand::What,
    oidc::is_providers,
    users::{User, Users},
};

/// What is done to a user.
#[derive(Debug)]
pub enum Change {
    Add(Role, Password),
    /// A new password ends the sessions of the old one.
    Passwd(Password),
    /// Counts from the next request on; sessions go on.
    Role(Role),
    Remove,
}

impl Change {
    /// With the hash in the place of a password, which takes a moment.
    pub fn hashed(self) -> What {
        match self {
            Self::Add(role, password) => What::Add { role, hash: password.hash() },
            Self::Passwd(password) => What::Password(password.hash()),
            Self::Role(role) => What::Role(role),
            Self::Remove => What::Remove,
        }
    }
}

/// Why a change makes no sense. Displays as the sentence for whoever asked.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum Senseless {
    Taken(PersonId),
    /// The name is that of somebody whom the identity provider knows.
    Reserved(PersonId),
    Unknown(PersonId),
    LastAdmin(PersonId),
}

impl Senseless {
    pub fn said(&self) -> Said {
        match self {
            Self::Taken(user) => Said::UserTaken { user: user.to_string() },
            Self::Reserved(user) => Said::UserReserved { user: user.to_string() },
            Self::Unknown(user) => Said::UserUnknown { user: user.to_string() },
            Self::LastAdmin(user) => Said::LastAdmin { user: user.to_string() },
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Senseless(#[from] Senseless),
    #[error(
        "The first user has not been made: open the dashboard's /set-up with the token, or run this with an account that may create Secrets."
    )]
    NotSetUp,
    #[error("The cluster did not do it")]
    Cluster(#[from] kube::Error),
}

/// Everybody, with their role.
pub async fn list(
    client: Client,
    namespace: &str,
    secret: &str,
) -> Result<Vec<(PersonId, Role)>, CommandError> {
    let users = read(&Api::namespaced(client, namespace), secret).await?.unwrap_or_default();
    Ok(users.iter().map(|(id, user)| (id.clone(), user.role)).collect())
}

/// Changes this user and no other.
pub async fn change(
    client: Client,
    namespace: &str,
    secret: &str,
    id: &PersonId,
    change: Change,
) -> Result<(), CommandError> {
    let secrets: Api<Secret> = Api::namespaced(client, namespace);
    let users = read(&secrets, secret).await?;
    let patch = patch(&users.clone().unwrap_or_default(), id, change.hashed())?;
    if users.is_none() {
        return create(&secrets, secret, patch).await;
    }
    secrets.patch(secret, &PatchParams::default(), &Patch::Merge(patch)).await?;
    Ok(())
}

async fn create(secrets: &Api<Secret>, name: &str, patch: Value) -> Result<(), CommandError> {
    let mut made: Secret = serde_json::from_value(patch).map_err(kube::Error::SerdeError)?;
    made.metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
    match secrets.create(&PostParams::default(), &made).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 403 => Err(CommandError::NotSetUp),
        Err(error) => Err(error.into()),
    }
}

async fn read(secrets: &Api<Secret>, name: &str) -> Result<Option<Users>, CommandError> {
    Ok(secrets.get_opt(name).await?.as_ref().map(Users::read))
}

/// The merge patch of the Secret.
pub(crate) fn patch(users: &Users, id: &PersonId, what: What) -> Result<Value, Senseless> {
    if is_providers(id) {
        return Err(Senseless::Reserved(id.clone()));
    }
    let known = users.get(id);
    let entry = match (what, known) {
        (What::Add { .. }, Some(_)) => return Err(Senseless::Taken(id.clone())),
        (What::Password(_) | What::Role(_) | What::Remove, None) => {
            return Err(Senseless::Unknown(id.clone()));
        }
        (What::Add { role, hash }, None) => json!(User { role, hash }.written()),
        (What::Password(hash), Some(user)) => json!(User { role: user.role, hash }.written()),
        (What::Role(Role::Member | Role::Viewer) | What::Remove, Some(_)) if users.is_last_admin(id) => {
            return Err(Senseless::LastAdmin(id.clone()));
        }
        (What::Role(role), Some(user)) => json!(User { role, hash: user.hash.clone() }.written()),
        (What::Remove, Some(_)) => Value::Null,
    };
    Ok(json!({ "data": { id.as_str(): entry } }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::tests::secret;

    fn users() -> Users {
        Users::read(&secret(&[("ada", Role::Admin), ("bo", Role::Member)]))
    }

    fn id(name: &str) -> PersonId {
        PersonId::parse(name).unwrap()
    }

    fn password() -> Password {
        Password::parse("correct horse battery").unwrap()
    }

    #[test]
    fn a_change_touches_nobody_else() {
        for change in [Change::Passwd(password()), Change::Role(Role::Viewer), Change::Remove] {
            let patch = patch(&users(), &id("bo"), change.hashed()).unwrap();
            assert_eq!(patch["data"].as_object().unwrap().keys().collect::<Vec<_>>(), ["bo"]);
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        let refused =
            |name, change: Change| patch(&users(), &id(name), change.hashed()).unwrap_err().to_string();
        assert!(refused("bo", Change::Add(Role::Admin, password())).contains("already"));
        assert!(refused("cy", Change::Passwd(password())).contains("no user cy"));
        assert!(refused("cy", Change::Remove).contains("no user cy"));
        assert!(refused("cy", Change::Role(Role::Admin)).contains("no user cy"));
        assert!(refused("oidc.ada", Change::Add(Role::Admin, password())).contains("identity provider"));
        assert!(refused("ada", Change::Remove).contains("last admin"));
        assert!(refused("ada", Change::Role(Role::Member)).contains("last admin"));
    }

    #[test]
    fn a_new_role_keeps_the_password() {
        let before = users();
        let patch = patch(&before, &id("bo"), Change::Role(Role::Admin).hashed()).unwrap();
        let after = Users::read(&serde_json::from_value(patch).unwrap());
        let hash = |users: &Users| users.get(&id("bo")).map(|user| user.hash.clone());
        assert_eq!(hash(&after), hash(&before));
        assert_eq!(after.get(&id("bo")).map(|user| user.role), Some(Role::Admin));
    }

    #[test]
    fn a_new_password_keeps_the_role() {
        let patch = patch(&users(), &id("bo"), Change::Passwd(password()).hashed()).unwrap();
        let read = Users::read(&serde_json::from_value(patch).unwrap());
        assert_eq!(read.get(&id("bo")).map(|user| user.role), Some(Role::Member));
    }
}
