//! One reconcile of one store: what comes next is done until something has to be waited for.

use std::{future::pending, sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::ObjectReference;
use kube::{
    Api, Resource, ResourceExt,
    api::{Patch, PatchParams},
    runtime::controller::Action,
};
use serde_json::json;
use store::{Address, ConditionKind, Millis, Phase, State, StoreId, Told};
use tokio::time::{Instant, sleep};
use tracing::Instrument;

use super::{
    ReconcileError,
    context::{Context, Memory},
    events::{self, Reason},
};
use crate::{
    TRACES,
    act::runner::{CommandError, Invocation, Ran},
    config::Config,
    decide::next::{Goal, Next, next},
    resource::{
        FINALIZER, Malformed, REMOVAL_ONLY_ANNOTATION, Store, StoreStatus, Wanted, action::Action as Asked,
        fingerprint, now, progress::Progress,
    },
};

/// An operator that has just begun gives what it finds in the making this long: it may have been away for the whole of a try.
const SECOND_CHANCE: i64 = 60;
/// Statuses that others write at the same moment are met a few times in a row at most.
const WRITES: u32 = 5;

/// How a step left off.
pub(super) enum Flow {
    /// The next one may begin.
    Continue,
    /// Look again then, or as soon as something changes.
    Requeue(Duration),
    /// Look again when something changes.
    AwaitChange,
}

/// A store, and all that is known of it during a reconcile.
pub(super) struct Reconcile<'a> {
    pub(super) context: &'a Context,
    pub(super) id: StoreId,
    /// When another try was last asked for.
    pub(super) retry: Option<Millis>,
    /// What is to be done once.
    pub(super) action: Option<Asked>,
    pub(super) progress: Progress,
    pub(super) memory: Memory,
    /// As Events name it.
    reference: ObjectReference,
    deleting: bool,
    /// When it is deleted.
    keeps_shop: bool,
    generation: Option<i64>,
    /// The resource's version that the reconcile began with.
    seen: String,
}

pub(super) async fn reconcile(resource: Arc<Store>, context: Arc<Context>) -> Result<Action, ReconcileError> {
    context.loaded().await;
    if !context.claim.is_valid() {
        // Woken when this operator takes over.
        return Ok(Action::await_change());
    }
    let began = Instant::now();
    let span = tracing::info_span!(target: TRACES, "reconcile", store = %resource.name_any());
    let result = reconcile_store(&resource, &context).instrument(span).await;
    metrics::histogram!("storeyard_reconcile_seconds").record(began.elapsed().as_secs_f64());
    if result.is_ok() {
        context.went_through(&resource.name_any());
    }
    result
}

async fn reconcile_store(resource: &Store, context: &Context) -> Result<Action, ReconcileError> {
    let has_finalizer = resource.finalizers().iter().any(|finalizer| finalizer == FINALIZER);
    let deleting = resource.meta().deletion_timestamp.is_some();
    let Ok(id) = StoreId::parse(&resource.name_any()) else {
        tracing::warn!(name = %resource.name_any(), "a Store is left alone: its name is no store's id");
        if deleting && has_finalizer {
            // No version has made anything for such a name.
            without_finalizer(context, &resource.name_any()).await?;
        }
        return Ok(Action::await_change());
    };
    if deleting && !has_finalizer {
        context.forget(&id);
        return Ok(Action::await_change());
    }
    if !deleting && resource.annotations().contains_key(REMOVAL_ONLY_ANNOTATION) {
        // Whoever made it deletes it now.
        return Ok(Action::await_change());
    }
    if !deleting && !has_finalizer {
        with_finalizer(context, &resource.name_any()).await?;
    }
    let wanted = resource.wanted(&context.config);
    let mut memory = context.recall(&id, resource);
    let seen = resource.resource_version().unwrap_or_default();
    let progress = memory.progress.take().unwrap_or_else(|| Progress::read(resource.status.as_ref()));
    let (retry, action, generation) = (resource.retry(), resource.action(), resource.meta().generation);
    let reference = events::reference(resource);
    let keeps_shop = resource.is_to_leave_its_shop();
    let mut reconcile = Reconcile {
        context,
        id,
        retry,
        action,
        progress,
        memory,
        reference,
        deleting,
        keeps_shop,
        generation,
        seen,
    };
    let result = reconcile.advance(&wanted).await;
    if !matches!(result, Ok(None)) {
        reconcile.remember();
    }
    result.map(|action| action.unwrap_or_else(Action::await_change))
}

impl Reconcile<'_> {
    /// None when the store is gone.
    async fn advance(
        &mut self,
        wanted: &Result<Wanted, Malformed>,
    ) -> Result<Option<Action>, ReconcileError> {
        loop {
            let Some(flow) = self.step(wanted).await? else { return Ok(None) };
            match flow {
                Flow::AwaitChange => return Ok(Some(Action::await_change())),
                Flow::Requeue(pause) => return Ok(Some(Action::requeue(pause))),
                Flow::Continue if self.context.shutdown.is_cancelled() || !self.context.claim.is_valid() => {
                    return Ok(Some(Action::await_change()));
                }
                Flow::Continue if !self.deleting && self.is_unwanted() => {
                    return Ok(Some(Action::requeue(Duration::ZERO)));
                }
                Flow::Continue => {}
            }
        }
    }

    /// Does the one thing that comes next. None when the store is gone.
    async fn step(&mut self, wanted: &Result<Wanted, Malformed>) -> Result<Option<Flow>, ReconcileError> {
        let goal = match wanted {
            _ if self.deleting && self.keeps_shop => Goal::Released,
            _ if self.deleting => Goal::Gone,
            Ok(_) => Goal::There,
            Err(_) => Goal::Unknown,
        };
        let next = next(goal, &self.progress, self.retry, self.ends(), now());
        let flow = match (next, wanted) {
            (Next::Remove, _) => return self.remove_or_end().await,
            (Next::LetGo, _) => return self.let_go().await,
            (_, Err(malformed)) => self.set_aside(malformed).await,
            (next, Ok(wanted)) => {
                self.progress.not_understood = None;
                self.progress.generation = self.generation;
                self.progress.address = Some(self.address(wanted).shop());
                self.go_on(next, wanted).await
            }
        };
        flow.map(Some)
    }

    async fn go_on(&mut self, next: Next, wanted: &Wanted) -> Result<Flow, ReconcileError> {
        if matches!(next, Next::Prepare | Next::Release)
            && let Some(left) = self.memory.run_again.map(|at| at.saturating_duration_since(Instant::now()))
            && !left.is_zero()
        {
            return Ok(self.pause(left));
        }
        match next {
            Next::TakeUp => self.take_up().await,
            Next::Begin => self.begin(wanted).await,
            Next::Prepare => self.prepare(wanted).await,
            Next::Release => self.release(wanted).await,
            Next::Workloads => self.workloads(wanted).await,
            Next::Storefront => self.storefront(wanted).await,
            Next::Keep => self.keep(wanted).await,
            Next::GiveUp => self.give_up(wanted).await,
            Next::CleanUp => self.clean_up().await,
            Next::Remove | Next::LetGo | Next::Refuse | Next::Rest => {
                self.save().await?;
                Ok(Flow::AwaitChange)
            }
        }
    }

    /// When the try is given up.
    fn ends(&self) -> Option<Millis> {
        let second_chance = self.context.began().plus_seconds(SECOND_CHANCE);
        match self.progress.deadline {
            _ if self.memory.hopeless => Some(now()),
            deadline => deadline.map(|deadline| deadline.max(second_chance)),
        }
    }

    /// What is not understood changes nothing.
    async fn set_aside(&mut self, malformed: &Malformed) -> Result<Flow, ReconcileError> {
        self.progress.not_understood = Some(malformed.to_string());
        self.save().await?;
        Ok(Flow::AwaitChange)
    }

    async fn remove_or_end(&mut self) -> Result<Option<Flow>, ReconcileError> {
        if let Some(flow) = self.remove().await? {
            return Ok(Some(flow));
        }
        without_finalizer(self.context, self.id.as_str()).await?;
        self.tell_event(Reason::Deleted, "The release, the namespace and its volumes are gone.");
        self.context.forget(&self.id);
        Ok(None)
    }

    /// Nothing of the shop is touched: it needs nobody, and the labels by which it would be known are its keeper's to take off.
    async fn let_go(&mut self) -> Result<Option<Flow>, ReconcileError> {
        without_finalizer(self.context, self.id.as_str()).await?;
        let note = "The Store alone is gone: its shop goes on without Storeyard, as a release of helm's.";
        self.tell_event(Reason::Released, note);
        self.context.forget(&self.id);
        Ok(None)
    }

    /// Where it is; where it is to be, as long as it is nowhere.
    fn address(&self, wanted: &Wanted) -> Address {
        let Config { scheme, domain_suffix, .. } = self.context.config.as_ref();
        let deployed = self.progress.release.as_ref().map(|release| release.address.clone());
        deployed.unwrap_or_else(|| Address { scheme: *scheme, host: wanted.id.host(domain_suffix) })
    }

    pub(super) fn see(&mut self, kind: ConditionKind, state: State, message: impl Into<Told>) {
        self.progress.see(kind, state, message, now());
    }

    /// Runs a command to its end, wanted or not.
    pub(super) async fn run_through(&mut self, invocation: Invocation) -> Result<String, CommandError> {
        let ran = self.context.runner.run(invocation, pending()).await;
        self.record(ran)
    }

    pub(super) fn record(&mut self, ran: Ran) -> Result<String, CommandError> {
        match &ran.outcome {
            Ok(_) => tracing::info!(store = %self.id, command = %ran.line, took = %ran.took, "done"),
            Err(error) => {
                tracing::warn!(store = %self.id, command = %ran.line, took = %ran.took, %error, "failed");
            }
        }
        self.progress.record(ran.entry());
        ran.outcome
    }

    /// Resolves when deletion or another try was asked for.
    pub(super) fn unwanted(&self) -> impl Future<Output = ()> + use<'_> {
        async move {
            while !self.is_unwanted() {
                sleep(Duration::from_millis(50)).await;
            }
        }
    }

    pub(super) fn is_unwanted(&self) -> bool {
        self.context.is_unwanted(&self.id, self.retry)
    }

    pub(super) fn tell_event(&self, reason: Reason, note: impl AsRef<str>) {
        self.context.events.tell(&self.reference, reason, note);
    }

    /// What the status is to be, if that is news; and remembers it whether or not it can be written.
    pub(super) fn news(&mut self) -> Option<StoreStatus> {
        let told = self.progress.phase.map(|(phase, _)| phase);
        match (told, self.progress.settle(self.deleting, now())) {
            (Some(Phase::Degraded), Phase::Ready) => {
                self.tell_event(Reason::Recovered, "The shop answers again.");
            }
            (Some(told), Phase::Degraded) if told != Phase::Degraded => {
                self.tell_event(Reason::Degraded, self.progress.message());
            }
            _ => {}
        }
        self.remember();
        let status = self.progress.write(self.generation);
        (fingerprint(Some(&status)) != self.memory.status).then_some(status)
    }

    /// Tells what is known, if it is news.
    pub(super) async fn save(&mut self) -> Result<(), ReconcileError> {
        let Some(status) = self.news() else { return Ok(()) };
        let version = self.tell(&status).await?;
        self.told(&status, version);
        Ok(())
    }

    /// Writes the status over the one that is known; the resource's version with it. That the Store has gone meanwhile is no error.
    pub(super) async fn tell(&self, status: &StoreStatus) -> Result<String, ReconcileError> {
        let stores = api(self.context);
        let mut version = self.memory.version.clone();
        for _ in 0..WRITES {
            // With the version, so that what someone else wrote meanwhile is met and not overwritten.
            let patch = json!({ "metadata": { "resourceVersion": version }, "status": status });
            match stores.patch_status(self.id.as_str(), &PatchParams::default(), &Patch::Merge(patch)).await {
                Ok(written) => return Ok(written.resource_version().unwrap_or_default()),
                Err(kube::Error::Api(error)) if error.code == 404 => return Ok(version),
                Err(kube::Error::Api(error)) if error.code == 409 => {}
                Err(error) => return Err(error.into()),
            }
            let Some(now) = stores.get_opt(self.id.as_str()).await? else { return Ok(version) };
            if fingerprint(now.status.as_ref()) != self.memory.status {
                return Err(ReconcileError::Overtaken);
            }
            // Something else of it was changed.
            version = now.resource_version().unwrap_or_default();
        }
        Err(ReconcileError::Overtaken)
    }

    /// As [`Reconcile::tell`], for what may be no news.
    pub(super) async fn tell_if(&self, news: Option<&StoreStatus>) -> Result<Option<String>, ReconcileError> {
        match news {
            Some(status) => self.tell(status).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn told_if(&mut self, news: Option<&StoreStatus>, version: Option<String>) {
        if let (Some(status), Some(version)) = (news, version) {
            self.told(status, version);
        }
    }

    pub(super) fn told(&mut self, status: &StoreStatus, version: String) {
        self.memory.status = fingerprint(Some(status));
        self.memory.version = version;
        self.remember();
    }

    /// A pause until `wish`, or until the try's time is over.
    pub(super) fn pause(&self, wish: Duration) -> Flow {
        let left = self.progress.deadline.map_or(i64::MAX, |deadline| deadline.since(now()).0.max(1000));
        Flow::Requeue(wish.min(Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX))))
    }

    fn remember(&mut self) {
        // What the resource is known to say need not be kept a second time.
        let is_in_resource = self.seen == self.memory.version
            && fingerprint(Some(&self.progress.write(self.generation))) == self.memory.status;
        let progress = (!is_in_resource).then(|| self.progress.clone());
        let memory = Memory {
            progress,
            generation: self.generation,
            retry: self.retry,
            action: self.action.as_ref().map(|action| action.id.clone()),
            ..self.memory.clone()
        };
        self.context.remember(&self.id, memory);
    }
}

// kube's own `finalizer` takes a clean-up that ends well for one that is over, and a removal here takes many reconciles.
async fn with_finalizer(context: &Context, name: &str) -> Result<(), ReconcileError> {
    set_finalizers(context, name, |finalizers| finalizers.push(FINALIZER.to_owned())).await
}

async fn without_finalizer(context: &Context, name: &str) -> Result<(), ReconcileError> {
    set_finalizers(context, name, |finalizers| finalizers.retain(|finalizer| finalizer != FINALIZER)).await
}

/// Changes the list as it is now, so that nobody else's entry is lost.
async fn set_finalizers(
    context: &Context,
    name: &str,
    change: impl Fn(&mut Vec<String>),
) -> Result<(), ReconcileError> {
    let stores = api(context);
    let Some(now) = stores.get_metadata_opt(name).await? else { return Ok(()) };
    let mut finalizers = now.finalizers().to_vec();
    change(&mut finalizers);
    let patch =
        json!({ "metadata": { "resourceVersion": now.resource_version(), "finalizers": finalizers } });
    match stores.patch_metadata(name, &PatchParams::default(), &Patch::Merge(patch)).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn api(context: &Context) -> Api<Store> {
    Api::namespaced(context.client.clone(), &context.config.namespace)
}
