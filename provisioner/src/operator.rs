//! Makes, keeps and removes stores: a controller on the Stores, whose every pass looks at what is there and does what comes next.
//!
//! All truth is in the Stores' status and in the cluster, so the process may be killed at any instant. Passes of one store never
//! overlap; what this process has told is remembered, since its own writes come back to it with a delay.

mod context;
mod fail;
pub mod heartbeat;
mod keep;
mod make;
mod orphans;
mod prepare;
mod remove;
mod teardown;
mod work;

use std::{future::ready, path::PathBuf, sync::Arc, time::Duration};

use futures::StreamExt;
use k8s_openapi::api::{
    authentication::v1::SelfSubjectReview,
    core::v1::{Namespace, PersistentVolume, Pod},
};
use kube::{
    Api, Client, ResourceExt,
    api::{ListParams, PostParams},
    runtime::{
        Controller, WatchStreamExt,
        controller::{Action, Error as ControllerError},
        reflector::{self, ObjectRef},
        watcher,
    },
};
use tokio_util::sync::CancellationToken;

use self::context::Context;
pub use self::context::Health;
use crate::{
    config::Config,
    manifests::Account,
    resource::{PLATFORM_LABEL, STORE_LABEL, Store},
    runner::Runner,
    storefront::Visitor,
};

/// What a pass could not do. The next one begins where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    #[error("the cluster did not answer as it should: {0}")]
    Cluster(#[from] kube::Error),
}

/// Runs until `shutdown`; what is running then is given its time.
pub async fn run(
    client: Client,
    config: Arc<Config>,
    visitor: Visitor,
    scratch: PathBuf,
    health: Health,
    shutdown: CancellationToken,
) {
    let api: Api<Store> = Api::namespaced(client.clone(), &config.namespace);
    let account = tokio::select! {
        account = prepare_to_run(&client, &api) => account,
        () = shutdown.cancelled() => return,
    };
    tracing::info!(?account, namespace = %config.namespace, "the operator begins");

    let labelled = watcher::Config::default().labels(STORE_LABEL);
    let of_ours =
        watcher::Config::default().labels(&format!("{STORE_LABEL},{PLATFORM_LABEL}={}", config.namespace));
    let (pods, pod_writer) = reflector::store();
    let (namespaces, namespace_writer) = reflector::store();
    let pod_events = watcher::watcher(Api::<Pod>::all(client.clone()), labelled)
        .default_backoff()
        .modify(|pod| pod.managed_fields_mut().clear())
        .reflect(pod_writer)
        .touched_objects();
    let namespace_events = watcher::watcher(Api::<Namespace>::all(client.clone()), of_ours)
        .default_backoff()
        .reflect(namespace_writer)
        .touched_objects();
    let volume_events =
        watcher::watcher(Api::<PersistentVolume>::all(client.clone()), watcher::Config::default())
            .default_backoff()
            .touched_objects();

    let (wake, woken) = futures::channel::mpsc::unbounded();
    let controller = Controller::new(api, watcher::Config::default());
    let context = Arc::new(Context {
        client,
        runner: Runner::new(&scratch),
        visitor,
        account,
        stores: controller.store(),
        pods,
        namespaces,
        memories: Default::default(),
        wake,
        shutdown: shutdown.clone(),
        config: Arc::clone(&config),
    });
    health.watch(&context);
    let orphans = tokio::spawn(orphans::sweep(Arc::clone(&context)));

    let platform = config.namespace.clone();
    let touched = futures::stream::select_all([
        pod_events.filter_map(|pod| ready(pod.ok().and_then(|pod| label(&pod)))).boxed(),
        namespace_events
            .filter_map(|namespace| ready(namespace.ok().and_then(|namespace| label(&namespace))))
            .boxed(),
        volume_events.filter_map(|volume| ready(volume.ok().and_then(|volume| claimant(&volume)))).boxed(),
    ])
    .map(move |id| ObjectRef::<Store>::new(&id).within(&platform));
    controller
        .reconcile_on(futures::stream::select(woken, touched))
        .graceful_shutdown_on(shutdown.cancelled_owned())
        .run(work::pass, failed, Arc::clone(&context))
        .for_each(|result| {
            match result {
                // Pods and volumes of another platform's stores, or of one that has just gone.
                Ok(_) | Err(ControllerError::ObjectNotFound(_)) => {}
                Err(ControllerError::ReconcilerFailed(error, store)) => {
                    tracing::warn!(store = %store.name, %error, "a pass broke off and is repeated");
                }
                Err(error) => tracing::warn!(%error, "the watch on the cluster was interrupted"),
            }
            ready(())
        })
        .await;
    orphans.abort();
    tracing::info!("the operator has ended");
}

/// The id of the store that the object says it belongs to.
fn label(object: &impl ResourceExt) -> Option<String> {
    object.labels().get(STORE_LABEL).cloned()
}

fn claimant(volume: &PersistentVolume) -> Option<String> {
    let claim = volume.spec.as_ref()?.claim_ref.as_ref()?;
    claim.namespace.as_deref()?.strip_prefix("store-").map(str::to_owned)
}

fn failed(_: Arc<Store>, _: &PassError, _: Arc<Context>) -> Action {
    Action::requeue(Duration::from_secs(2))
}

/// Waits until the API server knows Stores, and asks who the operator is there.
async fn prepare_to_run(client: &Client, api: &Api<Store>) -> Option<Account> {
    let mut told = false;
    loop {
        match api.list_metadata(&ListParams::default().limit(1)).await {
            Ok(_) => break,
            Err(error) if !told => tracing::warn!(%error, "Stores cannot be read yet; the operator waits"),
            Err(_) => {}
        }
        told = true;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let review = Api::<SelfSubjectReview>::all(client.clone())
        .create(&PostParams::default(), &SelfSubjectReview::default())
        .await;
    match review {
        Ok(review) => Account::parse(&review.status?.user_info?.username?),
        Err(error) => {
            tracing::warn!(%error, "the cluster does not say who the operator is; it goes on with the rights it has");
            None
        }
    }
}
