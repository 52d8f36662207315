//! What is to be done, from what is known. Pure: no clock, no cluster.

pub(crate) mod backoff;
pub mod capacity;
pub mod charged;
pub mod diagnosis;
pub mod keep;
pub mod next;
pub mod queue;
pub mod remove;
pub mod updates;
