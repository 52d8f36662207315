//! Who did what, from where, and how it ended: kept beyond logs, Events and pods, and bounded.
//!
//! The dashboard writes records into `ConfigMap`s that it can only create, so that what is recorded it cannot unsay; the operator puts small ones
//! together and takes the oldest away. Nobody floods it: what was refused is counted by the minute and kept apart from what was done.

mod gathered;
mod journal;
mod record;
mod shelf;

pub use gathered::Gathered;
pub use journal::Journal;
pub use record::{Actor, Deed, Entry, Outcome, Record};
pub use shelf::{LABELS, Tidying, records, tidy};
