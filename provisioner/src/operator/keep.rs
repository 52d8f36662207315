//! A store that was ready once: whether it still is. Nothing here removes anything.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use k8s_openapi::api::core::v1::{ResourceQuota, Secret};
use kube::{Api, ResourceExt};
use store::{ConditionKind, Millis, Phase, Said, State};

use super::{
    ReconcileError,
    prepare::{Found, Ours},
    reconcile::{Flow, Reconcile},
};
use crate::{
    act::{
        commands,
        manifests::{self, CREDENTIALS, PLAN},
    },
    observe::{
        pods::{look, views},
        release::Status,
    },
    resource::{READY_ANNOTATION, Wanted, elapsed_since, now},
};

/// A shop that does not answer is asked this often, and after a while less often.
const ASK_AGAIN: Duration = Duration::from_secs(3);
const ASK_AGAIN_LATER: Duration = Duration::from_secs(15);
/// One unanswered request is not yet a shop that is down.
const SECOND_LOOK: Duration = Duration::from_millis(700);
/// A mark that was made shows within this time.
const MARK_SHOWS: Duration = Duration::from_secs(30);

impl Reconcile<'_> {
    pub(super) async fn keep(&mut self, wanted: &Wanted) -> Result<Flow, ReconcileError> {
        self.namespace_is_there().await?;
        self.answer(wanted).await?;
        // Of a store whose status was lost it is first seen whether it answers.
        let is_known = self.progress.state(ConditionKind::StorefrontReachable) != State::Unknown;
        if is_known
            && self.progress.state(ConditionKind::NamespaceReady) != State::Lost
            && let Some(flow) = self.change(wanted).await?
        {
            return Ok(flow);
        }
        if self.progress.release.as_ref().is_some_and(|release| !release.running) {
            return self.keep_stopped().await;
        }
        let pods = self.context.pods_of(&self.id);
        let seen = look(&wanted.engine.definition.parts, &pods);
        // Pods that are missing while the watch on them is broken may well be there.
        if self.context.pods.is_current() || seen.ready {
            self.progress.pods = seen.views.clone();
            if seen.ready {
                self.found_again(ConditionKind::WorkloadsReady);
            } else {
                self.see(ConditionKind::WorkloadsReady, State::Lost, seen.told);
            }
        }
        self.find_out_what_is_unknown().await?;
        if seen.ready {
            self.measure(wanted).await?;
        }
        let mut shape: Vec<String> = pods.iter().map(|pod| pod.uid().unwrap_or_default()).collect();
        shape.sort();
        shape.push(seen.ready.to_string());
        let was_told = !matches!(self.progress.state(ConditionKind::StorefrontReachable), State::Unknown);
        if self.memory.asked.is_none() && was_told {
            // An operator that has just begun does not ask all shops at once.
            let spread = u64::from(self.context.config.check_seconds) * 1000;
            let mut hasher = DefaultHasher::new();
            self.id.hash(&mut hasher);
            let ago = i64::try_from(hasher.finish() % spread.max(1)).unwrap_or_default();
            self.memory.asked = Some(Millis(now().0 - ago));
            self.memory.pods_when_asked = shape.clone();
        }
        let is_changed = self.memory.pods_when_asked != shape;
        let pause = if is_changed || elapsed_since(self.memory.asked) >= self.interval() {
            self.memory.pods_when_asked = shape;
            self.ask_again(wanted).await
        } else {
            self.interval().saturating_sub(elapsed_since(self.memory.asked))
        };
        self.save().await?;
        Ok(Flow::Requeue(pause.max(Duration::from_millis(50))))
    }

    /// Nothing of it is to run, so nothing is asked.
    async fn keep_stopped(&mut self) -> Result<Flow, ReconcileError> {
        self.progress.pods = views(&self.context.pods_of(&self.id));
        self.progress.notices.clear();
        for kind in [ConditionKind::WorkloadsReady, ConditionKind::StorefrontReachable] {
            self.see(kind, State::Stopped, "");
        }
        self.save().await?;
        Ok(Flow::Requeue(Duration::from_secs(self.context.config.check_seconds.into())))
    }

    /// That the namespace is missing is said only after the API server itself has said so.
    async fn namespace_is_there(&mut self) -> Result<(), ReconcileError> {
        let name = self.id.namespace();
        let known = self.context.namespaces.get(&name);
        if let Some(known) = known.first().filter(|known| known.metadata.deletion_timestamp.is_none()) {
            self.progress.namespace_uid = known.uid();
            self.found_again(ConditionKind::NamespaceReady);
            if !known.annotations().contains_key(READY_ANNOTATION) {
                self.mark_as_ready().await;
            }
            return Ok(());
        }
        let message = match self.find_namespace().await? {
            Found::Ours(Ours { terminating: false, labelled: true, .. }) => {
                self.found_again(ConditionKind::NamespaceReady);
                return Ok(());
            }
            Found::Ours(Ours { terminating: false, .. }) => Said::LabelsGone { command: label_again(self) },
            Found::Ours(_) => Said::NamespaceGoing,
            Found::Nothing => Said::NamespaceDeleted,
            Found::Foreign => Said::OtherNamespace { namespace: name },
        };
        self.see(ConditionKind::NamespaceReady, State::Lost, message);
        Ok(())
    }

    /// Writes onto the namespace that its shop was ready: what a lost status does not take along.
    async fn mark_as_ready(&mut self) {
        if self.memory.marked.is_some() && elapsed_since(self.memory.marked) < MARK_SHOWS {
            return;
        }
        self.memory.marked = Some(now());
        let account = self.context.account.as_ref();
        let manifests = manifests::namespace(&self.id, &self.context.config, account, self.progress.ready);
        if let Err(error) = self.run_through(commands::apply("Namespace", &manifests)).await {
            tracing::warn!(store = %self.id, %error, "the namespace could not be marked and is tried again");
        }
    }

    /// Steps that are not looked at while a store is well, and of which nothing is known: one look at each.
    async fn find_out_what_is_unknown(&mut self) -> Result<(), ReconcileError> {
        let is_unknown = |kind: ConditionKind| self.progress.state(kind) == State::Unknown;
        let (namespace, client) = (self.id.namespace(), self.context.client.clone());
        if is_unknown(ConditionKind::ReleaseDeployed)
            && self.history().await?.iter().any(|revision| revision.status == Status::Deployed)
        {
            self.see(ConditionKind::ReleaseDeployed, State::Done, "");
        }
        if self.progress.state(ConditionKind::CredentialsReady) == State::Unknown {
            let secrets: Api<Secret> = Api::namespaced(client.clone(), &namespace);
            if secrets.get_metadata_opt(CREDENTIALS).await?.is_some() {
                self.see(ConditionKind::CredentialsReady, State::Done, "");
            }
        }
        if self.progress.state(ConditionKind::QuotaApplied) == State::Unknown {
            let quotas: Api<ResourceQuota> = Api::namespaced(client, &namespace);
            if quotas.get_metadata_opt(PLAN).await?.is_some() {
                self.see(ConditionKind::QuotaApplied, State::Done, "");
            }
        }
        Ok(())
    }

    /// Asks the shop; how long until it is asked again.
    async fn ask_again(&mut self, wanted: &Wanted) -> Duration {
        let config = &self.context.config;
        let deployed = self.progress.release.as_ref().map(|release| release.address.clone());
        if deployed.as_ref().is_some_and(|address| address.scheme != config.scheme) {
            // The platform asks in another way now than this shop can be reached: its answer would tell nothing until it has followed.
            self.memory.asked = Some(now());
            return Duration::from_secs(config.check_seconds.into());
        }
        let host = deployed.map_or_else(|| self.id.host(&config.domain_suffix), |address| address.host);
        match self.ask(wanted, &host).await {
            Ok(()) => {
                self.memory.no_answers = 0;
                self.memory.log_told = None;
                self.found_again(ConditionKind::StorefrontReachable);
            }
            Err(no_answer) => {
                self.memory.no_answers = self.memory.no_answers.saturating_add(1);
                if self.memory.no_answers == 1
                    && self.progress.state(ConditionKind::WorkloadsReady) == State::Done
                {
                    self.memory.pods_when_asked.clear();
                    return SECOND_LOOK;
                }
                self.see(ConditionKind::StorefrontReachable, State::Lost, no_answer.said());
            }
        }
        self.interval()
    }

    fn interval(&self) -> Duration {
        let is_well = Phase::of(&self.progress.conditions, false) == Phase::Ready;
        let check = Duration::from_secs(self.context.config.check_seconds.into());
        let can_answer = [ConditionKind::NamespaceReady, ConditionKind::WorkloadsReady]
            .into_iter()
            .all(|kind| self.progress.state(kind) != State::Lost);
        // Where there are no pods to answer, theirs is the change that counts, and it wakes the store.
        if is_well || !can_answer {
            return check;
        }
        ask_again(self.memory.no_answers, self.context.stores.len()).min(check)
    }

    fn found_again(&mut self, kind: ConditionKind) {
        if self.progress.state(kind) != State::Done {
            self.see(kind, State::Done, "");
        }
    }
}

/// When a shop that has not answered so many times in a row is asked next. All of them may be down at once, with the ingress: together they
/// are then asked two hundred times a second.
fn ask_again(no_answers: u32, stores: usize) -> Duration {
    let longest = ASK_AGAIN_LATER.max(Duration::from_secs(stores as u64 / 200));
    ASK_AGAIN.saturating_mul(2u32.saturating_pow(no_answers / 8)).min(longest)
}

/// The command with which a namespace says again whose it is.
pub(super) fn label_again(reconcile: &Reconcile<'_>) -> String {
    let labels: Vec<String> = manifests::ownership(&reconcile.id, &reconcile.context.config.namespace)
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    format!("kubectl label namespace {} {}", reconcile.id.namespace(), labels.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_that_does_not_answer_is_asked_ever_less_often_and_all_of_them_no_more_than_can_be() {
        assert_eq!(ask_again(1, 5), Duration::from_secs(3));
        assert_eq!(ask_again(500, 5), Duration::from_secs(15));
        assert_eq!(ask_again(500, 10_000), Duration::from_secs(50));
    }
}
