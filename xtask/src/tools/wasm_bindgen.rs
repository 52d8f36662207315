//! `wasm-bindgen`, which has to be of exactly the version in Cargo.lock, and rustc's WebAssembly target.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::command;
use crate::paths::Paths;
use crate::progress::Reporter;

const TARGET: &str = "wasm32-unknown-unknown";

/// Where the program is, or will be.
///
/// # Errors
/// Cargo.lock cannot be read or holds no wasm-bindgen.
pub fn locate(paths: &Paths) -> Result<PathBuf> {
    let lock = paths.checkout.join("Cargo.lock");
    let text = fs::read_to_string(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    let version = version_in(&text).with_context(|| format!("{} holds no wasm-bindgen", lock.display()))?;
    Ok(paths.bin().join(format!("wasm-bindgen-{version}")).join("bin/wasm-bindgen"))
}

/// Installs the program if it is missing.
///
/// # Errors
/// cargo fails.
pub fn build(paths: &Paths, reporter: &Reporter, program: &Path) -> Result<()> {
    if program.exists() {
        return Ok(());
    }
    let root = program.ancestors().nth(2).context("wasm-bindgen has no folder")?;
    let version = root
        .file_name()
        .and_then(|name| name.to_str()?.strip_prefix("wasm-bindgen-"))
        .context("wasm-bindgen's folder names no version")?;
    reporter.step(&format!("building wasm-bindgen {version}"), "tools-wasm-bindgen", |step| {
        // cargo puts the program in place last, so an interrupted run leaves none. It runs for a second at a
        // time: it is compiled quickly rather than well. Its own lock file names versions that registries lack.
        command::logged(
            step,
            Command::new("cargo")
                .args([
                    "install",
                    "wasm-bindgen-cli",
                    "--bin",
                    "wasm-bindgen",
                    "--version",
                    version,
                    "--root",
                ])
                .arg(root)
                .current_dir(&paths.cache)
                .env("CARGO_TARGET_DIR", paths.target().join("tools"))
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .env("CARGO_PROFILE_RELEASE_DEBUG", "false"),
        )
    })
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
