//! The operator on a real cluster: the real binary, helm, kubectl, chart and images.
//!
//! `STOREYARD_TEST_CLUSTER` names a JSON file that tells where all that is ([`platform::Cluster`]).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends where it stands")]

mod address;
mod by_hand;
mod certificate;
mod drained;
mod egress;
mod engine_as_data;
mod failure;
mod foreign_chart;
mod host;
mod in_front;
mod interruption;
mod kept;
mod lasting;
mod life;
mod locale;
mod mail;
mod opening;
mod order;
mod owner;
mod planted;
mod platform;
mod plugins;
mod scheduling;
mod way_in;
mod ways;
mod window;
