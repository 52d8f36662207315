//! The dashboard as the real process, reached as strangers and other people reach it: what they may try, how it is refused, and that the
//! process answers everybody else meanwhile, in bounded memory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends where it stands")]

mod flood;
mod forms;
mod guesses;
mod list;
mod paths;
mod planted;
mod process;
mod shapes;
mod slow;
mod traces;
#[path = "../shared/usage.rs"]
mod usage;
