//! Points in time and how long things take, as numbers that both targets can hold.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// How long from `earlier` to here; nothing if the clocks disagree.
    pub fn since(self, earlier: Self) -> Elapsed {
        Elapsed(self.0.saturating_sub(earlier.0).max(0))
    }

    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }
}

/// A length of time in milliseconds. Displays as a person says it: `0.3 s`, `12 s`, `3 min`, `2 h`, `5 days`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Elapsed(pub i64);

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1000;
        match seconds {
            ..10 => write!(f, "{}.{} s", seconds, self.0 % 1000 / 100),
            10..120 => write!(f, "{seconds} s"),
            120..7_200 => write!(f, "{} min", seconds / 60),
            7_200..172_800 => write!(f, "{} h", seconds / 3_600),
            _ => write!(f, "{} days", seconds / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_reads_as_a_person_says_it() {
        for (millis, text) in [
            (0, "0.0 s"),
            (340, "0.3 s"),
            (9_999, "9.9 s"),
            (12_400, "12 s"),
            (119_999, "119 s"),
            (180_000, "3 min"),
            (7_200_000, "2 h"),
            (172_800_000, "2 days"),
        ] {
            assert_eq!(Elapsed(millis).to_string(), text);
        }
    }

    #[test]
    fn time_never_runs_backwards() {
        assert_eq!(Millis(1_000).since(Millis(5_000)), Elapsed(0));
    }
}
