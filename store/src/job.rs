//! What is done to a store from one rest to the next: it is made, changed, removed.

use crate::{
    PersonId, Phase,
    view::{Ask, TimelineEntry, TimelineKind},
};

/// A store's job, under way or just over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Job {
    /// Who asked for it; nobody where Storeyard began it by itself.
    pub by: Option<PersonId>,
}

impl Job {
    /// What is under way in a store that is in `phase`, or has led there; none where it came to be so by itself, or nobody knows any more.
    pub fn of(phase: Phase, timeline: &[TimelineEntry]) -> Option<Self> {
        let mut is_moving = phase.is_transient();
        for TimelineEntry { what, .. } in timeline.iter().rev() {
            match what {
                TimelineKind::Phase { phase } if phase.is_transient() => is_moving = true,
                // From here it went out, or it came to be as it is without a job.
                TimelineKind::Phase { phase: rest } if is_moving || *rest != phase => break,
                TimelineKind::Asked { what, by } if is_moving && what.is_job() => {
                    return Some(Self { by: Some(by.clone()) });
                }
                _ => {}
            }
        }
        is_moving.then(Self::default)
    }
}

impl Ask {
    /// Whether something becomes of the store. To be let in to its shop is no change of it.
    fn is_job(self) -> bool {
        !matches!(self, Self::SignIn | Self::NewPassword)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Millis;

    fn person(name: &str) -> Option<PersonId> {
        PersonId::parse(name).ok()
    }

    fn asked(what: Ask, by: &str) -> TimelineKind {
        TimelineKind::Asked { what, by: person(by).unwrap() }
    }

    fn was(phase: Phase) -> TimelineKind {
        TimelineKind::Phase { phase }
    }

    /// Who is said to have asked for the job, if there is one, of a store that is in that phase after all that.
    fn job(phase: Phase, timeline: impl IntoIterator<Item = TimelineKind>) -> Option<Option<PersonId>> {
        let timeline: Vec<_> =
            timeline.into_iter().map(|what| TimelineEntry { at: Millis(0), what }).collect();
        Job::of(phase, &timeline).map(|job| job.by)
    }

    #[test]
    fn a_job_is_whoevers_who_asked_for_it_while_it_lasts_and_once_it_is_over() {
        let made = [asked(Ask::Creation, "bo"), was(Phase::Provisioning)];
        assert_eq!(job(Phase::Provisioning, made.clone()), Some(person("bo")));
        assert_eq!(
            job(Phase::Ready, made.clone().into_iter().chain([was(Phase::Ready)])),
            Some(person("bo"))
        );
        let failed = made.into_iter().chain([was(Phase::Failed)]);
        assert_eq!(job(Phase::Failed, failed.clone()), Some(person("bo")));
        // Asked for, and not begun.
        let again = failed.chain([asked(Ask::Retry, "ada")]);
        assert_eq!(job(Phase::Queued, again), Some(person("ada")));
    }

    #[test]
    fn what_storeyard_begins_by_itself_is_nobodys_whoever_asked_for_something_before() {
        let before = [asked(Ask::Creation, "bo"), was(Phase::Provisioning), was(Phase::Ready)];
        let updating = before.clone().into_iter().chain([was(Phase::Updating)]);
        assert_eq!(job(Phase::Updating, updating.clone()), Some(None));
        assert_eq!(job(Phase::Ready, updating.chain([was(Phase::Ready)])), Some(None));
        let asked_for = before.into_iter().chain([asked(Ask::Update, "ada"), was(Phase::Updating)]);
        assert_eq!(job(Phase::Updating, asked_for), Some(person("ada")));
    }

    #[test]
    fn a_store_that_came_to_be_as_it_is_by_itself_has_no_job() {
        let made = [asked(Ask::Creation, "bo"), was(Phase::Provisioning), was(Phase::Ready)];
        let lost = made.into_iter().chain([was(Phase::Degraded)]);
        assert_eq!(job(Phase::Degraded, lost.clone()), None);
        assert_eq!(job(Phase::Ready, lost.chain([was(Phase::Ready)])), None);
        assert_eq!(job(Phase::Ready, []), None);
    }

    #[test]
    fn whoever_is_let_in_to_a_shop_has_asked_for_no_job() {
        let entered = [was(Phase::Ready), asked(Ask::SignIn, "ada"), was(Phase::Updating)];
        assert_eq!(job(Phase::Updating, entered), Some(None));
    }

    proptest! {
        #[test]
        fn whatever_is_under_way_is_a_job(phase in 0..Phase::ALL.len(), before in prop::collection::vec(0..Phase::ALL.len(), 0..6)) {
            let phase = Phase::ALL[phase];
            let timeline = before.into_iter().map(|phase| was(Phase::ALL[phase]));
            let job = job(phase, timeline);
            prop_assert!(job.is_some() || !phase.is_transient());
        }
    }
}
