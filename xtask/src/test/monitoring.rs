//! What a Prometheus is given: that the alerts are raised by what they are meant for, and that it reads what the processes tell. And what it is asked.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::checks::check_one;
use super::rust;
use super::tally::Tally;
use crate::command;
use crate::env::Env;
use crate::tools::debian::{PROMETHEUS, PROMTOOL};
use crate::trial::Trial;

const RULES: &str = "charts/platform/monitoring/alerts.yaml";
const SERIES: &str = "charts/platform/ci/alerts-test.yaml";
const WEB: &str = "web";
/// Where the chart has the dashboard, and where both processes tell.
const PAGES: u16 = 8080;
const METRICS: u16 = 8081;

/// # Errors
/// promtool cannot be had, or the run was interrupted.
pub(super) fn run(env: &Env, trial: &Trial) -> Result<Tally> {
    let promtool = PROMTOOL.ensure(env)?;
    let of_checkout = |args: [&str; 3]| {
        let mut command = Command::new(&promtool);
        command.args(args).current_dir(&env.paths.checkout);
        command
    };
    let rules = &mut of_checkout(["check", "rules", RULES]);
    let mut tally = check_one(env, "alerts are understood", "test-alerts", rules)?;
    let series = &mut of_checkout(["test", "rules", SERIES]);
    tally.add(check_one(env, "alerts are raised by what they are for", "test-alerts-raised", series)?);
    tally.add(rust::run_with_prometheus(env, &PROMETHEUS.ensure(env)?, &promtool)?);
    for process in [WEB, "operator"] {
        let title = format!("metrics of {process} are as Prometheus wants them");
        let checked = env.reporter.step(&title, "test-metrics", |_| metrics(&promtool, trial, process));
        tally.add(Tally::of(&title, checked)?);
    }
    Ok(tally)
}

fn metrics(promtool: &Path, trial: &Trial, process: &str) -> Result<()> {
    let label = format!("app.kubernetes.io/component={process}");
    let namespace = trial.namespace();
    let pods = command::output(trial.cluster().kubectl().args([
        "get",
        "pods",
        "-n",
        namespace,
        "-l",
        &label,
        "--field-selector",
        "status.phase=Running",
        "-o",
        "json",
    ]))?;
    let pods: Value = serde_json::from_str(&pods)?;
    let name = pods.pointer("/items/0/metadata/name").and_then(Value::as_str);
    let name = name.with_context(|| format!("no pod of {process} runs"))?;
    let ask = |port: u16, path: &str| {
        let path = format!("/api/v1/namespaces/{namespace}/pods/{name}:{port}/proxy/{path}");
        command::output(trial.cluster().kubectl().args(["get", "--raw", &path]))
    };
    if process == WEB {
        // Without visitors there is nothing to tell.
        ask(PAGES, "robots.txt")?;
    }
    let told = ask(METRICS, "metrics")?;
    ensure!(told.contains("storeyard_"), "it tells nothing: {told}");
    let complaints =
        command::output_with_input(Command::new(promtool).args(["check", "metrics"]), Some(&told))?;
    ensure!(complaints.trim().is_empty(), "{complaints}");
    Ok(())
}
