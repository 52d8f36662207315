//! What a shop may reach beyond its store: nothing, or the internet.

use std::fmt;

use serde::{Deserialize, Serialize};

/// In the order of what it opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Egress {
    #[default]
    None,
    /// Public addresses, at the ports that the platform names.
    Internet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Choose what the shop may reach: none or internet.")]
pub struct EgressError;

impl Egress {
    pub const ALL: [Self; 2] = [Self::None, Self::Internet];

    pub fn parse(text: &str) -> Result<Self, EgressError> {
        Self::ALL.into_iter().find(|egress| egress.key() == text).ok_or(EgressError)
    }

    /// The word in forms, resources and charts.
    pub fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Internet => "internet",
        }
    }

    /// What it means for a shop, in a line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::None => "The shop reaches nothing outside, and so no payment provider either.",
            Self::Internet => "The shop reaches public addresses, such as those of payment providers.",
        }
    }
}

impl fmt::Display for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "Closed",
            Self::Internet => "Internet",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written_and_the_internet_is_more_than_nothing() {
        for egress in Egress::ALL {
            assert_eq!(Egress::parse(egress.key()), Ok(egress));
        }
        assert_eq!(Egress::parse("everything"), Err(EgressError));
        assert_eq!(Egress::Internet.min(Egress::None), Egress::None);
    }
}
