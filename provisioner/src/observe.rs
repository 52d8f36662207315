//! What is so: facts from the cluster, each of which may be unknown. Nothing here changes anything.

pub mod counted;
pub(crate) mod objects;
pub mod pods;
pub mod release;
pub mod rollout;
pub mod room;
pub mod seen;
pub mod storefront;
pub mod usage;
pub mod used;
pub mod volumes;
pub(crate) mod watched;
pub mod workloads;
