//! What can be done in a part of a store.

use std::fmt;

use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verb {
    /// Writes everything the store holds to standard output.
    Dump,
    /// Reads on standard input what was dumped.
    Load,
    /// Sets the administrator's password, read on standard input.
    SetPassword,
    /// Prints an address at which the administrator is signed in.
    SignIn,
    /// Moves the shop to another address, read on standard input.
    Rename,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dump => "dump",
            Self::Load => "load",
            Self::SetPassword => "setPassword",
            Self::SignIn => "signIn",
            Self::Rename => "rename",
        })
    }
}

/// A command in the main container of a part. What is secret goes to its standard input, never into its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub part: String,
    pub command: Vec<String>,
}
