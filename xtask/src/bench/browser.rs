//! In Chromium: from a change of a store to its being on screen, and from nothing to a page that answers to clicks.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;

use super::samples::{Samples, Table, duration};
use crate::command;
use crate::env::Env;
use crate::test::journeys;
use crate::trial::Trial;

/// Milliseconds.
type Times = Vec<f64>;

pub(super) fn measure(env: &Env, trial: &Trial, table: &mut Table) -> Result<()> {
    journeys::install_modules(env)?;
    env.reporter.step("changes and first pages in Chromium", "bench-browser", |step| {
        command::logged(step, journeys::playwright_on(env, trial).args(["--config", "measures.config.ts"]))
    })?;
    let changes = samples(read(env, "live.json")?).context("no change was seen")?;
    table.row(
        "change → on screen",
        format!("p50 {}, p95 {}", duration(changes.median()), duration(changes.percentile(95))),
        "≤ 1 s",
    );
    for (page, times) in read::<BTreeMap<String, Times>>(env, "load.json")? {
        let loads = samples(times).context("no page was loaded")?;
        table.row(
            format!("{page} → live, a quarter of the CPU and 1.6 Mbit/s"),
            format!("p50 {}", duration(loads.median())),
            "",
        );
    }
    Ok(())
}

/// What a measure has written.
fn read<T: DeserializeOwned>(env: &Env, name: &str) -> Result<T> {
    let file = env.paths.checkout.join("end2end/test-results").join(name);
    let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

fn samples(times: Times) -> Option<Samples> {
    Samples::new(
        times.into_iter().map(|milliseconds| Duration::from_secs_f64(milliseconds / 1000.0)).collect(),
    )
}
