//! Whose turn it is to be updated: one store first, the others a few at a time once its shop has answered, and nobody any more once an update
//! had to be undone.

use store::StoreId;

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
    fn an_update_that_had_to_be_undone_stops_all_others() {
        let stopped = StoreId::parse("shop-00001").unwrap();
        assert_eq!(of(&[Standing::Proven, Standing::Undone]), Turn::Stopped(stopped));
    }
}
