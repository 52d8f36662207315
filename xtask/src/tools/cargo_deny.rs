//! `cargo-deny`, which says what may be depended on.

use super::crates::CrateProgram;
use crate::paths::Paths;

pub(super) const VERSION: &str = "0.20.2";

/// Where the program is, or will be.
pub fn locate(paths: &Paths) -> CrateProgram {
    CrateProgram::new(paths, "cargo-deny", "cargo-deny", VERSION)
}
