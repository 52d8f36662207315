//! What all passes share: the cluster as it was last seen, and what this process remembers of each store.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::channel::mpsc::UnboundedSender;
use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::{
    Client, ResourceExt,
    runtime::reflector::{self, ObjectRef},
};
use store::{Millis, Phase, RemovalKind, StoreId};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    manifests::Account,
    progress::Progress,
    resource::{Store, StoreStatus, millis},
    runner::Runner,
    storefront::Visitor,
    turns::{Candidate, admitted, ahead},
};

pub(super) struct Context {
    pub(super) client: Client,
    pub(super) config: Arc<Config>,
    pub(super) runner: Runner,
    pub(super) visitor: Visitor,
    pub(super) account: Option<Account>,
    pub(super) stores: reflector::Store<Store>,
    pub(super) pods: reflector::Store<Pod>,
    pub(super) namespaces: reflector::Store<Namespace>,
    pub(super) memories: Mutex<HashMap<StoreId, Memory>>,
    pub(super) wake: UnboundedSender<ObjectRef<Store>>,
    pub(super) shutdown: CancellationToken,
}

/// What this process knows of a store. It is never behind the resource, since nobody else writes the status; all of it but the
/// progress can be lost.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    pub(super) uid: String,
    pub(super) progress: Progress,
    pub(super) written: Option<StoreStatus>,
    /// What a command complained about, and how often in a row.
    pub(super) complaint: Option<String>,
    pub(super) complaints: u32,
    /// When the shop was last asked, how its pods were then, why its answer was none, and how often in a row.
    pub(super) asked: Option<Millis>,
    pub(super) pods_when_asked: Vec<String>,
    pub(super) no_answer: Option<String>,
    pub(super) no_answers: u32,
    /// What of a teardown is over.
    pub(super) torn: BTreeSet<RemovalKind>,
    pub(super) teardown_began: Option<Millis>,
}

impl Context {
    pub(super) fn recall(&self, id: &StoreId, uid: &str) -> Option<Memory> {
        self.lock().get(id).filter(|memory| memory.uid == uid).cloned()
    }

    pub(super) fn remember(&self, id: &StoreId, memory: Memory) {
        self.lock().insert(id.clone(), memory);
    }

    pub(super) fn forget(&self, id: &StoreId) {
        self.lock().remove(id);
    }

    /// Begins work on a store if it is its turn; else the number of stores that come before it.
    pub(super) fn take_turn(&self, id: &StoreId, mut memory: Memory, began: &Progress) -> Result<(), usize> {
        let mut memories = self.lock();
        let candidates = self.candidates(&memories);
        if !admitted(&candidates, self.config.concurrency).contains(id) {
            return Err(ahead(&candidates, id));
        }
        memory.progress = began.clone();
        memories.insert(id.clone(), memory);
        Ok(())
    }

    /// A place may be free: whoever's turn it is now is told.
    pub(super) fn wake_next(&self) {
        let candidates = self.candidates(&self.lock());
        let admitted = admitted(&candidates, self.config.concurrency);
        for next in candidates.iter().filter(|candidate| !candidate.begun && admitted.contains(&candidate.id))
        {
            let store = ObjectRef::new(next.id.as_str()).within(&self.config.namespace);
            // Nobody listens only when the operator ends.
            let _sent = self.wake.unbounded_send(store);
        }
    }

    pub(super) fn is_unwanted(&self, id: &StoreId, attempt: u32) -> bool {
        let key = ObjectRef::new(id.as_str()).within(&self.config.namespace);
        match self.stores.get(&key) {
            Some(store) => store.metadata.deletion_timestamp.is_some() || store.spec.attempt != attempt,
            None => true,
        }
    }

    pub(super) fn pods_of(&self, id: &StoreId) -> Vec<Pod> {
        let namespace = id.namespace();
        let is_own = |pod: &&Arc<Pod>| pod.namespace().as_deref() == Some(&namespace);
        self.pods.state().iter().filter(is_own).map(|pod| pod.as_ref().clone()).collect()
    }

    /// How many stores are in each phase, for the metrics.
    fn phases(&self) -> BTreeMap<&'static str, usize> {
        let mut phases: BTreeMap<&'static str, usize> =
            Phase::ALL.into_iter().map(|phase| (phase.key(), 0)).collect();
        for store in self.stores.state() {
            let progress = Progress::read(store.status.as_ref());
            let phase = Phase::of(&progress.conditions, store.metadata.deletion_timestamp.is_some());
            *phases.entry(phase.key()).or_default() += 1;
        }
        phases
    }

    fn candidates(&self, memories: &HashMap<StoreId, Memory>) -> Vec<Candidate> {
        self.stores.state().iter().filter_map(|store| candidate(store, memories)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<StoreId, Memory>> {
        // Whoever panicked while holding it changed whole entries only.
        self.memories.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn candidate(store: &Store, memories: &HashMap<StoreId, Memory>) -> Option<Candidate> {
    if store.metadata.deletion_timestamp.is_some() {
        return None;
    }
    let id = StoreId::parse(store.metadata.name.as_deref()?).ok()?;
    let uid = store.metadata.uid.as_deref().unwrap_or_default();
    let remembered = memories.get(&id).filter(|memory| memory.uid == uid).map(|memory| &memory.progress);
    let (attempt, began, is_over) = match (remembered, &store.status) {
        (Some(progress), _) => {
            let is_failed = Phase::of(&progress.conditions, false) == Phase::Failed;
            (progress.attempt, progress.started.is_some(), progress.ready.is_some() || is_failed)
        }
        (None, Some(status)) => {
            let is_failed = status.phase.as_deref() == Some(&Phase::Failed.to_string());
            (status.attempt, status.started_at.is_some(), status.ready_at.is_some() || is_failed)
        }
        (None, None) => (0, false, false),
    };
    let is_current = attempt == store.spec.attempt;
    if is_current && is_over {
        return None;
    }
    let created = store.metadata.creation_timestamp.as_ref().map_or(0, |time| time.0.as_millisecond());
    let requested = store.spec.requested_at.as_deref().and_then(millis).unwrap_or(Millis(created));
    Some(Candidate { id, requested, begun: is_current && began })
}

/// How the operator itself is, for whoever runs it.
#[derive(Clone, Default)]
pub struct Health(Arc<Mutex<Option<Arc<Context>>>>);

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Health").field("ready", &self.is_ready()).finish()
    }
}

impl Health {
    pub(super) fn watch(&self, context: &Arc<Context>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(context));
    }

    /// The operator has seen all Stores there are, and does not end.
    pub fn is_ready(&self) -> bool {
        use futures::FutureExt;
        self.context().is_some_and(|context| {
            !context.shutdown.is_cancelled()
                && context.stores.wait_until_ready().now_or_never().is_some_and(|ready| ready.is_ok())
        })
    }

    /// Brings the gauges up to date; called when metrics are read.
    pub fn measure(&self) {
        let Some(context) = self.context() else { return };
        for (phase, number) in context.phases() {
            #[expect(clippy::cast_precision_loss, reason = "a number of stores is far below 2^52")]
            metrics::gauge!("storeyard_stores", "phase" => phase).set(number as f64);
        }
    }

    fn context(&self) -> Option<Arc<Context>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
