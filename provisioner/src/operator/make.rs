//! From a store whose turn has come to one that answers.

use std::{collections::BTreeMap, time::Duration};

use engine::Probe;
use http::HeaderValue;
use k8s_openapi::api::core::v1::{Event, Secret};
use kube::{
    Api, ResourceExt,
    api::{ListParams, PartialObjectMeta},
};
use store::{ConditionKind, Millis, Said, State, StoreId, Told};
use tokio::time::Instant;

use super::{
    ReconcileError,
    context::{Claimed, NotBegun},
    events::Reason,
    prepare::{Found, Ours},
    reconcile::{Flow, Reconcile},
};
use crate::{
    act::{commands, manifests::CREDENTIALS, runner::CommandError},
    decide::{backoff, diagnosis::refused_pods},
    observe::{
        pods::{Trouble, look},
        release::{self, Next},
        storefront::{Answered, NoAnswer, Question},
        used::over,
    },
    resource::{Wanted, change::Release, elapsed_since, now},
    window::Quantity,
};

/// A shop whose pods are ready answers within a second; one that does not is asked less often after a while.
const ASK_AGAIN: Duration = Duration::from_millis(120);
const ASK_AGAIN_LATER: Duration = Duration::from_secs(1);
/// A command that fails again and again is run this often at least.
const RUN_AGAIN: Duration = Duration::from_secs(60);

impl Reconcile<'_> {
    pub(super) async fn take_up(&mut self) -> Result<Flow, ReconcileError> {
        if let Found::Ours(Ours { ready: Some(ready), uid, .. }) = self.find_namespace().await?
            && self.progress.ready.is_none()
        {
            // Else a restored store would be made again, and what was restored torn down if that takes too long.
            self.progress = self.progress.taken_over(self.retry, ready, uid);
            self.progress.note(Said::StatusLost, now());
            return Ok(Flow::Continue);
        }
        let was_ready = self.progress.ready.is_some();
        self.progress = self.progress.restarted(self.retry);
        self.memory.forget_complaints();
        self.memory.no_answer = None;
        self.memory.teardown_began = None;
        if was_ready {
            self.progress.note(Said::TryOfReady, now());
        } else if self.progress.attempt > 1 {
            self.progress.note(Said::TryAgain { attempt: self.progress.attempt }, now());
        }
        Ok(Flow::Continue)
    }

    /// Begins, or waits for its turn.
    pub(super) async fn begin(&mut self, wanted: &Wanted) -> Result<Flow, ReconcileError> {
        let at = now();
        let mut begun = self.progress.clone();
        begun.started = Some(at);
        begun.deadline = Some(at.plus_seconds(i64::from(self.context.config.deadline_seconds)));
        begun.see(ConditionKind::NamespaceReady, State::InProgress, "", at);
        let owner = wanted.owner.as_ref();
        let place = Claimed { owner, plan: wanted.plan, limit: self.context.limit_of(owner).await };
        match self.context.leave_queue(&self.id, self.memory.clone(), &begun, &place) {
            Ok(()) => {
                self.progress = begun;
                Ok(Flow::Continue)
            }
            Err(NotBegun::Over(over)) => {
                let told = owner.map_or_else(|| over.to_them().into(), |owner| over.of(owner));
                self.fail(ConditionKind::NamespaceReady, told.and(Said::ThenRetry), vec![]);
                Ok(Flow::Continue)
            }
            Err(NotBegun::Behind(ahead)) => {
                self.progress.wait(Said::queued(ahead));
                self.save().await?;
                // Whoever is next is woken; this is for who waits behind many.
                Ok(Flow::Requeue(Duration::from_secs(5 + ahead as u64 / 10)))
            }
        }
    }

    pub(super) async fn release(&mut self, wanted: &Wanted) -> Result<Flow, ReconcileError> {
        let target = self.context.target(wanted, self.progress.volumes.as_ref());
        self.see(ConditionKind::ReleaseDeployed, State::InProgress, Said::DeployingChart);
        match release::next(&self.history().await?, &target.release.id, now()) {
            Next::Nothing => {
                self.see(ConditionKind::ReleaseDeployed, State::Done, "");
                Ok(Flow::Continue)
            }
            Next::Wait(left) => {
                self.see(ConditionKind::ReleaseDeployed, State::InProgress, Said::HelmMayBeAtWork { left });
                self.save().await?;
                Ok(self.pause(Duration::from_millis(u64::try_from(left.0.min(500)).unwrap_or(500))))
            }
            Next::Forget(revision) => {
                self.progress.note(Said::HelmKilled { revision }, now());
                let forgotten = self.run_through(commands::forget_revision(&self.id, revision)).await;
                Ok(self.after(ConditionKind::ReleaseDeployed, forgotten))
            }
            Next::Uninstall => {
                self.progress.note(Said::UninstallRepeated, now());
                let uninstalled = self.run_through(commands::uninstall(&self.id)).await;
                Ok(self.after(ConditionKind::ReleaseDeployed, uninstalled))
            }
            Next::Install => {
                let chart = &wanted.engine.chart;
                let install = commands::install(&self.id, chart, &target.values, &target.release.id);
                let news = self.news();
                let (ran, told) = {
                    let this = &*self;
                    tokio::join!(
                        this.context.runner.run(install, this.unwanted()),
                        this.tell_if(news.as_ref())
                    )
                };
                let installed = self.record(ran);
                self.told_if(news.as_ref(), told?);
                if installed.is_ok() {
                    self.see(ConditionKind::ReleaseDeployed, State::Done, "");
                    self.tell_event(
                        Reason::Deployed,
                        format!("The release {} was deployed from {}.", self.id.release(), chart.reference),
                    );
                }
                self.recount_if_charged(wanted, &installed).await?;
                Ok(self.after(ConditionKind::ReleaseDeployed, installed))
            }
        }
    }

    pub(super) async fn workloads(&mut self, wanted: &Wanted) -> Result<Flow, ReconcileError> {
        let seen = look(&wanted.engine.definition.parts, &self.context.pods_of(&self.id));
        self.progress.pods = seen.views;
        if let Some(trouble) = seen.troubles.iter().find(|trouble| trouble.is_for_room()) {
            return self.wait_for_room(trouble).await;
        }
        self.go_on_with_room();
        if seen.ready {
            self.see(ConditionKind::WorkloadsReady, State::Done, "");
            return Ok(Flow::Continue);
        }
        let refused = if self.progress.pods.len() < wanted.engine.definition.parts.len() {
            self.refused_pods().await?
        } else {
            None
        };
        let serious = refused.is_some() || seen.troubles.iter().any(Trouble::is_serious);
        let told = match refused {
            Some(why) => seen.told.and(vec![Said::Trouble, Said::PodsNotAdmitted { why }]),
            None => seen.told,
        };
        let message = match self.progress.deadline.filter(|_| serious) {
            Some(deadline) => told.and(Said::GivenUpAt { clock: clock(deadline) }),
            None => told,
        };
        self.see(ConditionKind::WorkloadsReady, State::InProgress, message);
        self.save().await?;
        Ok(self.pause(Duration::from_secs(5)))
    }

    /// A part has no pod at all: its controller may be refused one, for what the cluster does not have or does not allow.
    async fn refused_pods(&self) -> Result<Option<String>, ReconcileError> {
        let events: Api<Event> = Api::namespaced(self.context.client.clone(), &self.id.namespace());
        let refusals = ListParams::default().fields("reason=FailedCreate");
        Ok(refused_pods(&events.list(&refusals).await?.items))
    }

    pub(super) async fn storefront(&mut self, wanted: &Wanted) -> Result<Flow, ReconcileError> {
        let seen = look(&wanted.engine.definition.parts, &self.context.pods_of(&self.id));
        self.progress.pods = seen.views;
        if !seen.ready {
            self.see(ConditionKind::WorkloadsReady, State::InProgress, seen.told);
            return Ok(Flow::Continue);
        }
        if self.progress.state(ConditionKind::StorefrontReachable) == State::Pending {
            self.see(ConditionKind::StorefrontReachable, State::InProgress, Said::AskingShop);
            self.save().await?;
        }
        match self.ask(wanted, &wanted.id.host(&self.context.config.domain_suffix)).await {
            Ok(()) => self.answered(wanted).await,
            Err(no_answer) => {
                self.memory.no_answer = Some(no_answer.said());
                self.see(ConditionKind::StorefrontReachable, State::InProgress, no_answer.said());
                let waited =
                    elapsed_since(self.progress.conditions.get(ConditionKind::StorefrontReachable).started);
                if waited > Duration::from_secs(2) {
                    self.save().await?;
                }
                let again = if waited > Duration::from_secs(30) { ASK_AGAIN_LATER } else { ASK_AGAIN };
                Ok(self.pause(again))
            }
        }
    }

    /// The shop answered for the first time.
    pub(super) async fn answered(&mut self, wanted: &Wanted) -> Result<Flow, ReconcileError> {
        self.see(ConditionKind::StorefrontReachable, State::Done, "");
        self.progress.ready = Some(now());
        let target = self.context.target(wanted, self.progress.volumes.as_ref());
        self.progress.release = Some(Release { since: Some(now()), ..target.release });
        self.memory.settling = Some((Instant::now(), None));
        self.memory.no_answer = None;
        self.memory.no_answers = 0;
        let seconds = elapsed_since(Some(wanted.requested)).as_secs_f64();
        metrics::histogram!("storeyard_create_to_ready_seconds").record(seconds);
        tracing::info!(store = %self.id, seconds, "ready");
        self.save().await?;
        self.context.wake_next();
        Ok(Flow::Continue)
    }

    pub(super) async fn ask(&mut self, wanted: &Wanted, host: &str) -> Result<(), NoAnswer> {
        let probe = wanted.engine.probe();
        let secrets = self.secrets_of(probe, &wanted.engine.definition.secrets).await;
        self.memory.asked = Some(now());
        let began = Instant::now();
        match self.context.prober.ask(&Question { probe, host, secrets: &secrets }).await {
            Ok(Answered { notices, certificate_until }) => {
                self.memory.certificate_until = certificate_until;
                let millis = began.elapsed().as_secs_f32() * 1000.0;
                self.context.note(&self.id, Quantity::Answer, "", millis);
                let over = self.progress.used.iter().flat_map(|used| over(used, &wanted.sizes.volumes));
                let told = notices.into_iter().chain(over).map(Into::into).collect();
                self.progress.notice(told, now());
                Ok(())
            }
            Err(NoAnswer::NotTheShop(no_answer)) if no_answer.is_in_log() => {
                Err(self.told_by_log(no_answer, wanted).await.into())
            }
            Err(no_answer @ NoAnswer::Distrusted(_)) => Err(self.distrusted(no_answer).await),
            Err(no_answer) => Err(no_answer),
        }
    }

    /// What of the store's own secrets the probe asks with; what of them is public is noted on the way. Without one that cannot be read the
    /// shop refuses, and says so.
    async fn secrets_of(
        &mut self,
        probe: &Probe,
        secrets: &[engine::Secret],
    ) -> BTreeMap<String, HeaderValue> {
        let asked: Vec<&str> = probe.secrets().collect();
        let public: Vec<&str> =
            secrets.iter().filter(|it| it.public().is_some()).map(|it| it.key.as_str()).collect();
        if asked.is_empty() && public.is_empty() {
            return BTreeMap::new();
        }
        let secrets: Api<Secret> = Api::namespaced(self.context.client.clone(), &self.id.namespace());
        let data = match secrets.get_opt(CREDENTIALS).await {
            Ok(secret) => secret.and_then(|secret| secret.data).unwrap_or_default(),
            Err(error) => {
                tracing::warn!(store = %self.id, %error, "the store's secrets cannot be read, and it is asked without");
                return BTreeMap::new();
            }
        };
        let text =
            |key: &&str| Some(((*key).to_owned(), std::str::from_utf8(&data.get(*key)?.0).ok()?.to_owned()));
        self.progress.public = public.iter().filter_map(text).collect();
        let header = |key: &&str| {
            let mut value = HeaderValue::from_bytes(&data.get(*key)?.0).ok()?;
            value.set_sensitive(true);
            Some(((*key).to_owned(), value))
        };
        asked.iter().filter_map(header).collect()
    }

    /// The release's revisions, from the labels of helm's own Secrets.
    pub(super) async fn history(&self) -> Result<Vec<release::Revision>, ReconcileError> {
        let secrets: Api<Secret> = Api::namespaced(self.context.client.clone(), &self.id.namespace());
        let of_release = ListParams::default().labels(&format!("owner=helm,name={}", self.id.release()));
        Ok(read_revisions(&self.id, &secrets.list_metadata(&of_release).await?.items))
    }

    fn after(&mut self, kind: ConditionKind, result: Result<String, CommandError>) -> Flow {
        match result {
            Ok(_) => {
                self.memory.forget_complaints();
                Flow::Continue
            }
            Err(error) => self.complained(kind, &error),
        }
    }

    /// A command that failed is run again, ever less often, until the try's time is over; one that will never succeed is not.
    pub(super) fn complained(&mut self, kind: ConditionKind, error: &CommandError) -> Flow {
        match error {
            CommandError::Cancelled { .. } => Flow::Continue,
            CommandError::Failed { complaint, .. }
                if kind == ConditionKind::ReleaseDeployed && release::is_final(complaint) =>
            {
                self.memory.complaint = Some(complaint.clone());
                self.memory.hopeless = true;
                Flow::Continue
            }
            error => self.complained_of(kind, error.to_string()),
        }
    }

    pub(super) fn complained_of(&mut self, kind: ConditionKind, why: impl Into<Told>) -> Flow {
        let line = self.memory.complain(why);
        self.see(kind, State::InProgress, Told::from(Said::TriedAgain).and(line));
        let pause = backoff::pause(self.memory.complaints, RUN_AGAIN, &self.id);
        // Whatever wakes the store before then, its own status among it, does not shorten the pause.
        self.memory.run_again = Some(Instant::now() + pause);
        self.pause(pause)
    }
}

/// The release's revisions among the Secrets of its namespace, from the labels that helm gives its own.
pub(super) fn read_revisions(id: &StoreId, secrets: &[PartialObjectMeta<Secret>]) -> Vec<release::Revision> {
    let since = |secret: &PartialObjectMeta<Secret>| {
        let created = secret.metadata.creation_timestamp.as_ref().map_or(0, |time| time.0.as_millisecond());
        // Helm writes when it last changed the revision, in whole seconds.
        let modified =
            secret.labels().get("modifiedAt").and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
        Millis(created.max(modified.saturating_mul(1000)))
    };
    let is_of_release = |secret: &&PartialObjectMeta<Secret>| {
        let labels = secret.labels();
        labels.get("owner").is_some_and(|owner| owner == "helm")
            && labels.get("name").is_some_and(|name| *name == id.release())
    };
    secrets
        .iter()
        .filter(is_of_release)
        .filter_map(|secret| release::Revision::read(secret.labels(), since(secret)))
        .collect()
}

/// Hours and minutes of a time, UTC.
fn clock(at: Millis) -> String {
    crate::resource::rfc3339(at).get(11..16).unwrap_or_default().to_owned()
}
