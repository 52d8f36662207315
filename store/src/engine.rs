//! What a shop is made of.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of shop: a chart, images, defaults, and how to tell that the shop answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    WooCommerce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Choose an engine: WooCommerce.")]
pub struct EngineError;

impl Engine {
    pub const ALL: [Self; 1] = [Self::WooCommerce];

    pub fn parse(text: &str) -> Result<Self, EngineError> {
        Self::ALL.into_iter().find(|engine| engine.key() == text).ok_or(EngineError)
    }

    /// The word in forms, resources and configuration.
    pub fn key(self) -> &'static str {
        match self {
            Self::WooCommerce => "woocommerce",
        }
    }

    /// Where the shop's administration is, below its address.
    pub fn admin_path(self) -> &'static str {
        match self {
            Self::WooCommerce => "/wp-admin/",
        }
    }

    pub fn summary(self) -> &'static str {
        match self {
            Self::WooCommerce => "WordPress 7.1 and MariaDB, admin at /wp-admin",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WooCommerce => "WooCommerce",
        })
    }
}
