//! What a store consists of while it runs.

use std::collections::BTreeMap;

use store::Text;

use crate::{Sizes, option::When, size::Resources};

/// The label that tells the pods of a part from others, where the engine names no labels of its own.
pub const COMPONENT_LABEL: &str = "app.kubernetes.io/component";

/// One workload. Every network policy follows from which part is public and which reaches which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// An RFC 1123 label; also what its network policy is called.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// What its pods are labelled with, and no others.
    pub labels: BTreeMap<String, String>,
    /// Under which options there is one.
    pub when: When,
    /// None where nobody reaches it.
    pub port: Option<u16>,
    /// Whether visitors reach it, through the ingress controller.
    pub public: bool,
    pub scales_to_zero: bool,
    /// Whether it may reach beyond the store as far as the store may.
    pub egress: bool,
    /// Whether it sends mail, and so reaches the store's mail server wherever that is.
    pub mail: bool,
    /// Names of the parts that it reaches.
    pub reaches: Vec<String>,
    pub helpers: Vec<Helper>,
}

impl Part {
    /// The containers of one of its pods.
    pub fn containers(&self, sizes: &Sizes) -> Vec<Resources> {
        let helpers = self.helpers.iter().map(|helper| helper.resources);
        sizes.parts.get(&self.name).copied().into_iter().chain(helpers).collect()
    }
}

/// What a store keeps while nothing of it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// As the chart calls its claim, where it is to grow with the plan.
    pub name: String,
    /// What people call it.
    pub title: Text,
}

/// A container beside the part's own, the same under every plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Helper {
    pub name: String,
    pub resources: Resources,
}
