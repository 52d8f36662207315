//! How much of the cluster a store may use.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::Deserialize;
use store::Allowance;

use crate::option::Options;

/// What one container is promised and what it may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    pub requests: Amounts,
    pub limits: Amounts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amounts {
    pub cpu: Cpu,
    pub memory: Memory,
    /// On the node's own disk: logs and temporary files. None where the namespace's default is enough.
    #[serde(default, rename = "ephemeral-storage")]
    pub ephemeral_storage: Option<EphemeralStorage>,
}

/// The numbers of a plan: what the main container of each part gets, how large each volume is, and whatever else of the chart differs
/// from plan to plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes {
    pub parts: BTreeMap<String, Resources>,
    pub volumes: BTreeMap<String, Disk>,
    /// Named alike in every plan of an engine, and of the same kinds.
    pub settings: Options,
}

/// Thousandths of a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Cpu(pub u32);

/// MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Memory(pub u32);

/// MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct EphemeralStorage(pub u32);

/// GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Disk(pub u32);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    #[error("{0} is no amount of CPU: write cores or thousandths of one, such as 2 or 250m, up to 1000")]
    Cpu(String),
    #[error("{0} is no amount of memory: write it with its unit, such as 640Mi or 2Gi, up to 4096Gi")]
    Memory(String),
    #[error(
        "{0} is no amount of ephemeral storage: write it with its unit, such as 640Mi or 2Gi, up to 4096Gi"
    )]
    EphemeralStorage(String),
    #[error("{0} is no size of a volume: write whole GiB, such as 3Gi, up to 65536Gi")]
    Disk(String),
}

/// So large that no sum of what one store asks for overflows.
const MOST_CPU: u32 = 1_000_000;
const MOST_MEBIBYTES: u32 = 4096 * 1024;
const MOST_DISK: u32 = 65536;

impl FromStr for Cpu {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let thousandths = match text.strip_suffix('m') {
            Some(number) => number.parse().ok(),
            None => text.parse::<u32>().ok().and_then(|cores| cores.checked_mul(1000)),
        };
        let fits = thousandths.filter(|thousandths| (1..=MOST_CPU).contains(thousandths));
        fits.map(Self).ok_or_else(|| AmountError::Cpu(text.to_owned()))
    }
}

impl FromStr for Memory {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        mebibytes(text).map(Self).ok_or_else(|| AmountError::Memory(text.to_owned()))
    }
}

impl FromStr for EphemeralStorage {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        mebibytes(text).map(Self).ok_or_else(|| AmountError::EphemeralStorage(text.to_owned()))
    }
}

fn mebibytes(text: &str) -> Option<u32> {
    let mebibytes = match text.strip_suffix("Gi") {
        Some(number) => number.parse::<u32>().ok().and_then(|number| number.checked_mul(1024)),
        None => text.strip_suffix("Mi").and_then(|number| number.parse().ok()),
    };
    mebibytes.filter(|mebibytes| (1..=MOST_MEBIBYTES).contains(mebibytes))
}

impl FromStr for Disk {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let gibibytes = text.strip_suffix("Gi").and_then(|number| number.parse().ok());
        let fits = gibibytes.filter(|gibibytes| (1..=MOST_DISK).contains(gibibytes));
        fits.map(Self).ok_or_else(|| AmountError::Disk(text.to_owned()))
    }
}

impl TryFrom<String> for Cpu {
    type Error = AmountError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<String> for Memory {
    type Error = AmountError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<String> for EphemeralStorage {
    type Error = AmountError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<String> for Disk {
    type Error = AmountError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}m", self.0)
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Mi", self.0)
    }
}

impl fmt::Display for EphemeralStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Mi", self.0)
    }
}

impl fmt::Display for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Gi", self.0)
    }
}

impl Sizes {
    /// All volumes together.
    pub fn disk(&self) -> Disk {
        Disk(self.volumes.values().map(|disk| disk.0).sum())
    }

    /// Whether the volumes of a store of the other size fit.
    pub fn holds(&self, other: &Self) -> bool {
        self.volumes.iter().all(|(name, disk)| other.volumes.get(name).is_none_or(|other| disk >= other))
    }

    /// What the parts may use at most, all together.
    pub fn allowance(&self) -> Allowance {
        let limits = || self.parts.values().map(|resources| resources.limits);
        Allowance {
            cpu: limits().map(|limit| limit.cpu.0).sum(),
            memory: limits().map(|limit| limit.memory.0).sum(),
            disk: self.disk().0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(cpu: u32, memory: u32, disk: Option<u32>) -> Sizes {
        let amounts = Amounts { cpu: Cpu(cpu), memory: Memory(memory), ephemeral_storage: None };
        let volumes = disk.map(|disk| ("data".to_owned(), Disk(disk)));
        Sizes {
            parts: [("web".to_owned(), Resources { requests: amounts, limits: amounts })].into(),
            volumes: volumes.into_iter().collect(),
            settings: Options::new(),
        }
    }

    #[test]
    fn amounts_are_read_as_kubernetes_writes_them_and_written_in_one_unit() {
        for (text, thousandths) in [("250m", 250), ("2", 2000), ("1000m", 1000)] {
            assert_eq!(text.parse(), Ok(Cpu(thousandths)), "{text}");
        }
        assert_eq!("2Gi".parse::<Memory>().unwrap().to_string(), "2048Mi");
        assert_eq!("2Gi".parse::<EphemeralStorage>().unwrap().to_string(), "2048Mi");
        assert_eq!("3Gi".parse::<Disk>().unwrap().to_string(), "3Gi");
        assert_eq!(Cpu(1000).to_string(), "1000m");
    }

    #[test]
    fn what_is_no_amount_is_refused_with_what_to_write() {
        for text in ["", "0", "m", "-1", "1.5.", "2Gi", "99999"] {
            assert_eq!(text.parse::<Cpu>(), Err(AmountError::Cpu(text.to_owned())));
        }
        for text in ["", "640", "0Mi", "640M", "5000Gi"] {
            assert_eq!(text.parse::<Memory>(), Err(AmountError::Memory(text.to_owned())));
            let refused = text.parse::<EphemeralStorage>().unwrap_err();
            assert_eq!(refused, AmountError::EphemeralStorage(text.to_owned()));
        }
        for text in ["", "3", "0Gi", "512Mi"] {
            assert_eq!(text.parse::<Disk>(), Err(AmountError::Disk(text.to_owned())));
        }
    }

    #[test]
    fn volumes_fit_where_none_would_have_to_shrink() {
        let [less, more] = [1, 2].map(|disk| sizes(1, 1, Some(disk)));
        assert!(more.holds(&less) && less.holds(&less) && !less.holds(&more));
    }

    #[test]
    fn a_plan_gives_what_its_parts_may_use_together() {
        let mut both = sizes(2000, 1024, Some(5));
        let more = both.parts["web"];
        both.parts.insert("data".to_owned(), more);
        assert_eq!(both.allowance(), Allowance { cpu: 4000, memory: 2048, disk: 5 });
        assert_eq!(sizes(100, 64, None).allowance(), Allowance { cpu: 100, memory: 64, disk: 0 });
    }
}
