//! The few pieces that several pages are made of.

pub mod copy;
pub mod field;
pub mod loaded;
pub mod phase;
pub mod state;

pub use copy::CopyButton;
pub use field::{FieldMessage, TextField};
pub use loaded::Loaded;
pub use phase::PhaseMark;
pub use state::{Announcer, Connection, LoadingCard, UnreadNotice};
