//! Makes, keeps and removes stores: a controller on the Stores, whose every reconcile looks at what is there and does what comes next.
//!
//! All truth is in the cluster, so the process may be killed at any instant. Reconciles of one store never overlap; what this process has told
//! is remembered until it comes back from the API server, and what someone else wrote meanwhile counts.

mod action;
mod audit;
mod certificate;
mod change;
mod context;
mod credentials;
pub mod events;
mod fail;
mod fault;
mod heal;
mod keep;
mod lease;
mod limits;
mod make;
mod orphans;
mod prepare;
mod prometheus;
mod reconcile;
mod recount;
mod remove;
mod room;
mod teardown;
#[cfg(test)]
mod tests;
mod usage;
mod used;
mod users;
mod window;

use std::{
    future::ready,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::StreamExt;
use k8s_openapi::api::{
    authentication::v1::SelfSubjectReview,
    core::v1::{Namespace, PersistentVolume, Pod},
};
use kube::{
    Api, Client, ResourceExt,
    api::{DynamicObject, ListParams, PostParams},
    runtime::{
        Controller, WatchStreamExt,
        controller::{self, Action, Error as ControllerError},
        reflector::{self, ObjectRef},
        watcher,
    },
};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use self::{
    context::Context,
    events::Events,
    lease::{Contender, Terms},
};
pub use self::{
    context::Health,
    window::{Window, WindowError},
};
use crate::{
    act::{claim::Claim, manifests::Account, runner::Runner},
    config::Config,
    decide::backoff,
    observe::{
        objects::{KINDS, Objects},
        pods,
        storefront::Prober,
        watched::Watched,
    },
    resource::{PLATFORM_LABEL, STORE_LABEL, Store, now},
};

/// Stores that may be looked at in one moment, beside those that wait for a program.
const LOOKS: u16 = 24;
/// Programs that one store may have running at a time.
const PROGRAMS_PER_STORE: usize = 2;
/// A store whose reconciles break off again and again is looked at this often at least.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What a reconcile could not do. The next one begins where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    #[error("the cluster did not answer as it should: {0}")]
    Cluster(#[from] kube::Error),
    #[error("the status was written by someone else at the same moment")]
    Overtaken,
}

/// What an operator is in, beside the cluster.
#[derive(Clone, Debug)]
pub struct Surroundings {
    pub prober: Prober,
    /// A folder for what its programs cache.
    pub scratch: PathBuf,
    /// Where web reaches its window, if it has one.
    pub window: Option<SocketAddr>,
}

/// Runs until `shutdown`; what is running then is given its time. While another operator holds the Lease, it only looks.
pub async fn run(
    client: Client,
    config: Arc<Config>,
    surroundings: Surroundings,
    health: Health,
    shutdown: CancellationToken,
) {
    run_under(Terms::default(), client, config, surroundings, health, shutdown).await;
}

async fn run_under(
    terms: Terms,
    client: Client,
    config: Arc<Config>,
    surroundings: Surroundings,
    health: Health,
    shutdown: CancellationToken,
) {
    let Surroundings { prober, scratch, window } = surroundings;
    let api: Api<Store> = Api::namespaced(client.clone(), &config.namespace);
    let account = tokio::select! {
        account = prepare_to_run(&client, &api) => account,
        () = shutdown.cancelled() => return,
    };
    tracing::info!(?account, namespace = %config.namespace, "the operator begins");

    let (wake, woken) = futures::channel::mpsc::unbounded();
    let (stores, store_writer) = reflector::store();
    let (end, until) = watch::channel(None);
    let is_alone = config.operator_lease.is_empty();
    let claim = if is_alone { Claim::always() } else { Claim::until(until) };
    let (events, told) = Events::new();
    let context = Arc::new(Context {
        events,
        runner: Runner::new(&scratch, PROGRAMS_PER_STORE * config.concurrency, claim.clone()),
        removals: Semaphore::new(config.concurrency),
        measures: Semaphore::new(1),
        prober,
        account,
        stores: stores.clone(),
        pods: Watched::new(),
        namespaces: Watched::new(),
        volumes: Watched::new(),
        objects: Objects::default(),
        updating: Mutex::default(),
        growing: Mutex::default(),
        memories: Mutex::default(),
        broken_off: Mutex::default(),
        nodes: Default::default(),
        rings: Mutex::default(),
        prometheus: config.prometheus.clone().map(prometheus::Source::new),
        window: window.map(|address| address.to_string()),
        wake,
        began: Mutex::new(now()),
        shutdown: shutdown.clone(),
        client: claim.fence(client.clone()),
        claim,
        config: Arc::clone(&config),
    });
    health.watch(&context);
    let mut beside = JoinSet::new();
    beside.spawn(orphans::sweep(Arc::clone(&context)));
    beside.spawn(users::serve(Arc::clone(&context)));
    beside.spawn(audit::keep(Arc::clone(&context)));
    beside.spawn(usage::watch(Arc::clone(&context)));
    beside.spawn(room::watch(Arc::clone(&context)));
    beside.spawn(told.publish(context.client.clone(), context.claim.clone()));
    watch_the_rest(&context, &mut beside);
    let (mut contending, ended) = (JoinSet::new(), CancellationToken::new());
    if !is_alone {
        let contender = Contender::new(client, terms, Arc::clone(&context), end);
        contending.spawn(contender.contend(ended.clone()));
    }

    let is_news = {
        let context = Arc::clone(&context);
        move |event: &watcher::Result<Store>| {
            ready(event.as_ref().map_or(true, |store| !context.is_echo(store)))
        }
    };
    let changed = watcher::watcher(api, watcher::Config::default())
        .default_backoff()
        .modify(|store| store.managed_fields_mut().clear())
        .reflect(store_writer)
        .applied_objects()
        .filter(is_news);
    // Making and removing each wait for programs; the rest is looked at meanwhile.
    let concurrency = u16::try_from(2 * config.concurrency).unwrap_or(u16::MAX).saturating_add(LOOKS);
    Controller::for_stream(changed, stores)
        .with_config(controller::Config::default().concurrency(concurrency))
        .reconcile_on(woken)
        .graceful_shutdown_on(shutdown.cancelled_owned())
        .run(reconcile::reconcile, failed, Arc::clone(&context))
        .for_each(|result| {
            let claim = &context.claim;
            match result {
                // Pods and volumes of another platform's stores, or of one that has just gone.
                Ok(_) | Err(ControllerError::ObjectNotFound(_)) => {}
                // All of them, and it is told by whoever lost the Lease.
                Err(ControllerError::ReconcilerFailed(..)) if !claim.is_valid() => {}
                Err(ControllerError::ReconcilerFailed(error, store)) => {
                    tracing::warn!(store = %store.name, %error, "a reconcile broke off and is repeated");
                }
                Err(error) => tracing::warn!(%error, "the watch on the cluster was interrupted"),
            }
            ready(())
        })
        .await;
    beside.shutdown().await;
    // Only now that nothing is done any more, another operator may begin.
    ended.cancel();
    contending.join_next().await;
    tracing::info!("the operator has ended");
}

/// Follows pods, namespaces and volumes, and wakes the store that one of them belongs to.
fn watch_the_rest(context: &Arc<Context>, tasks: &mut JoinSet<()>) {
    let config = watcher::Config::default;
    let client = &context.client;
    let woken = |context: &Arc<Context>| {
        let context = Arc::clone(context);
        move |namespace: &str| {
            let Some(id) = namespace.strip_prefix("store-") else { return };
            let store = ObjectRef::<Store>::new(id).within(&context.config.namespace);
            // Nobody listens only when the operator ends.
            let _sent = context.wake.unbounded_send(store);
        }
    };
    let pods = watcher::watcher(Api::<Pod>::all(client.clone()), config().labels(STORE_LABEL))
        .default_backoff()
        .modify(pods::trim);
    tasks.spawn(context.pods.clone().follow("pods", pods, ResourceExt::namespace, woken(context)));
    let of_ours = format!("{STORE_LABEL},{PLATFORM_LABEL}={}", context.config.namespace);
    let namespaces = watcher::watcher(Api::<Namespace>::all(client.clone()), config().labels(&of_ours))
        .default_backoff()
        .modify(|namespace| namespace.managed_fields_mut().clear());
    let name = |namespace: &Namespace| namespace.metadata.name.clone();
    tasks.spawn(context.namespaces.clone().follow("namespaces", namespaces, name, woken(context)));
    let volumes = watcher::watcher(Api::<PersistentVolume>::all(client.clone()), config())
        .default_backoff()
        .modify(|volume| volume.managed_fields_mut().clear());
    tasks.spawn(context.volumes.clone().follow("volumes", volumes, claimant, woken(context)));
    for kind in KINDS {
        let api: Api<DynamicObject> = Api::all_with(client.clone(), &kind.resource());
        let events = watcher::watcher(api, config().labels(STORE_LABEL)).default_backoff();
        tasks.spawn(context.objects.clone().follow(kind, events, woken(context)));
    }
}

/// The store's namespace whose claim the volume is bound to.
fn claimant(volume: &PersistentVolume) -> Option<String> {
    let namespace = volume.spec.as_ref()?.claim_ref.as_ref()?.namespace.clone()?;
    namespace.starts_with("store-").then_some(namespace)
}

fn failed(store: Arc<Store>, error: &ReconcileError, context: Arc<Context>) -> Action {
    if !context.claim.is_valid() {
        // Woken when this operator takes over again.
        return Action::await_change();
    }
    if matches!(error, ReconcileError::Overtaken) {
        return Action::requeue(Duration::from_millis(100));
    }
    let name = store.name_any();
    Action::requeue(backoff::pause(context.broke_off(&name), LONGEST_PAUSE, &name))
}

/// Waits until the API server knows Stores, and says who the operator is there.
async fn prepare_to_run(client: &Client, api: &Api<Store>) -> Option<Account> {
    let mut told = false;
    loop {
        match ask_who_and_for_what(client, api).await {
            Ok(account) => return account,
            Err(error) if !told => {
                tracing::warn!(%error, "the cluster does not answer yet; the operator waits");
            }
            Err(_) => {}
        }
        told = true;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// None where the operator is a person.
async fn ask_who_and_for_what(client: &Client, api: &Api<Store>) -> Result<Option<Account>, kube::Error> {
    api.list_metadata(&ListParams::default().limit(1)).await?;
    let reviews = Api::<SelfSubjectReview>::all(client.clone());
    let review = reviews.create(&PostParams::default(), &SelfSubjectReview::default()).await?;
    let user = review.status.and_then(|status| status.user_info?.username);
    Ok(user.and_then(|user| Account::parse(&user)))
}
