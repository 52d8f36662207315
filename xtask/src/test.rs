//! `cargo xtask test`: every check and every test, or the parts that are named; one closing line sums them up.

mod carried;
mod certificate;
mod charts;
mod checks;
mod fresh;
pub(crate) mod gallery;
pub(crate) mod journeys;
mod k3s;
mod monitoring;
mod operator;
mod playwright;
pub(crate) mod programs;
mod provider;
mod report;
mod rights;
mod rollout;
mod rust;
mod supply;
mod tally;
mod times;
mod tls;

use std::panic;
use std::process::ExitCode;
use std::thread;

use anyhow::Result;
use clap::ValueEnum as _;

use crate::cluster::Cluster;
use crate::env::Env;
use crate::images::platform::{self as platform_images, Compiled, PlatformImages};
use crate::images::{Packages, engines, linked};
use crate::node::{self, Keep, Was};
use crate::preflight::{self, Purpose};
use crate::trial::Trial;
use report::{Attempt, Report};
use tally::Tally;

/// How to run.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// What to run; without any, everything
    #[arg(value_name = "PART")]
    parts: Vec<Part>,
    /// Only what needs no node; the rest is reported as skipped
    #[arg(long)]
    without_cluster: bool,
    /// Of the operator's tests only those that have this in their names
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
}

/// What is tested, in the order in which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Format, lints and types
    Checks,
    /// What is depended on, and that no secret is published
    Supply,
    /// The Rust tests of every crate
    Rust,
    /// The pages in every state, in Chromium without a cluster
    Gallery,
    /// That newer Debian packages reach the images
    Fresh,
    /// What the images say of themselves
    Carried,
    /// The charts against the API server
    Charts,
    /// The rights of the platform's accounts
    Rights,
    /// What a Prometheus is given to read, and to watch for
    Monitoring,
    /// The operator against the cluster
    Operator,
    /// A rollout of the dashboard under visitors
    Rollout,
    /// The journeys in Chromium
    Journeys,
    /// Journeys over https, with certificates of an ACME server and a sign-in at an identity provider
    Tls,
    /// The README's way on a k3s that one has
    K3s,
}

impl Options {
    fn parts(&self) -> Vec<Part> {
        let all = Part::value_variants().iter().copied();
        all.filter(|part| self.parts.is_empty() || self.parts.contains(part)).collect()
    }
}

impl Part {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn needs_images(self) -> bool {
        matches!(self, Self::Carried | Self::K3s) || self.needs_trial()
    }

    fn needs_node(self) -> bool {
        matches!(self, Self::Charts | Self::K3s) || self.needs_trial()
    }

    /// A platform of its own on the node.
    fn needs_trial(self) -> bool {
        matches!(
            self,
            Self::Rights | Self::Monitoring | Self::Operator | Self::Rollout | Self::Journeys | Self::Tls
        )
    }

    fn needs_npm(self) -> bool {
        matches!(self, Self::Checks | Self::Gallery | Self::Journeys | Self::Tls)
    }
}

/// Runs the parts that are asked for; what fails does not keep the rest from running. A node that is up is left as it was; one that is not
/// is started where a part needs it, and taken down again.
///
/// # Errors
/// The run was interrupted, or the machine cannot run all that CI has to.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let only = options.only.as_deref();
    let mut run = Run { env, parts: options.parts(), only, report: Report::default() };
    match run.obstacle(options)? {
        None => run.on_machine()?,
        Some(obstacle) => {
            run.on_checkout()?;
            let reason = format!("needs the node: {obstacle}");
            run.skip(&reason, |part| part.needs_images() || part.needs_node())?;
        }
    }
    Ok(run.report.print())
}

/// A run of some parts, and what came of them so far.
struct Run<'a> {
    env: &'a Env,
    parts: Vec<Part>,
    only: Option<&'a str>,
    report: Report,
}

impl Run<'_> {
    /// Why nothing can be tested that needs more than the checkout.
    fn obstacle(&self, options: &Options) -> Result<Option<String>> {
        let purpose = if self.want(Part::needs_node) && !options.without_cluster {
            Purpose::Test
        } else if self.want(Part::needs_npm) {
            Purpose::Browser
        } else {
            Purpose::Build
        };
        match preflight::check(self.env, purpose) {
            Ok(()) if options.without_cluster => Ok(Some("--without-cluster was given".to_owned())),
            Ok(()) => Ok(None),
            // A machine that is there to test everything must not pass by testing less.
            Err(obstacle) if std::env::var_os("CI").is_some() => Err(obstacle),
            Err(obstacle) => Ok(Some(format!("{obstacle:#}"))),
        }
    }

    fn on_checkout(&mut self) -> Result<()> {
        self.part(Part::Checks, checks::run)?;
        self.part(Part::Supply, supply::run)?;
        self.part(Part::Rust, rust::run)?;
        self.part(Part::Gallery, gallery::run)?;
        self.part(Part::Fresh, fresh::run)
    }

    fn on_machine(&mut self) -> Result<()> {
        let (node, images) = (self.want(Part::needs_node), self.want(Part::needs_images));
        if !node && !images {
            return self.on_checkout();
        }
        let env = self.env;
        let (made, compiled) = thread::scope(|scope| {
            let made = scope.spawn(|| Made::of(env, node, images));
            let compiled = self.on_checkout().and_then(|()| {
                if images { self.attempt("compiling", platform_images::compile) } else { Ok(None) }
            });
            (made.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)), compiled)
        });
        let programs = self.report.add(made.programs)?;
        let was = made.node.map(|node| self.report.add(node)).transpose()?.flatten();
        made.engines.map(|engines| self.report.add(engines)).transpose()?;
        let tested = match programs {
            Some(()) => self.with_programs(was, compiled?),
            None => {
                self.skip("its programs could not be made", |part| part.needs_images() || part.needs_node())
            }
        };
        if was == Some(Was::Down) {
            self.attempt("node taken down", |env| node::remove(env, Keep::Nothing))?;
        }
        tested
    }

    fn with_programs(&mut self, node: Option<Was>, compiled: Option<Compiled>) -> Result<()> {
        let images = match compiled {
            Some(compiled) => {
                self.attempt("images", |env| platform_images::ensure(env, &compiled, Packages::Kept))?
            }
            None => None,
        };
        match &images {
            Some(images) => {
                self.part(Part::Carried, |env| carried::run(env, &images.all()))?;
            }
            None => self.skip("the images could not be made", |part| part == Part::Carried)?,
        }
        match node {
            Some(_) => self.on_node(images.as_ref()),
            None => self.skip("the node did not come up", Part::needs_node),
        }
    }

    fn on_node(&mut self, images: Option<&PlatformImages>) -> Result<()> {
        let cluster = Cluster::embedded(self.env);
        self.part(Part::Charts, |env| charts::run(env, &cluster))?;
        let needs_images = |part: Part| part.needs_node() && part.needs_images();
        let Some(images) = images else {
            return self.skip("the images could not be made", needs_images);
        };
        if self.want(Part::needs_trial) {
            self.with_trial(&cluster, images)?;
        }
        self.part(Part::K3s, |env| k3s::run(env, &cluster, images))
    }

    fn with_trial(&mut self, cluster: &Cluster, images: &PlatformImages) -> Result<()> {
        let trial = self.attempt("trial", |env| {
            node::import_missing(env, &images.all())?;
            Trial::install(env, cluster, images)
        })?;
        let Some(mut trial) = trial else {
            return self.skip("the trial platform could not be installed", Part::needs_trial);
        };
        let tested = self.on_trial(&mut trial);
        self.attempt("trial removed", |env| trial.remove(env))?;
        tested
    }

    fn on_trial(&mut self, trial: &mut Trial) -> Result<()> {
        self.part(Part::Rights, |env| rights::run(env, trial))?;
        self.part(Part::Monitoring, |env| monitoring::run(env, trial))?;
        let (plugin, only) = (trial.references().plugin, self.only);
        self.part(Part::Operator, |env| {
            rust::run_on_cluster(env, &operator::describe(env, trial)?, plugin, only)
        })?;
        self.part(Part::Rollout, |env| rollout::run(env, trial))?;
        self.part(Part::Journeys, |env| journeys::run(env, trial))?;
        // The last one: from then on the trial is another.
        self.part(Part::Tls, |env| tls::run(env, trial))
    }

    fn want(&self, need: impl Fn(Part) -> bool) -> bool {
        self.parts.iter().any(|part| need(*part))
    }

    /// Runs a part if it is asked for.
    fn part(&mut self, part: Part, work: impl FnOnce(&Env) -> Result<Tally>) -> Result<()> {
        if self.parts.contains(&part) {
            let tally = self.attempt(&part.name(), work)?;
            self.report.tally.add(tally.unwrap_or_default());
        }
        Ok(())
    }

    /// Does what tests need, or tests: when it fails that is one failure, and the run goes on without it.
    fn attempt<T>(&mut self, name: &str, work: impl FnOnce(&Env) -> Result<T>) -> Result<Option<T>> {
        self.report.add(Attempt::of(self.env, name, work))
    }

    fn skip(&mut self, reason: &str, which: impl Fn(Part) -> bool) -> Result<()> {
        for part in self.parts.clone().into_iter().filter(|part| which(*part)) {
            if part == Part::Operator {
                self.part(part, |env| rust::skip_on_cluster(env, reason))?;
            } else {
                self.report.tally.skip(part.name(), reason);
            }
        }
        Ok(())
    }
}

/// What is made while the checkout is tested.
struct Made {
    programs: Attempt<()>,
    /// None where nothing needs the node, or its programs are missing.
    node: Option<Attempt<Was>>,
    /// Images that need nothing of what is compiled. None where no image is needed.
    engines: Option<Attempt<()>>,
}

impl Made {
    fn of(env: &Env, node: bool, images: bool) -> Self {
        let programs = Attempt::of(env, "programs", |env| programs(env, node, images));
        let node = (node && programs.is_made()).then(|| Attempt::of(env, "node", node::ensure_up));
        let engines =
            (images && programs.is_made()).then(|| Attempt::of(env, "images of engines", engines::ensure));
        Self { programs, node, engines }
    }
}

/// The programs that images and the node are made with.
fn programs(env: &Env, node: bool, images: bool) -> Result<()> {
    if node {
        env.tools.build_node_programs(&env.paths, &env.reporter)?;
    }
    if images {
        env.tools.build_for_images(&env.paths, &env.reporter)?;
        linked::ensure(env)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(parts: &[Part]) -> Options {
        Options { parts: parts.to_vec(), without_cluster: false, only: None }
    }

    #[test]
    fn without_a_name_every_part_runs_and_with_names_only_those_do_in_their_order() {
        assert_eq!(options(&[]).parts(), Part::value_variants());
        assert_eq!(options(&[Part::Charts, Part::Checks]).parts(), [Part::Checks, Part::Charts]);
    }

    #[test]
    fn parts_that_need_no_node_do_not_start_one() {
        let needing = |need: fn(Part) -> bool| -> Vec<Part> {
            Part::value_variants().iter().copied().filter(|part| need(*part)).collect()
        };
        assert_eq!(
            needing(Part::needs_node),
            [
                Part::Charts,
                Part::Rights,
                Part::Monitoring,
                Part::Operator,
                Part::Rollout,
                Part::Journeys,
                Part::Tls,
                Part::K3s
            ]
        );
        assert!(!needing(Part::needs_images).contains(&Part::Charts));
    }
}
