//! What is known of a store as Kubernetes' tools read it: `metav1.Condition`s, one a step, with `Ready`, and with `Reconciling` and `Stalled`
//! as kstatus has them, so that `kubectl wait`, Argo CD and Flux know when to wait and when not to any more.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{Millis, Phase, State, Told};

use super::{millis, progress::Progress};

/// The `type` of the condition that sums up the others.
pub const READY: &str = "Ready";
/// Something is being done, and will come to an end.
const RECONCILING: &str = "Reconciling";
/// Nothing more is done until somebody changes something.
const STALLED: &str = "Stalled";
/// The reason where the Store's spec is not understood.
pub(super) const NOT_UNDERSTOOD: &str = "NotUnderstood";

/// What is said of a store that is stopped because its spec says so.
const SUSPENDED: &str = "Nothing of the shop runs and its data is kept, as the spec asks.";

/// A `metav1.Condition`; of a step, `reason` is its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    #[serde(rename = "type")]
    #[schemars(length(max = 316))]
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    #[schemars(extend("enum" = ["True", "False", "Unknown"]))]
    pub status: String,
    #[serde(default)]
    #[schemars(length(max = 1024))]
    pub reason: String,
    #[serde(default)]
    #[schemars(length(max = 32768))]
    pub message: String,
    /// The generation of the Store that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// When `status` last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    pub last_transition_time: Option<String>,
    /// As versions before [`Step`] wrote it.
    #[serde(default, skip_serializing)]
    #[schemars(skip)]
    pub(super) started_at: Option<String>,
}

/// What there is to know of a step beyond its condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    #[serde(rename = "type")]
    pub kind: String,
    /// When work on it began, RFC 3339 with milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// When its state last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<String>,
    /// Its condition's message by codes.
    #[serde(default, skip_serializing_if = "Told::is_empty")]
    #[schemars(schema_with = "super::codes")]
    pub said: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    True,
    False,
    Unknown,
}

impl Status {
    const ALL: [Self; 3] = [Self::True, Self::False, Self::Unknown];

    pub(super) fn of(state: State) -> Self {
        match state {
            State::Done => Self::True,
            State::Pending | State::InProgress | State::Waiting | State::Changing | State::Unknown => {
                Self::Unknown
            }
            State::NotApplied | State::Lost | State::Stopped | State::Failed => Self::False,
        }
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}

/// What a condition says, but for its time and for which generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    kind: &'static str,
    status: Status,
    reason: String,
    message: String,
}

/// One condition a step.
pub(super) fn of_steps(progress: &Progress) -> Vec<Said> {
    let said = |(kind, condition): (store::ConditionKind, &store::Condition)| Said {
        kind: kind.key(),
        status: Status::of(condition.state),
        reason: condition.state.key().to_owned(),
        message: condition.message.clone(),
    };
    progress.conditions.iter().map(said).collect()
}

/// What all of them come to. Of `Reconciling` and `Stalled` one at most is there.
pub(super) fn in_sum(progress: &Progress) -> Vec<Said> {
    let said = |kind, status, reason: &str, message: &str| Said {
        kind,
        status,
        reason: reason.to_owned(),
        message: message.to_owned(),
    };
    if let Some(sentence) = &progress.not_understood {
        return vec![
            said(READY, Status::Unknown, NOT_UNDERSTOOD, sentence),
            said(STALLED, Status::True, NOT_UNDERSTOOD, sentence),
        ];
    }
    let phase = progress.phase.map_or(Phase::Queued, |(phase, _)| phase);
    let message = match phase {
        Phase::Suspended => SUSPENDED,
        _ => progress.message(),
    };
    let reason = phase.to_string();
    // Tools ask whether the spec is carried out, and of one that is to be stopped it is. Whether its shop answers, that step says.
    let ready = match phase {
        Phase::Ready | Phase::Suspended => Status::True,
        _ => Status::False,
    };
    let mut all = vec![said(READY, ready, &reason, message)];
    match phase {
        Phase::Queued | Phase::Provisioning | Phase::Updating | Phase::Deleting => {
            all.push(said(RECONCILING, Status::True, &reason, message));
        }
        Phase::Failed => all.push(said(STALLED, Status::True, &reason, message)),
        // What was lost may come back, and nothing is being done for it.
        Phase::Ready | Phase::Suspended | Phase::Degraded => {}
    }
    all
}

/// Since when each condition has the status that was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transitions(Vec<(String, Status, Millis)>);

impl Transitions {
    pub(super) fn read(conditions: &[Condition]) -> Self {
        let read = |condition: &Condition| {
            let status = Status::ALL.into_iter().find(|status| status.key() == condition.status)?;
            Some((condition.kind.clone(), status, millis(condition.last_transition_time.as_deref()?)?))
        };
        Self(conditions.iter().filter_map(read).collect())
    }

    /// A status that is not as it was told has changed `now`.
    pub(super) fn settle(&mut self, said: &[Said], now: Millis) {
        // As a `metav1.Time` has it.
        let now = Millis(now.0 - now.0.rem_euclid(1000));
        let settled = said.iter().map(|said| {
            let since = self.since(said).unwrap_or(now);
            (said.kind.to_owned(), said.status, since)
        });
        self.0 = settled.collect();
    }

    pub(super) fn write(&self, said: Said, generation: Option<i64>) -> Condition {
        let since = self.since(&said).unwrap_or(Millis(0));
        Condition {
            kind: said.kind.to_owned(),
            status: said.status.key().to_owned(),
            reason: said.reason,
            message: said.message,
            observed_generation: generation,
            last_transition_time: Some(super::rfc3339_seconds(since)),
            started_at: None,
        }
    }

    fn since(&self, said: &Said) -> Option<Millis> {
        let is_same =
            |(kind, status, _): &&(String, Status, Millis)| kind == said.kind && *status == said.status;
        self.0.iter().find(is_same).map(|(_, _, since)| *since)
    }
}

#[cfg(test)]
mod tests {
    use store::{ConditionKind, view::Failure};

    use super::*;
    use crate::resource::StoreStatus;

    fn told(progress: &mut Progress, now: i64) -> StoreStatus {
        progress.settle(false, Millis(now));
        progress.write(Some(4))
    }

    fn all(state: State) -> Progress {
        let mut progress = Progress { generation: Some(4), ..Progress::default() };
        for kind in ConditionKind::ALL {
            progress.see(kind, state, "", Millis(1000));
        }
        progress
    }

    fn get<'a>(status: &'a StoreStatus, kind: &str) -> Option<&'a Condition> {
        status.conditions.iter().find(|condition| condition.kind == kind)
    }

    fn statuses(status: &StoreStatus) -> [Option<&str>; 3] {
        [READY, RECONCILING, STALLED].map(|kind| get(status, kind).map(|condition| condition.status.as_str()))
    }

    #[test]
    fn tools_wait_for_a_store_that_is_being_made_and_no_longer_than_it_takes() {
        assert_eq!(statuses(&told(&mut Progress::default(), 1000)), [Some("False"), Some("True"), None]);
        assert_eq!(statuses(&told(&mut all(State::InProgress), 1000)), [Some("False"), Some("True"), None]);
        assert_eq!(statuses(&told(&mut all(State::Done), 1000)), [Some("True"), None, None]);
        assert_eq!(statuses(&told(&mut all(State::Lost), 1000)), [Some("False"), None, None]);
        let mut deleted = all(State::Done);
        deleted.settle(true, Millis(1000));
        assert_eq!(statuses(&deleted.write(Some(4))), [Some("False"), Some("True"), None]);
    }

    #[test]
    fn a_store_that_is_stopped_as_asked_is_what_was_asked_for_and_does_not_answer() {
        let mut progress = all(State::Done);
        for kind in [ConditionKind::WorkloadsReady, ConditionKind::StorefrontReachable] {
            progress.see(kind, State::Stopped, "", Millis(2000));
        }
        let status = told(&mut progress, 2000);
        assert_eq!(statuses(&status), [Some("True"), None, None]);
        let ready = get(&status, READY).unwrap();
        assert_eq!((ready.reason.as_str(), ready.observed_generation), ("Suspended", Some(4)));
        assert_eq!(get(&status, ConditionKind::StorefrontReachable.key()).unwrap().status, "False");
        // While it stops, tools wait.
        progress.see(ConditionKind::ReleaseDeployed, State::Changing, "", Millis(3000));
        assert_eq!(statuses(&told(&mut progress, 3000)), [Some("False"), Some("True"), None]);
    }

    #[test]
    fn tools_do_not_wait_for_a_store_that_failed_or_is_not_understood_and_know_why() {
        let mut failed = all(State::Failed);
        let step = ConditionKind::WorkloadsReady;
        failed.failure = Some(Failure {
            step,
            sentence: "No image.".into(),
            said: Told::default(),
            evidence: vec![],
            at: Millis(1),
        });
        let status = told(&mut failed, 1000);
        assert_eq!(statuses(&status), [Some("False"), None, Some("True")]);
        assert_eq!(get(&status, STALLED).unwrap().message, "No image.");
        let mut progress = Progress { not_understood: Some("What?".into()), ..all(State::Done) };
        let status = told(&mut progress, 1000);
        assert_eq!(statuses(&status), [Some("Unknown"), None, Some("True")]);
        assert_eq!(get(&status, STALLED).unwrap().reason, NOT_UNDERSTOOD);
    }

    #[test]
    fn the_time_of_a_condition_moves_when_its_status_does_and_not_with_its_reason() {
        let time = |status: &StoreStatus, kind: &str| get(status, kind).unwrap().last_transition_time.clone();
        let mut progress = Progress::default();
        let queued = told(&mut progress, 1_000);
        let kind = ConditionKind::NamespaceReady;
        progress.see(kind, State::InProgress, "", Millis(5_000));
        let begun = told(&mut progress, 5_000);
        assert_eq!(time(&queued, kind.key()), Some("1970-01-01T00:00:01Z".to_owned()));
        for unchanged in [kind.key(), READY, RECONCILING] {
            assert_eq!(time(&begun, unchanged), time(&queued, unchanged), "{unchanged}");
        }
        assert_eq!(get(&begun, RECONCILING).unwrap().reason, "Provisioning");
        progress.see(kind, State::Done, "", Millis(9_100));
        assert_eq!(time(&told(&mut progress, 9_100), kind.key()), Some("1970-01-01T00:00:09Z".to_owned()));
    }

    #[test]
    fn every_condition_is_one_of_kubernetes() {
        let status = serde_json::to_value(told(&mut all(State::Lost), 1_000)).unwrap();
        for condition in status["conditions"].as_array().unwrap() {
            let parsed: k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition =
                serde_json::from_value(condition.clone()).unwrap();
            assert_eq!(serde_json::to_value(parsed).unwrap(), *condition);
            assert_eq!(condition["observedGeneration"], 4);
        }
    }
}
