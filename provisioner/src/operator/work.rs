//! One pass over one store: what comes next is done until something has to be waited for.

use std::{future::pending, sync::Arc, time::Duration};

use kube::{
    Api, Resource, ResourceExt,
    api::{Patch, PatchParams},
    runtime::controller::Action,
};
use serde_json::json;
use store::{ConditionKind, Millis, State, StoreId};
use tokio::time::{Instant, sleep};

use super::{
    PassError,
    context::{Context, Memory},
};
use crate::{
    plan::{Next, next},
    progress::Progress,
    resource::{FINALIZER, Store, StoreStatus, Wanted, now},
    runner::{CommandError, Invocation, Ran},
};

/// How a step left off.
pub(super) enum Flow {
    /// The next one may begin.
    On,
    /// Look again then, or as soon as something changes.
    Pause(Duration),
    /// Look again when something changes.
    Rest,
}

/// A store, and all that is known of it during a pass.
pub(super) struct Work<'a> {
    pub(super) context: &'a Context,
    pub(super) wanted: Wanted,
    pub(super) progress: Progress,
    pub(super) memory: Memory,
    generation: Option<i64>,
}

pub(super) async fn pass(resource: Arc<Store>, context: Arc<Context>) -> Result<Action, PassError> {
    let began = Instant::now();
    let result = one_pass(&resource, &context).await;
    metrics::histogram!("storeyard_pass_seconds").record(began.elapsed().as_secs_f64());
    result
}

async fn one_pass(resource: &Store, context: &Context) -> Result<Action, PassError> {
    let has_finalizer = resource.finalizers().iter().any(|finalizer| finalizer == FINALIZER);
    let wanted = match resource.wanted() {
        Ok(wanted) => wanted,
        Err(error) => {
            tracing::warn!(%error, "a Store is left alone");
            if resource.meta().deletion_timestamp.is_some() && has_finalizer {
                // Nothing was ever made for it.
                without_finalizer(context, resource).await?;
            }
            return Ok(Action::await_change());
        }
    };
    if wanted.deleting.is_some() && !has_finalizer {
        context.forget(&wanted.id);
        return Ok(Action::await_change());
    }
    if wanted.deleting.is_none() && !has_finalizer {
        with_finalizer(context, resource).await?;
    }
    let uid = resource.uid().unwrap_or_default();
    let memory = context.recall(&wanted.id, &uid).unwrap_or_else(|| Memory {
        uid,
        progress: Progress::read(resource.status.as_ref()),
        written: resource.status.clone(),
        ..Memory::default()
    });
    let progress = memory.progress.clone();
    let mut work = Work { context, wanted, progress, memory, generation: resource.meta().generation };
    let result = work.advance(resource).await;
    if !matches!(result, Ok(None)) {
        work.remember();
    }
    result.map(|action| action.unwrap_or_else(Action::await_change))
}

impl Work<'_> {
    /// None when the store is gone.
    async fn advance(&mut self, resource: &Store) -> Result<Option<Action>, PassError> {
        loop {
            let deleting = self.wanted.deleting.is_some();
            let flow = match next(&self.progress, self.wanted.attempt, deleting, true, now()) {
                Next::Remove => match self.remove().await? {
                    Some(flow) => flow,
                    None => {
                        without_finalizer(self.context, resource).await?;
                        self.context.forget(self.id());
                        return Ok(None);
                    }
                },
                Next::TakeUp => self.take_up(),
                Next::Queue | Next::Begin => self.begin().await?,
                Next::Prepare => self.prepare().await?,
                Next::Release => self.release().await?,
                Next::Workloads => self.workloads().await?,
                Next::Storefront => self.storefront().await?,
                Next::Keep => self.keep().await?,
                Next::GiveUp => self.give_up().await?,
                Next::CleanUp => self.clean_up().await?,
                Next::Rest => Flow::Rest,
            };
            match flow {
                Flow::Rest => return Ok(Some(Action::await_change())),
                Flow::Pause(pause) => return Ok(Some(Action::requeue(pause))),
                Flow::On if self.context.shutdown.is_cancelled() => return Ok(Some(Action::await_change())),
                Flow::On if !deleting && self.is_unwanted() => {
                    return Ok(Some(Action::requeue(Duration::ZERO)));
                }
                Flow::On => {}
            }
        }
    }

    pub(super) fn id(&self) -> &StoreId {
        &self.wanted.id
    }

    pub(super) fn see(&mut self, kind: ConditionKind, state: State, message: impl AsRef<str>) {
        self.progress.see(kind, state, message, now());
    }

    /// Runs a command to its end, wanted or not.
    pub(super) async fn run_through(&mut self, invocation: Invocation) -> Result<String, CommandError> {
        let ran = self.context.runner.run(invocation, pending()).await;
        self.record(ran)
    }

    pub(super) fn record(&mut self, ran: Ran) -> Result<String, CommandError> {
        match &ran.outcome {
            Ok(_) => tracing::info!(store = %self.wanted.id, command = %ran.line, took = %ran.took, "done"),
            Err(error) => {
                tracing::warn!(store = %self.wanted.id, command = %ran.line, took = %ran.took, %error, "failed");
            }
        }
        self.progress.record(ran.entry());
        ran.outcome
    }

    /// Resolves when deletion or another try was asked for.
    pub(super) fn unwanted(&self) -> impl Future<Output = ()> + use<'_> {
        let (context, id, attempt) = (self.context, &self.wanted.id, self.wanted.attempt);
        async move {
            while !context.is_unwanted(id, attempt) {
                sleep(Duration::from_millis(50)).await;
            }
        }
    }

    pub(super) fn is_unwanted(&self) -> bool {
        self.context.is_unwanted(&self.wanted.id, self.wanted.attempt)
    }

    /// What the status is to be, if that is news; and remembers it whether or not it can be written.
    pub(super) fn news(&mut self) -> Option<StoreStatus> {
        self.progress.settle(self.wanted.deleting.is_some(), now());
        self.remember();
        let status = self.progress.write(self.generation);
        (self.memory.written.as_ref() != Some(&status)).then_some(status)
    }

    /// Tells what is known, if it is news.
    pub(super) async fn save(&mut self) -> Result<(), PassError> {
        let Some(status) = self.news() else { return Ok(()) };
        write(self.context, &self.wanted.id, &status).await?;
        self.written(status);
        Ok(())
    }

    pub(super) fn written(&mut self, status: StoreStatus) {
        self.memory.written = Some(status);
        self.remember();
    }

    /// A pause until `wish`, or until the try's time is over.
    pub(super) fn pause(&self, wish: Duration) -> Flow {
        let left = self.progress.deadline.map_or(i64::MAX, |deadline| deadline.since(now()).0.max(1));
        Flow::Pause(wish.min(Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX))))
    }

    pub(super) fn elapsed_since(&self, at: Option<Millis>) -> Duration {
        let millis = at.map_or(0, |at| now().since(at).0);
        Duration::from_millis(u64::try_from(millis).unwrap_or_default())
    }

    fn remember(&mut self) {
        self.memory.progress = self.progress.clone();
        self.context.remember(&self.wanted.id, self.memory.clone());
    }
}

/// Writes the status; that the Store has gone meanwhile is no error.
pub(super) async fn write(context: &Context, id: &StoreId, status: &StoreStatus) -> Result<(), PassError> {
    let patch = json!({ "status": status });
    let stores = api(context);
    match stores.patch_status(id.as_str(), &PatchParams::default(), &Patch::Merge(patch)).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn with_finalizer(context: &Context, resource: &Store) -> Result<(), PassError> {
    let mut finalizers = resource.finalizers().to_vec();
    finalizers.push(FINALIZER.to_owned());
    set_finalizers(context, resource, &finalizers).await
}

async fn without_finalizer(context: &Context, resource: &Store) -> Result<(), PassError> {
    let rest: Vec<String> =
        resource.finalizers().iter().filter(|finalizer| *finalizer != FINALIZER).cloned().collect();
    set_finalizers(context, resource, &rest).await
}

async fn set_finalizers(context: &Context, resource: &Store, finalizers: &[String]) -> Result<(), PassError> {
    // The uid, so that a Store made anew under the same name is not touched.
    let patch = json!({ "metadata": { "uid": resource.meta().uid, "finalizers": finalizers } });
    match api(context).patch(&resource.name_any(), &PatchParams::default(), &Patch::Merge(patch)).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn api(context: &Context) -> Api<Store> {
    Api::namespaced(context.client.clone(), &context.config.namespace)
}
