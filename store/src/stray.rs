//! What is in the cluster and is not a store like the others, so that a person has to see to it.

use serde::{Deserialize, Serialize};

use crate::StoreId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stray {
    pub id: StoreId,
    pub what: StrayKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StrayKind {
    /// A Store that asks for what this version does not know: why, as a sentence.
    NotUnderstood(String),
    /// A namespace of this platform's whose Store is gone. It runs on until somebody removes it.
    NamespaceWithoutStore,
}
