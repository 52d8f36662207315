//! The pages in every state, in Chromium: the real web process over an API server in memory, so without a cluster.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::journeys;
use super::rust;
use super::tally::Tally;
use crate::env::Env;
use crate::site;

const CHROMIUM: &str = "/usr/bin/chromium";

/// # Errors
/// The pages or the programs cannot be built, or the run was interrupted.
pub(super) fn run(env: &Env) -> Result<Tally> {
    if !Path::new(CHROMIUM).exists() {
        let mut tally = Tally::default();
        tally.skip("gallery", format!("needs Chromium: {CHROMIUM} is not there"));
        return Ok(tally);
    }
    journeys::drive(env, "gallery in Chromium", "test-gallery", &mut playwright(env, "gallery.config.ts")?)
}

/// Playwright with what it has to know of programs and pages, which are built.
///
/// # Errors
/// The pages or the programs cannot be built.
pub(crate) fn playwright(env: &Env, config: &str) -> Result<Command> {
    journeys::install_modules(env)?;
    rust::build(env)?;
    let site = site::build(env)?;
    let mut playwright = journeys::playwright(env);
    playwright
        .args(["--config", config])
        .env("STOREYARD_PROGRAMS", env.paths.target().join("debug"))
        .env("STOREYARD_SITE", site);
    Ok(playwright)
}
