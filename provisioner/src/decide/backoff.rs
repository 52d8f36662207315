//! How long to wait before what failed is tried again, and what goes by itself is looked at again.

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

/// Before another look at what has been going for that long: short while it usually has gone, then ever longer.
pub(crate) fn look_again(going: Duration) -> Duration {
    (going / 20).clamp(Duration::from_millis(500), Duration::from_secs(60))
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
    fn what_hangs_for_a_day_is_looked_at_ever_less_often() {
        let mut passed = Duration::ZERO;
        let looks = (0..).take_while(|_| {
            passed += look_again(passed);
            passed < Duration::from_secs(24 * 3600)
        });
        assert!((1300..1700).contains(&looks.count()));
        assert_eq!(look_again(Duration::from_secs(5)), Duration::from_millis(500));
        assert_eq!(look_again(Duration::from_secs(300)), Duration::from_secs(15));
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
