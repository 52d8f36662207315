//! What the people who run the platform decide about signing in.

use serde::Deserialize;
use store::time::Elapsed;

use crate::oidc::Oidc;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignIn {
    /// The Secret with the users.
    pub users: String,
    /// The Secret with the session key and the token for the first user.
    pub keys: String,
    /// The `ConfigMap` with the sessions that were ended.
    pub sign_outs: String,
    /// What the names of the `ConfigMap`s with the audit log begin with; none are written where it is empty.
    #[serde(default)]
    pub audit: String,
    /// How long a session lasts in which nothing is done.
    pub idle_minutes: u32,
    /// How long a session lasts at most.
    pub absolute_hours: u32,
    /// Whether there are users with passwords.
    #[serde(default = "yes")]
    pub local: bool,
    /// Where else one signs in.
    #[serde(default)]
    pub oidc: Option<Oidc>,
}

fn yes() -> bool {
    true
}

impl SignIn {
    pub(crate) fn idle(&self) -> Elapsed {
        Elapsed(i64::from(self.idle_minutes) * 60_000)
    }

    pub(crate) fn absolute(&self) -> Elapsed {
        Elapsed(i64::from(self.absolute_hours) * 3_600_000)
    }
}
