//! A store that was ready is brought to what is wanted of it, and back where that fails: the effects of what `decide::keep` decides.

use std::time::Duration;

use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    core::v1::{Namespace, PersistentVolumeClaim, Secret},
    storage::v1::StorageClass,
};
use kube::{
    Api,
    api::{ListParams, PartialObjectMeta},
};
use store::{ConditionKind, Phase, Said, State, Told};
use tokio::time::Instant;

use super::{
    ReconcileError,
    events::Reason,
    make::read_revisions,
    reconcile::{Flow, Reconcile},
};
use crate::{
    act::{
        commands, manifests,
        runner::CommandError,
        secrets::{Unusable, derived, need_a_seed},
        target::Target,
    },
    config::UpdateMode,
    decide::{
        backoff,
        diagnosis::diagnose,
        keep::{Act, Facts, Known, Settling, keep},
        updates::{First, Standing, Turn, is_measure, turn},
    },
    observe::{
        objects::{Part, with_secrets},
        pods::{look, may_still_answer},
        release::{self, Revision},
        rollout::{Rollout, rollout},
        seen::Seen,
        storefront::NoAnswer,
        volumes::volumes,
    },
    resource::{
        Store, Wanted,
        change::{Change, ChangeKind, Offered, Refused, Release, Settled},
        now,
        progress::Progress,
    },
};

/// What an own command changed has been told by the watches within this time.
pub(super) const SETTLES: Duration = Duration::from_secs(2);
/// While a change is under way its parts and its shop are looked at this often, beside what wakes the store.
const LOOK: Duration = Duration::from_millis(500);
/// What was read for one decision.
struct Read {
    namespace: Namespace,
    secrets: Vec<PartialObjectMeta<Secret>>,
    revisions: Vec<Revision>,
    /// A Secret of the store's was made from one that is another by now.
    is_outdated: bool,
}

impl Reconcile<'_> {
    /// Does the act that comes next. None where there is nothing to do but to ask the shop.
    pub(super) async fn change(&mut self, wanted: &Wanted) -> Result<Option<Flow>, ReconcileError> {
        let within = self.within_limits(wanted).await;
        let wanted = within.as_ref().unwrap_or(wanted);
        self.size_volumes(wanted).await?;
        let target = self.context.target(wanted, self.progress.volumes.as_ref());
        let turn = self.turn(wanted, &target.release);
        self.tell_versions(&target.release);
        self.offer(&target.release, &turn);
        if let Some(left) = self.left_of_pause() {
            return Ok(self.progress.change.is_some().then_some(Flow::Requeue(left)));
        }
        let Some(read) = self.read(wanted, &target.release).await? else { return Ok(None) };
        let fences = match self.context.objects.fingerprint(&self.id.namespace(), Part::Fence) {
            Seen::There(fences) => Seen::There(with_secrets(fences, &read.namespace, &read.secrets)),
            unknown => unknown,
        };
        let objects = self.context.objects.fingerprint(&self.id.namespace(), Part::Release);
        let (rollout, answers) = self.how_far(wanted, &read.revisions).await?;
        let complaint = self.memory.complaint.clone().filter(|_| self.memory.hopeless);
        let act = {
            let facts = Facts {
                now: now(),
                wanted: &target.release,
                revisions: Seen::There(&read.revisions),
                rollout,
                answers,
                fences,
                objects,
                settling: self.settling(),
                is_turn: turn == Turn::Now,
                asked: self.is_asked(wanted),
                is_outdated: read.is_outdated,
                healed: self.is_healed(),
                hopeless: complaint.as_deref(),
                seconds: self.context.config.deadline_seconds,
            };
            let progress = &self.progress;
            let known = Known {
                release: progress.release.as_ref(),
                change: progress.change.as_ref(),
                refused: progress.refused.as_ref(),
                settled: progress.settled,
            };
            keep(known, &facts)
        };
        let stands = fences.there().zip(objects.there()).map(|(fences, objects)| Settled { fences, objects });
        self.act(act, stands, wanted, &target).await
    }

    async fn act(
        &mut self,
        act: Act,
        stands: Option<Settled>,
        wanted: &Wanted,
        target: &Target,
    ) -> Result<Option<Flow>, ReconcileError> {
        match act {
            Act::Rest => return Ok(None),
            Act::Wait => {
                self.save().await?;
                return Ok(Some(Flow::Requeue(LOOK)));
            }
            Act::Adopt(release) => self.progress.release = Some(release),
            Act::Settle(settled) => self.settled(settled),
            Act::Heal(heal) => return self.heal(heal, stands, wanted).await.map(Some),
            Act::Begin(change) => return self.begin_change(change, wanted).await,
            Act::Fence => return self.fence_change(wanted).await.map(Some),
            Act::Deploy(next) => return self.deploy(next, wanted, target).await.map(Some),
            Act::Undo(why) => self.undo(why, wanted).await,
            Act::RollBack(revision) => return self.roll_back(revision, wanted).await.map(Some),
            Act::Finish => {
                self.finish();
                self.drop_old_logins(wanted).await?;
            }
            Act::Refuse(why) => self.refuse(why),
        }
        self.save().await?;
        Ok(Some(Flow::Continue))
    }

    /// Tells what the platform offers, where that is not what is deployed, and why the store is not updated to it.
    fn offer(&mut self, offered: &Release, turn: &Turn) {
        let is_news = self.progress.release.as_ref().is_some_and(|release| release.offer != offered.offer);
        let is_manual = self.context.config.updates.mode == UpdateMode::Manual;
        let waits = match turn {
            // Which one is nobody's business who may not see it.
            Turn::Stopped(_) => Said::UndoneElsewhere,
            _ if is_manual => Said::UpdatedWhenAsked,
            Turn::Now | Turn::Later => Said::UpdatedInTurn,
        };
        self.progress.offered = is_news.then(|| Offered {
            offer: offered.offer.clone(),
            waits: waits.to_string(),
            said: waits.into(),
            versions: offered.versions.clone(),
        });
    }

    /// What is made from the same images runs the same, whenever it was that the platform was told what is in them.
    fn tell_versions(&mut self, offered: &Release) {
        if let Some(release) = self.progress.release.as_mut().filter(|release| release.offer == offered.offer)
        {
            release.versions.clone_from(&offered.versions);
        }
    }

    /// What is in the namespace, where something may be to be done: nothing is read of a store that is as it should be until the next check.
    async fn read(&mut self, wanted: &Wanted, release: &Release) -> Result<Option<Read>, ReconcileError> {
        let name = self.id.namespace();
        let Some(namespace) = self.context.namespaces.get(&name).first().cloned() else { return Ok(None) };
        let fingerprints =
            [Part::Fence, Part::Release].map(|part| self.context.objects.fingerprint(&name, part));
        let check = Duration::from_secs(self.context.config.check_seconds.into());
        let is_as_wanted = self.progress.change.is_none()
            && self.progress.release.as_ref().is_some_and(|deployed| deployed.id == release.id);
        let was_read =
            self.memory.read.is_some_and(|(at, before)| at.elapsed() < check && before == fingerprints);
        if is_as_wanted && was_read && self.settling() == Settling::No {
            return Ok(None);
        }
        let secrets: Api<Secret> = Api::namespaced(self.context.client.clone(), &name);
        let secrets = match secrets.list_metadata(&ListParams::default()).await {
            Ok(secrets) => secrets.items,
            Err(kube::Error::Api(status)) if status.code == 403 => {
                // Somebody took the operator's rights in the namespace away; those to give them to itself it has everywhere.
                let manifests = manifests::namespace(
                    &self.id,
                    &self.context.config,
                    self.context.account.as_ref(),
                    self.progress.ready,
                );
                let bound = self.run_through(commands::apply("Namespace, RoleBinding", &manifests)).await;
                return bound.map(|_| None).map_err(|_| kube::Error::Api(status).into());
            }
            Err(error) => return Err(error.into()),
        };
        self.memory.read = Some((Instant::now(), fingerprints));
        let revisions = read_revisions(&self.id, &secrets);
        let is_outdated = self.is_given_outdated(wanted, &secrets).await?;
        Ok(Some(Read { namespace: namespace.as_ref().clone(), secrets, revisions, is_outdated }))
    }

    /// With another plan volumes are to be larger, where they can.
    async fn size_volumes(&mut self, wanted: &Wanted) -> Result<(), ReconcileError> {
        let planned =
            self.progress.change.as_ref().map(|change| &change.to).or(self.progress.release.as_ref());
        if planned.is_none_or(|release| release.plan == wanted.plan) {
            return Ok(());
        }
        let client = &self.context.client;
        let claims: Api<PersistentVolumeClaim> = Api::namespaced(client.clone(), &self.id.namespace());
        let classes: Api<StorageClass> = Api::all(client.clone());
        let all = ListParams::default();
        let (claims, classes) = tokio::try_join!(claims.list(&all), classes.list(&all))?;
        let sizes = volumes(&wanted.sizes, &claims.items, &classes.items);
        if Some(&sizes) != self.progress.volumes.as_ref() {
            let told: Vec<String> = sizes.iter().map(|(name, size)| format!("{name} {size} GiB")).collect();
            let note = Said::VolumesWithPlan { plan: wanted.plan, sizes: told.join(", ") };
            self.progress.note(note, now());
        }
        self.progress.volumes = Some(sizes);
        Ok(())
    }

    fn settling(&self) -> Settling {
        match self.memory.settling {
            None => Settling::No,
            Some((since, _)) if since.elapsed() < SETTLES => Settling::Going,
            Some((_, before)) => Settling::Over(before),
        }
    }

    fn left_of_pause(&self) -> Option<Duration> {
        let left = self.memory.run_again?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// While a change is under way or undone: whether its parts are there, and whether the shop answers then.
    async fn how_far(
        &mut self,
        wanted: &Wanted,
        revisions: &[Revision],
    ) -> Result<(Seen<Rollout>, Seen<bool>), ReconcileError> {
        let Some(change) = self.progress.change.clone() else { return Ok((Seen::Unknown, Seen::Unknown)) };
        let is_undone = change.undone.is_some();
        let is_deployed = release::next(revisions, &change.to.id, now()) == release::Next::Nothing;
        let towards = match &self.progress.release {
            _ if !is_undone && is_deployed => change.to,
            Some(before) if is_undone && !is_deployed => before.clone(),
            _ => return Ok((Seen::Unknown, Seen::Unknown)),
        };
        if !is_undone {
            self.see(ConditionKind::ReleaseDeployed, State::Done, "");
        }
        let (namespace, client, all) = (self.id.namespace(), &self.context.client, ListParams::default());
        let deployments: Api<Deployment> = Api::namespaced(client.clone(), &namespace);
        let stateful_sets: Api<StatefulSet> = Api::namespaced(client.clone(), &namespace);
        let (deployments, stateful_sets) =
            tokio::try_join!(deployments.list(&all), stateful_sets.list(&all))?;
        let pods = self.context.pods_of(&self.id);
        let seen = look(&wanted.engine.definition.parts, &pods);
        self.progress.pods = seen.views;
        let mut rollout = rollout(&deployments.items, &stateful_sets.items);
        let is_answered_by_others = towards.running && may_still_answer(&pods, now());
        if is_answered_by_others || (!towards.running && !pods.is_empty()) {
            rollout = Rollout::Going;
        }
        if rollout == Rollout::Going {
            let message: Told = if towards.running { seen.told } else { Said::StoppingPods.into() };
            self.see(ConditionKind::WorkloadsReady, State::Changing, message);
            return Ok((Seen::There(rollout), Seen::Unknown));
        }
        if is_undone || !towards.running {
            return Ok((Seen::There(rollout), Seen::Unknown));
        }
        self.see(ConditionKind::WorkloadsReady, State::Done, "");
        let answer = self.ask(wanted, &towards.address.host).await;
        self.memory.no_answer = answer.as_ref().err().map(NoAnswer::said);
        if let Err(no_answer) = &answer {
            self.see(ConditionKind::StorefrontReachable, State::Changing, no_answer.said());
        }
        Ok((Seen::There(rollout), Seen::There(answer.is_ok())))
    }

    /// Whether the store may be updated now. Of what somebody asks for it is not asked.
    fn turn(&self, wanted: &Wanted, offered: &Release) -> Turn {
        let deployed = self.progress.release.as_ref();
        let Some(deployed) = deployed.filter(|release| release.offer != offered.offer) else {
            return Turn::Later;
        };
        if self.is_asked(wanted) {
            return Turn::Now;
        }
        if self.context.config.updates.mode == UpdateMode::Manual {
            return Turn::Later;
        }
        let others = self.context.standings(&self.id, &wanted.engine.key, &offered.offer);
        let is_proven = others.iter().any(|(_, standing)| *standing == Standing::Proven);
        let first = First {
            phase: Phase::of(&self.progress.conditions, false),
            // Of one whose status was lost, nothing tells since when it is as it is, nor where.
            is_elsewhere: deployed.address != offered.address || deployed.since.is_none(),
            is_any_ready: self.context.is_any_ready(&self.id, &wanted.engine.key),
        };
        if !is_proven && !is_measure(first) {
            return Turn::Later;
        }
        turn(others, self.context.config.updates.concurrency)
    }

    pub(super) fn is_asked(&self, wanted: &Wanted) -> bool {
        let Some(asked) = wanted.change_asked else { return false };
        let undone = self.progress.refused.as_ref().map(|refused| refused.at);
        let done = self.progress.release.as_ref().and_then(|release| release.since);
        undone.max(done).is_none_or(|last| asked > last)
    }

    /// None where another store was quicker to take its turn: this one is looked at as if it had none.
    async fn begin_change(
        &mut self,
        change: Change,
        wanted: &Wanted,
    ) -> Result<Option<Flow>, ReconcileError> {
        let waits = change.kind == ChangeKind::Update && !self.is_asked(wanted);
        if waits && !self.context.take_update_turn(&self.id, &wanted.engine.key, &change.to.offer) {
            return Ok(None);
        }
        tracing::info!(store = %self.id, kind = ?change.kind, to = %change.to.id, "a change begins");
        let doing = change.doing(self.progress.release.as_ref());
        self.progress.note(doing.clone(), now());
        self.see(ConditionKind::ReleaseDeployed, State::Changing, doing);
        self.progress.change = Some(change);
        self.progress.settled = None;
        self.memory.forget_complaints();
        self.save().await?;
        Ok(Some(Flow::Continue))
    }

    /// More may be asked for than the limits allowed, and the fences may be others.
    async fn fence_change(&mut self, wanted: &Wanted) -> Result<Flow, ReconcileError> {
        match self.fence(wanted).await? {
            Ok(()) => {
                if let Some(change) = &mut self.progress.change {
                    change.fenced = true;
                }
                self.memory.forget_complaints();
                Ok(Flow::Continue)
            }
            Err(why) => Ok(self.changing_failed(why)),
        }
    }

    async fn deploy(
        &mut self,
        next: release::Next,
        wanted: &Wanted,
        target: &Target,
    ) -> Result<Flow, ReconcileError> {
        let command = match next {
            release::Next::Forget(revision) => commands::forget_revision(&self.id, revision),
            release::Next::Uninstall => {
                // Volumes would go with it, so nothing of the kind is done to a store that was ever ready.
                return Ok(self.changing_failed(Said::UninstallBegun));
            }
            _ => commands::install(&self.id, &wanted.engine.chart, &target.values, &target.release.id),
        };
        let ran = self.run_through(command).await;
        self.recount_if_charged(wanted, &ran).await?;
        match ran {
            Ok(_) => {
                self.memory.forget_complaints();
                if next == release::Next::Install {
                    self.see(ConditionKind::ReleaseDeployed, State::Done, "");
                    self.see(ConditionKind::WorkloadsReady, State::Changing, "");
                    self.see(ConditionKind::StorefrontReachable, State::Changing, "");
                    self.save().await?;
                }
                Ok(Flow::Continue)
            }
            Err(CommandError::Cancelled { .. }) => Ok(Flow::Continue),
            Err(CommandError::Failed { complaint, .. }) if release::is_final(&complaint) => {
                self.memory.complaint = Some(complaint);
                self.memory.hopeless = true;
                Ok(Flow::Continue)
            }
            Err(error) => Ok(self.changing_failed(error.to_string())),
        }
    }

    fn changing_failed(&mut self, why: impl Into<Told>) -> Flow {
        let line = self.memory.complain(why);
        self.see(ConditionKind::ReleaseDeployed, State::Changing, Told::from(Said::TriedAgain).and(line));
        let pause = backoff::pause(self.memory.complaints, Duration::from_secs(60), &self.id);
        self.memory.run_again = Some(Instant::now() + pause);
        Flow::Requeue(pause)
    }

    async fn undo(&mut self, why: Told, wanted: &Wanted) {
        let Some(change) = self.progress.change.clone() else { return };
        let step = match self.progress.state(ConditionKind::ReleaseDeployed) {
            State::Done if self.progress.state(ConditionKind::WorkloadsReady) == State::Done => {
                ConditionKind::StorefrontReachable
            }
            State::Done => ConditionKind::WorkloadsReady,
            _ => ConditionKind::ReleaseDeployed,
        };
        let case = self.case(step, wanted).await;
        let why = Progress::fitting(why.and(diagnose(&case).told));
        let sentence = why.to_string();
        tracing::warn!(store = %self.id, reason = %sentence, "a change is undone");
        self.progress.note(Told::from(Said::Undone).and(why.clone()), now());
        let back = Told::from(Said::GoingBack).and(why.clone());
        self.see(ConditionKind::ReleaseDeployed, State::Changing, back);
        self.memory.forget_complaints();
        self.progress.change = Some(Change { undone: Some(sentence), said: why.coded(), ..change });
    }

    async fn roll_back(&mut self, revision: u32, wanted: &Wanted) -> Result<Flow, ReconcileError> {
        self.save().await?;
        let ran = self.run_through(commands::roll_back(&self.id, revision)).await;
        self.recount_if_charged(wanted, &ran).await?;
        match ran {
            Ok(_) => self.memory.forget_complaints(),
            Err(error) => return Ok(self.changing_failed(error.to_string())),
        }
        Ok(Flow::Continue)
    }

    fn finish(&mut self) {
        let Some(change) = self.progress.change.take() else { return };
        let took = now().since(change.began);
        let after = if change.to.running { State::Done } else { State::Stopped };
        let done = change.kind.done(took);
        self.tell_event(reason(change.kind), done.to_string());
        self.progress.note(done, now());
        self.see(ConditionKind::ReleaseDeployed, State::Done, "");
        for kind in [ConditionKind::WorkloadsReady, ConditionKind::StorefrontReachable] {
            self.see(kind, after, "");
        }
        let is_proof = change.kind == ChangeKind::Update && change.to.running;
        self.progress.release = Some(Release { updated: is_proof, since: Some(now()), ..change.to });
        self.progress.refused = None;
        self.memory.asked = Some(now());
        self.change_ended();
        tracing::info!(store = %self.id, kind = ?change.kind, %took, "a change was made");
    }

    fn refuse(&mut self, why: Told) {
        let Some(Change { kind, to, .. }) = self.progress.change.take() else { return };
        let sentence = why.to_string();
        self.tell_event(Reason::RolledBack, &sentence);
        self.see(ConditionKind::ReleaseDeployed, State::Done, "");
        // Whether the shop answers as it did is seen at once.
        self.memory.pods_when_asked.clear();
        self.progress.refused = Some(Refused { kind, to, sentence, said: why.coded(), at: now() });
        self.change_ended();
    }

    /// What somebody may have changed by hand meanwhile is looked at next.
    fn change_ended(&mut self) {
        self.progress.settled = None;
        self.memory.forget_complaints();
        self.context.end_update(&self.id);
    }

    /// Namespace, limits, policies and Secrets as they should be, or what is wrong.
    pub(super) async fn fence(&mut self, wanted: &Wanted) -> Result<Result<(), Told>, ReconcileError> {
        let (config, account) = (&self.context.config, self.context.account.as_ref());
        let mut all = manifests::namespace(&self.id, config, account, self.progress.ready);
        let engine = &wanted.engine.definition;
        all.extend(manifests::limits(&self.id, engine, &wanted.sizes, &config.ingress.tls));
        all.extend(manifests::policies(&self.id, engine, wanted.outward(), config));
        // Without what was given, or a seed that is gone, nothing can be derived; what there is of it stays.
        match self.given(wanted).await? {
            Ok(given) if given.seed.is_none() && need_a_seed(&engine.secrets) => {
                tracing::warn!(store = %self.id, "the store's seed is missing, so its secrets are left as they are");
            }
            Ok(given) => match derived(&engine.secrets, &given) {
                Ok(derived) => all.push(manifests::credentials(&self.id, &derived)),
                Err(error) => return Ok(Err(error.said().into())),
            },
            Err(Unusable::Missing(_)) => {}
            Err(unusable) => return Ok(Err(unusable.said().into())),
        }
        match self.copies().await? {
            Ok(copies) => all.extend(copies),
            Err(why) => return Ok(Err(why)),
        }
        let kinds = "Namespace, ResourceQuota, LimitRange, NetworkPolicies, Secrets";
        let applied = self.run_through(commands::apply(kinds, &all)).await;
        Ok(applied.map(drop).map_err(|error| error.to_string().into()))
    }
}

fn reason(kind: ChangeKind) -> Reason {
    match kind {
        ChangeKind::Suspend => Reason::Suspended,
        ChangeKind::Resume => Reason::Resumed,
        ChangeKind::EnterSafeMode | ChangeKind::LeaveSafeMode => Reason::SafeMode,
        ChangeKind::Update | ChangeKind::Resize | ChangeKind::Configure => Reason::Updated,
    }
}

/// How another store stands to an offer.
pub(super) fn standing(store: &Store, offer: &str) -> Standing {
    let Some(status) = &store.status else { return Standing::Beside };
    if status
        .refused
        .as_ref()
        .is_some_and(|refused| refused.to.offer == offer && refused.kind == ChangeKind::Update)
    {
        return Standing::Undone;
    }
    let update = status.change.as_ref();
    if let Some(update) =
        update.filter(|change| change.to.offer == offer && change.kind == ChangeKind::Update)
    {
        return if update.undone.is_some() { Standing::Undone } else { Standing::Updating };
    }
    if status.release.as_ref().is_some_and(|release| release.offer == offer && release.updated) {
        return Standing::Proven;
    }
    Standing::Beside
}
