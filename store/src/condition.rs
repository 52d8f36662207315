//! What is known of a store: one condition a step, each with its state, its sentence and its times.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Millis, Told, time::Elapsed};

/// What must be so for a store to be ready, in the order in which it becomes so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ConditionKind {
    NamespaceReady,
    QuotaApplied,
    CredentialsReady,
    ReleaseDeployed,
    WorkloadsReady,
    StorefrontReachable,
}

impl ConditionKind {
    pub const ALL: [Self; 6] = [
        Self::NamespaceReady,
        Self::QuotaApplied,
        Self::CredentialsReady,
        Self::ReleaseDeployed,
        Self::WorkloadsReady,
        Self::StorefrontReachable,
    ];

    /// The `type` of the condition in the resource.
    pub fn key(self) -> &'static str {
        match self {
            Self::NamespaceReady => "NamespaceReady",
            Self::QuotaApplied => "QuotaApplied",
            Self::CredentialsReady => "CredentialsReady",
            Self::ReleaseDeployed => "ReleaseDeployed",
            Self::WorkloadsReady => "WorkloadsReady",
            Self::StorefrontReachable => "StorefrontReachable",
        }
    }

    /// Whether a store can be ready without it.
    pub fn is_best_effort(self) -> bool {
        matches!(self, Self::QuotaApplied)
    }

    /// Whether a visitor would notice that it is not so.
    pub fn is_seen_in_the_shop(self) -> bool {
        matches!(self, Self::WorkloadsReady | Self::StorefrontReachable)
    }
}

/// The name of the step.
impl fmt::Display for ConditionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NamespaceReady => "Namespace",
            Self::QuotaApplied => "Quota",
            Self::CredentialsReady => "Credentials",
            Self::ReleaseDeployed => "Release",
            Self::WorkloadsReady => "Workloads",
            Self::StorefrontReachable => "Shop answers",
        })
    }
}

/// What must be gone for a store to be gone, in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RemovalKind {
    ReleaseUninstalled,
    NamespaceDeleted,
    VolumesDeleted,
}

impl RemovalKind {
    pub const ALL: [Self; 3] = [Self::ReleaseUninstalled, Self::NamespaceDeleted, Self::VolumesDeleted];

    pub fn key(self) -> &'static str {
        match self {
            Self::ReleaseUninstalled => "ReleaseUninstalled",
            Self::NamespaceDeleted => "NamespaceDeleted",
            Self::VolumesDeleted => "VolumesDeleted",
        }
    }
}

impl fmt::Display for RemovalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReleaseUninstalled => "Release uninstalled",
            Self::NamespaceDeleted => "Namespace deleted",
            Self::VolumesDeleted => "Volumes deleted",
        })
    }
}

/// How far one step is. The resource shows it as the condition's reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum State {
    /// Not begun.
    #[default]
    Pending,
    InProgress,
    Done,
    /// Best effort, tried, and not so; the store goes on without it.
    NotApplied,
    /// Was done once and is not so any more.
    Lost,
    /// Given up.
    Failed,
    /// Begun, and cannot go on before there is room for it.
    Waiting,
    /// Was done, and is being changed: an update, another plan, a stop or a start.
    Changing,
    /// Was done, and is stopped on purpose.
    Stopped,
    /// Never looked at, or told by a version with other words.
    Unknown,
}

impl State {
    pub const ALL: [Self; 10] = [
        Self::Pending,
        Self::InProgress,
        Self::Done,
        Self::NotApplied,
        Self::Lost,
        Self::Failed,
        Self::Waiting,
        Self::Changing,
        Self::Stopped,
        Self::Unknown,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::InProgress => "InProgress",
            Self::Done => "Done",
            Self::NotApplied => "NotApplied",
            Self::Lost => "Lost",
            Self::Failed => "Failed",
            Self::Waiting => "Waiting",
            Self::Changing => "Changing",
            Self::Stopped => "Stopped",
            Self::Unknown => "Unknown",
        }
    }

    /// Whether nothing is left to do for it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::NotApplied | Self::Stopped)
    }
}

/// One step of making or of removing a store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub state: State,
    /// A sentence in plain words, in English; empty where there is nothing to add.
    pub message: String,
    /// The same by codes, where it has them.
    #[serde(default)]
    pub said: Told,
    /// When work on it began.
    pub started: Option<Millis>,
    /// When its state last changed.
    pub changed: Option<Millis>,
}

impl Condition {
    /// The condition after it was seen in `state` at `now`. Times move only when the state does.
    #[must_use]
    pub fn seen(&self, state: State, message: impl Into<Told>, now: Millis) -> Self {
        let told = message.into();
        let (message, said) = (told.to_string(), told.coded());
        if state == self.state {
            return Self { message, said, ..self.clone() };
        }
        let restarts = match state {
            State::InProgress => !matches!(self.state, State::Lost | State::Waiting),
            State::Changing => true,
            _ => false,
        };
        let started = if restarts { Some(now) } else { self.started.or(Some(now)) };
        Self { state, message, said, started, changed: Some(now) }
    }

    /// How long the step took, or has taken by `now`; nothing if it has not begun.
    pub fn took(&self, now: Millis) -> Option<Elapsed> {
        let started = self.started?;
        match self.state {
            State::Pending | State::Unknown => None,
            State::InProgress | State::Waiting | State::Changing => Some(now.since(started)),
            State::Lost | State::Stopped => Some(now.since(self.changed?)),
            State::Done | State::NotApplied | State::Failed => Some(self.changed?.since(started)),
        }
    }
}

/// All conditions of a store, one of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions([Condition; ConditionKind::ALL.len()]);

impl Conditions {
    pub fn get(&self, kind: ConditionKind) -> &Condition {
        &self.0[kind as usize]
    }

    pub fn set(&mut self, kind: ConditionKind, condition: Condition) {
        self.0[kind as usize] = condition;
    }

    pub fn iter(&self) -> impl Iterator<Item = (ConditionKind, &Condition)> {
        ConditionKind::ALL.into_iter().zip(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_takes_from_its_beginning_to_its_end() {
        let step = Condition::default().seen(State::InProgress, "", Millis(1_000));
        assert_eq!(step.took(Millis(3_000)), Some(Elapsed(2_000)));
        let step = step.seen(State::Done, "", Millis(4_000)).seen(State::Done, "still so", Millis(9_000));
        assert_eq!(step.took(Millis(99_000)), Some(Elapsed(3_000)));
        assert_eq!(step.message, "still so");
    }

    #[test]
    fn a_step_that_has_not_begun_has_no_time() {
        assert_eq!(Condition::default().took(Millis(5)), None);
    }

    #[test]
    fn a_lost_step_counts_from_the_loss() {
        let step = Condition::default()
            .seen(State::InProgress, "", Millis(0))
            .seen(State::Done, "", Millis(1_000))
            .seen(State::Lost, "", Millis(60_000));
        assert_eq!(step.took(Millis(65_000)), Some(Elapsed(5_000)));
    }
}
