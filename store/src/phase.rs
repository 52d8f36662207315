//! The one word for how a store is, derived from its conditions here and nowhere else.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ConditionKind, Conditions, State};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Phase {
    /// Asked for; waits for its turn, or for room.
    Queued,
    Provisioning,
    /// The shop answered through the ingress when last asked.
    Ready,
    /// Was ready, and is being changed: an update, another plan, a stop or a start.
    Updating,
    /// Stopped on purpose; its data is kept.
    Suspended,
    /// Was ready, and something of it is not so at the moment.
    Degraded,
    /// Given up, and what was made removed or being removed; can be retried or deleted.
    Failed,
    Deleting,
}

impl Phase {
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Provisioning,
        Self::Ready,
        Self::Updating,
        Self::Suspended,
        Self::Degraded,
        Self::Failed,
        Self::Deleting,
    ];

    /// Whether there is a shop that may answer, if not surely.
    pub fn may_answer(self) -> bool {
        matches!(self, Self::Ready | Self::Updating | Self::Degraded)
    }

    /// The phase that `conditions` amount to. `deleting`: deletion was asked for.
    pub fn of(conditions: &Conditions, deleting: bool) -> Self {
        let any = |state: State| conditions.iter().any(|(_, condition)| condition.state == state);
        if deleting {
            return Self::Deleting;
        }
        if any(State::Failed) {
            return Self::Failed;
        }
        if any(State::Changing) {
            return Self::Updating;
        }
        if any(State::Lost) {
            return Self::Degraded;
        }
        if any(State::Stopped) {
            return Self::Suspended;
        }
        if conditions.iter().all(|(kind, condition)| is_met(kind, condition.state)) {
            return Self::Ready;
        }
        let is_begun = !conditions.iter().all(|(_, condition)| condition.state == State::Pending);
        if any(State::Waiting) || !is_begun {
            return Self::Queued;
        }
        Self::Provisioning
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.key() == text)
    }

    pub fn key(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Provisioning => "provisioning",
            Self::Ready => "ready",
            Self::Updating => "updating",
            Self::Suspended => "suspended",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
            Self::Deleting => "deleting",
        }
    }

    /// Whether it will change by itself.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Queued | Self::Provisioning | Self::Updating | Self::Deleting)
    }
}

/// What was never looked at is no reason to call a shop that answers anything but ready.
fn is_met(kind: ConditionKind, state: State) -> bool {
    match state {
        State::Done => true,
        State::NotApplied => kind.is_best_effort(),
        State::Unknown => !kind.is_seen_in_the_shop(),
        _ => false,
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queued => "Queued",
            Self::Provisioning => "Provisioning",
            Self::Ready => "Ready",
            Self::Updating => "Updating",
            Self::Suspended => "Suspended",
            Self::Degraded => "Degraded",
            Self::Failed => "Failed",
            Self::Deleting => "Deleting",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Condition, Millis};

    fn conditions(states: [State; 6]) -> Conditions {
        let mut conditions = Conditions::default();
        for (kind, state) in ConditionKind::ALL.into_iter().zip(states) {
            conditions.set(kind, Condition::default().seen(state, "", Millis(0)));
        }
        conditions
    }

    #[track_caller]
    fn check(states: [State; 6], phase: Phase) {
        assert_eq!(Phase::of(&conditions(states), false), phase);
    }

    use State::{Changing, Done, Failed, InProgress, Lost, NotApplied, Pending, Stopped, Unknown, Waiting};

    #[test]
    fn a_store_that_nothing_was_done_for_is_queued() {
        check([Pending; 6], Phase::Queued);
    }

    #[test]
    fn a_store_on_its_way_is_provisioning() {
        check([InProgress, Pending, Pending, Pending, Pending, Pending], Phase::Provisioning);
        check([Done, Done, Done, Done, Done, InProgress], Phase::Provisioning);
    }

    #[test]
    fn a_quota_that_could_not_be_applied_does_not_stop_a_store() {
        check([Done, NotApplied, Done, Done, Done, Done], Phase::Ready);
    }

    #[test]
    fn a_step_that_was_never_looked_at_takes_nothing_from_a_shop_that_answers() {
        check([Done, Unknown, Unknown, Unknown, Done, Done], Phase::Ready);
        check([Done, Done, Done, Done, Done, Unknown], Phase::Provisioning);
    }

    #[test]
    fn a_store_for_which_there_is_no_room_is_queued() {
        check([Done, Done, Done, Done, Waiting, Pending], Phase::Queued);
    }

    #[test]
    fn a_store_that_loses_what_it_had_is_degraded() {
        check([Done, Done, Done, Done, Lost, Lost], Phase::Degraded);
    }

    #[test]
    fn a_store_that_is_being_changed_is_updating_whatever_is_missing_meanwhile() {
        check([Done, Done, Done, Changing, Lost, Lost], Phase::Updating);
    }

    #[test]
    fn a_store_that_was_stopped_on_purpose_is_suspended_unless_something_is_wrong_with_what_stays() {
        check([Done, Done, Done, Done, Stopped, Stopped], Phase::Suspended);
        check([Lost, Done, Done, Done, Stopped, Stopped], Phase::Degraded);
    }

    #[test]
    fn a_store_that_was_given_up_is_failed_whatever_else_is_so() {
        check([Done, NotApplied, Done, Done, Failed, Pending], Phase::Failed);
    }

    #[test]
    fn deletion_outranks_everything() {
        assert_eq!(Phase::of(&conditions([Failed; 6]), true), Phase::Deleting);
    }

    fn any_state() -> impl Strategy<Value = State> {
        prop::sample::select(State::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn ready_is_never_said_of_a_shop_that_did_not_answer(states in prop::array::uniform6(any_state())) {
            let conditions = conditions(states);
            if Phase::of(&conditions, false) == Phase::Ready {
                prop_assert_eq!(conditions.get(ConditionKind::StorefrontReachable).state, Done);
                prop_assert_eq!(conditions.get(ConditionKind::WorkloadsReady).state, Done);
            }
        }
    }
}
