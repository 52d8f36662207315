//! The Rust tests: those that need nothing but the machine, and those that need a cluster.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::journeys;
use super::programs;
use super::tally::Tally;
use super::times;
use crate::command;
use crate::env::Env;

/// Unit, property, page and router tests of every crate.
///
/// # Errors
/// cargo cannot be started, or the run was interrupted.
pub(super) fn run(env: &Env) -> Result<Tally> {
    let mut command = tests(env);
    let has_node = has_node();
    if has_node {
        journeys::install_modules(env)?;
        command.env("STOREYARD_NODE", "yes");
    }
    let mut tally = cargo_test(env, "Rust tests", "test-rust", &mut command, &Outcome::WithoutIgnored)?;
    if !has_node {
        tally.skip("signing in at a real identity provider", "needs node, which runs the provider");
    }
    Ok(tally)
}

fn has_node() -> bool {
    ["node", "npm"].iter().all(|program| {
        Command::new(program).arg("--version").output().is_ok_and(|told| told.status.success())
    })
}

/// Builds what [`run`] runs, and so the programs that its integration tests start.
///
/// # Errors
/// It does not compile, or the run was interrupted.
pub(super) fn build(env: &Env) -> Result<()> {
    let mut command = tests(env);
    command.arg("--no-run");
    env.reporter.step("programs that are tested", "build-tested", |step| command::logged(step, &mut command))
}

/// The operator's tests against a real API server. `cluster`: the file that tells them where it is. `plugin`: whether its shops sell.
/// `only`: what those have in their names that are run, where not all are.
///
/// # Errors
/// cargo cannot be started, no test is called so, or the run was interrupted.
pub(super) fn run_on_cluster(env: &Env, cluster: &Path, plugin: bool, only: Option<&str>) -> Result<Tally> {
    let mut command = tests(env);
    command.args(ON_CLUSTER).args(only).env("STOREYARD_TEST_CLUSTER", cluster);
    let mut skipped = Tally::default();
    if !plugin {
        command.args(["--skip", OF_SHOPS]);
        skipped.add(skip(env, &[OF_SHOPS], WITHOUT_PLUGIN)?);
    }
    for needs in &GIVEN {
        match std::env::var_os(needs.variable) {
            // The tests run elsewhere than whoever gave the path.
            Some(path) => {
                command.env(needs.variable, std::path::absolute(path)?);
            }
            None => {
                command.args(["--skip", needs.module]);
                skipped.add(skip(env, &[needs.module], &needs.reason())?);
            }
        }
    }
    let mut tally =
        cargo_test(env, "operator against the cluster", "test-operator", &mut command, &Outcome::All)?;
    skipped.skipped.retain(|skip| only.is_none_or(|only| skip.test.contains(only)));
    tally.add(skipped);
    ensure!(tally != Tally::default(), "the operator has no tests {}", only.unwrap_or_default());
    Ok(tally)
}

/// What the operator asks a Prometheus, asked of a real one, which promtool gives what it knows.
///
/// # Errors
/// cargo cannot be started, or the run was interrupted.
pub(super) fn run_with_prometheus(env: &Env, prometheus: &Path, promtool: &Path) -> Result<Tally> {
    let mut command = tests(env);
    command
        .args(["--lib", "--", "--ignored", "operator::tests::prometheus::"])
        .env("STOREYARD_PROMETHEUS", prometheus)
        .env("STOREYARD_PROMTOOL", promtool);
    let title = "a real Prometheus is asked what stores use";
    let mut tally = cargo_test(env, title, "test-prometheus", &mut command, &Outcome::All)?;
    if tally.passed == 0 && tally.failed.is_empty() {
        tally.fail(format!("{title}: there is no such test"));
    }
    Ok(tally)
}

/// Where the tests of shops are that need the WooCommerce plugin in their image.
const OF_SHOPS: &str = "opening::";
const WITHOUT_PLUGIN: &str =
    "the shop's image was built without the WooCommerce plugin (no WOOCOMMERCE_ZIP, no download)";

/// What not every machine has and some of the operator's tests need, which whoever runs them has to name.
struct Given {
    /// Where those tests are.
    module: &'static str,
    variable: &'static str,
    what: &'static str,
}

const GIVEN: [Given; 2] = [
    Given {
        module: "foreign_chart::",
        variable: "STOREYARD_BITNAMI_CHART",
        what: "the packed chart of docs/engines/bitnami-wordpress",
    },
    Given {
        module: "drained::",
        variable: "STOREYARD_SECOND_NODE",
        what: "cluster/second-node, the program that makes a second node",
    },
];

impl Given {
    fn reason(&self) -> String {
        format!("{} does not name {}", self.variable, self.what)
    }
}

/// Those of one target that need a cluster. Each of them mostly waits, for pods that stop and deadlines that pass, so that two cores have room for
/// a third one.
const ON_CLUSTER: [&str; 5] = ["--test", "operator", "--", "--ignored", "--test-threads=3"];

fn tests(env: &Env) -> Command {
    let mut tests = programs::cargo(env, "test");
    tests.arg("--no-fail-fast");
    tests
}

enum Outcome {
    All,
    /// Tests that the harness ignored are run, or reported as skipped, elsewhere.
    WithoutIgnored,
}

fn cargo_test(env: &Env, title: &str, log: &str, command: &mut Command, count: &Outcome) -> Result<Tally> {
    let path = env.paths.logs().join(format!("{log}.log"));
    let run = env.reporter.step(title, log, |step| command::logged(step, command));
    crate::interrupt::check()?;

    let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    env.reporter.add_took(times::of_cargo(&text));
    let mut tally = Tally::default();
    text.lines().for_each(|line| tally.read_libtest_line(line));
    if matches!(count, Outcome::WithoutIgnored) {
        tally.skipped.clear();
    }
    // A compile error, or a test that took its whole process with it, leaves no line of its own.
    if let Err(error) = run
        && tally.failed.is_empty()
    {
        tally.fail(format!("{title}: {error:#}"));
    }
    Ok(tally)
}

/// How many tests [`run_on_cluster`] would run, for a report of those that could not be.
///
/// # Errors
/// cargo cannot list them.
pub(super) fn skip_on_cluster(env: &Env, reason: &str) -> Result<Tally> {
    skip(env, &[], reason)
}

/// Those of the operator's tests whose names have one of `filters` in them, or all where there is none.
fn skip(env: &Env, filters: &[&str], reason: &str) -> Result<Tally> {
    let list = command::output(tests(env).args(ON_CLUSTER).args(filters).arg("--list"))?;
    let mut tally = Tally::default();
    for test in list.lines().filter_map(|line| line.strip_suffix(": test")) {
        tally.skip(test, reason);
    }
    ensure!(!tally.skipped.is_empty(), "the operator has no tests {}", filters.join(", "));
    Ok(tally)
}
