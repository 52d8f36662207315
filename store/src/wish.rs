//! What somebody wants of a store that was ready, beside its deletion.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Egress, Phase, PlanName};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    Suspend,
    Resume,
    /// To what the platform offers.
    Update,
    Plan(PlanName),
    Egress(Egress),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is nothing that can be asked of a store. Load the page again.")]
pub struct WishError;

impl Wish {
    /// As a form sends it: `suspend`, `resume`, `update`, the key of a plan, or of what it may reach.
    pub fn parse(text: &str) -> Result<Self, WishError> {
        match text {
            "suspend" => Ok(Self::Suspend),
            "resume" => Ok(Self::Resume),
            "update" => Ok(Self::Update),
            other => PlanName::parse(other)
                .map(Self::Plan)
                .or_else(|_| Egress::parse(other).map(Self::Egress))
                .map_err(|_| WishError),
        }
    }

    pub fn key(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Update => "update",
            Self::Plan(plan) => plan.key(),
            Self::Egress(egress) => egress.key(),
        }
    }

    /// Whether it makes sense of a store that is so.
    pub fn suits(self, phase: Phase) -> bool {
        match self {
            Self::Suspend | Self::Update => matches!(phase, Phase::Ready | Phase::Degraded | Phase::Updating),
            Self::Resume => matches!(phase, Phase::Suspended | Phase::Updating),
            Self::Plan(_) | Self::Egress(_) => {
                matches!(phase, Phase::Ready | Phase::Degraded | Phase::Suspended)
            }
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Suspend => f.write_str("suspended"),
            Self::Resume => f.write_str("resumed"),
            Self::Update => f.write_str("updated"),
            Self::Plan(plan) => write!(f, "changed to the plan {plan}"),
            Self::Egress(Egress::None) => f.write_str("closed"),
            Self::Egress(Egress::Internet) => f.write_str("opened to the internet"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_read_as_it_is_written() {
        for wish in [
            Wish::Suspend,
            Wish::Resume,
            Wish::Update,
            Wish::Plan(PlanName::Large),
            Wish::Egress(Egress::Internet),
        ] {
            assert_eq!(Wish::parse(wish.key()), Ok(wish));
        }
        assert_eq!(Wish::parse("explode"), Err(WishError));
    }

    #[test]
    fn nothing_can_be_wished_of_a_store_that_was_never_ready_or_goes() {
        for phase in [Phase::Queued, Phase::Provisioning, Phase::Failed, Phase::Deleting] {
            for wish in [Wish::Suspend, Wish::Resume, Wish::Update, Wish::Plan(PlanName::Small)] {
                assert!(!wish.suits(phase), "{wish} {phase}");
            }
        }
    }
}
