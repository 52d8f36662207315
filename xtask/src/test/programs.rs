//! The programs as tests have them: compiled to be debugged, all packages and features at once, so that cargo compiles them once.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::command;
use crate::env::Env;

/// Of this checkout; features are named for each package, since `store` and `app` are compiled differently for the browser.
const PACKAGES: [&str; 10] = [
    "store",
    "engine",
    "access",
    "provisioner",
    "app",
    "fake-cluster",
    "listen",
    "server",
    "storefront",
    "xtask",
];
const FEATURES: &str = "app/ssr,store/transliterate";
/// What shows the pages without a cluster.
const SHOWING: [&str; 2] = ["storeyard", "fake-cluster"];

/// `cargo test` or `cargo build` of all of them.
pub(super) fn cargo(env: &Env, what: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args([what, "--locked", "--features", FEATURES]);
    command.args(PACKAGES.iter().flat_map(|package| ["-p", package]));
    command.current_dir(&env.paths.checkout).env("CARGO_TARGET_DIR", env.paths.target());
    command
}

/// Builds what shows the pages; what the compiler says is for whoever waits.
///
/// # Errors
/// It does not compile.
pub(crate) fn build(env: &Env) -> Result<()> {
    let mut build = cargo(env, "build");
    build.args(SHOWING.iter().flat_map(|program| ["--bin", program]));
    ensure!(command::shown(&mut build)?.success(), "the dashboard does not compile");
    Ok(())
}

/// Where a program is, or will be.
pub(crate) fn path(env: &Env, name: &str) -> PathBuf {
    env.paths.target().join("debug").join(name)
}
