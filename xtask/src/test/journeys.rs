//! The journeys in Chromium, against a trial platform.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::tally::Tally;
use crate::command;
use crate::env::Env;
use crate::interrupt;
use crate::trial::Trial;

/// # Errors
/// npx cannot be started, or the run was interrupted.
pub(super) fn run(env: &Env, trial: &Trial) -> Result<Tally> {
    let report = env.paths.checkout.join("end2end/test-results/report.json");
    if report.exists() {
        fs::remove_file(&report)?;
    }
    let run = env.reporter.step("journeys in Chromium", "test-journeys", |step| {
        command::logged(step, playwright(env, trial).args(["--config", "playwright.config.ts"]))
    });
    interrupt::check()?;
    let read = fs::read_to_string(&report).with_context(|| format!("{} cannot be read", report.display()));
    match (read.and_then(|text| Tally::of_playwright(&text)), run) {
        (Ok(tally), Err(error)) if tally.failed.is_empty() => Err(error),
        (Ok(tally), _) => Ok(tally),
        (Err(_), Err(error)) | (Err(error), Ok(())) => Err(error),
    }
}

/// `playwright test` with everything it has to know of the platform.
pub(crate) fn playwright(env: &Env, trial: &Trial) -> Command {
    let mut command = Command::new("npx");
    command
        .args(["--no-install", "playwright", "test"])
        .current_dir(env.paths.checkout.join("end2end"))
        .env("STOREYARD_ADDRESS", format!("http://{}", trial.host()))
        .env("STOREYARD_NAMESPACE", trial.namespace())
        .env("STOREYARD_KUBECONFIG", env.paths.kubeconfig())
        .env("STOREYARD_KUBECTL", env.tools.kubectl())
        .env("STOREYARD_HELM", env.tools.helm())
        .env("STOREYARD_PLUGIN", trial.references().plugin.to_string());
    command
}
