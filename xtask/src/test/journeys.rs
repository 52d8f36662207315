//! The journeys in Chromium, against a trial platform.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::playwright::Report;
use super::tally::Tally;
use crate::command;
use crate::env::Env;
use crate::interrupt;
use crate::trial::Trial;

/// # Errors
/// npx cannot be started, or the run was interrupted.
pub(super) fn run(env: &Env, trial: &Trial) -> Result<Tally> {
    install_modules(env)?;
    env.tools.build_mailpit(&env.paths, &env.reporter)?;
    let mut playwright = playwright_on(env, trial);
    drive(env, "journeys in Chromium", "test-journeys", playwright.args(["--config", "playwright.config.ts"]))
}

/// Runs Playwright, and counts what it reports.
///
/// # Errors
/// npx cannot be started, or the run was interrupted.
pub(super) fn drive(env: &Env, title: &str, log: &str, playwright: &mut Command) -> Result<Tally> {
    let report = env.paths.checkout.join("end2end/test-results/report.json");
    if report.exists() {
        fs::remove_file(&report)?;
    }
    let run = env.reporter.step(title, log, |step| command::logged(step, playwright));
    interrupt::check()?;
    let read = fs::read_to_string(&report).with_context(|| format!("{} cannot be read", report.display()));
    let report = match read.and_then(|text| Report::parse(&text)) {
        Ok(report) => report,
        Err(error) => return Err(run.err().unwrap_or(error)),
    };
    env.reporter.add_took(report.times());
    let tally = report.tally();
    match run {
        Err(error) if tally.failed.is_empty() => Err(error),
        _ => Ok(tally),
    }
}

/// Installs what the journeys are written with, if it is missing or older than its lock file.
///
/// # Errors
/// npm fails.
pub(crate) fn install_modules(env: &Env) -> Result<()> {
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

/// `playwright test`, which has to be told with which configuration.
pub(crate) fn playwright(env: &Env) -> Command {
    let mut command = Command::new("npx");
    command
        .args(["--no-install", "playwright", "test"])
        .current_dir(env.paths.checkout.join("end2end"))
        // What it says of a failure is repeated in the closing lines.
        .env("FORCE_COLOR", "0");
    command
}

/// The same with everything it has to know of the platform.
pub(crate) fn playwright_on(env: &Env, trial: &Trial) -> Command {
    let mut command = playwright(env);
    command
        .env("STOREYARD_ADDRESS", trial.address())
        .env("STOREYARD_NAMESPACE", trial.namespace())
        .env("STOREYARD_KUBECONFIG", env.paths.kubeconfig())
        .env("STOREYARD_KUBECTL", env.tools.kubectl())
        .env("STOREYARD_HELM", env.tools.helm())
        .env("STOREYARD_PLUGIN", trial.references().plugin.to_string())
        .env("STOREYARD_MAILPIT", env.tools.mailpit.program("mailpit"));
    command
}
