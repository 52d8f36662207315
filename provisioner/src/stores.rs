//! What the web process may do, and all it knows: every Store there is, kept up to date by one watch, and what a person can
//! ask for.

mod actions;
pub(crate) mod asks;
pub(crate) mod capacity;
mod create;
pub(crate) mod credentials;
mod feed;
mod kept;
mod pace;
mod places;
mod pulse;
mod snapshot;
pub(crate) mod strays;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use k8s_openapi::api::core::v1::Secret;
use kube::{
    Api, Client,
    api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions},
};
use store::{
    Egress, EngineKey, MailServer, NewStore, OwnMail, Person, PersonId, Phase, PlanName, Role, Slug, StoreId,
    StoreName, StoreView, StrayKind, Told, Wish,
    limit::{Held, Left, Limit, Over},
    view::{Ask, OwnMailOffer},
};
use tokio::sync::watch;

pub use self::create::RequestKey;
use self::pace::Pace;
pub use self::pace::{CreationRate, TooFast};
use self::places::Places;
pub use self::snapshot::{Gone, Jobs, Reading, Scope, Snapshot};
use crate::{
    config::Config,
    decide::capacity as fits,
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
    places: Places,
    pace: Arc<Pace>,
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
    #[error(transparent)]
    Over(#[from] Over),
    #[error("{}", .over.of(.owner))]
    TheirsOver { over: Over, owner: PersonId },
    #[error("This platform lets no shop of that engine reach the internet. Ask whoever runs it.")]
    NotAllowed,
    #[error("Shops of that engine have no safe mode.")]
    NoSafeMode,
    #[error("Shops of this engine let nobody in from here. Open the admin and sign in there.")]
    Unable,
    #[error("The shop of a store that is {} lets nobody in. Try again when it runs.", .0.key())]
    Away(Phase),
    #[error("Somebody else is being let in to this shop at this moment. Try again.")]
    Busy,
    #[error(
        "The shop did not let anybody in in time: it may be busy, or being changed. Try again in a minute."
    )]
    TooSlow,
    /// The shop understood and will not, or could not.
    #[error("{0}")]
    NotDone(Told),
    #[error("A shop of that engine sends no mail.")]
    NoMail,
    #[error(
        "A mail server of its own is on the internet, which this shop does not reach. Open it to the internet first."
    )]
    MailIsClosed,
    #[error(
        "This platform lets no shop reach port {port} on the internet, only {ports}. Use one of them, or ask whoever runs it."
    )]
    MailPort { port: u16, ports: String },
    #[error(transparent)]
    TooFast(#[from] TooFast),
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
        let pace = Arc::new(Pace::of(config.creation_rate));
        Self { client, config, snapshots, places: Places::default(), pace }
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

    /// Follows what becomes of all of those from now on.
    pub fn changes(&self, scopes: Vec<Scope>) -> Changes {
        let snapshots = self.snapshots.clone();
        let seen = newest(&self.snapshot(), &scopes);
        Changes { snapshots, scopes, seen }
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
    ///
    /// # Errors
    /// Among others: they have as many as they may have.
    pub async fn create(
        &self,
        new: NewStore,
        owner: &Person,
        key: &RequestKey,
    ) -> Result<StoreId, StoresError> {
        if self.config.engine(&new.engine).is_none() {
            return Err(StoresError::NotOffered(new.engine));
        }
        let limit = self.config.limits.of(&owner.id, Some(owner.role));
        let place = || {
            let known = self.snapshot();
            if limit != Limit::default() && known.reading == Reading::Loading {
                let detail = "the stores were not read yet, so they cannot be counted".to_owned();
                return Err(StoresError::silent("created", detail));
            }
            let place = self.places.take(&limit, &owner.id, new.plan, &new.request, &known)?;
            self.pace.admit(&owner.id, &new.request, Instant::now())?;
            Ok(place)
        };
        create::create(&self.client, &self.config.namespace, &new, &owner.id, key, place).await
    }

    /// What is left to somebody who would make a store.
    pub fn left(&self, owner: &Person) -> (Left, Vec<Over>) {
        let limit = self.config.limits.of(&owner.id, Some(owner.role));
        let held: Held = places::plans(&self.snapshot(), &owner.id).collect();
        let lacking = PlanName::ALL.into_iter().filter_map(|plan| limit.admit_another(plan, &held).err());
        (limit.left(&held), lacking.collect())
    }

    /// Whether the nodes have room for another store of that size. Nothing where nobody tells what they have left.
    pub fn fit(&self, engine: &EngineKey, plan: PlanName) -> Option<Result<(), fits::Lack>> {
        let known = self.snapshot();
        let engine = self.config.engine(engine)?;
        let asked = fits::asked(&engine.definition, engine.sizes(plan)?);
        fits::fit(&asked, known.capacity()?)
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

    /// Whether the store's owner, whose role is `role`, may have one with that plan.
    ///
    /// # Errors
    /// They have as many as they may have.
    pub fn may_have_plan(
        &self,
        id: &StoreId,
        plan: PlanName,
        role: impl FnOnce(&PersonId) -> Option<Role>,
        by: &PersonId,
    ) -> Result<(), StoresError> {
        let known = self.snapshot();
        let Some(row) = known.row(id).filter(|row| row.plan != plan) else { return Ok(()) };
        let Some(owner) = &row.owner else { return Ok(()) };
        let limit = self.config.limits.of(owner, role(owner));
        limit.admit_plan(plan, &places::plans(&known, owner).collect()).map_err(|over| match owner == by {
            true => StoresError::Over(over),
            false => StoresError::TheirsOver { over, owner: owner.clone() },
        })
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
            if matches!(wish, Wish::SafeMode(_)) && view.upkeep.safe_mode.is_none() {
                return Err(StoresError::NoSafeMode);
            }
            let (ask, spec) = match wish {
                Wish::Suspend => (Ask::Suspension, serde_json::json!({ "running": false })),
                Wish::Resume => (Ask::Resumption, serde_json::json!({ "running": true })),
                Wish::Plan(plan) => (Ask::PlanChange, serde_json::json!({ "plan": plan })),
                Wish::Egress(egress) => (Ask::EgressChange, serde_json::json!({ "egress": egress })),
                Wish::SafeMode(true) => (Ask::SafeMode, serde_json::json!({ "safeMode": true })),
                Wish::SafeMode(false) => (Ask::SafeModeEnd, serde_json::json!({ "safeMode": false })),
                Wish::PlatformMail => (Ask::MailChange, serde_json::json!({ "mail": null })),
                Wish::Update => (Ask::Update, serde_json::json!({})),
            };
            let mut annotations = asks::asked(Some(resource), ask, by, now());
            annotations.insert(CHANGE_ANNOTATION.to_owned(), rfc3339(now()));
            Ok(Some(serde_json::json!({ "metadata": { "annotations": annotations }, "spec": spec })))
        })
        .await
    }

    /// Gives a store a mail server of its own. What lets it in there goes into a Secret that is only ever created.
    pub async fn set_mail(&self, id: &StoreId, own: &OwnMail, by: &PersonId) -> Result<(), StoresError> {
        let view = self.find(id).await?.ok_or_else(|| StoresError::NotFound(id.clone()))?;
        self.may_have(&view, own)?;
        let secret = own.login.as_ref().map(|login| credentials::mail_login(id, login));
        if let Some(secret) = &secret {
            let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &self.config.namespace);
            secrets
                .create(&PostParams::default(), secret)
                .await
                .map_err(|error| told(error, id, "changed"))?;
        }
        let named = secret.and_then(|secret| secret.metadata.name);
        let secret_ref = named.map(|name| serde_json::json!({ "name": name }));
        let MailServer { host, port, tls, from } = &own.server;
        let mail = serde_json::json!({ "host": host, "port": port, "tls": tls, "from": from, "secretRef": secret_ref });
        self.revise(id, "changed", |resource| {
            let Ok(view) = crate::resource::view::view(resource, &self.config) else {
                return Err(StoresError::NotFound(id.clone()));
            };
            self.may_have(&view, own)?;
            let mut annotations = asks::asked(Some(resource), Ask::MailChange, by, now());
            annotations.insert(CHANGE_ANNOTATION.to_owned(), rfc3339(now()));
            Ok(Some(
                serde_json::json!({ "metadata": { "annotations": annotations }, "spec": { "mail": mail } }),
            ))
        })
        .await
    }

    /// Whether that mail server could be the store's.
    fn may_have(&self, view: &StoreView, own: &OwnMail) -> Result<(), StoresError> {
        let phase = view.summary.phase;
        if !Wish::PlatformMail.suits(phase) {
            return Err(StoresError::Unsuited { wish: Wish::PlatformMail, phase });
        }
        match view.upkeep.own_mail {
            OwnMailOffer::Never => return Err(StoresError::NoMail),
            OwnMailOffer::Closed => return Err(StoresError::MailIsClosed),
            OwnMailOffer::Possible | OwnMailOffer::There => {}
        }
        if view.upkeep.egress != Egress::Internet {
            return Err(StoresError::MailIsClosed);
        }
        let ports = &self.config.egress.ports;
        if !ports.contains(&own.server.port.get()) {
            let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
            return Err(StoresError::MailPort { port: own.server.port.get(), ports: ports.join(", ") });
        }
        Ok(())
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

/// What becomes of some scopes, told at each change.
#[derive(Debug)]
pub struct Changes {
    snapshots: watch::Receiver<Snapshot>,
    scopes: Vec<Scope>,
    seen: u64,
}

impl Changes {
    /// Returns once something has changed since the last time, or since this was made.
    pub async fn next(&mut self) {
        let Self { snapshots, scopes, seen } = self;
        let news = snapshots.wait_for(|snapshot| newest(snapshot, scopes) > *seen).await;
        match news.map(|snapshot| newest(&snapshot, scopes)) {
            Ok(number) => *seen = number,
            // The sender is gone only when the process ends: nothing changes any more.
            Err(_) => std::future::pending().await,
        }
    }
}

/// The number of the last change of any of them.
fn newest(snapshot: &Snapshot, scopes: &[Scope]) -> u64 {
    scopes.iter().map(|scope| snapshot.number(scope)).max().unwrap_or_default()
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

    /// A store that is ready, in a platform that lets it reach the internet at one port.
    async fn with_ready(egress: &str) -> (Arc<fake_cluster::Cluster>, Stores, StoreId) {
        let cluster = fake_cluster::Cluster::new();
        let mut config = crate::config::tests::example();
        let rules = serde_json::json!({ "default": "none", "maximum": "internet", "ports": [465] });
        config.egress = serde_json::from_value(rules).unwrap();
        let mut store = fake_cluster::store("atelier-nord", "Atelier Nord", "Done");
        store["spec"]["egress"] = egress.into();
        cluster.put(store);
        let stores = Stores::start(cluster.client(), Arc::new(config));
        (cluster, stores, StoreId::parse("atelier-nord").unwrap())
    }

    fn own(port: &str) -> OwnMail {
        let form = store::MailForm {
            host: "smtp.example.com".into(),
            port: port.into(),
            tls: "tls".into(),
            from: "shop@example.com".into(),
            user: "shop".into(),
            password: "battery staple".into(),
        };
        form.parse().unwrap()
    }

    #[tokio::test]
    async fn a_mail_server_of_its_own_stands_in_the_store_and_its_password_in_a_secret_alone() {
        let (cluster, stores, id) = with_ready("internet").await;
        let ada = PersonId::parse("ada").unwrap();
        stores.set_mail(&id, &own("465"), &ada).await.unwrap();
        let store = cluster.get(id.as_str()).unwrap();
        let secret = store["spec"]["mail"]["secretRef"]["name"].as_str().unwrap();
        assert!(secret.starts_with(&id.mail_secrets()), "{secret}");
        assert_eq!(cluster.kept_names("secrets"), [secret]);
        assert!(!store.to_string().contains("battery"), "{store}");
        // Another one, since the first cannot be changed.
        stores.set_mail(&id, &own("465"), &ada).await.unwrap();
        assert_eq!(cluster.kept_names("secrets").len(), 2);
        stores.change(&id, Wish::PlatformMail, &ada).await.unwrap();
        assert!(cluster.get(id.as_str()).unwrap()["spec"]["mail"].is_null());
    }

    #[tokio::test]
    async fn a_mail_server_that_the_shop_would_not_reach_is_refused_and_leaves_nothing() {
        let ada = PersonId::parse("ada").unwrap();
        for (egress, port, told) in
            [("none", "465", "Open it to the internet first"), ("internet", "25", "only 465")]
        {
            let (cluster, stores, id) = with_ready(egress).await;
            let refused = stores.set_mail(&id, &own(port), &ada).await.unwrap_err().to_string();
            assert!(refused.contains(told), "{refused}");
            assert_eq!(cluster.kept_names("secrets"), Vec::<String>::new());
        }
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
