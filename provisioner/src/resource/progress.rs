//! What is known of a store: the model behind a Store's status, and its way into and out of the resource.

use std::collections::BTreeMap;

use store::{
    Condition, ConditionKind, Conditions, Millis, Phase, RemovalKind, State, Told,
    view::{Failure, Notice, PodView, TimelineEntry, TimelineKind},
};

use super::{
    RemovalStep, StoreStatus,
    action::Acted,
    change::{Change, Offered, Refused, Release, Settled},
    conditions::{self, NOT_UNDERSTOOD, READY, Status, Step, Transitions},
    millis, rfc3339,
};
use crate::observe::{used::Used, volumes::Volumes};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many tries there were, with the one that all this is of; none before anybody has taken up the first.
    pub attempt: u32,
    /// When that one was asked for; nothing for the first.
    pub retry: Option<Millis>,
    /// Where the shop is, or is to be.
    pub address: Option<String>,
    pub conditions: Conditions,
    /// Empty until deletion is asked for.
    pub removal: Vec<(RemovalKind, Condition)>,
    pub pods: Vec<PodView>,
    pub timeline: Vec<TimelineEntry>,
    pub timeline_dropped: u32,
    pub failure: Option<Failure>,
    pub started: Option<Millis>,
    pub deadline: Option<Millis>,
    pub ready: Option<Millis>,
    /// Of the namespace that was made for it, until that was seen to be gone.
    pub namespace_uid: Option<String>,
    pub release: Option<Release>,
    /// What the platform offers, where that is not what is deployed.
    pub offered: Option<Offered>,
    pub change: Option<Change>,
    pub refused: Option<Refused>,
    pub settled: Option<Settled>,
    /// What is to be told of a shop that answers.
    pub notices: Vec<Notice>,
    /// What of the store's own Secret everybody may know, by its key.
    pub public: BTreeMap<String, String>,
    /// Sizes of the volumes, once the plan was changed.
    pub volumes: Option<Volumes>,
    /// What was on them, when they were last looked at.
    pub used: Option<Used>,
    /// What became of the action that was asked for last.
    pub acted: Option<Acted>,
    /// The phase last told, and since when.
    pub phase: Option<(Phase, Millis)>,
    /// Why what is asked for cannot be carried out, where it is not understood.
    pub not_understood: Option<String>,
    /// The generation of the Store that the steps are about.
    pub generation: Option<i64>,
    pub transitions: Transitions,
}

impl Progress {
    /// Entries of a timeline: about three tries.
    pub const MAX_TIMELINE: usize = 60;
    const MAX_TEXT: usize = 600;

    pub fn read(status: Option<&StoreStatus>) -> Self {
        let Some(status) = status else { return Self::default() };
        let mut conditions = Conditions::default();
        let step = |kind: ConditionKind| status.steps.iter().find(|step| step.kind == kind.key());
        for kind in ConditionKind::ALL {
            match status.conditions.iter().find(|condition| condition.kind == kind.key()) {
                Some(found) => conditions.set(kind, read_condition(found, step(kind))),
                // Told by a version that did not have this step.
                None if status.ready_at.is_some() => conditions.set(kind, unknown()),
                None => {}
            }
        }
        let removal = RemovalKind::ALL
            .into_iter()
            .filter_map(|kind| {
                let found = status.removal.iter().find(|condition| condition.kind == kind.key())?;
                Some((kind, read_removal(found)))
            })
            .collect();
        let time = |text: &Option<String>| text.as_deref().and_then(millis);
        let phase =
            status.phase.as_deref().and_then(|told| Phase::ALL.into_iter().find(|p| p.to_string() == told));
        Self {
            attempt: status.attempt,
            retry: time(&status.retry),
            address: status.address.clone(),
            conditions,
            removal,
            pods: status.pods.clone(),
            timeline: status.timeline.clone(),
            timeline_dropped: status.timeline_dropped,
            failure: status.failure.clone(),
            started: time(&status.started_at),
            deadline: time(&status.deadline),
            ready: time(&status.ready_at),
            namespace_uid: status.namespace_uid.clone(),
            release: status.release.clone(),
            offered: status.offered.clone(),
            change: status.change.clone(),
            refused: status.refused.clone(),
            settled: status.settled,
            notices: status.notices.clone(),
            public: status.public.clone().unwrap_or_default(),
            volumes: status.volumes.clone(),
            used: status.used.clone(),
            acted: status.action.clone(),
            phase: phase.zip(time(&status.phase_since)),
            not_understood: status
                .conditions
                .iter()
                .find(|condition| condition.kind == READY && condition.reason == NOT_UNDERSTOOD)
                .map(|condition| condition.message.clone()),
            generation: status
                .conditions
                .iter()
                .find(|condition| condition.kind == ConditionKind::NamespaceReady.key())
                .and_then(|condition| condition.observed_generation),
            transitions: Transitions::read(&status.conditions),
        }
    }

    /// `generation`: the Store's own, whether or not the steps are about it.
    pub fn write(&self, generation: Option<i64>) -> StoreStatus {
        let of_steps = conditions::of_steps(self).into_iter().map(|said| (said, self.generation));
        let in_sum = conditions::in_sum(self).into_iter().map(|said| (said, generation));
        let conditions =
            of_steps.chain(in_sum).map(|(said, generation)| self.transitions.write(said, generation));
        StoreStatus {
            phase: self.phase.map(|(phase, _)| phase.to_string()),
            phase_since: self.phase.map(|(_, since)| rfc3339(since)),
            conditions: conditions.collect(),
            steps: self.conditions.iter().filter_map(|(kind, step)| write_step(kind, step)).collect(),
            removal: self.removal.iter().map(|(kind, step)| write_removal(*kind, step)).collect(),
            pods: self.pods.clone(),
            timeline: self.timeline.clone(),
            timeline_dropped: self.timeline_dropped,
            failure: self.failure.clone(),
            started_at: self.started.map(rfc3339),
            deadline: self.deadline.map(rfc3339),
            ready_at: self.ready.map(rfc3339),
            attempt: self.attempt,
            retry: self.retry.map(rfc3339),
            address: self.address.clone(),
            observed_generation: generation,
            namespace_uid: self.namespace_uid.clone(),
            release: self.release.clone(),
            offered: self.offered.clone(),
            change: self.change.clone(),
            refused: self.refused.clone(),
            settled: self.settled,
            notices: self.notices.clone(),
            public: (!self.public.is_empty()).then(|| self.public.clone()),
            volumes: self.volumes.clone(),
            used: self.used.clone(),
            action: self.acted.clone(),
        }
    }

    /// Whether it is of the try that is asked for.
    pub fn is_of(&self, asked: Option<Millis>) -> bool {
        super::is_of(self.attempt, self.retry, asked)
    }

    /// A new try of the same store: only its history stays, and what is left of the try before. One that was ever ready is never made anew, so it keeps all.
    #[must_use]
    pub fn restarted(&self, asked: Option<Millis>) -> Self {
        let (attempt, retry) = (self.next_attempt(asked), asked.or(self.retry));
        if self.ready.is_some() {
            return Self { attempt, retry, ..self.clone() };
        }
        Self {
            attempt,
            retry,
            timeline: self.timeline.clone(),
            timeline_dropped: self.timeline_dropped,
            phase: self.phase,
            namespace_uid: self.namespace_uid.clone(),
            transitions: self.transitions.clone(),
            ..Self::default()
        }
    }

    /// A store that was ready, known by what is in the cluster since its status was lost.
    #[must_use]
    pub fn taken_over(&self, asked: Option<Millis>, ready: Millis, namespace_uid: String) -> Self {
        let mut conditions = Conditions::default();
        for kind in ConditionKind::ALL {
            conditions.set(kind, unknown());
        }
        let attempt = if self.is_of(asked) { self.attempt } else { self.next_attempt(asked) };
        Self {
            attempt,
            retry: asked.or(self.retry),
            conditions,
            ready: Some(ready),
            namespace_uid: Some(namespace_uid),
            timeline: self.timeline.clone(),
            timeline_dropped: self.timeline_dropped,
            ..Self::default()
        }
    }

    /// One that was asked for again had another before it, though its status was lost.
    fn next_attempt(&self, asked: Option<Millis>) -> u32 {
        self.attempt.saturating_add(1).max(1 + u32::from(asked.is_some()))
    }

    pub fn state(&self, kind: ConditionKind) -> State {
        self.conditions.get(kind).state
    }

    pub fn see(&mut self, kind: ConditionKind, state: State, message: impl Into<Told>, now: Millis) {
        let seen = self.conditions.get(kind).seen(state, Self::fitting(message.into()), now);
        self.conditions.set(kind, seen);
    }

    /// Why it does not begin yet. Its message only: what is pending has no times.
    pub fn wait(&mut self, message: impl Into<Told>) {
        let told = Self::fitting(message.into());
        let waiting = Condition { message: told.to_string(), said: told.coded(), ..Condition::default() };
        self.conditions.set(ConditionKind::NamespaceReady, waiting);
    }

    /// What is too long for a status is shortened, and then has no codes any more.
    pub fn fitting(told: Told) -> Told {
        let sentence = told.to_string();
        if sentence.chars().count() <= Self::MAX_TEXT {
            told
        } else {
            shortened(&sentence, Self::MAX_TEXT).into()
        }
    }

    /// A step was begun: as [`Progress::see`], and a step that was over begins anew.
    pub fn begin(&mut self, kind: ConditionKind, message: impl Into<Told>, now: Millis) {
        self.see(kind, State::InProgress, message, now);
    }

    pub fn see_removal(&mut self, kind: RemovalKind, state: State, message: impl Into<Told>, now: Millis) {
        let told = Self::fitting(message.into());
        if self.removal.is_empty() {
            self.removal = RemovalKind::ALL.into_iter().map(|kind| (kind, Condition::default())).collect();
        }
        for (_, condition) in self.removal.iter_mut().filter(|(found, _)| *found == kind) {
            *condition = condition.seen(state, told.clone(), now);
        }
    }

    pub fn removal_state(&self, kind: RemovalKind) -> State {
        self.removal
            .iter()
            .find(|(found, _)| *found == kind)
            .map_or(State::Pending, |(_, condition)| condition.state)
    }

    pub fn record(&mut self, entry: TimelineEntry) {
        self.timeline.push(entry);
        let surplus = self.timeline.len().saturating_sub(Self::MAX_TIMELINE);
        self.timeline.drain(..surplus);
        self.timeline_dropped =
            self.timeline_dropped.saturating_add(u32::try_from(surplus).unwrap_or(u32::MAX));
    }

    pub fn note(&mut self, told: impl Into<Told>, at: Millis) {
        let told = Self::fitting(told.into());
        let what = TimelineKind::Note { text: told.to_string(), said: told.coded() };
        self.record(TimelineEntry { at, what });
    }

    /// What is told of the shop from now on; of what was told before, since when is kept.
    pub fn notice(&mut self, all: Vec<Told>, now: Millis) {
        let since = |sentence: &str| {
            self.notices.iter().find(|told| told.sentence == sentence).map_or(now, |told| told.since)
        };
        let notice = |told: Told| {
            let told = Self::fitting(told);
            let sentence = told.to_string();
            Notice { since: since(&sentence), sentence, said: told.coded() }
        };
        self.notices = all.into_iter().map(notice).collect();
    }

    /// Tells the phase that the conditions amount to, and puts a change of it on the timeline.
    pub fn settle(&mut self, deleting: bool, now: Millis) -> Phase {
        let phase = Phase::of(&self.conditions, deleting);
        if self.phase.map(|(told, _)| told) != Some(phase) {
            self.phase = Some((phase, now));
            self.record(TimelineEntry { at: now, what: TimelineKind::Phase { phase } });
        }
        let said = [conditions::of_steps(self), conditions::in_sum(self)].concat();
        self.transitions.settle(&said, now);
        phase
    }

    /// What there is to say of all of it in one sentence: why it failed, or what it waits for.
    pub fn message(&self) -> &str {
        let open = self.conditions.iter().filter(|(_, condition)| !condition.state.is_over());
        let mut told = open.map(|(_, condition)| condition.message.as_str()).filter(|text| !text.is_empty());
        let failure = self.failure.as_ref().map(|failure| failure.sentence.as_str());
        failure.or_else(|| told.next()).unwrap_or_default()
    }
}

/// At most `max` characters of `text`; what is left out is left out of the middle, since both ends tell most.
pub fn shortened(text: &str, max: usize) -> String {
    let length = text.chars().count();
    if length <= max {
        return text.to_owned();
    }
    let tail = max / 3;
    let head = max.saturating_sub(tail + 3);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(length - tail).collect();
    format!("{start} … {end}")
}

fn unknown() -> Condition {
    Condition { state: State::Unknown, ..Condition::default() }
}

fn read_condition(found: &conditions::Condition, step: Option<&Step>) -> Condition {
    let time = |text: &Option<String>| text.as_deref().and_then(millis);
    let (started, changed) = match step {
        Some(step) => (time(&step.started_at), time(&step.changed_at)),
        // Of a version that had both in the condition.
        None if found.started_at.is_some() => (time(&found.started_at), time(&found.last_transition_time)),
        None => (None, None),
    };
    let said = step.map(|step| step.said.clone()).unwrap_or_default();
    Condition { state: read_state(&found.reason), message: found.message.clone(), said, started, changed }
}

fn read_removal(found: &RemovalStep) -> Condition {
    let time = |text: &Option<String>| text.as_deref().and_then(millis);
    Condition {
        state: read_state(&found.reason),
        message: found.message.clone(),
        said: found.said.clone(),
        started: time(&found.started_at),
        changed: time(&found.last_transition_time),
    }
}

fn read_state(reason: &str) -> State {
    State::ALL.into_iter().find(|state| state.key() == reason).unwrap_or(State::Unknown)
}

fn write_step(kind: ConditionKind, step: &Condition) -> Option<Step> {
    let is_told = step.started.is_some() || step.changed.is_some() || !step.said.is_empty();
    is_told.then(|| Step {
        kind: kind.key().to_owned(),
        said: step.said.clone(),
        started_at: step.started.map(rfc3339),
        changed_at: step.changed.map(rfc3339),
    })
}

fn write_removal(kind: RemovalKind, step: &Condition) -> RemovalStep {
    RemovalStep {
        kind: kind.key().to_owned(),
        status: Status::of(step.state).key().to_owned(),
        reason: step.state.key().to_owned(),
        message: step.message.clone(),
        said: step.said.clone(),
        started_at: step.started.map(rfc3339),
        last_transition_time: step.changed.map(rfc3339),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use store::Said;

    use super::*;

    fn any_condition() -> impl Strategy<Value = Condition> {
        let time = prop::option::of((0..4_000_000_000_000i64).prop_map(Millis));
        let said = [Told::default(), Said::queued(12).into(), Told::from(Said::Trouble).and("Its own.")];
        (0..State::ALL.len(), "[ -~]{0,40}", prop::sample::select(said.to_vec()), time.clone(), time)
            .prop_map(|(state, message, said, started, changed)| Condition {
                state: State::ALL[state],
                message,
                said,
                started,
                changed,
            })
    }

    proptest! {
        #[test]
        fn what_is_known_survives_the_resource(
            conditions in prop::collection::vec(any_condition(), 6),
            removal in prop::collection::vec(any_condition(), 3),
            attempt: u32,
            retry in prop::option::of((0..4_000_000_000_000i64).prop_map(Millis)),
            generation in prop::option::of(0..9i64),
            started in prop::option::of((0..4_000_000_000_000i64).prop_map(Millis)),
            now in (0..4_000_000_000_000i64).prop_map(Millis),
        ) {
            let mut progress = Progress { attempt, retry, started, generation, ..Progress::default() };
            for (kind, condition) in ConditionKind::ALL.into_iter().zip(conditions) {
                progress.conditions.set(kind, condition);
            }
            progress.removal = RemovalKind::ALL.into_iter().zip(removal).collect();
            progress.settle(false, now);
            let json = serde_json::to_value(progress.write(Some(3))).unwrap();
            let status: StoreStatus = serde_json::from_value(json).unwrap();
            prop_assert_eq!(Progress::read(Some(&status)), progress);
        }

        #[test]
        fn a_shortened_text_is_never_longer_than_asked(text in ".{0,200}", max in 10..100usize) {
            prop_assert!(shortened(&text, max).chars().count() <= max);
        }
    }

    #[test]
    fn what_is_told_of_a_shop_is_told_since_it_was_first_seen_until_it_is_over() {
        let mut progress = Progress::default();
        progress.notice(vec!["It is tired.".into()], Millis(1));
        progress.notice(vec!["It is hungry.".into(), "It is tired.".into()], Millis(2));
        let status: StoreStatus =
            serde_json::from_value(serde_json::to_value(progress.write(None)).unwrap()).unwrap();
        let told = |sentence: &str, since| Notice {
            sentence: sentence.into(),
            said: Told::default(),
            since: Millis(since),
        };
        assert_eq!(
            Progress::read(Some(&status)).notices,
            [told("It is hungry.", 2), told("It is tired.", 1)]
        );
        progress.notice(vec![], Millis(3));
        assert_eq!(progress.notices, []);
    }

    #[test]
    fn what_is_said_of_a_step_stands_in_the_status_in_english_and_by_its_codes() {
        let mut progress = Progress::default();
        progress.wait(Said::queued(2));
        progress.see_removal(RemovalKind::NamespaceDeleted, State::InProgress, Said::OthersFirst, Millis(1));
        progress.see(ConditionKind::QuotaApplied, State::NotApplied, "Somebody's own words.", Millis(1));
        let status = serde_json::to_value(progress.write(None)).unwrap();
        assert_eq!(status["conditions"][0]["message"], "Waits for its turn. 2 stores are before it.");
        let coded = serde_json::json!([{ "code": "Queued", "values": { "ahead": "2" } }]);
        assert_eq!(status["steps"][0], serde_json::json!({ "type": "NamespaceReady", "said": coded }));
        assert!(status["steps"][1].get("said").is_none());
        assert_eq!(status["removal"][1]["message"], "Other stores are removed first.");
        assert_eq!(
            status["removal"][1]["said"],
            serde_json::json!([{ "code": "OthersFirst", "values": {} }])
        );
        let long = Told::from(Said::TriedAgain).and("x".repeat(700));
        progress.wait(long);
        let waiting = progress.conditions.get(ConditionKind::NamespaceReady);
        assert!(waiting.said.is_empty() && waiting.message.contains(" … "), "{}", waiting.message);
    }

    #[test]
    fn a_status_with_codes_of_another_version_is_read_by_its_sentences() {
        let status: StoreStatus = serde_json::from_value(serde_json::json!({
            "conditions": [{ "type": "NamespaceReady", "status": "Unknown", "reason": "Pending", "message": "Soon." }],
            "steps": [{ "type": "NamespaceReady", "said": [{ "code": "Soon", "values": { "when": "1" } }] }],
            "failure": { "step": "WorkloadsReady", "sentence": "It broke.", "said": [{ "code": "Broke" }], "evidence": [], "at": 1 },
            "timeline": [{ "at": 1, "what": { "note": { "text": "It came.", "said": [{ "code": "Came" }] } } }],
        }))
        .unwrap();
        let read = Progress::read(Some(&status));
        let waiting = read.conditions.get(ConditionKind::NamespaceReady);
        assert_eq!((waiting.message.as_str(), &waiting.said), ("Soon.", &Told::default()));
        assert_eq!(read.failure.unwrap().sentence, "It broke.");
        let note = TimelineKind::Note { text: "It came.".into(), said: Told::default() };
        assert_eq!(read.timeline, [TimelineEntry { at: Millis(1), what: note }]);
    }

    #[test]
    fn what_a_store_waits_for_is_what_the_first_open_step_says_that_says_something() {
        let mut progress = Progress::default();
        progress.see(ConditionKind::NamespaceReady, State::InProgress, "", Millis(1));
        progress.see(ConditionKind::CredentialsReady, State::InProgress, "The Secret is empty.", Millis(1));
        progress.see(ConditionKind::WorkloadsReady, State::Pending, "Later.", Millis(1));
        assert_eq!(progress.message(), "The Secret is empty.");
    }

    #[test]
    fn what_another_version_tells_of_a_ready_store_is_unknown_and_not_undone() {
        let mut progress = Progress { ready: Some(Millis(1)), ..Progress::default() };
        for kind in ConditionKind::ALL {
            progress.see(kind, State::Done, "", Millis(1));
        }
        let mut status = progress.write(None);
        status.conditions.retain(|condition| condition.kind != ConditionKind::QuotaApplied.key());
        for condition in &mut status.conditions {
            if condition.kind == ConditionKind::ReleaseDeployed.key() {
                condition.reason = "Canary".into();
            }
        }
        let read = Progress::read(Some(&status));
        assert_eq!(read.state(ConditionKind::QuotaApplied), State::Unknown);
        assert_eq!(read.state(ConditionKind::ReleaseDeployed), State::Unknown);
        assert_eq!(Phase::of(&read.conditions, false), Phase::Ready);
    }

    #[test]
    fn a_store_that_was_ever_ready_is_not_made_anew_by_another_try() {
        let mut progress = Progress { attempt: 1, ready: Some(Millis(1)), ..Progress::default() };
        progress.see(ConditionKind::StorefrontReachable, State::Done, "", Millis(1));
        let retry = Some(Millis(9));
        let tried_again = progress.restarted(retry);
        assert_eq!(tried_again, Progress { attempt: 2, retry, ..progress });
    }

    #[test]
    fn a_try_whose_status_was_lost_is_not_called_the_first_where_it_was_asked_for_again() {
        let retry = Some(Millis(9));
        assert_eq!(Progress::default().restarted(None).attempt, 1);
        assert_eq!(Progress::default().restarted(retry).attempt, 2);
        assert_eq!(Progress::default().taken_over(retry, Millis(1), String::new()).attempt, 2);
    }

    #[test]
    fn a_timeline_stays_bounded_and_says_what_it_dropped() {
        let mut progress = Progress::default();
        for n in 0..100 {
            progress.note(format!("{n}"), Millis(n));
        }
        assert_eq!((progress.timeline.len(), progress.timeline_dropped), (Progress::MAX_TIMELINE, 40));
        assert_eq!(progress.timeline[0].at, Millis(40));
    }

    #[test]
    fn a_ready_store_whose_status_an_earlier_version_wrote_is_ready_and_written_anew_once() {
        let condition = |kind: &str, reason: &str| {
            serde_json::json!({"type": kind, "status": "True", "reason": reason, "message": "",
            "startedAt": "2026-11-23T13:22:11.250Z", "lastTransitionTime": "2026-11-23T13:22:12.750Z"})
        };
        let mut conditions: Vec<_> = ConditionKind::ALL.map(|kind| condition(kind.key(), "Done")).into();
        conditions.push(condition(READY, "Ready"));
        let before: StoreStatus = serde_json::from_value(serde_json::json!({
            "phase": "Ready", "phaseSince": "2026-11-23T13:22:12.750Z", "conditions": conditions, "attempt": 1,
            "readyAt": "2026-11-23T13:22:12.750Z", "observedGeneration": 1,
        }))
        .unwrap();
        let mut read = Progress::read(Some(&before));
        assert_eq!(read.settle(false, Millis(9)), Phase::Ready);
        assert!(read.timeline.is_empty());
        let step = read.conditions.get(ConditionKind::ReleaseDeployed).took(Millis(9)).unwrap();
        assert_eq!(step.0, 1500);
        read.generation = Some(1);
        let written = read.write(Some(1));
        let mut again = Progress::read(Some(&written));
        again.settle(false, Millis(99_999));
        assert_eq!(again.write(Some(1)), written);
        assert_eq!(again.conditions, read.conditions);
    }

    #[test]
    fn a_phase_is_put_on_the_timeline_when_it_changes_and_only_then() {
        let mut progress = Progress::default();
        progress.settle(false, Millis(1));
        progress.settle(false, Millis(2));
        assert_eq!(progress.timeline.len(), 1);
        assert_eq!(progress.phase, Some((Phase::Queued, Millis(1))));
    }
}
