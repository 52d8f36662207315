//! How long to wait before what failed is tried again.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

/// Doubles from half a second with every failure in a row, up to `longest`. `who` spreads those that failed at the same moment: each
/// waits up to a quarter less than the others.
pub(crate) fn pause(failures: u32, longest: Duration, who: impl Hash) -> Duration {
    let pause = Duration::from_millis(500).saturating_mul(2u32.saturating_pow(failures.saturating_sub(1)));
    let mut hasher = DefaultHasher::new();
    who.hash(&mut hasher);
    let less = u32::try_from(hasher.finish() % 25).unwrap_or_default();
    pause.min(longest) * (100 - less) / 100
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LONGEST: Duration = Duration::from_secs(60);

    proptest! {
        #[test]
        fn pauses_grow_up_to_the_longest(failures in 1..40u32, who in "[a-z]{1,9}") {
            let (now, next) = (pause(failures, LONGEST, &who), pause(failures + 1, LONGEST, &who));
            prop_assert!(now <= next && next <= LONGEST);
            prop_assert!(now >= Duration::from_millis(375));
        }
    }

    #[test]
    fn a_failure_that_lasts_ten_minutes_is_met_some_twenty_times() {
        let mut passed = Duration::ZERO;
        let tries = (1..).take_while(|n| {
            passed += pause(*n, LONGEST, "a");
            passed < Duration::from_secs(600)
        });
        assert!((10..25).contains(&tries.count()));
    }
}
