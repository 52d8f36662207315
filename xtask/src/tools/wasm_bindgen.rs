//! `wasm-bindgen`, which has to be of exactly the version in Cargo.lock, and rustc's WebAssembly target.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::crates::{CrateProgram, Effort, Lock};
use crate::command;
use crate::paths::Paths;
use crate::progress::Reporter;

const TARGET: &str = "wasm32-unknown-unknown";

/// Where the program is, or will be.
///
/// # Errors
/// Cargo.lock cannot be read or holds no wasm-bindgen.
pub fn locate(paths: &Paths) -> Result<CrateProgram> {
    let lock = paths.checkout.join("Cargo.lock");
    let text = fs::read_to_string(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    let version = version_in(&text).with_context(|| format!("{} holds no wasm-bindgen", lock.display()))?;
    Ok(CrateProgram::new(paths, "wasm-bindgen-cli", "wasm-bindgen", version, (Lock::Newest, Effort::Little)))
}

/// Adds rustc's target for the browser where rustup does not have it.
///
/// # Errors
/// rustup cannot add it.
pub fn ensure_target(paths: &Paths, reporter: &Reporter) -> Result<()> {
    let libraries = command::output(
        Command::new("rustc")
            .args(["--print", "target-libdir", "--target", TARGET])
            .current_dir(&paths.checkout),
    )?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    reporter.step(&format!("adding rustc's target {TARGET}"), "tools-rust-target", |step| {
        command::logged(
            step,
            Command::new("rustup").args(["target", "add", TARGET]).current_dir(&paths.checkout),
        )
    })
}

fn version_in(lock: &str) -> Option<&str> {
    let (_, package) = lock.split_once("name = \"wasm-bindgen\"\nversion = \"")?;
    package.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_crate_itself() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in(lock), Some("0.2.130"));
        assert_eq!(version_in(""), None);
    }
}
