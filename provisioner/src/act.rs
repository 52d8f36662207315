//! What is asked of the cluster, and the one place that starts programs for it.

pub mod certificate;
pub mod claim;
pub mod commands;
pub mod manifests;
pub mod recount;
pub mod runner;
pub mod secrets;
pub mod target;
pub mod values;
