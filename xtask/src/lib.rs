//! `cargo xtask`: Storeyard on this machine or in a cluster one has, and everything built for it.

pub mod bench;
pub mod bill;
pub mod cli;
pub mod cluster;
pub mod command;
pub mod elsewhere;
pub mod env;
pub mod images;
pub mod interrupt;
pub mod key;
pub mod lanes;
pub mod lock;
pub mod node;
pub mod paths;
pub mod platform;
pub mod preflight;
pub mod process;
pub mod progress;
pub mod site;
pub mod status;
pub mod test;
pub mod tools;
pub mod trial;
pub mod up;
pub mod watch;
pub mod workloads;
