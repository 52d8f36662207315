//! What is so: facts from the cluster, each of which may be unknown. Nothing here changes anything.

pub mod pods;
pub mod release;
pub mod room;
pub mod storefront;
pub(crate) mod watched;
