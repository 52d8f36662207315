//! All that is known of all stores at one moment, and what of it has changed.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use store::{Millis, StoreId, StoreView};

/// What a reader is interested in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every store, as a row.
    List,
    /// Everything of one store.
    One(StoreId),
}

/// How the snapshot stands to the cluster. An outage never looks like an empty list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// The first list has not come yet.
    #[default]
    Loading,
    Fresh,
    /// The cluster has not answered since then; the snapshot is as old.
    Stale {
        since: Millis,
        why: String,
    },
}

/// A store whose deletion this process saw through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// As it was last seen.
    pub view: Arc<StoreView>,
    pub at: Millis,
}

#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub reading: Reading,
    /// Counts the changes since this process began.
    number: u64,
    /// When the list or the reading last changed.
    list_number: u64,
    reading_number: u64,
    stores: BTreeMap<StoreId, Known>,
    gone: VecDeque<(Gone, u64)>,
}

#[derive(Clone, Debug)]
struct Known {
    view: Arc<StoreView>,
    number: u64,
}

impl Snapshot {
    const GONE_KEPT: usize = 200;
    const GONE_KEPT_MILLIS: i64 = 15 * 60 * 1000;

    /// Every store, by id.
    pub fn stores(&self) -> impl Iterator<Item = &StoreView> {
        self.stores.values().map(|known| known.view.as_ref())
    }

    pub fn get(&self, id: &StoreId) -> Option<&Arc<StoreView>> {
        self.stores.get(id).map(|known| &known.view)
    }

    /// A store that is gone, for a while after it went.
    pub fn gone(&self, id: &StoreId) -> Option<&Gone> {
        self.gone.iter().rev().map(|(gone, _)| gone).find(|gone| gone.view.summary.id == *id)
    }

    /// Grows whenever there is something new in `scope`.
    pub(super) fn number(&self, scope: &Scope) -> u64 {
        let changed = match scope {
            Scope::List => self.list_number,
            Scope::One(id) => self.number_of(id),
        };
        changed.max(self.reading_number)
    }

    /// The number of the last change of anything.
    pub(super) fn last(&self) -> u64 {
        self.number
    }

    fn number_of(&self, id: &StoreId) -> u64 {
        if let Some(known) = self.stores.get(id) {
            return known.number;
        }
        self.gone.iter().rev().find(|(gone, _)| gone.view.summary.id == *id).map_or(0, |(_, number)| *number)
    }

    pub(super) fn read(&mut self, reading: Reading) {
        if self.reading == reading {
            return;
        }
        self.reading = reading;
        self.number += 1;
        self.reading_number = self.number;
    }

    pub(super) fn put(&mut self, view: StoreView) {
        let id = view.summary.id.clone();
        let before = self.stores.get(&id).map(|known| &known.view);
        if before.is_some_and(|before| **before == view) {
            return;
        }
        let shows_in_list = before.is_none_or(|before| before.summary != view.summary);
        self.number += 1;
        if shows_in_list {
            self.list_number = self.number;
        }
        self.stores.insert(id, Known { view: Arc::new(view), number: self.number });
    }

    pub(super) fn remove(&mut self, id: &StoreId, now: Millis) {
        let Some(known) = self.stores.remove(id) else { return };
        self.number += 1;
        self.list_number = self.number;
        self.gone.push_back((Gone { view: known.view, at: now }, self.number));
        let is_old = |gone: &Gone| now.since(gone.at).0 > Self::GONE_KEPT_MILLIS;
        while self.gone.len() > Self::GONE_KEPT || self.gone.front().is_some_and(|(gone, _)| is_old(gone)) {
            self.gone.pop_front();
        }
    }

    /// Removes what a complete list did not contain.
    pub(super) fn retain(&mut self, is_there: impl Fn(&StoreId) -> bool, now: Millis) {
        let absent: Vec<StoreId> = self.stores.keys().filter(|id| !is_there(id)).cloned().collect();
        for id in absent {
            self.remove(&id, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::tests::example, view::tests::resource};

    fn store(id: &str) -> StoreView {
        let mut resource = resource(1);
        resource.metadata.name = Some(id.to_owned());
        crate::view::view(&resource, &example()).unwrap()
    }

    fn one(id: &str) -> Scope {
        Scope::One(StoreId::parse(id).unwrap())
    }

    #[test]
    fn a_change_of_one_store_is_told_to_who_watches_it_and_nobody_else() {
        let mut snapshot = Snapshot::default();
        snapshot.put(store("a-00000"));
        snapshot.put(store("b-00000"));
        let before = snapshot.clone();
        let mut changed = store("a-00000");
        changed.attempt = 2;
        snapshot.put(changed);
        let is_news = |scope: &Scope| snapshot.number(scope) > before.number(scope);
        assert!(is_news(&one("a-00000")));
        assert!(!is_news(&one("b-00000")));
        assert!(!is_news(&Scope::List));
    }

    #[test]
    fn a_change_of_a_row_is_told_to_the_list() {
        let mut snapshot = Snapshot::default();
        let before = snapshot.number(&Scope::List);
        snapshot.put(store("a-00000"));
        assert!(snapshot.number(&Scope::List) > before);
    }

    #[test]
    fn the_same_again_is_no_change() {
        let mut snapshot = Snapshot::default();
        snapshot.put(store("a-00000"));
        let before = snapshot.last();
        snapshot.put(store("a-00000"));
        assert_eq!(snapshot.last(), before);
    }

    #[test]
    fn a_store_that_went_is_told_to_who_watched_it_and_kept_for_a_while() {
        let mut snapshot = Snapshot::default();
        snapshot.put(store("a-00000"));
        let before = snapshot.number(&one("a-00000"));
        let id = StoreId::parse("a-00000").unwrap();
        snapshot.remove(&id, Millis(0));
        assert!(snapshot.number(&one("a-00000")) > before);
        assert!(snapshot.get(&id).is_none());
        assert!(snapshot.gone(&id).is_some());
        snapshot.put(store("b-00000"));
        snapshot.remove(&StoreId::parse("b-00000").unwrap(), Millis(Snapshot::GONE_KEPT_MILLIS + 1));
        assert!(snapshot.gone(&id).is_none());
    }

    #[test]
    fn an_outage_is_told_to_everybody() {
        let mut snapshot = Snapshot::default();
        snapshot.put(store("a-00000"));
        let before = snapshot.clone();
        snapshot.read(Reading::Stale { since: Millis(1), why: "refused".into() });
        for scope in [Scope::List, one("a-00000"), one("b-00000")] {
            assert!(snapshot.number(&scope) > before.number(&scope));
        }
        assert_eq!(snapshot.stores().count(), 1);
    }
}
