//! The few pieces that several pages are made of.

pub mod copy;
pub mod crumb;
pub mod field;
pub mod heading;
pub mod loaded;
pub mod phase;
pub mod refused;
pub mod state;

pub use copy::CopyButton;
pub use crumb::Crumb;
pub use field::{FieldMessage, TextField};
pub use heading::Heading;
pub use loaded::Loaded;
pub use phase::PhaseMark;
pub use refused::RefusedNotice;
pub use state::{Announcer, Connection, LoadingCard, UnreadNotice};
