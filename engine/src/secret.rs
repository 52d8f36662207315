//! What stands in the Secret that the chart reads.

use store::Text;

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
        /// What it is called on a store's page, if everybody may know it. Nothing else of a Secret is ever shown.
        public: Option<Text>,
    },
    /// With what the store's mail server lets it in; empty where it asks for nothing.
    MailUser,
    MailPassword,
    /// Certificates of authorities by which the mail server is known, as PEM; empty for the public ones.
    MailAuthorities,
}

impl Secret {
    /// What it is called on a store's page, if everybody may know it.
    pub fn public(&self) -> Option<&Text> {
        match &self.from {
            Source::Seed { public, .. } => public.as_ref(),
            _ => None,
        }
    }
}

/// Digits of a derived value: at least 128 bits, and no more than one hash gives.
pub const DIGITS: std::ops::RangeInclusive<usize> = 32..=64;
