//! What comes next for a store. The whole of the operator's will is in this one function; where what comes next depends on what stands in the
//! cluster, one below it says which single act it is: [`remove`](super::remove), [`keep`](super::keep), [`release`](crate::observe::release).

use store::{ConditionKind, Millis, Phase};

use crate::resource::progress::Progress;

/// What is to become of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Needs nothing but the name.
    Gone,
    /// The Store alone: what was made of it stays.
    Released,
    There,
    /// What it asks for is not understood.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Deletion was asked for.
    Remove,
    /// Deletion of the Store was asked for, and that its shop stays.
    LetGo,
    /// What there is stays as it is.
    Refuse,
    /// A try that nobody has taken up yet.
    TakeUp,
    /// As soon as it is its turn.
    Begin,
    /// Namespace, limits, fences and credentials.
    Prepare,
    Release,
    Workloads,
    Storefront,
    /// It was ready once: see that it still is.
    Keep,
    /// The try's time is over.
    GiveUp,
    /// Given up; what is left of it goes. After a while the store is failed all the same, and may be retried, which then waits for this.
    CleanUp,
    /// Failed, and nothing is left to do until somebody asks.
    Rest,
}

/// `retry`: when another try was last asked for. `ends`: when the try is given up, however late an operator comes to look.
pub fn next(
    goal: Goal,
    progress: &Progress,
    retry: Option<Millis>,
    ends: Option<Millis>,
    now: Millis,
) -> Next {
    match goal {
        Goal::Gone => return Next::Remove,
        Goal::Released => return Next::LetGo,
        Goal::Unknown => return Next::Refuse,
        Goal::There => {}
    }
    // Before all that ends in a teardown.
    if progress.ready.is_some() {
        return if progress.is_of(retry) { Next::Keep } else { Next::TakeUp };
    }
    if !progress.is_of(retry) {
        // A retry is taken up only after what the failure left is gone.
        let is_cleaning =
            progress.failure.is_some() && Phase::of(&progress.conditions, false) != Phase::Failed;
        return if is_cleaning { Next::CleanUp } else { Next::TakeUp };
    }
    // A namespace is known until it was seen to be gone.
    let is_left = progress.namespace_uid.is_some();
    if Phase::of(&progress.conditions, false) == Phase::Failed {
        return if is_left { Next::CleanUp } else { Next::Rest };
    }
    if progress.failure.is_some() {
        return Next::CleanUp;
    }
    if progress.started.is_none() {
        if is_left {
            return Next::CleanUp;
        }
        return Next::Begin;
    }
    if ends.is_some_and(|ends| now >= ends) {
        return Next::GiveUp;
    }
    match ConditionKind::ALL.into_iter().find(|kind| !progress.state(*kind).is_over()) {
        Some(
            ConditionKind::NamespaceReady | ConditionKind::QuotaApplied | ConditionKind::CredentialsReady,
        ) => Next::Prepare,
        Some(ConditionKind::ReleaseDeployed) => Next::Release,
        Some(ConditionKind::WorkloadsReady) => Next::Workloads,
        Some(ConditionKind::StorefrontReachable) | None => Next::Storefront,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use store::{ConditionKind, Millis, State, view::Failure};

    use super::{Goal, Next};
    use crate::resource::progress::Progress;

    const FIRST: Option<Millis> = None;
    const AGAIN: Option<Millis> = Some(Millis(3500));

    /// As the operator asks it.
    fn next(progress: &Progress, retry: Option<Millis>, now: Millis) -> Next {
        super::next(Goal::There, progress, retry, progress.deadline, now)
    }

    fn begun() -> Progress {
        Progress { attempt: 1, started: Some(Millis(0)), deadline: Some(Millis(1000)), ..Progress::default() }
    }

    fn failure() -> Option<Failure> {
        Some(Failure {
            step: ConditionKind::WorkloadsReady,
            sentence: "no".into(),
            said: store::Told::default(),
            evidence: vec![],
            at: Millis(9),
        })
    }

    #[test]
    fn a_store_that_was_asked_for_begins_in_its_turn() {
        let progress = Progress { attempt: 1, ..Progress::default() };
        assert_eq!(next(&progress, FIRST, Millis(1)), Next::Begin);
    }

    #[test]
    fn steps_follow_one_another() {
        let mut progress = begun();
        let mut steps = vec![next(&progress, FIRST, Millis(1))];
        for kind in ConditionKind::ALL {
            progress.see(kind, State::Done, "", Millis(1));
            steps.push(next(&progress, FIRST, Millis(1)));
        }
        steps.dedup();
        assert_eq!(steps, [Next::Prepare, Next::Release, Next::Workloads, Next::Storefront]);
    }

    #[test]
    fn a_quota_that_could_not_be_applied_stops_nothing() {
        let mut progress = begun();
        for kind in [ConditionKind::NamespaceReady, ConditionKind::CredentialsReady] {
            progress.see(kind, State::Done, "", Millis(1));
        }
        progress.see(ConditionKind::QuotaApplied, State::NotApplied, "no", Millis(1));
        assert_eq!(next(&progress, FIRST, Millis(1)), Next::Release);
    }

    #[test]
    fn time_runs_out_for_a_try_but_not_for_a_store_that_was_ready() {
        let mut progress = begun();
        assert_eq!(next(&progress, FIRST, Millis(1000)), Next::GiveUp);
        progress.ready = Some(Millis(500));
        assert_eq!(next(&progress, FIRST, Millis(5000)), Next::Keep);
    }

    #[test]
    fn a_store_that_was_given_up_is_cleaned_up_before_it_rests_or_is_retried() {
        let mut progress = Progress { failure: failure(), ..begun() };
        assert_eq!(next(&progress, FIRST, Millis(2000)), Next::CleanUp);
        assert_eq!(next(&progress, AGAIN, Millis(2000)), Next::CleanUp);
        progress.see(ConditionKind::WorkloadsReady, State::Failed, "no", Millis(3000));
        assert_eq!(next(&progress, FIRST, Millis(4000)), Next::Rest);
        assert_eq!(next(&progress, AGAIN, Millis(4000)), Next::TakeUp);
    }

    #[test]
    fn a_try_that_is_not_asked_for_any_more_is_not_made_again() {
        let mut progress = Progress { failure: failure(), ..begun() };
        progress.see(ConditionKind::WorkloadsReady, State::Failed, "no", Millis(3000));
        let mut retried = progress.restarted(AGAIN);
        retried.see(ConditionKind::WorkloadsReady, State::Failed, "no", Millis(4000));
        for asked in [FIRST, AGAIN] {
            assert_eq!(next(&retried, asked, Millis(5000)), Next::Rest);
        }
        assert_eq!(next(&retried, Some(Millis(4500)), Millis(5000)), Next::TakeUp);
    }

    #[test]
    fn a_clean_up_that_outlasts_the_failure_goes_on_and_a_retry_waits_for_it() {
        let namespace_uid = Some("u-1".to_owned());
        let mut progress = Progress { failure: failure(), namespace_uid, ..begun() };
        progress.see(ConditionKind::WorkloadsReady, State::Failed, "no", Millis(3000));
        assert_eq!(next(&progress, FIRST, Millis(4000)), Next::CleanUp);
        assert_eq!(next(&progress, AGAIN, Millis(4000)), Next::TakeUp);
        let mut retried = progress.restarted(AGAIN);
        assert_eq!(next(&retried, AGAIN, Millis(4000)), Next::CleanUp);
        retried.namespace_uid = None;
        assert_eq!(next(&retried, AGAIN, Millis(4000)), Next::Begin);
    }

    proptest! {
        #[test]
        fn what_was_ever_ready_is_never_torn_down_but_by_deletion(
            states in prop::collection::vec(0..State::ALL.len(), 6),
            attempt in 0..3u32,
            tried in prop::option::of((0..3i64).prop_map(Millis)),
            asked in prop::option::of((0..3i64).prop_map(Millis)),
            failed: bool,
            begun: bool,
            deadline in prop::option::of((0..2000i64).prop_map(Millis)),
            now in 0..4000i64,
        ) {
            let mut progress = Progress {
                attempt,
                retry: tried,
                ready: Some(Millis(7)),
                started: begun.then_some(Millis(1)),
                deadline,
                failure: failed.then(failure).flatten(),
                ..Progress::default()
            };
            for (kind, state) in ConditionKind::ALL.into_iter().zip(states) {
                progress.see(kind, State::ALL[state], "", Millis(1));
            }
            let mut then = next(&progress, asked, Millis(now));
            if then == Next::TakeUp {
                then = next(&progress.restarted(asked), asked, Millis(now));
            }
            prop_assert_eq!(then, Next::Keep);
        }

        #[test]
        fn deletion_comes_before_everything_and_what_is_not_understood_changes_nothing(
            states in prop::collection::vec(0..State::ALL.len(), 6),
            retry in prop::option::of((0..3i64).prop_map(Millis)),
            now in 0..2000i64,
        ) {
            let mut progress = begun();
            for (kind, state) in ConditionKind::ALL.into_iter().zip(states) {
                progress.see(kind, State::ALL[state], "", Millis(1));
            }
            let next = |goal| super::next(goal, &progress, retry, progress.deadline, Millis(now));
            prop_assert_eq!((next(Goal::Gone), next(Goal::Unknown)), (Next::Remove, Next::Refuse));
            prop_assert_eq!(next(Goal::Released), Next::LetGo);
        }
    }
}
