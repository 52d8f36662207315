//! Whose turn it is to be updated: one store first, the others a few at a time once its shop has answered, and nobody any more once an update
//! had to be undone.

use store::{Phase, StoreId};

/// A store, as far as it tells of an offer of the platform's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was updated to the offer, and its shop answered.
    Proven,
    /// It is being updated to it.
    Updating,
    /// It was, and that had to be undone.
    Undone,
    /// Anything else.
    Beside,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    Now,
    /// Others come first.
    Later,
    /// It had to be undone at that store.
    Stopped(StoreId),
}

/// A store that might be updated first, and the others as far as that depends on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct First {
    pub phase: Phase,
    /// It may be looked for where it is not: its address is to be another one, or it is not known where it is.
    pub is_elsewhere: bool,
    /// Some other store of the engine is ready.
    pub is_any_ready: bool,
}

/// Whether it shows what an offer is worth. What is not well is no measure of it, unless it may be the offer that makes it well and there is
/// no better one: or else no store would ever follow.
pub fn is_measure(first: First) -> bool {
    first.phase == Phase::Ready || first.is_elsewhere && !first.is_any_ready
}

pub fn turn(others: impl IntoIterator<Item = (StoreId, Standing)>, limit: usize) -> Turn {
    let (mut updating, mut proven) = (0, false);
    for (id, standing) in others {
        match standing {
            Standing::Proven => proven = true,
            Standing::Updating => updating += 1,
            Standing::Undone => return Turn::Stopped(id),
            Standing::Beside => {}
        }
    }
    let limit = if proven { limit } else { 1 };
    if updating < limit { Turn::Now } else { Turn::Later }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(standings: &[Standing]) -> Turn {
        let others = standings.iter().enumerate();
        turn(others.map(|(n, standing)| (StoreId::parse(&format!("shop-{n:05}")).unwrap(), *standing)), 3)
    }

    #[test]
    fn one_store_goes_first_and_the_others_follow_when_it_has_answered() {
        use Standing::{Beside, Proven, Updating};
        assert_eq!(of(&[Beside, Beside]), Turn::Now);
        assert_eq!(of(&[Beside, Updating]), Turn::Later);
        assert_eq!(of(&[Proven, Updating, Updating]), Turn::Now);
        assert_eq!(of(&[Proven, Updating, Updating, Updating]), Turn::Later);
    }

    #[test]
    fn the_first_store_is_a_ready_one_unless_all_are_looked_for_where_they_are_not() {
        let measure =
            |phase, is_elsewhere, is_any_ready| is_measure(First { phase, is_elsewhere, is_any_ready });
        assert!(measure(Phase::Ready, false, true));
        assert!(!measure(Phase::Degraded, false, false));
        assert!(!measure(Phase::Degraded, true, true));
        assert!(measure(Phase::Degraded, true, false));
    }

    #[test]
    fn an_update_that_had_to_be_undone_stops_all_others() {
        let stopped = StoreId::parse("shop-00001").unwrap();
        assert_eq!(of(&[Standing::Proven, Standing::Undone]), Turn::Stopped(stopped));
    }
}
