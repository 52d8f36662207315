//! `cargo xtask bench`: what Storeyard adds on top of a bare `helm install`, and how fast its pages are. Ratios are of one run.

mod browser;
mod create;
mod density;
mod door;
mod kind;
mod list;
mod memory;
mod operator;
mod removal;
mod samples;
mod shop;

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use crate::cluster::Cluster;
use crate::env::Env;
use crate::images;
use crate::node::{self, Keep, Was};
use crate::preflight::{self, Purpose};
use crate::site;
use crate::trial::Trial;
use samples::Table;

/// How to run.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Pairs of one store by Storeyard and one by helm alone
    #[arg(long, default_value_t = 5)]
    pairs: u32,
    /// Stores made at once
    #[arg(long, default_value_t = 5)]
    at_once: u32,
    /// Stores in the list that is timed
    #[arg(long, default_value_t = 1000)]
    listed: u32,
    /// Instead: makes small stores until there are so many or there is no room, and asks them all at once
    #[arg(long, value_name = "STORES", num_args = 0..=1, default_missing_value = "40")]
    density: Option<u32>,
    /// Of which engine those are; where none is named, of each in turn
    #[arg(long, requires = "density")]
    engine: Option<String>,
    /// Instead: deletes so many stores at once that were ready
    #[arg(long, value_name = "STORES", num_args = 0..=1, default_missing_value = "100", conflicts_with = "density")]
    removed: Option<u32>,
}

/// Measures beside whatever runs, and prints a table.
///
/// # Errors
/// Something could not be measured.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    preflight::check(env, Purpose::Test)?;
    env.tools.build_node_programs(&env.paths, &env.reporter)?;
    let was = node::ensure_up(env)?;
    let mut table = Table::default();
    let measured = on_cluster(env, options, &mut table);
    if was == Was::Down {
        node::remove(env, Keep::Nothing)?;
    }
    // What was measured before something failed took minutes, and is worth showing.
    println!("\n{table}");
    measured.map(|()| ExitCode::SUCCESS)
}

fn on_cluster(env: &Env, options: &Options, table: &mut Table) -> Result<()> {
    let cluster = Cluster::embedded(env);
    let compiled = images::platform::compile(env)?;
    let images = images::platform::ensure(env, &compiled, images::Packages::Kept)?;
    node::import_missing(env, &images.all())?;
    let values = json!({
        "concurrency": options.at_once.max(1),
        "creationRate": {"perPersonHourly": 10_000, "hourly": 10_000},
    });
    let trial = Trial::install_with(env, &cluster, &images, values)?;
    let measured = match (options.density, options.removed) {
        (Some(stores), _) => {
            density::measure(env, &trial, options.engine.as_deref(), stores, options.at_once, table)
        }
        (None, Some(stores)) => removal::measure(env, &trial, stores, table),
        (None, None) => create::measure(env, &trial, options, table)
            .and_then(|()| list::measure(env, &trial, options.listed, table))
            .and_then(|()| browser::measure(env, &trial, table)),
    };
    trial.remove(env)?;
    measured?;
    if options.density.or(options.removed).is_some() {
        return Ok(());
    }
    let folder = site::build(env)?.join("pkg");
    for (what, file, budget) in [
        ("WASM of any first page, brotli", "storeyard.wasm.br", site::MODULE_BUDGET),
        ("JavaScript of any first page, brotli", "storeyard.js.br", site::SCRIPT_BUDGET),
    ] {
        let bytes = folder.join(file).metadata()?.len();
        table.row(what, format!("{} kB", bytes / 1000), format!("≤ {} kB", budget / 1000));
    }
    Ok(())
}
