//! What can be done in a part of a store.

use std::fmt;

use serde::Deserialize;

use crate::placeholder::{Piece, joined};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verb {
    /// Writes everything the store holds to standard output.
    Dump,
    /// Reads on standard input what was dumped.
    Load,
    /// Sets an administrator's password: both are read on standard input.
    SetPassword,
    /// Has an administrator signed in whoever comes with a token next: their name and the token's digest are read on standard input.
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

/// A command in the main container of a part, which is its first. What is secret goes to its standard input, never into its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub part: String,
    pub command: Vec<String>,
    /// Of a sign-in alone, and then always: where a token is taken.
    pub(crate) path: Option<TokenPath>,
}

/// A path below the shop's address with a token in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenPath(pub(crate) Vec<Piece<Token>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token;

impl Action {
    /// How a command ends that understood and will not: what it says last on its standard error is the sentence why.
    pub const REFUSED: i32 = 3;

    /// Where below the shop's address whoever has the token is signed in.
    pub fn path_with(&self, token: &str) -> Option<String> {
        self.path.as_ref().map(|path| path.with(token))
    }
}

impl TokenPath {
    pub(crate) fn with(&self, token: &str) -> String {
        joined(&self.0, |Token| token.to_owned())
    }
}
