//! Who may come in. Pure decisions ([`password`], [`users`], [`session`], [`sign_outs`], [`throttle`]) and the one place that reads and
//! writes what they are about in the cluster ([`Access`]).
//!
//! What is kept: a Secret with the users, a Secret with the key that seals sessions and the token for the first user, and a `ConfigMap`
//! with the sessions that were ended. Sessions themselves are kept nowhere but in the browser, sealed.

mod access;
pub mod command;
pub mod config;
mod device;
mod follow;
mod hashing;
pub mod password;
mod sealed;
pub mod session;
pub mod sign_outs;
mod throttle;
pub mod users;

pub use access::{Access, NotReady, Refused, SetUpError, SignedIn};
pub use config::SignIn;
pub use device::Device;
pub use hashing::Busy;
pub use password::Password;
pub use session::Session;
