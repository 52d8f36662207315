//! What stands in the Secret that the chart reads.

/// One key of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    pub key: String,
    pub from: Source,
}

/// Where its value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// What the person typed who asked for the store.
    User,
    Email,
    Password,
    /// Derived from the store's seed under the key's own name, so that every repeat gives the same: `prefix`, then hexadecimal digits.
    Seed {
        prefix: String,
        digits: usize,
    },
}

/// Digits of a derived value: at least 128 bits, and no more than one hash gives.
pub const DIGITS: std::ops::RangeInclusive<usize> = 32..=64;
