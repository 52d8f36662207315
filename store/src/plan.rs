//! How much of the cluster a store may use.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    Small,
    Medium,
    Large,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Choose a plan: small, medium or large.")]
pub struct PlanError;

/// What one container is promised and what it may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resources {
    /// Thousandths of a core.
    pub cpu_request: u32,
    pub cpu_limit: u32,
    /// MiB.
    pub memory_request: u32,
    pub memory_limit: u32,
}

/// The numbers of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub web: Resources,
    pub database: Resources,
    /// GiB.
    pub uploads: u32,
    pub database_volume: u32,
}

impl Size {
    /// Whether the volumes of a store of the other size fit.
    pub fn holds(&self, other: &Self) -> bool {
        self.uploads >= other.uploads && self.database_volume >= other.database_volume
    }
}

impl Plan {
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    pub fn parse(text: &str) -> Result<Self, PlanError> {
        Self::ALL.into_iter().find(|plan| plan.key() == text).ok_or(PlanError)
    }

    /// The word in forms and resources.
    pub fn key(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }

    /// A shop at rest was measured at 4m of CPU and 360 MiB, and that is about what it is promised: a request is room that others cannot have. A shop in
    /// use may take much more, and setting one up is bound by CPU, so limits are generous; what a larger plan is promised is its share where CPU is short.
    pub fn size(self) -> Size {
        let resources = |cpu_request, cpu_limit, memory_request, memory_limit| Resources {
            cpu_request,
            cpu_limit,
            memory_request,
            memory_limit,
        };
        match self {
            Self::Small => Size {
                web: resources(10, 1000, 208, 640),
                database: resources(10, 1000, 136, 384),
                uploads: 3,
                database_volume: 2,
            },
            Self::Medium => Size {
                web: resources(30, 2000, 320, 1280),
                database: resources(20, 1000, 256, 768),
                uploads: 6,
                database_volume: 4,
            },
            Self::Large => Size {
                web: resources(90, 4000, 640, 2560),
                database: resources(60, 2000, 512, 1536),
                uploads: 24,
                database_volume: 16,
            },
        }
    }

    /// One line for the form: what the store may use at most.
    pub fn summary(self) -> String {
        let size = self.size();
        let cpu = (size.web.cpu_limit + size.database.cpu_limit) / 1000;
        let memory = (size.web.memory_limit + size.database.memory_limit) / 1024;
        let disk = size.uploads + size.database_volume;
        let plural = if cpu == 1 { "" } else { "s" };
        format!("up to {cpu} core{plural}, {memory} GiB memory, {disk} GiB disk")
    }
}

impl fmt::Display for Plan {
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
    fn a_larger_plan_has_more_of_everything() {
        for (less, more) in [(Plan::Small, Plan::Medium), (Plan::Medium, Plan::Large)] {
            let (less, more) = (less.size(), more.size());
            assert!(
                less.web.cpu_request < more.web.cpu_request && less.web.memory_limit < more.web.memory_limit
            );
            assert!(less.uploads < more.uploads && less.database_volume < more.database_volume);
        }
    }

    #[test]
    fn a_plan_says_what_it_gives() {
        assert_eq!(Plan::Small.summary(), "up to 2 cores, 1 GiB memory, 5 GiB disk");
    }

    #[test]
    fn an_unknown_plan_is_refused() {
        assert_eq!(Plan::parse("Small"), Err(PlanError));
        assert_eq!(Plan::parse("medium"), Ok(Plan::Medium));
    }
}
