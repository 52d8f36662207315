//! From a change of a store to its being on screen, in Chromium.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::samples::{Samples, Table, duration};
use crate::command;
use crate::env::Env;
use crate::test::journeys;
use crate::trial::Trial;

pub(super) fn measure(env: &Env, trial: &Trial, table: &mut Table) -> Result<()> {
    journeys::install_modules(env)?;
    env.reporter.step("a change, until it is on screen", "bench-browser", |step| {
        command::logged(step, journeys::playwright_on(env, trial).args(["--config", "measures.config.ts"]))
    })?;
    let file = env.paths.checkout.join("end2end/test-results/live.json");
    let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let took: Vec<f64> = serde_json::from_str(&text)?;
    let samples =
        took.into_iter().map(|milliseconds| Duration::from_secs_f64(milliseconds / 1000.0)).collect();
    let samples = Samples::new(samples).context("no change was seen")?;
    table.row(
        "change → on screen",
        format!("p50 {}, p95 {}", duration(samples.median()), duration(samples.percentile(95))),
        "≤ 1 s",
    );
    Ok(())
}
