//! How fast stores may be asked for: by one person, and by all together. A process counts for itself: two replicas let twice as many through.

use std::{
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Deserialize;
use store::{PersonId, RequestId};

const HOUR: Duration = Duration::from_secs(3_600);

/// How many stores may be asked for within an hour; any number where nothing is said.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreationRate {
    pub per_person_hourly: Option<NonZeroU32>,
    pub hourly: Option<NonZeroU32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooFast {
    #[error("You asked for {of} within an hour, and nobody may ask for more. Try again in {wait}.", of = stores(*.count), wait = told(*.wait))]
    Person { count: u32, wait: Duration },
    #[error("This platform was asked for {of} within an hour, and takes no more. Try again in {wait}.", of = stores(*.count), wait = told(*.wait))]
    Everybody { count: u32, wait: Duration },
}

impl TooFast {
    pub fn wait(self) -> Duration {
        match self {
            Self::Person { wait, .. } | Self::Everybody { wait, .. } => wait,
        }
    }
}

#[derive(Debug)]
pub(super) struct Pace {
    rate: CreationRate,
    /// Of the last hour, the oldest first.
    asked: Mutex<Vec<Asked>>,
}

#[derive(Debug)]
struct Asked {
    at: Instant,
    owner: PersonId,
    request: RequestId,
}

impl Pace {
    pub(super) fn of(rate: CreationRate) -> Self {
        Self { rate, asked: Mutex::default() }
    }

    /// Counts a store that is asked for. The same request again is the same store.
    pub(super) fn admit(&self, owner: &PersonId, request: &RequestId, now: Instant) -> Result<(), TooFast> {
        let CreationRate { per_person_hourly, hourly } = self.rate;
        if per_person_hourly.is_none() && hourly.is_none() {
            return Ok(());
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|asked| now.saturating_duration_since(asked.at) < HOUR);
        if asked.iter().any(|asked| asked.owner == *owner && asked.request == *request) {
            return Ok(());
        }
        let theirs = asked.iter().filter(|asked| asked.owner == *owner);
        full(per_person_hourly, theirs, now).map_err(|(count, wait)| TooFast::Person { count, wait })?;
        full(hourly, asked.iter(), now).map_err(|(count, wait)| TooFast::Everybody { count, wait })?;
        asked.push(Asked { at: now, owner: owner.clone(), request: request.clone() });
        Ok(())
    }
}

/// Where there are as many as may be: how many, and until when.
fn full<'a>(
    most: Option<NonZeroU32>,
    mut asked: impl Iterator<Item = &'a Asked> + Clone,
    now: Instant,
) -> Result<(), (u32, Duration)> {
    let Some(most) = most.map(NonZeroU32::get) else { return Ok(()) };
    let is_full = asked.clone().count() >= usize::try_from(most).unwrap_or(usize::MAX);
    match asked.next().filter(|_| is_full) {
        Some(oldest) => Err((most, (oldest.at + HOUR).saturating_duration_since(now))),
        None => Ok(()),
    }
}

fn stores(count: u32) -> String {
    if count == 1 { "a store".to_owned() } else { format!("{count} stores") }
}

fn told(wait: Duration) -> String {
    let seconds = wait.as_millis().div_ceil(1_000).max(1);
    if seconds > 60 { format!("{} min", seconds.div_ceil(60)) } else { format!("{seconds} s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn pace(per_person: u32, all: u32) -> Pace {
        Pace::of(CreationRate {
            per_person_hourly: NonZeroU32::new(per_person),
            hourly: NonZeroU32::new(all),
        })
    }

    fn person(name: &str) -> PersonId {
        PersonId::parse(name).unwrap()
    }

    #[test]
    fn one_person_asks_for_so_many_in_an_hour_and_is_told_when_to_go_on() {
        let (pace, begin) = (pace(5, 0), Instant::now());
        for n in 0..5_u32 {
            assert_eq!(pace.admit(&person("bo"), &RequestId::new(n.into()), begin + MINUTE * n), Ok(()));
        }
        let now = begin + MINUTE * 10;
        let refused = pace.admit(&person("bo"), &RequestId::new(5), now).unwrap_err();
        assert_eq!(refused, TooFast::Person { count: 5, wait: MINUTE * 50 });
        assert_eq!(
            refused.to_string(),
            "You asked for 5 stores within an hour, and nobody may ask for more. Try again in 50 min."
        );
        assert_eq!(pace.admit(&person("cy"), &RequestId::new(6), now), Ok(()));
        assert_eq!(pace.admit(&person("bo"), &RequestId::new(5), begin + HOUR), Ok(()));
        assert!(
            pace.admit(&person("bo"), &RequestId::new(7), begin + HOUR).is_err(),
            "one has gone, and one has come"
        );
    }

    #[test]
    fn all_together_ask_for_so_many() {
        let (pace, now) = (pace(0, 2), Instant::now());
        assert_eq!(pace.admit(&person("bo"), &RequestId::new(1), now), Ok(()));
        assert_eq!(pace.admit(&person("cy"), &RequestId::new(2), now), Ok(()));
        let refused = pace.admit(&person("di"), &RequestId::new(3), now + HOUR - MINUTE).unwrap_err();
        assert_eq!(refused, TooFast::Everybody { count: 2, wait: MINUTE });
    }

    #[test]
    fn a_form_that_is_sent_again_is_no_other_store_and_one_that_was_refused_is_none() {
        let (pace, now) = (pace(1, 9), Instant::now());
        for _ in 0..20 {
            assert_eq!(pace.admit(&person("bo"), &RequestId::new(1), now), Ok(()));
        }
        for n in 2..20 {
            assert!(pace.admit(&person("bo"), &RequestId::new(n), now).is_err());
        }
        assert_eq!(pace.asked.lock().unwrap().len(), 1);
        // Somebody else's form is somebody else's store.
        assert_eq!(pace.admit(&person("cy"), &RequestId::new(1), now), Ok(()));
    }

    #[test]
    fn where_nothing_is_said_nothing_is_counted() {
        let (pace, now) = (pace(0, 0), Instant::now());
        assert!((0..1_000).all(|n| pace.admit(&person("bo"), &RequestId::new(n), now).is_ok()));
        assert!(pace.asked.lock().unwrap().is_empty());
    }
}
