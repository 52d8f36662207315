//! The way of a team with a k3s: by the README's own commands, from a registry, under an operator's names. What k3s brings is a second Traefik, in
//! the namespace and with the names that k3s gives it; the rest of the node is as it is.

mod page;
mod previous;
mod registry;
mod team;

use anyhow::Result;

use super::tally::Tally;
use crate::cluster::Cluster;
use crate::env::Env;
use crate::images::platform::PlatformImages;
use crate::node;
use crate::progress::Step;
use team::Team;

/// What came of a test that did not fail.
enum Tested {
    Passed,
    /// What of it could not be tried, and why.
    InPart(&'static str),
}

/// Its title, its log, and what is done.
type Test = (&'static str, &'static str, fn(&mut Team<'_>, &Step) -> Result<Tested>);

/// Each goes on where the one before it ended.
const TESTS: [Test; 6] = [
    ("k3s: the README's command installs Storeyard from a registry", "test-k3s-install", |team, step| {
        team.installs(step)
    }),
    ("k3s: a platform without stores is uninstalled", "test-k3s-uninstall", |team, step| {
        team.uninstalls(step)
    }),
    ("k3s: a store as a file is Ready", "test-k3s-store", |team, step| team.makes_a_store(step)),
    ("k3s: a shop goes on while its platform is upgraded by helm", "test-k3s-upgrade", |team, step| {
        team.upgrades(step)
    }),
    ("k3s: what matters is backed up", "test-k3s-backup", |team, step| team.backs_up(step)),
    ("k3s: a platform is uninstalled and its shop goes on", "test-k3s-keep", |team, step| {
        team.keeps_the_shop(step)
    }),
];

/// # Errors
/// What the tests need cannot be made or taken away again, or the run was interrupted.
pub(super) fn run(env: &Env, cluster: &Cluster, images: &PlatformImages) -> Result<Tally> {
    node::import_missing(env, &images.all())?;
    let mut team = Team::new(env, cluster, images)?;
    let tally = try_all(env, &mut team);
    team.remove()?;
    tally
}

fn try_all(env: &Env, team: &mut Team) -> Result<Tally> {
    let mut tally = Tally::default();
    for (title, log, test) in TESTS {
        if !tally.failed.is_empty() {
            tally.skip(title, "the test before it failed");
            continue;
        }
        match env.reporter.step(title, log, |step| test(team, step)) {
            Ok(Tested::Passed) => tally.pass(),
            Ok(Tested::InPart(reason)) => {
                tally.pass();
                tally.skip(title, reason);
            }
            Err(error) => tally.add(Tally::of(title, Err(error))?),
        }
    }
    Ok(tally)
}
