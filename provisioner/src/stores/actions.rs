//! What can be asked for once of a shop that is there: a way in to its administration, or another password. The operator does it in the shop, and whoever asked
//! waits for that.

use std::{fmt, time::Duration};

use engine::Verb;
use k8s_openapi::api::core::v1::Secret;
use kube::{Api, api::PostParams, runtime::wait::await_condition};
use store::{Account, AdminPassword, PersonId, StoreId, StoreView};
use tokio::time::timeout;

use super::{Stores, StoresError, asks, credentials::new_password, told};
use crate::resource::{
    Malformed, Store, Wanted,
    action::{ACTION_ANNOTATION, Acted, Action, ActionId, Digest, What},
    hexadecimal, now,
    view::view,
};

/// In words of errors.
const DONE: &str = "entered";
/// How long somebody waits for it; a little longer than the operator tries.
const PATIENCE: Duration = Duration::from_secs(20);

/// Good for one sign-in within a minute. It is not printed.
struct Token(String);

impl Token {
    fn random() -> Self {
        Self(hexadecimal(&rand::random::<[u8; 32]>()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Stores {
    /// Has the store's administrator signed in whoever goes to the address that comes of it, once and within a minute; for `by`.
    ///
    /// # Errors
    /// The shop does not run, cannot do that, or says why it will not.
    pub async fn sign_in(&self, id: &StoreId, by: &PersonId) -> Result<String, StoresError> {
        let (view, wanted) = self.able(&self.get(id).await?, Verb::SignIn)?;
        let token = Token::random();
        let sign_in = wanted.engine.definition.actions.get(&Verb::SignIn);
        let path = sign_in.and_then(|action| action.path_with(&token.0)).ok_or(StoresError::Unable)?;
        let what = What::SignIn { digest: Digest::of(&token.0) };
        self.act(id, &Action::new(wanted.account(), what), by).await?;
        Ok(view.summary.address.at(&path))
    }

    /// Gives one of the shop's administrators another password, for `by`.
    ///
    /// # Errors
    /// As of a sign-in.
    pub async fn set_password(
        &self,
        id: &StoreId,
        account: Account,
        password: &AdminPassword,
        by: &PersonId,
    ) -> Result<(), StoresError> {
        // Of what would be refused, no password is put anywhere.
        self.able(&self.get(id).await?, Verb::SetPassword)?;
        let action = Action::new(account, What::SetPassword);
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &self.config.namespace);
        let secret = new_password(id, &action.id, password);
        secrets.create(&PostParams::default(), &secret).await.map_err(|error| told(error, id, DONE))?;
        self.act(id, &action, by).await
    }

    /// Whether something can be done in the store by that command now.
    fn able(&self, resource: &Store, verb: Verb) -> Result<(StoreView, Wanted), StoresError> {
        let not_done = |error: Malformed| StoresError::NotDone(error.to_string().into());
        let view = view(resource, &self.config).map_err(not_done)?;
        let wanted = resource.wanted(&self.config).map_err(not_done)?;
        if !wanted.engine.definition.actions.contains_key(&verb) {
            return Err(StoresError::Unable);
        }
        if !view.summary.phase.may_answer() {
            return Err(StoresError::Away(view.summary.phase));
        }
        let is_under_way = |before: Action| !before.is_old(now()) && acted(resource, &before.id).is_none();
        if resource.action().is_some_and(is_under_way) {
            return Err(StoresError::Busy);
        }
        Ok((view, wanted))
    }

    /// Asks for it, and waits until it was done.
    async fn act(&self, id: &StoreId, action: &Action, by: &PersonId) -> Result<(), StoresError> {
        self.revise(id, DONE, |resource| {
            self.able(resource, action.what.verb())?;
            let mut annotations = asks::asked(Some(resource), action.what.ask(), by, action.at);
            annotations.insert(ACTION_ANNOTATION.to_owned(), action.written());
            Ok(Some(serde_json::json!({ "metadata": { "annotations": annotations } })))
        })
        .await?;
        self.done(id, &action.id).await
    }

    /// Waits until the operator tells what became of the action.
    async fn done(&self, id: &StoreId, action: &ActionId) -> Result<(), StoresError> {
        let is_told = |store: Option<&Store>| store.is_none_or(|store| acted(store, action).is_some());
        let told = timeout(PATIENCE, await_condition(self.api(), id.as_str(), is_told)).await;
        let store = match told {
            Err(_) => return Err(StoresError::TooSlow),
            Ok(Err(error)) => return Err(StoresError::silent(DONE, error.to_string())),
            Ok(Ok(store)) => store.ok_or_else(|| StoresError::NotFound(id.clone()))?,
        };
        match acted(&store, action) {
            Some(Acted { refused: Some(sentence), said, .. }) => {
                Err(StoresError::NotDone(said.or_sentence(sentence)))
            }
            _ => Ok(()),
        }
    }
}

/// What became of that action, if it is the one that was told of last.
fn acted<'a>(store: &'a Store, action: &ActionId) -> Option<&'a Acted> {
    store.status.as_ref()?.action.as_ref().filter(|acted| acted.id == *action)
}
