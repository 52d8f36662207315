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
    /// Only what the platform brings is run, or again all that the shop has.
    SafeMode(bool),
    /// By the platform's mail server, and no more by one of its own.
    PlatformMail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is nothing that can be asked of a store. Load the page again.")]
pub struct WishError;

impl Wish {
    /// As a form sends it: a verb, or the key of a plan or of what it may reach.
    pub fn parse(text: &str) -> Result<Self, WishError> {
        match text {
            "suspend" => Ok(Self::Suspend),
            "resume" => Ok(Self::Resume),
            "update" => Ok(Self::Update),
            "safe-mode" => Ok(Self::SafeMode(true)),
            "leave-safe-mode" => Ok(Self::SafeMode(false)),
            "platform-mail" => Ok(Self::PlatformMail),
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
            Self::SafeMode(true) => "safe-mode",
            Self::SafeMode(false) => "leave-safe-mode",
            Self::PlatformMail => "platform-mail",
        }
    }

    /// Whether it makes sense of a store that is so.
    pub fn suits(self, phase: Phase) -> bool {
        match self {
            // Also while it is changed: what somebody tries for the shop's sake must not have to wait for what does not come up.
            Self::Suspend | Self::Update | Self::SafeMode(_) => {
                matches!(phase, Phase::Ready | Phase::Degraded | Phase::Updating)
            }
            Self::Resume => matches!(phase, Phase::Suspended | Phase::Updating),
            Self::Plan(_) | Self::Egress(_) | Self::PlatformMail => {
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
            Self::SafeMode(true) => f.write_str("put into safe mode"),
            Self::SafeMode(false) => f.write_str("taken out of safe mode"),
            Self::PlatformMail => f.write_str("given another mail server"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sent::sent;

    #[test]
    fn a_wish_is_read_as_it_is_written() {
        for wish in [
            Wish::Suspend,
            Wish::Resume,
            Wish::Update,
            Wish::Plan(PlanName::Large),
            Wish::Egress(Egress::Internet),
            Wish::SafeMode(true),
            Wish::SafeMode(false),
            Wish::PlatformMail,
        ] {
            assert_eq!(Wish::parse(wish.key()), Ok(wish));
        }
        assert_eq!(Wish::parse("explode"), Err(WishError));
    }

    #[test]
    fn nothing_can_be_wished_of_a_store_that_was_never_ready_or_goes() {
        for phase in [Phase::Queued, Phase::Provisioning, Phase::Failed, Phase::Deleting] {
            for wish in
                [Wish::Suspend, Wish::Resume, Wish::Update, Wish::Plan(PlanName::Small), Wish::SafeMode(true)]
            {
                assert!(!wish.suits(phase), "{wish} {phase}");
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_and_a_wish_is_its_word(text in sent()) {
            if let Ok(wish) = Wish::parse(&text) {
                prop_assert_eq!(wish.key(), text);
            }
        }
    }
}
