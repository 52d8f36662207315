//! What a store used and how fast it answered, for a day: in memory, and lost with the operator. Of every few minutes the highest value is kept, since
//! what comes near a limit is what somebody looks for.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use store::{Millis, StoreId, Text};

/// How long one value stands for.
pub const SLOT: i64 = 3 * 60_000;
/// Slots of a day.
const SLOTS: u32 = 480;
/// Series of one store: more than a chart has parts and volumes.
const MOST_SERIES: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quantity {
    /// Milliseconds until the shop had answered.
    Answer,
    /// Thousandths of a core, over the time since it was looked at before.
    Cpu,
    /// MiB.
    Memory,
    /// MiB.
    Disk,
}

impl Quantity {
    pub const ALL: [Self; 4] = [Self::Answer, Self::Cpu, Self::Memory, Self::Disk];
}

/// One quantity of one thing through the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    pub of: Quantity,
    /// A part's or a volume's name; empty where the whole shop is meant.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// What the plan allows.
    pub limit: Option<f32>,
    /// The oldest first.
    pub points: Vec<(Millis, f32)>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Ring {
    /// Each eight bytes.
    points: VecDeque<(u32, f32)>,
    /// What was noted last, as it was.
    last: Option<(Millis, f32)>,
}

impl Ring {
    fn note(&mut self, value: f32, at: Millis) {
        let slot = slot(at);
        self.forget_before(slot);
        self.last = Some((at, value));
        match self.points.back_mut() {
            Some((last, highest)) if *last == slot => *highest = highest.max(value),
            // A clock that was set back.
            Some((last, _)) if *last > slot => {}
            _ => self.points.push_back((slot, value)),
        }
    }

    fn forget_before(&mut self, now: u32) {
        while self.points.front().is_some_and(|(slot, _)| *slot < oldest(now)) {
            self.points.pop_front();
        }
    }

    fn points(&self, now: Millis) -> Vec<(Millis, f32)> {
        let recent = self.points.iter().filter(|(at, _)| *at >= oldest(slot(now)));
        recent.map(|(slot, value)| (Millis(i64::from(*slot) * SLOT), *value)).collect()
    }
}

/// The first slot of the day that ends with that one.
fn oldest(now: u32) -> u32 {
    now.saturating_sub(SLOTS - 1)
}

/// Until the year 26000 or so.
fn slot(at: Millis) -> u32 {
    u32::try_from(at.0.max(0) / SLOT).unwrap_or(u32::MAX)
}

/// Of all stores.
#[derive(Clone, Debug, Default)]
pub struct Rings(HashMap<StoreId, BTreeMap<(Quantity, String), Ring>>);

impl Rings {
    pub fn note(&mut self, store: &StoreId, of: Quantity, name: &str, value: f32, at: Millis) {
        if !value.is_finite() {
            return;
        }
        let series = self.0.entry(store.clone()).or_default();
        let key = (of, name.to_owned());
        if series.len() < MOST_SERIES || series.contains_key(&key) {
            series.entry(key).or_default().note(value, at);
        }
    }

    pub fn points(&self, store: &StoreId, of: Quantity, name: &str, now: Millis) -> Vec<(Millis, f32)> {
        self.ring(store, of, name).map(|ring| ring.points(now)).unwrap_or_default()
    }

    /// What was noted last, and when.
    pub fn last(&self, store: &StoreId, of: Quantity, name: &str) -> Option<(Millis, f32)> {
        self.ring(store, of, name)?.last
    }

    fn ring(&self, store: &StoreId, of: Quantity, name: &str) -> Option<&Ring> {
        self.0.get(store)?.get(&(of, name.to_owned()))
    }

    pub fn forget(&mut self, store: &StoreId) {
        self.0.remove(store);
    }

    /// Forgets every store of which that is not so.
    pub fn retain(&mut self, is_there: impl Fn(&StoreId) -> bool) {
        self.0.retain(|store, _| is_there(store));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOON: i64 = 1_795_435_200_000;
    const DAY: i64 = 86_400_000;

    fn id(name: &str) -> StoreId {
        StoreId::parse(name).unwrap()
    }

    fn noted(values: &[(i64, f32)]) -> Vec<(i64, f32)> {
        let (mut rings, store) = (Rings::default(), id("a-00000"));
        for (at, value) in values {
            rings.note(&store, Quantity::Cpu, "web", *value, Millis(NOON + at));
        }
        let last = values.last().map_or(0, |(at, _)| *at);
        let points = rings.points(&store, Quantity::Cpu, "web", Millis(NOON + last));
        points.into_iter().map(|(at, value)| (at.0 - NOON, value)).collect()
    }

    #[test]
    fn of_every_three_minutes_the_highest_value_is_kept() {
        let told = noted(&[(0, 1.0), (60_000, 5.0), (179_999, 2.0), (180_000, 3.0)]);
        assert_eq!(told, [(0, 5.0), (180_000, 3.0)]);
    }

    #[test]
    fn what_was_noted_last_is_told_as_it_was_beside_the_highest_of_its_time() {
        let (mut rings, store) = (Rings::default(), id("a-00000"));
        for (after, value) in [(0, 500.0), (60_000, 80.0)] {
            rings.note(&store, Quantity::Answer, "", value, Millis(NOON + after));
        }
        assert_eq!(rings.last(&store, Quantity::Answer, ""), Some((Millis(NOON + 60_000), 80.0)));
        assert_eq!(
            rings.points(&store, Quantity::Answer, "", Millis(NOON + 60_000)),
            [(Millis(NOON), 500.0)]
        );
        assert_eq!(rings.last(&store, Quantity::Cpu, "web"), None);
    }

    #[test]
    fn what_is_older_than_a_day_is_forgotten_and_what_was_not_measured_is_no_zero() {
        let told = noted(&[(0, 1.0), (SLOT, 2.0), (DAY, 3.0)]);
        assert_eq!(told, [(SLOT, 2.0), (DAY, 3.0)]);
        assert_eq!(noted(&[(0, 1.0), (3 * DAY, 3.0)]), [(3 * DAY, 3.0)]);
    }

    #[test]
    fn a_store_that_is_gone_leaves_nothing() {
        let (mut rings, gone, here) = (Rings::default(), id("a-00000"), id("b-00000"));
        for store in [&gone, &here] {
            rings.note(store, Quantity::Answer, "", 80.0, Millis(NOON));
        }
        rings.retain(|store| *store == here);
        assert!(rings.points(&gone, Quantity::Answer, "", Millis(NOON)).is_empty());
        assert_eq!(rings.points(&here, Quantity::Answer, "", Millis(NOON)).len(), 1);
        rings.forget(&here);
        assert!(rings.0.is_empty());
    }

    #[test]
    fn a_thousand_stores_of_five_series_for_a_day_are_some_twenty_megabytes() {
        let (mut rings, store) = (Rings::default(), id("a-00000"));
        for minute in 0..3 * 24 * 60 {
            for name in ["a", "b", "c", "d", "e"] {
                rings.note(&store, Quantity::Cpu, name, 1.0, Millis(NOON + minute * 60_000));
            }
        }
        let held: usize =
            rings.0[&store].values().map(|ring| ring.points.capacity() * size_of::<(u32, f32)>()).sum();
        assert!(1_000 * held < 24 * 1024 * 1024, "{held} bytes a store");
    }

    proptest! {
        #[test]
        fn whatever_is_noted_whenever_a_series_is_in_order_and_bounded(
            values in prop::collection::vec((-DAY..9 * DAY, any::<f32>()), 0..600)
        ) {
            let (mut rings, store) = (Rings::default(), id("a-00000"));
            let mut last = 0;
            for (at, value) in values {
                rings.note(&store, Quantity::Disk, "uploads", value, Millis(NOON + at));
                last = last.max(at);
            }
            let points = rings.points(&store, Quantity::Disk, "uploads", Millis(NOON + last));
            prop_assert!(points.len() <= SLOTS as usize && points.is_sorted_by(|a, b| a.0 < b.0));
            prop_assert!(points.iter().all(|(_, value)| value.is_finite()));
        }
    }
}
