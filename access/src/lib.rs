//! Who may come in. Pure decisions ([`password`], [`users`], [`session`], [`sign_outs`], [`throttle`]) and the one place that reads and
//! writes what they are about in the cluster ([`Access`]).
//!
//! What is kept: a Secret with the users, a Secret with the key that seals sessions and the token for the first user, and a `ConfigMap`
//! with the sessions that were ended. Who comes from an identity provider ([`oidc`]) is kept nowhere. Sessions themselves are kept nowhere but in the browser, sealed. What was done by whom is in [`audit`].

mod access;
pub mod audit;
pub mod command;
pub mod config;
mod device;
pub mod errand;
mod follow;
mod hashing;
pub mod http;
pub mod oidc;
pub mod password;
mod sealed;
pub mod session;
pub mod sign_outs;
mod throttle;
pub mod users;

pub use access::{Access, ChangeError, NotReady, OwnPasswordError, Refused, SetUpError, SignedIn, key_in};
pub use config::SignIn;
pub use device::Device;
pub use hashing::Busy;
pub use password::Password;
pub use session::Session;
pub use throttle::network;
