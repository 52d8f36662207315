//! Whose turn it is: a bounded number of stores is made at a time, the oldest request first.

use std::collections::BTreeSet;

use store::{Millis, StoreId};

/// A store that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub id: StoreId,
    pub requested: Millis,
    /// Reconcile on it has begun, perhaps by an operator before this one.
    pub begun: bool,
}

/// The stores that may be worked on. What has begun is always among them: it is never put back into the queue.
pub fn admitted(candidates: &[Candidate], limit: usize) -> BTreeSet<StoreId> {
    let mut admitted: BTreeSet<StoreId> =
        candidates.iter().filter(|c| c.begun).map(|c| c.id.clone()).collect();
    let mut queue: Vec<&Candidate> = candidates.iter().filter(|c| !c.begun).collect();
    queue.sort_by(|a, b| (a.requested, &a.id).cmp(&(b.requested, &b.id)));
    let free = limit.saturating_sub(admitted.len());
    admitted.extend(queue.into_iter().take(free).map(|candidate| candidate.id.clone()));
    admitted
}

/// How many of the queue come before the store.
pub fn ahead(candidates: &[Candidate], id: &StoreId) -> usize {
    let Some(own) = candidates.iter().find(|candidate| candidate.id == *id) else { return 0 };
    candidates.iter().filter(|c| !c.begun && (c.requested, &c.id) < (own.requested, &own.id)).count()
}

/// Who has not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub length: usize,
    /// When the first of them was asked for.
    pub oldest: Option<Millis>,
}

pub fn waiting(candidates: &[Candidate]) -> Waiting {
    let queue = || candidates.iter().filter(|candidate| !candidate.begun);
    Waiting { length: queue().count(), oldest: queue().map(|candidate| candidate.requested).min() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn candidate(number: usize, requested: i64, begun: bool) -> Candidate {
        Candidate {
            id: StoreId::parse(&format!("s-{number:05}")).unwrap(),
            requested: Millis(requested),
            begun,
        }
    }

    #[test]
    fn the_oldest_request_comes_first() {
        let queue = [candidate(1, 30, false), candidate(2, 10, false), candidate(3, 20, false)];
        let first = admitted(&queue, 1);
        assert_eq!(first.into_iter().next(), Some(queue[1].id.clone()));
        assert_eq!(ahead(&queue, &queue[0].id), 2);
    }

    #[test]
    fn who_has_begun_does_not_wait() {
        let stores = [candidate(1, 10, true), candidate(2, 30, false), candidate(3, 20, false)];
        assert_eq!(waiting(&stores), Waiting { length: 2, oldest: Some(Millis(20)) });
        assert_eq!(waiting(&stores[..1]), Waiting { length: 0, oldest: None });
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit_are_begun_and_no_place_stays_empty(
            stores in prop::collection::vec((0..50i64, any::<bool>()), 0..20),
            limit in 1..8usize,
        ) {
            let candidates: Vec<_> = stores.iter().enumerate().map(|(n, (requested, begun))| candidate(n, *requested, *begun)).collect();
            let begun = candidates.iter().filter(|c| c.begun).count();
            let admitted = admitted(&candidates, limit);
            prop_assert!(candidates.iter().filter(|c| c.begun).all(|c| admitted.contains(&c.id)));
            prop_assert_eq!(admitted.len(), begun.max(limit.min(candidates.len())));
        }
    }
}
