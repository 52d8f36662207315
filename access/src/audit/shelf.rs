//! How records are kept in `ConfigMap`s, and what is put together and taken away of them.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::{ResourceExt, api::ObjectMeta};
use sha2::{Digest, Sha256};
use store::{Millis, time::Elapsed};

use super::{Outcome, Record};

/// On each `ConfigMap` of the log.
pub const LABELS: [(&str, &str); 2] =
    [("app.kubernetes.io/component", "audit"), ("app.kubernetes.io/managed-by", "storeyard")];
const RECORDS: &str = "records";
/// What was done and what was not are kept apart: who is refused all day pushes nothing out that was done.
const DONE: &str = "done";
const OTHERS: &str = "refused";

/// Of each of the two.
const KEPT: usize = 10_000;
const KEPT_BYTES: usize = 4 << 20;
/// A `ConfigMap` holds a mebibyte.
const FULL_BYTES: usize = 384 << 10;
/// So many that are not full are put together.
const MANY: usize = 10;
/// One that is younger may not have been told of everywhere.
const SETTLED: Elapsed = Elapsed(60_000);

/// One step; each can be cut off before the next.
#[derive(Clone, Debug, PartialEq)]
pub enum Tidying {
    /// All that is in those that go afterwards.
    Make(Box<ConfigMap>),
    Delete(String),
}

/// Of one kind, all of them; nothing where there are none.
pub(super) fn written(prefix: &str, records: &[Record]) -> Option<ConfigMap> {
    let first = records.first()?;
    let kind = if first.entry.outcome == Outcome::Done { DONE } else { OTHERS };
    let lines: String = records.iter().map(|record| record.line() + "\n").collect();
    Some(map(name(prefix, kind, first.at, &first.id), lines))
}

/// What is in it. What another version wrote and this one cannot read is left out.
pub fn records(map: &ConfigMap) -> impl Iterator<Item = Record> + '_ {
    text(map).lines().filter_map(Record::parse)
}

/// What is to be done about all that there are, so that they stay few and small.
pub fn tidy(prefix: &str, maps: &[ConfigMap], now: Millis) -> Vec<Tidying> {
    let mut tidying = Vec::new();
    for kind in [DONE, OTHERS] {
        let begin = format!("{prefix}{kind}-");
        // In the order of their times, which their names begin with.
        let mut of_kind: BTreeMap<String, &ConfigMap> = maps
            .iter()
            .map(|map| (map.name_any(), map))
            .filter(|(name, _)| name.starts_with(&begin))
            .collect();
        for old in too_old(&of_kind) {
            of_kind.remove(&old);
            tidying.push(Tidying::Delete(old));
        }
        let is_settled = |name: &str| began(name, &begin).is_none_or(|at| now.since(at) > SETTLED);
        let small: Vec<(&String, &str)> = of_kind
            .iter()
            .map(|(name, map)| (name, text(map)))
            .filter(|(name, text)| is_settled(name) && text.len() < FULL_BYTES / 2)
            .collect();
        if small.len() >= MANY {
            tidying.extend(together(prefix, kind, &begin, &small));
        }
    }
    tidying
}

/// Those before which enough are newer.
fn too_old(of_kind: &BTreeMap<String, &ConfigMap>) -> Vec<String> {
    let (mut lines, mut bytes, mut old) = (0, 0, Vec::new());
    for (name, map) in of_kind.iter().rev() {
        if lines >= KEPT || bytes >= KEPT_BYTES {
            old.push(name.clone());
        }
        lines += text(map).lines().count();
        bytes += text(map).len();
    }
    old
}

/// As few as they fit into, and then without the small ones. Made under a name that follows from what is in it, so that it is made once however
/// often that is begun.
fn together(prefix: &str, kind: &str, begin: &str, small: &[(&String, &str)]) -> Vec<Tidying> {
    let mut groups: Vec<Vec<(&String, &str)>> = vec![Vec::new()];
    let mut bytes = 0;
    for &(name, text) in small {
        bytes += text.len();
        if bytes > FULL_BYTES {
            groups.push(Vec::new());
            bytes = text.len();
        }
        if let Some(group) = groups.last_mut() {
            group.push((name, text));
        }
    }
    let mut tidying = Vec::new();
    for group in groups.into_iter().filter(|group| group.len() > 1) {
        let lines: String = group.iter().map(|(_, text)| *text).collect();
        let digest: String =
            Sha256::digest(&lines).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let first = group.first().and_then(|(name, _)| began(name, begin)).unwrap_or_default();
        tidying.push(Tidying::Make(Box::new(map(name(prefix, kind, first, &digest), lines))));
        tidying.extend(group.into_iter().map(|(name, _)| Tidying::Delete(name.clone())));
    }
    tidying
}

fn name(prefix: &str, kind: &str, at: Millis, id: &str) -> String {
    format!("{prefix}{kind}-{:013}-{id}", at.0.max(0))
}

fn began(name: &str, begin: &str) -> Option<Millis> {
    let (at, _) = name.strip_prefix(begin)?.split_once('-')?;
    Some(Millis(at.parse().ok()?))
}

fn text(map: &ConfigMap) -> &str {
    map.data.as_ref().and_then(|data| data.get(RECORDS)).map_or("", String::as_str)
}

fn map(name: String, lines: String) -> ConfigMap {
    let labels = LABELS.map(|(key, value)| (key.to_owned(), value.to_owned()));
    ConfigMap {
        metadata: ObjectMeta { name: Some(name), labels: Some(labels.into()), ..ObjectMeta::default() },
        data: Some([(RECORDS.to_owned(), lines)].into()),
        immutable: Some(true),
        ..ConfigMap::default()
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::audit::{Deed, Entry};

    const PREFIX: &str = "storeyard-audit-";
    const LATER: Millis = Millis(1_000_000_000);

    fn record(at: i64, outcome: Outcome) -> Record {
        let entry = Entry::new(None, Deed::SignIn, outcome, IpAddr::from([192, 0, 2, 7]));
        Record { id: format!("{at:016x}"), at: Millis(at), entry, times: 1, until: Millis(at) }
    }

    fn kept(at: i64, outcome: Outcome, number: i64) -> ConfigMap {
        let all: Vec<Record> = (0..number).map(|n| record(at + n, outcome)).collect();
        written(PREFIX, &all).unwrap()
    }

    /// As the cluster is afterwards.
    fn tidied(mut maps: Vec<ConfigMap>, now: Millis) -> Vec<ConfigMap> {
        for step in tidy(PREFIX, &maps, now) {
            match step {
                Tidying::Make(map) => maps.push(*map),
                Tidying::Delete(name) => maps.retain(|map| map.name_any() != name),
            }
        }
        maps
    }

    fn all(maps: &[ConfigMap]) -> Vec<Record> {
        let mut all: Vec<Record> = maps.iter().flat_map(records).collect();
        all.sort_by_key(|record| record.at);
        all
    }

    #[test]
    fn many_small_ones_become_one_in_which_nothing_is_lost() {
        let maps: Vec<ConfigMap> = (0..50).map(|n| kept(n * 10, Outcome::Done, 3)).collect();
        let before = all(&maps);
        let after = tidied(maps.clone(), LATER);
        assert_eq!((after.len(), all(&after)), (1, before));
        assert_eq!(tidied(maps.clone(), Millis(10)), maps, "too young");
        assert_eq!(tidied(after.clone(), LATER), after);
        assert!(after[0].name_any().starts_with("storeyard-audit-done-0000000000000-"));
    }

    #[test]
    fn what_was_made_of_small_ones_is_made_once_when_it_was_cut_off() {
        let mut maps: Vec<ConfigMap> = (0..12).map(|n| kept(n * 10, Outcome::Done, 3)).collect();
        let Some(Tidying::Make(made)) = tidy(PREFIX, &maps, LATER).into_iter().next() else { panic!() };
        let Some(Tidying::Make(again)) = tidy(PREFIX, &maps, LATER).into_iter().next() else { panic!() };
        assert_eq!(made, again);
        maps.push(*made);
        let ids = |maps: &[ConfigMap]| {
            all(maps).into_iter().map(|record| record.id).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(ids(&tidied(maps.clone(), LATER)), ids(&maps));
    }

    #[test]
    fn the_oldest_go_and_who_is_refused_all_day_pushes_nothing_out_that_was_done() {
        let mut maps: Vec<ConfigMap> =
            (0..200).map(|n| kept(100_000 + n * 1_000, Outcome::Refused, 100)).collect();
        maps.push(kept(0, Outcome::Done, 5));
        let left = all(&tidied(maps, LATER));
        assert_eq!(left.iter().filter(|record| record.entry.outcome == Outcome::Done).count(), 5);
        let refused: Vec<&Record> =
            left.iter().filter(|record| record.entry.outcome != Outcome::Done).collect();
        assert_eq!((refused.len(), refused[0].at), (KEPT, Millis(200_000)));
    }

    #[test]
    fn none_is_larger_than_the_cluster_takes() {
        let maps: Vec<ConfigMap> = (0..40).map(|n| kept(n * 1_000, Outcome::Done, 200)).collect();
        let after = tidied(maps, LATER);
        assert!(after.iter().all(|map| text(map).len() <= FULL_BYTES), "{:?}", after.len());
        assert_eq!(all(&after).len(), 8_000);
    }
}
