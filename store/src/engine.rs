//! What a shop is made of, as far as a page has to know.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{AccountRule, Egress, PlanName, Question, Text, Versions};

/// The word for an engine in forms, resources and configuration: an RFC 1123 label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EngineKey(pub(crate) Arc<str>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("An engine is named by lower-case letters, digits, and dashes within; at most {max} of them.", max = EngineKey::MAX_CHARS)]
pub struct EngineKeyError;

/// An engine as the form offers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineCard {
    pub key: EngineKey,
    pub title: String,
    pub summary: Text,
    /// What a store of it would run.
    pub versions: Versions,
    pub notes: Vec<EngineNote>,
    pub account: AccountRule,
    /// From the smallest to the largest.
    pub plans: Vec<PlanCard>,
    /// What a shop of it may be allowed to reach, beginning with what it may where nobody chooses.
    pub egress: Vec<Egress>,
    /// What it asks of each store, beside what all engines do.
    pub questions: Vec<Question>,
}

/// What somebody who chooses an engine, or has a store of it, has to know. Displays in English.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EngineNote {
    /// In the engine's own words.
    Said(Text),
    /// Its volumes have a class that enforces nothing.
    SizesNotEnforced,
}

/// What a store may use at most, all its parts together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// Thousandths of a core.
    pub cpu: u32,
    /// MiB.
    pub memory: u32,
    /// GiB; 0 where it has no volume.
    pub disk: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCard {
    pub name: PlanName,
    pub allowance: Allowance,
    /// Why whoever asks can have no other store of it.
    pub lack: Option<String>,
    /// Whether the nodes have room for another store of it, as far as that is known.
    pub fit: Option<Fit>,
}

/// What the nodes have left, held against what a store asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fit {
    Fits,
    /// Why it does not at this moment, and what would come of it.
    Lacks(String),
}

impl PlanCard {
    /// Of which nobody has said yet what it lacks.
    pub fn new(name: PlanName, allowance: Allowance) -> Self {
        Self { name, allowance, lack: None, fit: None }
    }
}

impl EngineKey {
    /// As long as a label's value may be.
    pub const MAX_CHARS: usize = 63;

    pub fn parse(text: &str) -> Result<Self, EngineKeyError> {
        let fits = (1..=Self::MAX_CHARS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        fits.then(|| Self(text.into())).ok_or(EngineKeyError)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EngineNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(text) => text.fmt(f),
            Self::SizesNotEnforced => f.write_str(
                "Sizes of volumes are not enforced here: what a store uses beyond its plan is taken from all others.",
            ),
        }
    }
}

impl fmt::Display for EngineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EngineKey {
    type Error = EngineKeyError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<EngineKey> for String {
    fn from(key: EngineKey) -> Self {
        key.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_is_named_by_a_label() {
        for key in ["page", "shop-2", "7"] {
            assert!(EngineKey::parse(key).is_ok(), "{key}");
        }
        for key in ["", "Page", "-page", "page-", "pa ge", "pa.ge", &"p".repeat(64)] {
            assert_eq!(EngineKey::parse(key), Err(EngineKeyError), "{key}");
        }
    }
}
