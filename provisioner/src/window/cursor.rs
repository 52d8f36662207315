//! How far somebody has read, in each container's log by itself: of two that are read one after the other, the first may have gone on meanwhile.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Nanoseconds since the Unix epoch, as the kubelet tells when a line was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nanos(pub i64);

/// One run of a container: its log begins anew when the container does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    pub pod: String,
    pub container: String,
    /// How often the container had begun anew before.
    pub restarts: u32,
}

/// Written as `pod/container/restarts@nanoseconds`, with commas between; empty where nothing was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor(BTreeMap<(String, String), (u32, Nanos)>);

/// How long after a run began its pod may still tell of the one before.
const UNTOLD: i64 = 10_000_000_000;

/// Whether a log that is read on from a line may be that of a later run than its pod tells of: the line is not in it, and it began just now.
/// Where it is as old as that, what lacks is a file that was put away.
pub fn may_be_of_a_later_run(read: Nanos, first: Nanos, now: Nanos) -> bool {
    first > read && now.0.saturating_sub(first.0) < UNTOLD
}

impl Cursor {
    /// Runs that are remembered: more than a store has containers, and less than an address holds.
    const MOST: usize = 24;

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is not understood says nothing.
    pub fn parse(text: &str) -> Self {
        let place = |text: &str| {
            let (run, at) = text.split_once('@')?;
            let mut run = run.split('/').map(str::to_owned);
            let (pod, container, restarts) = (run.next()?, run.next()?, run.next()?);
            Some(((pod, container), (restarts.parse().ok()?, Nanos(at.parse().ok()?))))
        };
        Self(text.split(',').take(Self::MOST).filter_map(place).collect())
    }

    /// The last line that was read of the run; none if it is to be read from its beginning.
    pub fn read(&self, run: &Run) -> Option<Nanos> {
        let (restarts, at) = self.of(run)?;
        (restarts == run.restarts).then_some(at)
    }

    /// Whether a later run of the container was read, so that there is nothing new in this one.
    pub fn is_past(&self, run: &Run) -> bool {
        self.of(run).is_some_and(|(restarts, _)| restarts > run.restarts)
    }

    /// Whether a run was begun to be read, of which the rest is not there any more.
    pub fn has_missed(&self, oldest: &Run) -> bool {
        self.of(oldest).is_some_and(|(restarts, _)| restarts < oldest.restarts)
    }

    /// A line of the run was read that was written at that time.
    pub fn note(&mut self, run: &Run, at: Nanos) {
        let place = self.0.entry((run.pod.clone(), run.container.clone())).or_default();
        *place = (*place).max((run.restarts, at));
    }

    /// Forgets containers that are not there any more.
    pub fn keep_only(&mut self, runs: &[Run]) {
        self.0.retain(|(pod, container), _| {
            runs.iter().any(|run| run.pod == *pod && run.container == *container)
        });
    }

    fn of(&self, run: &Run) -> Option<(u32, Nanos)> {
        self.0.get(&(run.pod.clone(), run.container.clone())).copied()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, ((pod, container), (restarts, at))) in self.0.iter().take(Self::MOST).enumerate() {
            let comma = if n == 0 { "" } else { "," };
            write!(f, "{comma}{pod}/{container}/{restarts}@{}", at.0)?;
        }
        Ok(())
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(restarts: u32) -> Run {
        Run { pod: "web-0".into(), container: "web".into(), restarts }
    }

    #[test]
    fn each_run_of_a_container_is_read_on_from_where_it_was_left_and_a_new_one_from_its_beginning() {
        let mut cursor = Cursor::default();
        assert_eq!((cursor.read(&run(0)), cursor.is_past(&run(0))), (None, false));
        cursor.note(&run(0), Nanos(5));
        cursor.note(&run(0), Nanos(3));
        assert_eq!(cursor.read(&run(0)), Some(Nanos(5)));
        assert_eq!((cursor.read(&run(1)), cursor.is_past(&run(1))), (None, false));
        cursor.note(&run(1), Nanos(2));
        assert!(cursor.is_past(&run(0)) && !cursor.is_past(&run(1)));
        assert_eq!(cursor.read(&run(1)), Some(Nanos(2)));
        assert!(cursor.has_missed(&run(2)) && !cursor.has_missed(&run(1)));
        cursor.keep_only(&[]);
        assert!(cursor.is_empty());
    }

    #[test]
    fn a_log_without_the_line_that_was_read_last_is_another_runs_until_its_pod_would_have_told() {
        let (read, now) = (Nanos(50), Nanos(UNTOLD + 100));
        assert!(may_be_of_a_later_run(read, Nanos(101), now));
        assert!(!may_be_of_a_later_run(read, Nanos(100), now));
        assert!(!may_be_of_a_later_run(Nanos(101), Nanos(101), now));
    }

    proptest! {
        #[test]
        fn a_cursor_survives_its_way_through_an_address(
            places in prop::collection::vec(("[a-z0-9-]{1,20}", "[a-z]{1,9}", 0..9u32, any::<i64>()), 0..20)
        ) {
            let mut cursor = Cursor::default();
            for (pod, container, restarts, at) in places {
                cursor.note(&Run { pod, container, restarts }, Nanos(at));
            }
            prop_assert_eq!(Cursor::parse(&cursor.to_string()), cursor);
        }

        #[test]
        fn whatever_comes_as_a_cursor_is_read_and_bounded(text in "\\PC{0,200}", many in "([a-z]/[a-z]/1@1,){0,60}") {
            Cursor::parse(&text);
            prop_assert!(Cursor::parse(&many).0.len() <= Cursor::MOST);
        }
    }
}
