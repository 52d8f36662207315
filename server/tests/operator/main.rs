//! The operator on a real cluster: the real binary, helm, kubectl, chart and images.
//!
//! `STOREYARD_TEST_CLUSTER` names a JSON file that tells where all that is ([`platform::Cluster`]).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends where it stands")]

mod address;
mod by_hand;
mod egress;
mod engine_as_data;
mod failure;
mod foreign_chart;
mod interruption;
mod kept;
mod lasting;
mod life;
mod order;
mod platform;
