//! What has happened and is not written yet. The same thing again counts the one that is there.

use std::collections::BTreeMap;

use store::Millis;

use super::{Entry, Outcome, Record};

/// Things of one kind that are told one by one; of more, only how many there were.
const ONE_BY_ONE: usize = 100;

#[derive(Clone, Debug, Default)]
pub struct Gathered {
    done: BTreeMap<Entry, Seen>,
    others: BTreeMap<Entry, Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    first: Millis,
    last: Millis,
    times: u32,
}

impl Gathered {
    pub fn add(&mut self, entry: Entry, at: Millis) {
        self.add_seen(entry, Seen { first: at, last: at, times: 1 });
    }

    /// What was done, to be written.
    pub fn take_done(&mut self) -> Vec<Record> {
        written(std::mem::take(&mut self.done))
    }

    /// What was not done, to be written.
    pub fn take_others(&mut self) -> Vec<Record> {
        written(std::mem::take(&mut self.others))
    }

    /// What could not be written waits for the next time.
    pub fn put_back(&mut self, records: Vec<Record>) {
        for Record { entry, at, until, times, .. } in records {
            self.add_seen(entry, Seen { first: at, last: until, times });
        }
    }

    fn add_seen(&mut self, entry: Entry, seen: Seen) {
        let entries = if entry.outcome == Outcome::Done { &mut self.done } else { &mut self.others };
        let is_told = entries.len() < ONE_BY_ONE || entries.contains_key(&entry);
        let known =
            entries.entry(if is_told { entry } else { entry.blurred() }).or_insert(Seen { times: 0, ..seen });
        known.first = known.first.min(seen.first);
        known.last = known.last.max(seen.last);
        known.times = known.times.saturating_add(seen.times);
    }
}

fn written(entries: BTreeMap<Entry, Seen>) -> Vec<Record> {
    let record = |(entry, seen): (Entry, Seen)| {
        let id = format!("{:016x}", rand::random::<u64>());
        Record { id, at: seen.first, entry, times: seen.times, until: seen.last }
    };
    let mut records: Vec<Record> = entries.into_iter().map(record).collect();
    records.sort_by_key(|record| record.at);
    records
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use store::PersonId;

    use super::*;
    use crate::audit::{Actor, Deed};

    fn entry(outcome: Outcome, last: u8) -> Entry {
        Entry::new(PersonId::parse("ada").ok(), Deed::SignIn, outcome, IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn whoever_fails_a_thousand_times_is_one_line_that_says_so() {
        let mut gathered = Gathered::default();
        for n in 0..1_000 {
            gathered.add(entry(Outcome::Refused, 1), Millis(n));
        }
        gathered.add(entry(Outcome::Throttled, 1), Millis(5));
        gathered.add(entry(Outcome::Done, 1), Millis(7));
        assert_eq!(gathered.take_done().len(), 1);
        let told: Vec<_> =
            gathered.take_others().iter().map(|record| (record.times, record.at.0, record.until.0)).collect();
        assert_eq!(told, [(1_000, 0, 999), (1, 5, 5)]);
        assert!(gathered.take_others().is_empty());
    }

    #[test]
    fn whoever_comes_from_everywhere_fills_nothing_up_and_is_counted() {
        let mut gathered = Gathered::default();
        for n in 0..60_000_u32 {
            let from = IpAddr::from([10, 0, (n >> 8) as u8, n as u8]);
            gathered.add(Entry::new(None, Deed::SignIn, Outcome::Refused, from), Millis(n.into()));
        }
        let told = gathered.take_others();
        assert_eq!(told.len(), ONE_BY_ONE + 1);
        assert_eq!(told.iter().map(|record| record.times).sum::<u32>(), 60_000);
        assert!(told.iter().any(|record| record.entry.from.is_none() && record.entry.who == Actor::Stranger));
    }

    #[test]
    fn what_could_not_be_written_is_written_the_next_time_with_what_came_meanwhile() {
        let mut gathered = Gathered::default();
        gathered.add(entry(Outcome::Refused, 1), Millis(1));
        let lost = gathered.take_others();
        gathered.add(entry(Outcome::Refused, 1), Millis(9));
        gathered.put_back(lost);
        let told: Vec<_> =
            gathered.take_others().iter().map(|record| (record.times, record.at.0, record.until.0)).collect();
        assert_eq!(told, [(2, 1, 9)]);
    }
}
