//! What is checked without running the product: format, lints, types. Each check counts as one test.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::tally::Tally;
use crate::command;
use crate::env::Env;

struct Check {
    title: &'static str,
    log: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    /// Below the checkout.
    folder: &'static str,
}

const CHECKS: [Check; 5] = [
    Check {
        title: "Rust is formatted",
        log: "test-fmt",
        program: "cargo",
        arguments: &["fmt", "--all", "--check"],
        folder: "",
    },
    Check {
        title: "Rust has no lint, natively",
        log: "test-clippy",
        program: "cargo",
        arguments: &[
            "clippy",
            "--locked",
            "--workspace",
            "--exclude",
            "frontend",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
        folder: "",
    },
    Check {
        title: "Rust has no lint, in the browser",
        log: "test-clippy-wasm",
        program: "cargo",
        arguments: &[
            "clippy",
            "--locked",
            "-p",
            "frontend",
            "-p",
            "app",
            "--features",
            "app/hydrate",
            "--target",
            "wasm32-unknown-unknown",
            "--",
            "-D",
            "warnings",
        ],
        folder: "",
    },
    Check {
        title: "TypeScript is formatted",
        log: "test-prettier",
        program: "npx",
        arguments: &["--no-install", "prettier", "--check", "."],
        folder: "end2end",
    },
    Check {
        title: "TypeScript has the right types",
        log: "test-tsc",
        program: "npx",
        arguments: &["--no-install", "tsc", "--noEmit"],
        folder: "end2end",
    },
];

/// Runs every check; one that fails does not keep the others from running.
///
/// # Errors
/// A program is missing, or the run was interrupted.
pub(super) fn run(env: &Env) -> Result<Tally> {
    install_node_modules(env)?;
    let mut tally = Tally::default();
    for check in &CHECKS {
        let mut command = Command::new(check.program);
        command
            .args(check.arguments)
            .current_dir(env.paths.checkout.join(check.folder))
            .env("CARGO_TARGET_DIR", env.paths.target());
        tally.add(check_one(env, check.title, check.log, &mut command)?);
    }
    Ok(tally)
}

/// Runs one command as one test.
pub(super) fn check_one(env: &Env, title: &str, log: &str, command: &mut Command) -> Result<Tally> {
    Tally::of(title, env.reporter.step(title, log, |step| command::logged(step, command)))
}

fn install_node_modules(env: &Env) -> Result<()> {
    let folder = env.paths.checkout.join("end2end");
    if is_installed(&folder) {
        return Ok(());
    }
    env.reporter.step("node modules of the journeys", "npm", |step| {
        let mut command = Command::new("npm");
        // The browser is Debian's: Playwright's own would be a download.
        command
            .args(["ci", "--prefer-offline"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(&folder);
        command::logged(step, &mut command)
    })
}

/// npm writes its own lockfile into `node_modules` last; it is as new as what it was made from.
fn is_installed(folder: &Path) -> bool {
    let modified = |path: &str| folder.join(path).metadata().and_then(|meta| meta.modified()).ok();
    match (modified("node_modules/.package-lock.json"), modified("package-lock.json")) {
        (Some(installed), Some(locked)) => installed >= locked,
        _ => false,
    }
}
