//! `cargo xtask test`: every check and every test, and one closing line that sums them up.

mod carried;
mod charts;
mod checks;
pub(crate) mod journeys;
mod operator;
mod rights;
mod rust;
mod supply;
mod tally;

use std::process::ExitCode;

use anyhow::Result;

use crate::cluster::Cluster;
use crate::env::Env;
use crate::images;
use crate::node::{self, Keep, Was};
use crate::preflight::{self, Purpose};
use crate::trial::Trial;
use tally::Tally;

/// How to run.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Only what needs no cluster; the rest is reported as skipped
    #[arg(long)]
    without_cluster: bool,
}

/// Runs everything; what fails does not keep the rest from running. A node that is up is left as it was; one that is not is started,
/// and taken down again.
///
/// # Errors
/// Something that tests need could not be made, or the run was interrupted.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let obstacle = match preflight::check(env, Purpose::Test) {
        Ok(()) if options.without_cluster => Some("--without-cluster was given".to_owned()),
        Ok(()) => None,
        // A machine that is there to test everything must not pass by testing less.
        Err(obstacle) if std::env::var_os("CI").is_some() => return Err(obstacle),
        Err(obstacle) => Some(format!("{obstacle:#}")),
    };
    let mut tally = checks::run(env)?;
    tally.add(supply::run(env)?);
    tally.add(rust::run(env)?);
    tally.add(match obstacle {
        None => on_node(env)?,
        Some(obstacle) => without_node(env, &obstacle)?,
    });
    Ok(report(&tally))
}

fn on_node(env: &Env) -> Result<Tally> {
    env.tools.build(&env.paths, &env.reporter)?;
    let was = node::ensure_up(env)?;
    let tally = on_cluster(env, &Cluster::embedded(env));
    if was == Was::Down {
        node::remove(env, Keep::Nothing)?;
    }
    tally
}

fn on_cluster(env: &Env, cluster: &Cluster) -> Result<Tally> {
    let images = images::platform::ensure(env)?;
    let mut tally = carried::run(env, &images)?;
    node::import_missing(env, &images.all())?;
    let trial = Trial::install(env, cluster, &images)?;
    let tested = on_trial(env, &trial);
    trial.remove(env)?;
    tally.add(tested?);
    Ok(tally)
}

fn on_trial(env: &Env, trial: &Trial) -> Result<Tally> {
    let mut tally = charts::run(env, trial.cluster())?;
    tally.add(rights::run(env, trial)?);
    tally.add(rust::run_on_cluster(env, &operator::describe(env, trial)?)?);
    tally.add(journeys::run(env, trial)?);
    Ok(tally)
}

fn without_node(env: &Env, obstacle: &str) -> Result<Tally> {
    let reason = format!("needs the node: {obstacle}");
    let mut tally = rust::skip_on_cluster(env, &reason)?;
    tally.skip("what the images carry", &reason);
    tally.skip("charts against the API server", &reason);
    tally.skip("rights of the platform's accounts", &reason);
    tally.skip("journeys in Chromium", &reason);
    Ok(tally)
}

fn report(tally: &Tally) -> ExitCode {
    for skip in &tally.skipped {
        println!("skipped: {}: {}", skip.test, skip.reason);
    }
    for failure in &tally.failed {
        println!("failed: {failure}");
    }
    println!("{tally}");
    if tally.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
