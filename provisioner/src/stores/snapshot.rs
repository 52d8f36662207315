//! All that is known of all stores at one moment, and what of it has changed.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
};

use store::{
    Index, Job, Millis, PersonId, Phase, StoreId, StoreSummary, StoreView, Stray, StrayKind, time::Elapsed,
};

use super::kept::{Kept, Packed};
use crate::decide::capacity::Capacity;

/// What a reader is interested in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every store, as a row.
    List,
    /// Everything of one store.
    One(StoreId),
    /// What is done to stores for somebody.
    Jobs(PersonId),
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
    pub view: StoreView,
    pub at: Millis,
}

/// What is done to stores for somebody, or was until lately. They have it done who asked for it, and whose the store is.
#[derive(Debug, Default)]
pub struct Jobs<'a> {
    /// What began last comes first.
    pub under_way: Vec<&'a StoreSummary>,
    /// How the stores are that it has come to an end with, the last first.
    pub ended: Vec<&'a StoreSummary>,
    /// Those that went, and when this process saw that, the last first.
    pub gone: Vec<(&'a StoreSummary, Millis)>,
}

#[derive(Debug, Default)]
pub struct Snapshot {
    pub reading: Reading,
    /// Since when the operator was not heard of, if it should have been.
    pub unobserved: Option<Millis>,
    /// What the nodes have left, as the operator told last.
    capacity: Option<Capacity>,
    /// Counts the changes since this process began.
    number: u64,
    /// When the list or the reading last changed.
    list_number: u64,
    reading_number: u64,
    rows: Index,
    /// Stores that are not understood: whose they are, and why.
    not_understood: BTreeMap<StoreId, String>,
    without_store: Vec<StoreId>,
    stores: BTreeMap<StoreId, Known>,
    /// How long those took that were made at the first try, newest first.
    made: BTreeMap<(Reverse<Millis>, StoreId), Elapsed>,
    gone: VecDeque<Departed>,
    /// When the jobs of each person last changed.
    jobs: BTreeMap<PersonId, u64>,
}

#[derive(Debug)]
struct Known {
    packed: Packed,
    job: Option<Job>,
    latest: Millis,
    number: u64,
}

#[derive(Debug)]
struct Departed {
    summary: StoreSummary,
    packed: Packed,
    job: Option<Job>,
    at: Millis,
    number: u64,
}

impl Snapshot {
    const GONE_KEPT: usize = 200;
    const GONE_KEPT_MILLIS: i64 = 15 * 60 * 1000;
    /// "Usually" is the median of so many of the newest stores.
    const USUAL_OF: usize = 20;

    /// Every store, as a row of the list.
    pub fn rows(&self) -> &Index {
        &self.rows
    }

    pub fn row(&self, id: &StoreId) -> Option<&StoreSummary> {
        self.rows.get(id)
    }

    /// All that is known of a store.
    pub fn get(&self, id: &StoreId) -> Option<StoreView> {
        self.stores.get(id)?.packed.open()
    }

    /// A store that is gone, for a while after it went.
    pub fn gone(&self, id: &StoreId) -> Option<Gone> {
        let departed = self.departed(id)?;
        Some(Gone { view: departed.packed.open()?, at: departed.at })
    }

    /// The row of a store that is there, or was until lately.
    pub fn row_once(&self, id: &StoreId) -> Option<&StoreSummary> {
        self.row(id).or_else(|| self.departed(id).map(|departed| &departed.summary))
    }

    /// What is done for `person`, and what of it has ended since then.
    pub fn jobs(&self, person: &PersonId, ended_since: Millis) -> Jobs<'_> {
        let is_theirs = |summary: &StoreSummary, job: Option<&Job>| {
            job.is_some_and(|job| summary.owner.as_ref() == Some(person) || job.by.as_ref() == Some(person))
        };
        let theirs = |is_over: bool, from: Millis| {
            let phases = Phase::ALL.into_iter().filter(move |phase| phase.is_transient() != is_over);
            let stores = phases.flat_map(move |phase| self.rows.in_phase(phase, from));
            let job = |id: &StoreId| self.stores.get(id).and_then(|known| known.job.as_ref());
            let mut theirs: Vec<_> = stores.filter(|summary| is_theirs(summary, job(&summary.id))).collect();
            theirs.sort_by_key(|&summary| Reverse((summary.since, &summary.id)));
            theirs
        };
        let is_gone = |gone: &&Departed| {
            gone.at >= ended_since
                && self.row(&gone.summary.id).is_none()
                && is_theirs(&gone.summary, gone.job.as_ref())
        };
        let gone = self.gone.iter().rev().filter(is_gone).map(|gone| (&gone.summary, gone.at));
        Jobs {
            under_way: theirs(false, Millis(i64::MIN)),
            ended: theirs(true, ended_since),
            gone: gone.collect(),
        }
    }

    /// The stores of those owners that `sees` lets through, each with when something happened to it, the last first.
    pub fn latest(&self, sees: impl Fn(Option<&PersonId>) -> bool) -> Vec<(Millis, StoreId)> {
        let seen = self.rows.all().filter(|row| sees(row.owner.as_ref()));
        let latest = seen.filter_map(|row| Some((self.stores.get(&row.id)?.latest, row.id.clone())));
        let mut latest: Vec<_> = latest.collect();
        latest.sort_unstable_by(|a, b| b.cmp(a));
        latest
    }

    /// How long a new store usually takes; nothing until one was made.
    pub fn usually(&self) -> Option<Elapsed> {
        let mut times: Vec<Elapsed> = self.made.values().take(Self::USUAL_OF).copied().collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }

    /// What the nodes have left, unless nobody looks at them.
    pub fn capacity(&self) -> Option<&Capacity> {
        self.capacity.as_ref().filter(|_| self.unobserved.is_none())
    }

    /// Grows whenever there is something new in `scope`.
    pub(super) fn number(&self, scope: &Scope) -> u64 {
        let changed = match scope {
            Scope::List => self.list_number,
            Scope::One(id) => self.number_of(id),
            Scope::Jobs(person) => self.jobs.get(person).copied().unwrap_or_default(),
        };
        changed.max(self.reading_number)
    }

    /// The number of the last change of anything.
    pub(super) fn last(&self) -> u64 {
        self.number
    }

    fn number_of(&self, id: &StoreId) -> u64 {
        let known = self.stores.get(id).map(|known| known.number);
        known.or_else(|| self.departed(id).map(|departed| departed.number)).unwrap_or(0)
    }

    fn departed(&self, id: &StoreId) -> Option<&Departed> {
        self.gone.iter().rev().find(|departed| departed.summary.id == *id)
    }

    pub(super) fn read(&mut self, reading: Reading) {
        if self.reading == reading {
            return;
        }
        self.reading = reading;
        self.number += 1;
        self.reading_number = self.number;
    }

    pub(super) fn hear(&mut self, silent_since: Option<Millis>) {
        if self.unobserved != silent_since {
            self.unobserved = silent_since;
            self.number += 1;
            self.reading_number = self.number;
        }
    }

    /// What an admin has to see to.
    pub fn strays(&self) -> impl Iterator<Item = Stray> + '_ {
        let not_understood = self
            .not_understood
            .iter()
            .map(|(id, sentence)| Stray { id: id.clone(), what: StrayKind::NotUnderstood(sentence.clone()) });
        let is_without =
            |id: &&StoreId| !self.stores.contains_key(id) && !self.not_understood.contains_key(id);
        let without_store = self
            .without_store
            .iter()
            .filter(is_without)
            .map(|id| Stray { id: id.clone(), what: StrayKind::NamespaceWithoutStore });
        not_understood.chain(without_store)
    }

    pub(super) fn hear_of_strays(&mut self, without_store: Vec<StoreId>) {
        if self.without_store != without_store {
            self.without_store = without_store;
            self.number += 1;
            self.list_number = self.number;
        }
    }

    /// No page is news for that.
    pub(super) fn hear_of_capacity(&mut self, capacity: Option<Capacity>) {
        if self.capacity != capacity {
            self.capacity = capacity;
            self.number += 1;
        }
    }

    /// What was known of the store is not so any more, and what is so is not understood.
    pub(super) fn put_not_understood(&mut self, id: StoreId, sentence: String) {
        if self.not_understood.get(&id) == Some(&sentence) {
            return;
        }
        if let Some(row) = self.rows.get(&id).cloned() {
            self.rows.remove(&id);
            let known = self.stores.remove(&id);
            self.made.remove(&(Reverse(row.created), id.clone()));
            self.number += 1;
            self.note_job(row.owner, known.and_then(|known| known.job));
        }
        self.number += 1;
        self.list_number = self.number;
        self.not_understood.insert(id, sentence);
    }

    pub(super) fn put(&mut self, kept: Kept) {
        let Kept { summary, made_in, job, latest, packed } = kept;
        let id = summary.id.clone();
        self.understand(&id);
        if self.stores.get(&id).is_some_and(|before| before.packed == packed) {
            return;
        }
        self.number += 1;
        let known = Known { packed, job: job.clone(), latest, number: self.number };
        let known_before = self.stores.insert(id.clone(), known);
        let before = self.rows.get(&id);
        // Most changes of a store that rests are nobody's job.
        if summary.phase.is_transient() || before.is_some_and(|before| before.phase.is_transient()) {
            self.note_job(summary.owner.clone(), job);
            self.note_job(None, known_before.and_then(|known| known.job));
        }
        let before = self.rows.get(&id);
        if let Some(before) = before {
            self.made.remove(&(Reverse(before.created), id.clone()));
        }
        if let Some(took) = made_in {
            self.made.insert((Reverse(summary.created), id.clone()), took);
        }
        if before != Some(&summary) {
            self.list_number = self.number;
            self.rows.put(summary);
        }
    }

    /// Something of that job has changed.
    fn note_job(&mut self, owner: Option<PersonId>, job: Option<Job>) {
        for person in [owner, job.and_then(|job| job.by)].into_iter().flatten() {
            self.jobs.insert(person, self.number);
        }
    }

    fn understand(&mut self, id: &StoreId) {
        if self.not_understood.remove(id).is_some() {
            self.number += 1;
            self.list_number = self.number;
        }
    }

    pub(super) fn remove(&mut self, id: &StoreId, now: Millis) {
        self.understand(id);
        let (Some(known), Some(summary)) = (self.stores.remove(id), self.rows.get(id).cloned()) else {
            return;
        };
        self.rows.remove(id);
        self.made.remove(&(Reverse(summary.created), id.clone()));
        self.number += 1;
        self.list_number = self.number;
        self.note_job(summary.owner.clone(), known.job.clone());
        let Known { packed, job, .. } = known;
        self.gone.push_back(Departed { summary, packed, job, at: now, number: self.number });
        let is_old = |gone: &Departed| now.since(gone.at).0 > Self::GONE_KEPT_MILLIS;
        while self.gone.len() > Self::GONE_KEPT || self.gone.front().is_some_and(is_old) {
            self.gone.pop_front();
        }
    }

    /// Removes what a complete list did not contain.
    pub(super) fn retain(&mut self, is_there: impl Fn(&StoreId) -> bool, now: Millis) {
        let known = self.stores.keys().chain(self.not_understood.keys());
        let absent: Vec<StoreId> = known.filter(|id| !is_there(id)).cloned().collect();
        for id in absent {
            self.remove(&id, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use store::view::{Ask, TimelineEntry, TimelineKind};

    use super::*;
    use crate::{config::tests::example, resource::view::tests::resource};

    fn store(id: &str) -> StoreView {
        let mut resource = resource();
        resource.metadata.name = Some(id.to_owned());
        crate::resource::view::view(&resource, &example()).unwrap()
    }

    fn kept(id: &str) -> Kept {
        Kept::of(&store(id)).unwrap()
    }

    fn one(id: &str) -> Scope {
        Scope::One(StoreId::parse(id).unwrap())
    }

    #[test]
    fn a_store_that_is_not_understood_any_more_is_no_row_and_is_told_of() {
        let mut snapshot = Snapshot::default();
        snapshot.put(kept("a-00000"));
        let id = StoreId::parse("a-00000").unwrap();
        snapshot.put_not_understood(id.clone(), "its plan is not valid".into());
        snapshot.hear_of_strays(vec![id.clone(), StoreId::parse("b-00000").unwrap()]);
        assert!(snapshot.row(&id).is_none() && snapshot.get(&id).is_none());
        let strays: Vec<String> =
            snapshot.strays().map(|stray| format!("{} {:?}", stray.id, stray.what)).collect();
        assert_eq!(
            strays,
            ["a-00000 NotUnderstood(\"its plan is not valid\")", "b-00000 NamespaceWithoutStore"]
        );
        snapshot.put(kept("a-00000"));
        assert_eq!(snapshot.strays().count(), 1);
    }

    #[test]
    fn a_change_of_one_store_is_told_to_who_watches_it_and_nobody_else() {
        let mut snapshot = Snapshot::default();
        snapshot.put(kept("a-00000"));
        snapshot.put(kept("b-00000"));
        let scopes = [one("a-00000"), one("b-00000"), Scope::List];
        let before = scopes.each_ref().map(|scope| snapshot.number(scope));
        let mut changed = store("a-00000");
        changed.attempt = 2;
        snapshot.put(Kept::of(&changed).unwrap());
        let after = scopes.each_ref().map(|scope| snapshot.number(scope));
        assert_eq!([0, 1, 2].map(|n| after[n] > before[n]), [true, false, false]);
        assert_eq!(snapshot.get(&changed.summary.id), Some(changed));
    }

    #[test]
    fn a_change_of_a_row_is_told_to_the_list() {
        let mut snapshot = Snapshot::default();
        let before = snapshot.number(&Scope::List);
        snapshot.put(kept("a-00000"));
        assert!(snapshot.number(&Scope::List) > before);
    }

    #[test]
    fn the_same_again_is_no_change() {
        let mut snapshot = Snapshot::default();
        snapshot.put(kept("a-00000"));
        let before = snapshot.last();
        snapshot.put(kept("a-00000"));
        assert_eq!(snapshot.last(), before);
    }

    #[test]
    fn a_store_that_went_is_told_to_who_watched_it_and_kept_for_a_while() {
        let mut snapshot = Snapshot::default();
        snapshot.put(kept("a-00000"));
        let before = snapshot.number(&one("a-00000"));
        let id = StoreId::parse("a-00000").unwrap();
        snapshot.remove(&id, Millis(0));
        assert!(snapshot.number(&one("a-00000")) > before);
        assert!(snapshot.get(&id).is_none());
        assert!(snapshot.gone(&id).is_some());
        snapshot.put(kept("b-00000"));
        snapshot.remove(&StoreId::parse("b-00000").unwrap(), Millis(Snapshot::GONE_KEPT_MILLIS + 1));
        assert!(snapshot.gone(&id).is_none());
    }

    /// A store of Bo's in that phase, which Ada has asked for.
    fn job(id: &str, phase: Phase, since: i64) -> Kept {
        let mut view = store(id);
        view.summary.phase = phase;
        view.summary.since = Millis(since);
        view.summary.owner = person("bo");
        let kind = |what| TimelineEntry { at: Millis(since), what };
        view.timeline = vec![
            kind(TimelineKind::Asked { what: Ask::Update, by: person("ada").unwrap() }),
            kind(TimelineKind::Phase { phase: Phase::Updating }),
            kind(TimelineKind::Phase { phase }),
        ];
        Kept::of(&view).unwrap()
    }

    fn person(name: &str) -> Option<PersonId> {
        PersonId::parse(name).ok()
    }

    /// What is told of jobs, in a line.
    fn jobs(snapshot: &Snapshot, name: &str, since: i64) -> String {
        let jobs = snapshot.jobs(&person(name).unwrap(), Millis(since));
        let ids = |stores: &[&StoreSummary]| {
            stores.iter().map(|store| store.id.as_str()[..1].to_owned()).collect::<String>()
        };
        let gone: Vec<&StoreSummary> = jobs.gone.iter().map(|(summary, _)| *summary).collect();
        format!("{} {} {}", ids(&jobs.under_way), ids(&jobs.ended), ids(&gone))
    }

    #[test]
    fn what_is_done_for_somebody_is_told_until_it_ends_and_how_it_ended_for_a_while() {
        let mut snapshot = Snapshot::default();
        snapshot.put(job("a-00000", Phase::Updating, 5));
        snapshot.put(job("b-00000", Phase::Provisioning, 6));
        snapshot.put(job("c-00000", Phase::Ready, 7));
        snapshot.put(job("d-00000", Phase::Failed, 8));
        snapshot.put(job("e-00000", Phase::Deleting, 9));
        assert_eq!(jobs(&snapshot, "bo", 7), "eba dc ");
        assert_eq!(jobs(&snapshot, "ada", 8), "eba d ");
        assert_eq!(jobs(&snapshot, "cy", 0), "  ");
        snapshot.remove(&StoreId::parse("e-00000").unwrap(), Millis(20));
        assert_eq!(jobs(&snapshot, "bo", 9), "ba  e");
        assert_eq!(jobs(&snapshot, "bo", 21), "ba  ");
    }

    #[test]
    fn a_change_of_a_job_is_told_to_whose_it_is_and_to_nobody_else() {
        let mut snapshot = Snapshot::default();
        let scopes = ["ada", "bo", "cy"].map(|name| Scope::Jobs(person(name).unwrap()));
        let numbers = |snapshot: &Snapshot| scopes.each_ref().map(|scope| snapshot.number(scope));
        let mut told = Vec::new();
        for kept in [
            job("a-00000", Phase::Updating, 5),
            job("a-00000", Phase::Ready, 6),
            // Another one that rests.
            job("a-00000", Phase::Ready, 7),
        ] {
            let before = numbers(&snapshot);
            snapshot.put(kept);
            let after = numbers(&snapshot);
            told.push([0, 1, 2].map(|n| after[n] > before[n]));
        }
        assert_eq!(told, [[true, true, false], [true, true, false], [false; 3]]);
    }

    #[test]
    fn an_outage_is_told_to_everybody() {
        let mut snapshot = Snapshot::default();
        snapshot.put(kept("a-00000"));
        let scopes = [Scope::List, one("a-00000"), one("b-00000")];
        let before = scopes.each_ref().map(|scope| snapshot.number(scope));
        snapshot.read(Reading::Stale { since: Millis(1), why: "refused".into() });
        assert!((0..3).all(|n| snapshot.number(&scopes[n]) > before[n]));
        assert_eq!(snapshot.rows().len(), 1);
    }

    #[test]
    fn what_is_usual_is_the_median_of_the_newest_that_were_made_at_once() {
        let mut snapshot = Snapshot::default();
        assert_eq!(snapshot.usually(), None);
        for n in 0..30 {
            let mut made = store(&format!("a{n}-00000"));
            made.summary.created = Millis(n * 1_000_000);
            made.ready = Some(Millis(n * 1_000_000 + n * 10));
            snapshot.put(Kept::of(&made).unwrap());
        }
        // Of 10 to 29.
        assert_eq!(snapshot.usually(), Some(Elapsed(200)));
        let mut retried = store("a29-00000");
        retried.attempt = 2;
        snapshot.put(Kept::of(&retried).unwrap());
        snapshot.remove(&StoreId::parse("a28-00000").unwrap(), Millis(0));
        assert_eq!(snapshot.usually(), Some(Elapsed(180)));
    }
}
