//! What the sizes of a store are called. How much each gives is in the engine's own table.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlanName {
    Small,
    Medium,
    Large,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Choose a plan: small, medium or large.")]
pub struct PlanNameError;

impl PlanName {
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    pub fn parse(text: &str) -> Result<Self, PlanNameError> {
        Self::ALL.into_iter().find(|plan| plan.key() == text).ok_or(PlanNameError)
    }

    /// The word in forms and resources.
    pub fn key(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}

impl fmt::Display for PlanName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Small => "Small",
            Self::Medium => "Medium",
            Self::Large => "Large",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_plan_is_refused() {
        assert_eq!(PlanName::parse("Small"), Err(PlanNameError));
        assert_eq!(PlanName::parse("medium"), Ok(PlanName::Medium));
    }
}
