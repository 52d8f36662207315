//! The commands.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use store::Scheme;

use crate::elsewhere::{Registry, Target};
use crate::env::Env;
use crate::images::{Packages, linked, node as node_images, platform as platform_images};
use crate::lanes::side_by_side;
use crate::lock::Lock;
use crate::node::{self, Claim, Keep, pebble};
use crate::preflight::{self, Purpose};
use crate::{bench, command, elsewhere, interrupt, platform, status, test, tools, up, watch};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Storeyard on this machine, or in a cluster you have"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Brings Storeyard up and prints its address; what is there already is kept
    Up {
        /// Installs into this context of your kubeconfig instead of a node on this machine
        #[arg(long, value_name = "NAME", conflicts_with = "only_node")]
        context: Option<String>,
        /// Where the context's nodes pull images from, as HOST/PATH
        #[arg(long, value_name = "HOST/PATH", requires = "context")]
        registry: Option<Registry>,
        /// Names release and namespace there, where the cluster has another Storeyard
        #[arg(long, requires = "context", default_value = platform::NAMESPACE)]
        name: String,
        /// Chart values for the context, laid over charts/platform/values-k3s.yaml on a k3s
        #[arg(long, value_name = "FILE", requires = "context")]
        values: Vec<PathBuf>,
        /// Writes all values that the context got, with which helm alone does the same again
        #[arg(long, value_name = "FILE", requires = "context")]
        values_out: Option<PathBuf>,
        /// Brings up the node and nothing in it
        #[arg(long)]
        only_node: bool,
        /// Looks for newer Debian packages first, and builds the images anew that lack some
        #[arg(long, conflicts_with = "only_node")]
        fresh: bool,
        /// Over https, with certificates of an ACME server on the node
        #[arg(long, conflicts_with_all = ["only_node", "context"])]
        tls: bool,
    },
    /// Takes the node down and removes all of it, its stores included
    Down {
        /// Keeps etcd, volumes and images, so that the next `up` has the stores again
        #[arg(long)]
        keep_data: bool,
    },
    /// Says what runs, since when, and where
    Status,
    /// Runs every test
    Test(test::Options),
    /// Measures, and prints a table
    Bench(bench::Options),
    /// Builds all images that are missing
    Images {
        /// Looks for newer Debian packages too, and builds the images anew that lack some
        #[arg(long)]
        fresh: bool,
    },
    /// Takes the pictures of the pages anew that are in docs/pictures
    Pictures,
    /// Builds all programs that are missing
    Tools,
    /// Shows the pages of this checkout, built anew whenever a file of them is saved; without a cluster
    Watch(watch::Options),
}

impl Command {
    /// As it is told to a second caller; None for what only looks.
    fn lock_name(&self) -> Option<&'static str> {
        match self {
            Self::Up { .. } => Some("up"),
            Self::Down { .. } => Some("down"),
            // It lasts, and what it writes is nobody else's.
            Self::Status | Self::Watch(_) => None,
            Self::Test(_) => Some("test"),
            Self::Bench(_) => Some("bench"),
            Self::Images { .. } => Some("images"),
            Self::Pictures => Some("pictures"),
            Self::Tools => Some("tools"),
        }
    }
}

/// Runs the command that the arguments name.
///
/// # Errors
/// The command's own.
pub fn run() -> Result<ExitCode> {
    let cli = Cli::parse();
    interrupt::listen()?;
    let env = Env::find()?;
    let name = cli.command.lock_name();
    let _lock = name.map(|name| Lock::take(&env.paths.lock(), &env.paths.checkout, name)).transpose()?;
    if name.is_some() {
        tools::remove_half_made(&env.paths.bin())?;
    }
    match cli.command {
        Command::Up { context: Some(context), registry, name, values, values_out, fresh, .. } => {
            let packages = Packages::fresh(fresh);
            let target = Target { context, name, registry, values, values_out, packages };
            let installed = elsewhere::install(&env, &target)?;
            println!("\nStoreyard is installed in the context {}: {}", target.context, installed.address);
            if let Some(chart) = installed.chart {
                println!("Its chart for helm: {chart}");
            }
            say_token(installed.token);
        }
        Command::Up { only_node: true, .. } => {
            up::node(&env, Purpose::Node)?;
            println!("\nThe node is up: KUBECONFIG={}", env.paths.kubeconfig().display());
        }
        Command::Up { fresh, tls, .. } => {
            let scheme = if tls { Scheme::Https } else { Scheme::Http };
            let platform = up::all(&env, Purpose::Node, Packages::fresh(fresh), scheme)?;
            println!("\nStoreyard is up: {scheme}://{}/", up::HOST);
            if tls {
                println!("Whoever trusts {} is not warned there.", pebble::root_file(&env).display());
            }
            say_token(platform.token);
        }
        Command::Down { keep_data } => down(&env, if keep_data { Keep::Data } else { Keep::Nothing })?,
        Command::Status => status::print(&env)?,
        Command::Test(options) => return test::run(&env, &options),
        Command::Bench(options) => return bench::run(&env, &options),
        Command::Images { fresh } => {
            preflight::check(&env, Purpose::Build)?;
            let (_, compiled) = side_by_side(
                || {
                    env.tools.build_node_programs(&env.paths, &env.reporter)?;
                    linked::ensure(&env)?;
                    node_images::ensure(&env, &node_images::plan(&env)?)
                },
                || platform_images::compile(&env),
            )?;
            platform_images::ensure(&env, &compiled, Packages::fresh(fresh))?;
        }
        Command::Pictures => {
            let mut playwright = test::gallery::playwright(&env, "pictures.config.ts")?;
            env.reporter
                .step("pictures of the pages", "pictures", |step| command::logged(step, &mut playwright))?;
        }
        Command::Watch(options) => watch::run(&env, &options)?,
        Command::Tools => {
            preflight::check(&env, Purpose::Build)?;
            env.tools.build_node_programs(&env.paths, &env.reporter)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn say_token(token: Option<String>) {
    if let Some(token) = token {
        println!("Make yourself its first user there; the one-time token is {token}");
    }
}

fn down(env: &Env, keep: Keep) -> Result<()> {
    let Some(claim) = Claim::read()? else {
        println!("There is no node on this machine.");
        return Ok(());
    };
    claim.check_cache(&env.paths.cache)?;
    node::remove(env, keep)?;
    let said = match keep {
        Keep::Nothing => "The node is gone, with its stores; what was built stays in the cache.",
        Keep::Data => "The node is down; `cargo xtask up` brings it back with its stores.",
    };
    println!("{said}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn newer_packages_are_looked_for_where_images_are_made() {
        for made in [&["up", "--fresh"][..], &["up", "--context", "a", "--fresh"], &["images", "--fresh"]] {
            assert!(Cli::try_parse_from([&["xtask"], made].concat()).is_ok(), "{made:?}");
        }
        assert!(Cli::try_parse_from(["xtask", "up", "--only-node", "--fresh"]).is_err());
    }

    #[test]
    fn a_registry_is_for_a_context_that_is_named() {
        assert!(Cli::try_parse_from(["xtask", "up", "--registry", "r.example/x"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "up", "--context", "a", "--registry", "r.example/x"]).is_ok());
        assert!(Cli::try_parse_from(["xtask", "up", "--values-out", "values.yaml"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "up", "--name", "second"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "up"]).is_ok());
    }
}
