//! What all reconciles share: the cluster as it was last seen, and what this process remembers of each store.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{FutureExt, channel::mpsc::UnboundedSender};
use k8s_openapi::api::core::v1::{Namespace, PersistentVolume, Pod};
use kube::{
    Client, ResourceExt,
    runtime::reflector::{self, ObjectRef},
};
use store::{
    EngineKey, Millis, PersonId, Phase, PlanName, Said, StoreId, Told,
    limit::{Limit, Over},
    time::Elapsed,
};
use tokio::{sync::Semaphore, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{change::standing, events::Events, heal::Healing, limits::held, prometheus::Source, room::Nodes};
use crate::{
    act::{
        claim::Claim,
        manifests::Account,
        runner::Runner,
        target::{Target, target},
    },
    config::Config,
    decide::{
        queue::{Candidate, admitted, ahead, waiting},
        updates::{Standing, Turn, turn},
    },
    observe::{objects::Objects, seen::Seen, storefront::Prober, volumes::Volumes, watched::Watched},
    resource::{
        STORE_LABEL, Store, Wanted, action::ActionId, change::Settled, elapsed_since, fingerprint, is_of,
        millis, now, progress::Progress,
    },
    window::{Quantity, ring::Rings},
};

pub(super) struct Context {
    /// Changes nothing without the claim, nor does the runner.
    pub(super) client: Client,
    pub(super) claim: Claim,
    pub(super) events: Events,
    pub(super) config: Arc<Config>,
    pub(super) runner: Runner,
    /// Stores that may be torn down at a time.
    pub(super) removals: Semaphore,
    /// Stores whose volumes may be looked at at a time.
    pub(super) measures: Semaphore,
    pub(super) prober: Prober,
    /// What the stores use is asked of it, where the values name one.
    pub(super) prometheus: Option<Source>,
    pub(super) account: Option<Account>,
    pub(super) stores: reflector::Store<Store>,
    /// By namespace.
    pub(super) pods: Watched<Pod>,
    /// By name.
    pub(super) namespaces: Watched<Namespace>,
    /// By the namespace of the claim.
    pub(super) volumes: Watched<PersistentVolume>,
    pub(super) objects: Objects,
    /// Which store is being updated to which offer, beyond what the resources say.
    pub(super) updating: Mutex<BTreeMap<StoreId, String>>,
    /// Which store was let have another plan, beyond what the resources say.
    pub(super) growing: Mutex<BTreeMap<StoreId, PlanName>>,
    pub(super) memories: Mutex<HashMap<StoreId, Memory>>,
    /// Reconciles that broke off in a row, by store.
    pub(super) broken_off: Mutex<HashMap<String, u32>>,
    pub(super) nodes: Nodes,
    /// How the stores fared.
    pub(super) rings: Mutex<Rings>,
    /// Where this operator's window is, if it has one.
    pub(super) window: Option<String>,
    pub(super) wake: UnboundedSender<ObjectRef<Store>>,
    /// When this process began to act.
    pub(super) began: Mutex<Millis>,
    pub(super) shutdown: CancellationToken,
}

/// What this process knows of a store beyond the resource. All of it can be lost.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    pub(super) uid: String,
    /// Where it is ahead of the resource.
    pub(super) progress: Option<Progress>,
    /// The status as it was read or written last, and the resource's version with it. A newer version with another status was written by
    /// someone else, and counts.
    pub(super) status: u64,
    pub(super) version: String,
    /// What was asked for when it was last looked at.
    pub(super) generation: Option<i64>,
    /// The retry among it: an annotation, which is in no generation.
    pub(super) retry: Option<Millis>,
    /// And the action.
    pub(super) action: Option<ActionId>,
    /// What a command complained about, how often in a row, and when it may be run again.
    pub(super) complaint: Option<String>,
    /// The same by codes, where it has them.
    pub(super) why: Told,
    pub(super) complaints: u32,
    pub(super) run_again: Option<Instant>,
    /// What a command complained about is what was asked for, so that more tries would change nothing.
    pub(super) hopeless: bool,
    /// Whether the plan's quota was counted anew since a command last did what it was to do.
    pub(super) recounted: bool,
    /// When the shop was last asked, how its pods were then, why its answer was none, and how often in a row.
    pub(super) asked: Option<Millis>,
    pub(super) pods_when_asked: Vec<String>,
    pub(super) no_answer: Option<Said>,
    pub(super) no_answers: u32,
    /// When the certificate ends that it showed when it answered last.
    pub(super) certificate_until: Option<Millis>,
    /// What its log told about that, and when it was read.
    pub(super) log_told: Option<(Instant, Option<String>)>,
    /// What was left of the try's time when the store began to wait for room.
    pub(super) left: Option<Elapsed>,
    pub(super) teardown_began: Option<Millis>,
    /// Whether helm has said since then that the release is gone.
    pub(super) uninstalled: bool,
    /// When the store was last read through, and what stood in its namespace then.
    pub(super) read: Option<(Instant, [Seen<u64>; 2])>,
    /// Since when an own change may not have been heard of, and what stood there before, if it was to put something back.
    pub(super) settling: Option<(Instant, Option<Settled>)>,
    pub(super) healing: Option<Healing>,
    /// How often something was put back in a row, and when last.
    pub(super) heals: u32,
    pub(super) healed: Option<Instant>,
    /// When the namespace was last told that its store is ready.
    pub(super) marked: Option<Millis>,
    /// When its volumes were last looked at.
    pub(super) measured: Option<Millis>,
}

impl Memory {
    /// Of a resource that this process has not met.
    fn of(resource: &Store) -> Self {
        let mut memory = Self { uid: resource.uid().unwrap_or_default(), ..Self::default() };
        memory.take_over(resource);
        memory
    }

    /// Once more; what is told of it is its last line.
    pub(super) fn complain(&mut self, why: impl Into<Told>) -> Told {
        let why = why.into();
        let complaint = why.to_string();
        self.complaints = self.complaints.saturating_add(1);
        self.why = why.coded();
        let line = self.why.or_sentence(complaint.lines().last().unwrap_or_default());
        self.complaint = Some(complaint);
        line
    }

    pub(super) fn forget_complaints(&mut self) {
        self.complaint = None;
        self.why = Told::default();
        self.complaints = 0;
        self.run_again = None;
        self.hopeless = false;
        self.recounted = false;
    }

    /// Whether the resource is as this process wrote it last. Where more was asked for in the same breath, it is news all the same: the watch
    /// may tell of both in one.
    fn is_echo(&self, resource: &Store) -> bool {
        resource.metadata.resource_version.as_deref() == Some(self.version.as_str())
            && resource.metadata.generation == self.generation
            && resource.retry() == self.retry
            && resource.action().map(|action| action.id) == self.action
    }

    fn take_over(&mut self, resource: &Store) {
        self.progress = None;
        self.status = fingerprint(resource.status.as_ref());
        self.version = resource.resource_version().unwrap_or_default();
    }
}

/// The place among its owner's stores that one would have.
pub(super) struct Claimed<'a> {
    pub(super) owner: Option<&'a PersonId>,
    pub(super) plan: PlanName,
    pub(super) limit: Limit,
}

/// Why work on a store does not begin.
pub(super) enum NotBegun {
    /// So many stores come before it.
    Behind(usize),
    Over(Over),
}

impl Context {
    /// What is remembered of the store, brought up to what the resource says: it may have been written by someone else, and is then right.
    pub(super) fn recall(&self, id: &StoreId, resource: &Store) -> Memory {
        let uid = resource.uid().unwrap_or_default();
        let Some(mut memory) = self.lock().get(id).filter(|memory| memory.uid == uid).cloned() else {
            return Memory::of(resource);
        };
        let is_newer = is_newer(resource.metadata.resource_version.as_deref(), &memory.version);
        if is_newer && fingerprint(resource.status.as_ref()) != memory.status {
            tracing::warn!(store = %id, "the status was written by someone else, and is taken as it is");
            memory.take_over(resource);
        } else if is_newer {
            memory.version = resource.resource_version().unwrap_or_default();
        }
        memory
    }

    pub(super) fn remember(&self, id: &StoreId, memory: Memory) {
        self.lock().insert(id.clone(), memory);
    }

    pub(super) fn forget(&self, id: &StoreId) {
        self.lock().remove(id);
        self.rings().forget(id);
    }

    /// Whether this version of the resource is the one that this process wrote last, and so no news to it.
    pub(super) fn is_echo(&self, resource: &Store) -> bool {
        let Some(id) = resource.metadata.name.as_deref().and_then(|name| StoreId::parse(name).ok()) else {
            return false;
        };
        self.lock().get(&id).is_some_and(|memory| memory.is_echo(resource))
    }

    /// Remembers a value for a day.
    pub(super) fn note(&self, id: &StoreId, of: Quantity, name: &str, value: f32) {
        self.rings().note(id, of, name, value, now());
    }

    /// When the certificate ends that the shop's visitors are shown, if this process has seen one.
    pub(super) fn certificate_until(&self, id: &StoreId) -> Option<Millis> {
        self.lock().get(id)?.certificate_until
    }

    pub(super) fn rings(&self) -> MutexGuard<'_, Rings> {
        // Whoever panicked while holding it changed whole values only.
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reconciles of the store that broke off in a row, with this one.
    pub(super) fn broke_off(&self, store: &str) -> u32 {
        let mut counts = self.broken_off.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(store.to_owned()).or_default();
        *count = count.saturating_add(1);
        *count
    }

    pub(super) fn went_through(&self, store: &str) {
        self.broken_off.lock().unwrap_or_else(PoisonError::into_inner).remove(store);
    }

    /// Begins work on a store if it is its turn, and its owner may have it.
    pub(super) fn leave_queue(
        &self,
        id: &StoreId,
        mut memory: Memory,
        began: &Progress,
        place: &Claimed<'_>,
    ) -> Result<(), NotBegun> {
        let mut memories = self.lock();
        let candidates = self.candidates(&memories);
        if !admitted(&candidates, self.config.concurrency).contains(id) {
            return Err(NotBegun::Behind(ahead(&candidates, id)));
        }
        if let Some(owner) = place.owner {
            let held = held(&self.stores.state(), &memories, id, owner);
            place.limit.admit_another(place.plan, &held).map_err(NotBegun::Over)?;
        }
        memory.progress = Some(began.clone());
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

    /// Begins to act. What was known when another operator acted may not be so any more: it is looked at anew.
    pub(super) fn take_over(&self) {
        *self.began.lock().unwrap_or_else(PoisonError::into_inner) = now();
        self.lock().clear();
        self.updating().clear();
        self.growing().clear();
        self.broken_off.lock().unwrap_or_else(PoisonError::into_inner).clear();
        for store in self.stores.state() {
            // Nobody listens only when the operator ends.
            let _sent = self.wake.unbounded_send(ObjectRef::from_obj(&store));
        }
    }

    pub(super) fn began(&self) -> Millis {
        *self.began.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the store's release is to be made from.
    pub(super) fn target(&self, wanted: &Wanted, volumes: Option<&Volumes>) -> Target {
        target(wanted, &self.config, volumes)
    }

    /// How all other stores of the engine stand to an offer.
    pub(super) fn standings(
        &self,
        own: &StoreId,
        engine: &EngineKey,
        offer: &str,
    ) -> Vec<(StoreId, Standing)> {
        self.standings_with(&self.updating(), own, engine, offer)
    }

    /// Whether another store of the engine is ready.
    pub(super) fn is_any_ready(&self, own: &StoreId, engine: &EngineKey) -> bool {
        let ready = Phase::Ready.to_string();
        self.stores.state().iter().any(|store| {
            store.metadata.name.as_deref() != Some(own.as_str())
                && store.spec.engine == engine.as_str()
                && store.status.as_ref().is_some_and(|status| status.phase.as_ref() == Some(&ready))
        })
    }

    fn standings_with(
        &self,
        updating: &BTreeMap<StoreId, String>,
        own: &StoreId,
        engine: &EngineKey,
        offer: &str,
    ) -> Vec<(StoreId, Standing)> {
        let of = |store: &Arc<Store>| {
            let id = StoreId::parse(store.metadata.name.as_deref()?).ok()?;
            if id == *own || store.spec.engine != engine.as_str() {
                return None;
            }
            let standing = match updating.get(&id) {
                Some(to) if to == offer => Standing::Updating,
                _ => standing(store, offer),
            };
            Some((id, standing))
        };
        self.stores.state().iter().filter_map(of).collect()
    }

    /// Takes a store's turn to be updated: of two that saw at the same moment that it is theirs, one may find it taken.
    pub(super) fn take_update_turn(&self, id: &StoreId, engine: &EngineKey, offer: &str) -> bool {
        let mut updating = self.updating();
        let is_turn =
            turn(self.standings_with(&updating, id, engine, offer), self.config.updates.concurrency);
        if is_turn == Turn::Now {
            updating.insert(id.clone(), offer.to_owned());
        }
        is_turn == Turn::Now
    }

    /// The store is not being updated any more, and others may be.
    pub(super) fn end_update(&self, id: &StoreId) {
        if self.updating().remove(id).is_none() {
            return;
        }
        let waits = |store: &Arc<Store>| store.status.as_ref().is_some_and(|status| status.offered.is_some());
        let waiting = self.stores.state().into_iter().filter(waits).map(|store| store.name_any());
        for name in waiting.filter(|name| name != id.as_str()).take(2 * self.config.updates.concurrency) {
            // Nobody listens only when the operator ends.
            let _sent = self.wake.unbounded_send(ObjectRef::new(&name).within(&self.config.namespace));
        }
    }

    pub(super) fn growing(&self) -> MutexGuard<'_, BTreeMap<StoreId, PlanName>> {
        // Whoever panicked while holding it changed whole entries only.
        self.growing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn updating(&self) -> MutexGuard<'_, BTreeMap<StoreId, String>> {
        // Whoever panicked while holding it changed whole entries only.
        self.updating.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether deletion, or another try than the one that was asked for at the time `retry`, is asked for.
    pub(super) fn is_unwanted(&self, id: &StoreId, retry: Option<Millis>) -> bool {
        let key = ObjectRef::new(id.as_str()).within(&self.config.namespace);
        match self.stores.get(&key) {
            Some(store) => {
                store.metadata.deletion_timestamp.is_some()
                    || store.retry().is_some_and(|asked| retry != Some(asked))
            }
            None => true,
        }
    }

    pub(super) fn pods_of(&self, id: &StoreId) -> Vec<Pod> {
        self.pods.get(&id.namespace()).iter().map(|pod| pod.as_ref().clone()).collect()
    }

    /// Namespaces of this platform's stores that are there without a Store. One that was just made is not called so.
    pub(super) fn namespaces_without_store(&self) -> Vec<StoreId> {
        const SETTLED: i64 = 60_000;
        let is_stray = |namespace: &Arc<Namespace>| {
            let id = StoreId::parse(namespace.labels().get(STORE_LABEL)?).ok()?;
            let made = namespace.metadata.creation_timestamp.as_ref()?.0.as_millisecond();
            let key = ObjectRef::new(id.as_str()).within(&self.config.namespace);
            let is_there = namespace.name_any() == id.namespace()
                && namespace.metadata.deletion_timestamp.is_none()
                && now().0 - made > SETTLED;
            (is_there && self.stores.get(&key).is_none()).then_some(id)
        };
        let mut strays: Vec<StoreId> = self.namespaces.all().iter().filter_map(is_stray).collect();
        strays.sort();
        strays
    }

    /// Waits until it is known what there is beside the Stores.
    pub(super) async fn loaded(&self) {
        tokio::join!(self.pods.loaded(), self.namespaces.loaded(), self.volumes.loaded());
    }

    /// Whether it is known what there is.
    pub(super) fn is_loaded(&self) -> bool {
        let stores = self.stores.wait_until_ready().now_or_never();
        stores.is_some_and(|ready| ready.is_ok()) && self.loaded().now_or_never().is_some()
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

/// Whether the resource is newer than the version that is known: since Kubernetes 1.35 versions may be compared as numbers.
fn is_newer(version: Option<&str>, known: &str) -> bool {
    let number = |version: &str| version.parse::<u64>().ok();
    match (version.and_then(number), number(known)) {
        (Some(version), Some(known)) => version > known,
        _ => version.is_some_and(|version| version != known),
    }
}

fn candidate(store: &Store, memories: &HashMap<StoreId, Memory>) -> Option<Candidate> {
    if store.metadata.deletion_timestamp.is_some() {
        return None;
    }
    let id = StoreId::parse(store.metadata.name.as_deref()?).ok()?;
    let uid = store.metadata.uid.as_deref().unwrap_or_default();
    let remembered =
        memories.get(&id).filter(|memory| memory.uid == uid).and_then(|memory| memory.progress.as_ref());
    let asked = store.retry();
    let (is_current, began, was_ready, is_left, is_failed) = match (remembered, &store.status) {
        (Some(progress), _) => {
            let is_failed = Phase::of(&progress.conditions, false) == Phase::Failed;
            let is_left = progress.namespace_uid.is_some();
            let is_current = progress.is_of(asked);
            (is_current, progress.started.is_some(), progress.ready.is_some(), is_left, is_failed)
        }
        (None, Some(status)) => {
            let is_failed = status.phase.as_deref() == Some(&Phase::Failed.to_string());
            let is_left = status.namespace_uid.is_some();
            let is_current = is_of(status.attempt, status.retry.as_deref().and_then(millis), asked);
            (is_current, status.started_at.is_some(), status.ready_at.is_some(), is_left, is_failed)
        }
        (None, None) => (false, false, false, false, false),
    };
    let begun = is_current && began;
    // One that waits until an earlier try is cleaned up keeps nobody behind it waiting.
    let waits_for_clean_up = !begun && is_left;
    if was_ready || (is_current && is_failed) || waits_for_clean_up {
        return None;
    }
    Some(Candidate { id, requested: store.requested(), begun })
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

    /// The operator has seen all there is, and does not end. It may still be another one that acts.
    pub fn is_ready(&self) -> bool {
        self.context().is_some_and(|context| !context.shutdown.is_cancelled() && context.is_loaded())
    }

    /// Brings the gauges up to date; called when metrics are read.
    pub fn measure(&self) {
        let Some(context) = self.context() else { return };
        metrics::gauge!("storeyard_lease_held").set(if context.claim.is_valid() { 1.0 } else { 0.0 });
        for (phase, number) in context.phases() {
            metrics::gauge!("storeyard_stores", "phase" => phase).set(count(number));
        }
        let queue = waiting(&context.candidates(&context.lock()));
        metrics::gauge!("storeyard_queue_length").set(count(queue.length));
        metrics::gauge!("storeyard_queue_oldest_seconds").set(elapsed_since(queue.oldest).as_secs_f64());
    }

    pub(super) fn context(&self) -> Option<Arc<Context>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of stores is far below 2^52")]
fn count(stores: usize) -> f64 {
    stores as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::RETRY_ANNOTATION;

    #[test]
    fn a_deletion_that_is_heard_of_together_with_an_own_write_is_news() {
        let mut resource = crate::resource::view::tests::resource();
        resource.metadata.resource_version = Some("7".into());
        let memory = Memory { version: "7".into(), generation: Some(1), ..Memory::default() };
        assert!(memory.is_echo(&resource));
        resource.metadata.generation = Some(2);
        assert!(!memory.is_echo(&resource));
    }

    #[test]
    fn a_retry_that_is_heard_of_together_with_an_own_write_is_news() {
        let mut resource = crate::resource::view::tests::resource();
        resource.metadata.resource_version = Some("7".into());
        let memory = Memory { version: "7".into(), generation: Some(1), ..Memory::default() };
        assert!(memory.is_echo(&resource));
        resource.annotations_mut().insert(RETRY_ANNOTATION.to_owned(), "2026-01-02T03:14:05.250Z".to_owned());
        assert!(!memory.is_echo(&resource));
    }

    #[test]
    fn a_store_waits_for_its_turn_from_when_its_try_was_asked_for() {
        let mut resource = crate::resource::view::tests::resource();
        let none = HashMap::new();
        let of_page = candidate(&resource, &none).unwrap();
        assert_eq!(of_page.requested.0 % 1000, 250);
        let mut failed = Progress { attempt: 1, ..Progress::default() };
        failed.see(store::ConditionKind::ReleaseDeployed, store::State::Failed, "no", Millis(9));
        failed.settle(false, Millis(9));
        resource.status = Some(failed.write(None));
        assert_eq!(candidate(&resource, &none), None);
        resource.annotations_mut().insert(RETRY_ANNOTATION.to_owned(), "2026-01-02T03:14:05.250Z".to_owned());
        let again = candidate(&resource, &none).unwrap();
        assert_eq!((again.begun, again.requested.since(of_page.requested).0), (false, 600_000));
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(is_newer(Some("100"), "99"));
        assert!(!is_newer(Some("99"), "100"));
        assert!(!is_newer(Some("7"), "7"));
        assert!(is_newer(Some("b"), "a"));
    }
}
