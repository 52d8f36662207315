//! What the web process may do, and all it knows: every Store there is, kept up to date by one watch, and the three things a person
//! can ask for.

pub(crate) mod asks;
mod create;
pub(crate) mod credentials;
mod feed;
mod kept;
mod pulse;
mod snapshot;
pub(crate) mod strays;

use std::{sync::Arc, time::Duration};

use kube::{
    Api, Client,
    api::{DeleteParams, Patch, PatchParams, Preconditions},
};
use store::{
    NewStore, PersonId, Phase, PlanName, Slug, StoreId, StoreName, StoreView, StrayKind, Wish, view::Ask,
};
use tokio::sync::watch;

pub use self::create::RequestKey;
pub use self::snapshot::{Gone, Reading, Scope, Snapshot};
use crate::{
    config::Config,
    resource::{CHANGE_ANNOTATION, RETRY_ANNOTATION, Store, now, rfc3339},
};

/// How long the cluster may take to tell of one store.
const FIND_LIMIT: Duration = Duration::from_secs(5);
/// Tries to write over what was read of a store.
const REVISIONS: u32 = 5;

#[derive(Clone)]
pub struct Stores {
    client: Client,
    config: Arc<Config>,
    snapshots: watch::Receiver<Snapshot>,
}

impl std::fmt::Debug for Stores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stores").field("reading", &self.snapshot().reading).finish_non_exhaustive()
    }
}

/// Why something asked for was not done. Displays as the sentence for the person who asked; `detail` and the source are for the log.
#[derive(Debug, thiserror::Error)]
pub enum StoresError {
    #[error("There is no store {0} any more. It may have been deleted.")]
    NotFound(StoreId),
    #[error("The name does not match. Type “{expected}” to delete this store.")]
    NameMismatch { expected: StoreName },
    #[error("Only a failed store can be retried, and this one is {}.", .0.key())]
    NotFailed(Phase),
    /// The same form was sent before, with other content.
    #[error(
        "This form was sent before as “{name}”, with other content. Open that store, or start a new one."
    )]
    SentBefore { name: String, id: StoreId },
    #[error("A store that is {} cannot be {wish}. Load the page again to see how it is.", .phase.key())]
    Unsuited { wish: Wish, phase: Phase },
    #[error(
        "{plan} has less room than this store's volumes have, and volumes do not shrink. Make a new store with that plan instead."
    )]
    TooSmall { plan: PlanName },
    #[error("This platform lets no shop of that engine reach the internet. Ask whoever runs it.")]
    NotAllowed,
    #[error("This platform does not offer {0}. Choose another engine.")]
    NotOffered(store::EngineKey),
    /// The cluster understood and said no.
    #[error("{sentence}")]
    Refused { sentence: String, detail: String },
    /// The cluster did not answer, or not in time.
    #[error("{sentence}")]
    Unavailable { sentence: String, detail: String },
}

impl Stores {
    /// Starts the one watch on Stores. It lasts as long as a clone of this does.
    pub fn start(client: Client, config: Arc<Config>) -> Self {
        let (sender, snapshots) = watch::channel(Snapshot::default());
        tokio::spawn(pulse::follow(client.clone(), Arc::clone(&config), sender.clone()));
        tokio::spawn(feed::run(Self::api_of(&client, &config), Arc::clone(&config), sender));
        Self { client, config, snapshots }
    }

    pub fn client(&self) -> Client {
        self.client.clone()
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What is known now. Nothing becomes known while this is held: let go of it before anything is waited for.
    pub fn snapshot(&self) -> watch::Ref<'_, Snapshot> {
        self.snapshots.borrow()
    }

    /// Follows what becomes of `scope` from now on.
    pub fn changes(&self, scope: Scope) -> Changes {
        let snapshots = self.snapshots.clone();
        let seen = self.snapshot().number(&scope);
        Changes { snapshots, scope, seen }
    }

    /// Waits until what is known `is_so`, but no longer than `wait`; whether it came to be.
    pub async fn until(&self, wait: Duration, mut is_so: impl FnMut(&Snapshot) -> bool) -> bool {
        let mut snapshots = self.snapshots.clone();
        let so = snapshots.wait_for(|snapshot| is_so(snapshot));
        matches!(tokio::time::timeout(wait, so).await, Ok(Ok(_)))
    }

    /// A store, from the cluster itself where the watch has not told of it: another replica may have made it just now.
    ///
    /// # Errors
    /// The cluster does not answer, so that nobody knows whether there is such a store.
    pub async fn find(&self, id: &StoreId) -> Result<Option<StoreView>, StoresError> {
        if let Some(known) = self.snapshot().get(id) {
            return Ok(Some(known));
        }
        let found = tokio::time::timeout(FIND_LIMIT, self.api().get_opt(id.as_str())).await;
        let found =
            found.map_err(|_| StoresError::silent("read", format!("no answer about {id} in time")))?;
        let resource = found.map_err(|error| told(error, id, "read"))?;
        Ok(resource.and_then(|resource| crate::resource::view::view(&resource, &self.config).ok()))
    }

    /// Asks for a store that is then `owner`'s. The same request asks for the same store however often it is sent, and for no other.
    pub async fn create(
        &self,
        new: NewStore,
        owner: &PersonId,
        key: &RequestKey,
    ) -> Result<StoreId, StoresError> {
        if self.config.engine(&new.engine).is_none() {
            return Err(StoresError::NotOffered(new.engine));
        }
        create::create(&self.client, &self.config.namespace, &new, owner, key).await
    }

    /// Asks for the end of a store, for `by`. To ask again changes nothing.
    pub async fn delete(&self, id: &StoreId, typed_name: &str, by: &PersonId) -> Result<(), StoresError> {
        let resource = self.get(id).await?;
        // One that is not understood is confirmed by its id.
        match resource.wanted(&self.config) {
            Ok(wanted) if typed_name.trim() != wanted.name.as_str() => {
                return Err(StoresError::NameMismatch { expected: wanted.name });
            }
            Err(_) if typed_name.trim() != id.as_str() => return Err(StoresError::NotFound(id.clone())),
            Ok(_) | Err(_) => {}
        }
        if resource.metadata.deletion_timestamp.is_some() {
            return Ok(());
        }
        // The name was compared with this very store's: another of the same id, made meanwhile, is not meant.
        let asked = serde_json::json!({
            "metadata": {
                "uid": resource.metadata.uid,
                "annotations": asks::asked(Some(&resource), Ask::Deletion, by, now()),
            },
        });
        let told_who = self.api().patch(id.as_str(), &PatchParams::default(), &Patch::Merge(asked)).await;
        told_who.map_err(|error| told(error, id, "deleted"))?;
        let only_this = Preconditions { uid: resource.metadata.uid, resource_version: None };
        let params = DeleteParams { preconditions: Some(only_this), ..DeleteParams::default() };
        match self.api().delete(id.as_str(), &params).await {
            Ok(_) => Ok(()),
            Err(error) => Err(told(error, id, "deleted")),
        }
    }

    /// Asks for the end of a namespace whose Store is gone, for `by`.
    pub async fn remove_stray(&self, id: &StoreId, by: &PersonId) -> Result<(), StoresError> {
        let is_known = self
            .snapshot()
            .strays()
            .any(|stray| stray.id == *id && stray.what == StrayKind::NamespaceWithoutStore);
        if !is_known {
            return Err(StoresError::NotFound(id.clone()));
        }
        strays::remove(&self.client, &self.config, id, by).await
    }

    /// Asks for another try of a store that failed, under the same id, for `by`.
    pub async fn retry(&self, id: &StoreId, by: &PersonId) -> Result<(), StoresError> {
        let mut asked = None;
        self.revise(id, "retried", |resource| {
            let Ok(view) = crate::resource::view::view(resource, &self.config) else {
                return Err(StoresError::NotFound(id.clone()));
            };
            // Two clicks are one more try and not two.
            if *asked.get_or_insert(view.attempt) != view.attempt {
                return Ok(None);
            }
            if view.summary.phase != Phase::Failed {
                return Err(StoresError::NotFailed(view.summary.phase));
            }
            let at = now();
            let mut annotations = asks::asked(Some(resource), Ask::Retry, by, at);
            annotations.insert(RETRY_ANNOTATION.to_owned(), rfc3339(at));
            Ok(Some(serde_json::json!({ "metadata": { "annotations": annotations } })))
        })
        .await
    }

    /// Writes down what is wanted of a store that is there; the operator makes it so.
    pub async fn change(&self, id: &StoreId, wish: Wish, by: &PersonId) -> Result<(), StoresError> {
        self.revise(id, "changed", |resource| {
            let Ok(view) = crate::resource::view::view(resource, &self.config) else {
                return Err(StoresError::NotFound(id.clone()));
            };
            let phase = view.summary.phase;
            if !wish.suits(phase) {
                return Err(StoresError::Unsuited { wish, phase });
            }
            if let Wish::Plan(plan) = wish
                && plan != view.summary.plan
                && !view.upkeep.larger.iter().any(|larger| larger.name == plan)
            {
                return Err(StoresError::TooSmall { plan });
            }
            if let Wish::Egress(egress) = wish
                && egress != view.upkeep.egress
                && !view.upkeep.other_egress.contains(&egress)
            {
                return Err(StoresError::NotAllowed);
            }
            let (ask, spec) = match wish {
                Wish::Suspend => (Ask::Suspension, serde_json::json!({ "running": false })),
                Wish::Resume => (Ask::Resumption, serde_json::json!({ "running": true })),
                Wish::Plan(plan) => (Ask::PlanChange, serde_json::json!({ "plan": plan })),
                Wish::Egress(egress) => (Ask::EgressChange, serde_json::json!({ "egress": egress })),
                Wish::Update => (Ask::Update, serde_json::json!({})),
            };
            let mut annotations = asks::asked(Some(resource), ask, by, now());
            annotations.insert(CHANGE_ANNOTATION.to_owned(), rfc3339(now()));
            Ok(Some(serde_json::json!({ "metadata": { "annotations": annotations }, "spec": spec })))
        })
        .await
    }

    /// Writes over what was read of a store, and reads again where it was written meanwhile: the operator may write its status at any
    /// moment. `patch` is what is to be written over that, none if nothing is any more.
    async fn revise(
        &self,
        id: &StoreId,
        done: &str,
        mut patch: impl FnMut(&Store) -> Result<Option<serde_json::Value>, StoresError>,
    ) -> Result<(), StoresError> {
        for _ in 0..REVISIONS {
            let resource = self.get(id).await?;
            let Some(mut patch) = patch(&resource)? else { return Ok(()) };
            patch["metadata"]["resourceVersion"] = serde_json::json!(resource.metadata.resource_version);
            match self.api().patch(id.as_str(), &PatchParams::default(), &Patch::Merge(patch)).await {
                Ok(_) => return Ok(()),
                Err(kube::Error::Api(status)) if status.code == 409 => {}
                Err(error) => return Err(told(error, id, done)),
            }
        }
        Err(StoresError::Unavailable {
            sentence: "The store is changed by others all the time. Try again.".into(),
            detail: format!("{REVISIONS} conflicts in a row while {id} was to be {done}"),
        })
    }

    /// Where a store of that name would be; its suffix is not known before it is made.
    pub fn address(&self, name: &StoreName) -> String {
        format!("store-{}-•••••.{}", Slug::of(name), self.config.domain_suffix)
    }

    async fn get(&self, id: &StoreId) -> Result<Store, StoresError> {
        self.api().get(id.as_str()).await.map_err(|error| told(error, id, "read"))
    }

    fn api(&self) -> Api<Store> {
        Self::api_of(&self.client, &self.config)
    }

    fn api_of(client: &Client, config: &Config) -> Api<Store> {
        Api::namespaced(client.clone(), &config.namespace)
    }
}

/// What becomes of a scope, told at each change.
#[derive(Debug)]
pub struct Changes {
    snapshots: watch::Receiver<Snapshot>,
    scope: Scope,
    seen: u64,
}

impl Changes {
    /// Returns once something has changed since the last time, or since this was made.
    pub async fn next(&mut self) {
        let Self { snapshots, scope, seen } = self;
        let news = snapshots.wait_for(|snapshot| snapshot.number(scope) > *seen).await;
        match news.map(|snapshot| snapshot.number(scope)) {
            Ok(number) => *seen = number,
            // The sender is gone only when the process ends: nothing changes any more.
            Err(_) => std::future::pending().await,
        }
    }
}

impl StoresError {
    fn silent(done: &str, detail: String) -> Self {
        Self::Unavailable {
            sentence: format!(
                "The cluster does not answer, so the store could not be {done}. Try again in a moment."
            ),
            detail,
        }
    }
}

fn told(error: kube::Error, id: &StoreId, done: &str) -> StoresError {
    let detail = format!("{error:?}");
    match error {
        kube::Error::Api(status) if status.code == 404 => StoresError::NotFound(id.clone()),
        // What the definition says of a value. Other refusals name accounts and addresses, which are for whoever runs the platform.
        kube::Error::Api(status) if status.code == 422 => StoresError::Refused {
            sentence: format!(
                "The cluster refused: the store could not be {done}. It said: {}.",
                status.message.trim_end_matches('.')
            ),
            detail,
        },
        kube::Error::Api(status) if status.code < 500 && status.code != 429 => StoresError::Refused {
            sentence: format!(
                "The cluster refused: the store could not be {done}. The dashboard's log says why: ask whoever runs this platform."
            ),
            detail,
        },
        _ => StoresError::silent(done, detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(code: u16, message: &str) -> String {
        let status = serde_json::json!({"status": "Failure", "reason": "", "message": message, "code": code});
        let error = kube::Error::Api(serde_json::from_value(status).unwrap());
        told(error, &StoreId::parse("atelier-nord-x7k2q").unwrap(), "created").to_string()
    }

    #[test]
    fn a_person_is_told_what_is_wrong_with_a_value_and_no_names_of_accounts() {
        let forbidden = "stores.storeyard.dev is forbidden: User \"system:serviceaccount:storeyard:storeyard-web\" cannot create";
        let told = sentence(403, forbidden);
        assert!(told.contains("could not be created") && !told.contains("serviceaccount"), "{told}");
        assert!(sentence(422, "spec.plan: choose small, medium or large").contains("choose small"));
        assert!(sentence(500, "https://10.0.0.1:6443 is gone").contains("does not answer"));
    }
}
