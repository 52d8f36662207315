//! Giving a store up: first what is known is kept, then what is left of it goes.

use std::time::Duration;

use k8s_openapi::api::core::v1::{Event, PersistentVolumeClaim, Pod};
use kube::{
    Api,
    api::{ListParams, LogParams},
};
use store::{
    ConditionKind, RemovalKind, Said, State, Told,
    view::{Evidence, Failure, Place, Source},
};

use super::{
    ReconcileError,
    events::Reason,
    prepare::{Found, Ours},
    reconcile::{Flow, Reconcile},
    teardown::Teardown,
};
use crate::{
    decide::diagnosis::{Case, diagnose},
    observe::pods::{look, suspects},
    resource::{Wanted, elapsed_since, now, progress::shortened},
};

/// Containers whose logs are looked at, and lines of each.
const MAX_LOGS: usize = 3;
const LOG_LINES: i64 = 20;
/// A clean-up that takes longer goes on, and no longer keeps the store from being called failed.
const CLEAN_UP: Duration = Duration::from_secs(300);

impl Reconcile<'_> {
    pub(super) async fn give_up(&mut self, wanted: &Wanted) -> Result<Flow, ReconcileError> {
        // It may have come up since it was last looked at, which was perhaps by another operator.
        let is_released = self.progress.state(ConditionKind::ReleaseDeployed).is_over();
        let seen = look(&wanted.engine.definition.parts, &self.context.pods_of(&self.id));
        if is_released
            && seen.ready
            && self.ask(wanted, &wanted.id.host(&self.context.config.domain_suffix)).await.is_ok()
        {
            self.progress.pods = seen.views;
            self.see(ConditionKind::WorkloadsReady, State::Done, "");
            return self.answered(wanted).await;
        }
        let is_open = |kind: &ConditionKind| !self.progress.state(*kind).is_over();
        let step = ConditionKind::ALL.into_iter().find(is_open).unwrap_or(ConditionKind::StorefrontReachable);
        let case = self.case(step, wanted).await;
        let diagnosis = diagnose(&case);
        self.fail(step, diagnosis.told, diagnosis.evidence);
        Ok(Flow::Continue)
    }

    /// Keeps why the store is given up; it is `Failed` when it is cleaned up.
    pub(super) fn fail(&mut self, step: ConditionKind, told: Told, evidence: Vec<Evidence>) {
        let sentence = told.to_string();
        tracing::warn!(store = %self.id, %step, reason = %sentence, "given up");
        self.tell_event(Reason::GivingUp, &sentence);
        let at = now();
        self.progress.note(Told::from(Said::GivenUp).and(told.clone()), at);
        self.see(step, State::InProgress, told.clone().and(Said::BeingRemoved));
        self.progress.failure = Some(Failure { step, sentence, said: told.coded(), evidence, at });
        metrics::counter!("storeyard_failures_total", "step" => step.key()).increment(1);
    }

    pub(super) async fn clean_up(&mut self) -> Result<Flow, ReconcileError> {
        self.save().await?;
        let found = self.find_namespace().await?;
        if let Some(flow) = self.spare(&found).await? {
            return Ok(flow);
        }
        if let Found::Ours(Ours { uid, .. }) = &found {
            self.progress.namespace_uid = Some(uid.clone());
        }
        if matches!(found, Found::Ours(Ours { terminating: false, .. })) {
            self.keep_certificate().await?;
        }
        match self.tear_down(&found).await? {
            Teardown::Gone => self.cleaned_up().await,
            Teardown::Going { kind, message } => self.still_going(kind, message).await,
        }
    }

    /// What this try did not make is not its to remove. None if all of it may go.
    async fn spare(&mut self, found: &Found) -> Result<Option<Flow>, ReconcileError> {
        let Found::Ours(Ours { ready, made, uid, .. }) = found else { return Ok(None) };
        if let Some(ready) = *ready {
            self.progress = self.progress.taken_over(self.retry, ready, uid.clone());
            self.progress.note(Said::NothingRemoved, now());
            return Ok(Some(Flow::Continue));
        }
        // The API server's clock has whole seconds.
        let is_older = self.progress.started.is_some_and(|started| made.plus_seconds(1) < started);
        if !is_older {
            return Ok(None);
        }
        self.progress.note(Said::NamespaceOlder, now());
        self.cleaned_up().await.map(Some)
    }

    /// Nothing is left that this store has to remove.
    async fn cleaned_up(&mut self) -> Result<Flow, ReconcileError> {
        self.progress.namespace_uid = None;
        self.memory.teardown_began = None;
        if let Some(failure) = self.progress.failure.clone() {
            self.failed(failure.step, failure.said.or_sentence(&failure.sentence));
        }
        self.save().await?;
        self.context.wake_next();
        Ok(Flow::Continue)
    }

    async fn still_going(&mut self, kind: RemovalKind, message: Told) -> Result<Flow, ReconcileError> {
        let Some(failure) = self.progress.failure.clone() else {
            self.progress.wait(Told::from(Said::EarlierTryFirst).and(message));
            self.save().await?;
            return Ok(self.look_again());
        };
        let told = failure.said.or_sentence(&failure.sentence).and(Said::BeingRemovedSoFar).and(message);
        let is_late = elapsed_since(Some(failure.at)) > CLEAN_UP;
        if is_late {
            self.failed(failure.step, told);
        } else if kind != RemovalKind::ReleaseUninstalled {
            self.see(failure.step, State::InProgress, told);
        }
        self.save().await?;
        if is_late {
            self.context.wake_next();
        }
        Ok(self.look_again())
    }

    fn failed(&mut self, step: ConditionKind, told: Told) {
        self.see(step, State::Failed, told);
        self.progress.pods.clear();
        self.progress.deadline = None;
    }

    /// Everything that may tell why, as far as it can be read.
    pub(super) async fn case(&self, step: ConditionKind, wanted: &Wanted) -> Case {
        let client = &self.context.client;
        let namespace = self.id.namespace();
        let all = ListParams::default();
        let (events, claims): (Api<Event>, Api<PersistentVolumeClaim>) =
            (Api::namespaced(client.clone(), &namespace), Api::namespaced(client.clone(), &namespace));
        let (events, claims) = tokio::join!(events.list(&all), claims.list(&all));
        let pods = self.context.pods_of(&self.id);
        let mut events = events.map(|list| list.items).unwrap_or_else(|error| {
            tracing::warn!(store = %self.id, %error, "events cannot be read");
            Vec::new()
        });
        events.sort_by_key(|event| event.last_timestamp.as_ref().map(|time| time.0));
        let claims = claims.map(|list| list.items).unwrap_or_else(|error| {
            tracing::warn!(store = %self.id, %error, "volume claims cannot be read");
            Vec::new()
        });
        let logs = self.logs(&pods).await;
        let waits_for_shop = step == ConditionKind::StorefrontReachable;
        Case {
            step: Some(step),
            seconds: self.context.config.deadline_seconds,
            complaint: self.memory.complaint.clone(),
            why: self.memory.why.clone(),
            no_answer: self.memory.no_answer.clone().filter(|_| waits_for_shop),
            parts: wanted.engine.definition.parts.clone(),
            pods,
            events,
            claims,
            logs,
        }
    }

    async fn logs(&self, pods: &[Pod]) -> Vec<Evidence> {
        let api: Api<Pod> = Api::namespaced(self.context.client.clone(), &self.id.namespace());
        let mut found = Vec::new();
        for (pod, container, previous) in suspects(pods).into_iter().take(MAX_LOGS) {
            let params = LogParams {
                container: Some(container.clone()),
                previous,
                tail_lines: Some(LOG_LINES),
                ..LogParams::default()
            };
            match api.logs(&pod, &params).await {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => {
                    let place = Place { pod, container: Some(container) };
                    found.push(Evidence::verbatim(Source::Log(place), shortened(text.trim_end(), 1500)));
                }
                Err(error) => {
                    tracing::warn!(store = %self.id, %pod, %container, %error, "a log cannot be read");
                }
            }
        }
        found
    }
}
