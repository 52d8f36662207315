//! All that is known of all stores at one moment, and what is newer than what.

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

/// Names a snapshot: opaque to whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision(String);

impl Revision {
    fn new(instance: &str, number: u64) -> Self {
        Self(format!("{instance}.{number}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn number(&self, instance: &str) -> Option<u64> {
        self.0.strip_prefix(instance)?.strip_prefix('.')?.parse().ok()
    }
}

/// Any text: one that is no revision of this process is older than every snapshot.
impl From<String> for Revision {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the snapshot stands to the cluster. An outage never looks like an empty list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The first list has not come yet.
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

#[derive(Clone, Debug)]
pub struct Snapshot {
    pub revision: Revision,
    pub reading: Reading,
    instance: Arc<str>,
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

    pub fn loading(instance: &str) -> Self {
        Self {
            revision: Revision::new(instance, 0),
            reading: Reading::Loading,
            instance: instance.into(),
            number: 0,
            list_number: 0,
            reading_number: 0,
            stores: BTreeMap::new(),
            gone: VecDeque::new(),
        }
    }

    /// Every store, by id.
    pub fn stores(&self) -> impl Iterator<Item = &StoreView> {
        self.stores.values().map(|known| known.view.as_ref())
    }

    pub fn get(&self, id: &StoreId) -> Option<&StoreView> {
        self.stores.get(id).map(|known| known.view.as_ref())
    }

    /// A store that is gone, for a while after it went.
    pub fn gone(&self, id: &StoreId) -> Option<&Gone> {
        self.gone.iter().rev().map(|(gone, _)| gone).find(|gone| gone.view.summary.id == *id)
    }

    /// Whether there is something here, for `scope`, that whoever holds `since` has not seen.
    pub fn is_newer(&self, scope: &Scope, since: Option<&Revision>) -> bool {
        let Some(seen) = since.and_then(|since| since.number(&self.instance)) else { return true };
        let changed = match scope {
            Scope::List => self.list_number,
            Scope::One(id) => self.number_of(id),
        };
        changed.max(self.reading_number) > seen
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
        self.advance();
        self.reading_number = self.number;
    }

    pub(super) fn put(&mut self, view: StoreView) {
        let id = view.summary.id.clone();
        let before = self.stores.get(&id).map(|known| &known.view);
        if before.is_some_and(|before| **before == view) {
            return;
        }
        let shows_in_list = before.is_none_or(|before| before.summary != view.summary);
        self.advance();
        if shows_in_list {
            self.list_number = self.number;
        }
        self.stores.insert(id, Known { view: Arc::new(view), number: self.number });
    }

    pub(super) fn remove(&mut self, id: &StoreId, now: Millis) {
        let Some(known) = self.stores.remove(id) else { return };
        self.advance();
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

    fn advance(&mut self) {
        self.number += 1;
        self.revision = Revision::new(&self.instance, self.number);
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
    fn a_change_of_one_store_wakes_who_watches_it_and_nobody_else() {
        let mut snapshot = Snapshot::loading("i");
        snapshot.put(store("a-00000"));
        snapshot.put(store("b-00000"));
        let seen = snapshot.revision.clone();
        let mut changed = store("a-00000");
        changed.attempt = 2;
        snapshot.put(changed);
        assert!(snapshot.is_newer(&one("a-00000"), Some(&seen)));
        assert!(!snapshot.is_newer(&one("b-00000"), Some(&seen)));
        assert!(!snapshot.is_newer(&Scope::List, Some(&seen)));
    }

    #[test]
    fn a_change_of_a_row_wakes_the_list() {
        let mut snapshot = Snapshot::loading("i");
        let seen = snapshot.revision.clone();
        snapshot.put(store("a-00000"));
        assert!(snapshot.is_newer(&Scope::List, Some(&seen)));
    }

    #[test]
    fn the_same_again_is_no_change() {
        let mut snapshot = Snapshot::loading("i");
        snapshot.put(store("a-00000"));
        let seen = snapshot.revision.clone();
        snapshot.put(store("a-00000"));
        assert_eq!(snapshot.revision, seen);
    }

    #[test]
    fn a_revision_of_another_process_or_none_is_old() {
        let snapshot = Snapshot::loading("i");
        for since in
            [None, Some(Revision::from("j.7".to_owned())), Some(Revision::from("<nonsense>".to_owned()))]
        {
            assert!(snapshot.is_newer(&Scope::List, since.as_ref()));
        }
    }

    #[test]
    fn a_store_that_went_is_told_to_who_watched_it_and_kept_for_a_while() {
        let mut snapshot = Snapshot::loading("i");
        snapshot.put(store("a-00000"));
        let seen = snapshot.revision.clone();
        let id = StoreId::parse("a-00000").unwrap();
        snapshot.remove(&id, Millis(0));
        assert!(snapshot.is_newer(&one("a-00000"), Some(&seen)));
        assert!(snapshot.get(&id).is_none());
        assert!(snapshot.gone(&id).is_some());
        snapshot.put(store("b-00000"));
        snapshot.remove(&StoreId::parse("b-00000").unwrap(), Millis(Snapshot::GONE_KEPT_MILLIS + 1));
        assert!(snapshot.gone(&id).is_none());
    }

    #[test]
    fn an_outage_wakes_everybody() {
        let mut snapshot = Snapshot::loading("i");
        snapshot.put(store("a-00000"));
        let seen = snapshot.revision.clone();
        snapshot.read(Reading::Stale { since: Millis(1), why: "refused".into() });
        assert!(
            snapshot.is_newer(&Scope::List, Some(&seen)) && snapshot.is_newer(&one("a-00000"), Some(&seen))
        );
        assert_eq!(snapshot.stores().count(), 1);
    }
}
