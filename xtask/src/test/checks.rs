//! What is checked without running the product: format, lints, types. Each check counts as one test.

use std::process::Command;

use anyhow::Result;

use super::journeys;
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

const RUST: [Check; 3] = [
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
];

const TYPESCRIPT: [Check; 2] = [
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
/// The run was interrupted.
pub(super) fn run(env: &Env) -> Result<Tally> {
    let mut tally = check_all(env, &RUST)?;
    let modules = journeys::install_modules(env);
    tally.add(Tally::once(("node modules are installed", modules), || check_all(env, &TYPESCRIPT))?);
    Ok(tally)
}

fn check_all(env: &Env, checks: &[Check]) -> Result<Tally> {
    let mut tally = Tally::default();
    for check in checks {
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
