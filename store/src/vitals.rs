//! How a shop fares at this moment, as far as somebody has measured it.

use serde::{Deserialize, Serialize};

use crate::{Millis, Text};

/// Each as it was measured last; nothing of what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vitals {
    pub answer: Option<Answer>,
    /// Thousandths of a core.
    pub cpu: Option<Usage>,
    /// MiB.
    pub memory: Option<Usage>,
    pub restarts: Restarts,
    /// When the certificate ends that visitors are shown.
    pub certificate_until: Option<Millis>,
}

/// How long the shop took when it last answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub millis: u32,
    pub at: Millis,
}

/// What all parts use together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub shares: Vec<Share>,
    /// When the one was looked at that was so the longest ago.
    pub at: Millis,
}

/// What one part or volume uses of what the plan gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// What people call it.
    pub title: Text,
    pub used: u32,
    pub limit: Option<u32>,
}

/// Of the containers that run now, since their pods were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restarts {
    pub times: u32,
    pub last: Option<Millis>,
}

/// What is used in sum, and what may be at most; where a part has no limit, there is none.
pub fn sum(shares: &[Share]) -> (u32, Option<u32>) {
    let used = shares.iter().fold(0, |sum: u32, share| sum.saturating_add(share.used));
    let limit = shares.iter().try_fold(0, |sum: u32, share| Some(sum.saturating_add(share.limit?)));
    (used, limit.filter(|_| !shares.is_empty()))
}

/// Which is nearest to its limit, and how many hundredths of it that uses: a sum does not tell that one of them is full.
pub fn fullest(shares: &[Share]) -> Option<(&Text, u32)> {
    let percent = |share: &Share| {
        let limit = share.limit.filter(|limit| *limit > 0)?;
        Some(u32::try_from(u64::from(share.used) * 100 / u64::from(limit)).unwrap_or(u32::MAX))
    };
    let told = shares.iter().filter_map(|share| Some((&share.title, percent(share)?)));
    told.max_by_key(|(_, percent)| *percent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share(title: &str, used: u32, limit: Option<u32>) -> Share {
        Share { title: title.into(), used, limit }
    }

    #[test]
    fn a_sum_is_told_beside_the_one_that_is_full() {
        let shares = [share("Database", 96, Some(384)), share("Web", 634, Some(640))];
        assert_eq!(sum(&shares), (730, Some(1024)));
        assert_eq!(fullest(&shares), Some((&"Web".into(), 99)));
        assert_eq!(fullest(&[share("uploads", 25_700, Some(24_576))]), Some((&"uploads".into(), 104)));
    }

    #[test]
    fn what_has_no_limit_is_of_nothing() {
        let shares = [share("Database", 96, None), share("Web", 64, Some(640))];
        assert_eq!(sum(&shares), (160, None));
        assert_eq!(fullest(&shares), Some((&"Web".into(), 10)));
        assert_eq!(fullest(&[share("Web", 9, Some(0))]), None);
        assert_eq!((sum(&[]), fullest(&[])), ((0, None), None));
    }

    proptest! {
        #[test]
        fn whatever_is_used_it_is_added_up(amounts in prop::collection::vec((any::<u32>(), any::<Option<u32>>()), 0..9)) {
            let shares: Vec<Share> = amounts.iter().map(|(used, limit)| share("a", *used, *limit)).collect();
            let (used, _) = sum(&shares);
            prop_assert!(shares.iter().all(|share| used >= share.used));
            fullest(&shares);
        }
    }
}
