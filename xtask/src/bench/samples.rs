//! Numbers out of repeated measurements, and the table they are shown in.

use std::fmt;
use std::time::Duration;

/// Repeated measurements of one thing.
#[derive(Debug, Clone)]
pub(super) struct Samples(Vec<Duration>);

impl Samples {
    /// Nothing for no measurements.
    pub(super) fn new(mut durations: Vec<Duration>) -> Option<Self> {
        durations.sort();
        (!durations.is_empty()).then_some(Self(durations))
    }

    /// The smallest sample that at least `percent` of all samples do not exceed (nearest rank).
    pub(super) fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0[rank.min(self.0.len()) - 1]
    }

    pub(super) fn median(&self) -> Duration {
        self.percentile(50)
    }
}

/// `12.3 s`, `4.2 ms`.
pub(super) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1000.0) } else { format!("{seconds:.1} s") }
}

/// A table in Markdown. Its rows: what, the measured value, the goal.
#[derive(Debug, Default)]
pub(super) struct Table(Vec<[String; 3]>);

impl Table {
    pub(super) fn row(&mut self, what: impl Into<String>, value: impl Into<String>, goal: impl Into<String>) {
        self.0.push([what.into(), value.into(), goal.into()]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| measure | value | goal |\n|---|---|---|")?;
        self.0.iter().try_for_each(|[what, value, goal]| writeln!(f, "| {what} | {value} | {goal} |"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples_that_were_measured() {
        let samples = Samples::new((1..=5).rev().map(Duration::from_secs).collect()).unwrap();
        assert_eq!(samples.median(), Duration::from_secs(3));
        assert_eq!(samples.percentile(95), Duration::from_secs(5));
        assert_eq!(samples.percentile(0), Duration::from_secs(1));
        assert!(Samples::new(Vec::new()).is_none());
    }

    #[test]
    fn a_duration_is_shown_in_its_own_unit() {
        assert_eq!(duration(Duration::from_micros(4_240)), "4.2 ms");
        assert_eq!(duration(Duration::from_millis(12_340)), "12.3 s");
    }
}
