//! The chart before the present one, out of the checkout's history: the newest whose objects differ from what the present one makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;

const CHART: &str = "charts/platform";
/// What of it makes objects.
const MAKING: [&str; 4] = [
    "charts/platform/Chart.yaml",
    "charts/platform/templates",
    "charts/platform/values.yaml",
    "charts/platform/values.schema.json",
];
/// How many changes of the chart are looked through.
const LOOKED_THROUGH: &str = "20";

/// Unpacks it below `folder`; none where the checkout has no such history, as a shallow clone has not.
///
/// # Errors
/// The present chart cannot be rendered with these values, or an older one cannot be unpacked.
pub(super) fn chart(env: &Env, cluster: &Cluster, folder: &Path, values: &Path) -> Result<Option<PathBuf>> {
    let git = || {
        let mut git = Command::new("git");
        git.current_dir(&env.paths.checkout);
        git
    };
    let mut log = git();
    log.args(["log", "--format=%H", "--max-count", LOOKED_THROUGH, "HEAD", "--"]).args(MAKING);
    let Ok(commits) = command::output(&mut log) else { return Ok(None) };
    let render = |chart: &Path| {
        command::output(cluster.helm().args(["template", "x"]).arg(chart).arg("--values").arg(values))
    };
    let present = render(&env.paths.checkout.join(CHART))?;
    for commit in commits.lines() {
        let place = folder.join(commit);
        let packed = folder.join("chart.tar");
        fs::create_dir_all(&place)?;
        command::output(git().args(["archive", "--output"]).arg(&packed).args([commit, CHART]))?;
        command::output(Command::new("tar").arg("-xf").arg(&packed).arg("-C").arg(&place))?;
        let chart = place.join(CHART);
        // One that refuses today's values cannot be what somebody has who goes on with them.
        let Ok(objects) = render(&chart) else { return Ok(None) };
        if !said(&objects).eq(said(&present)) {
            return Ok(Some(chart));
        }
    }
    Ok(None)
}

/// What is in manifests beside comments and empty lines.
fn said(manifests: &str) -> impl Iterator<Item = &str> {
    let lines = manifests.lines().map(str::trim_end);
    lines.filter(|line| !line.is_empty() && !line.trim_start().starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_that_differ_in_comments_and_empty_lines_make_the_same_objects() {
        let same = |a: &str, b: &str| said(a).eq(said(b));
        assert!(same("# one\na: 1\n  \nb: 2\n", "a: 1\nb: 2\n  # two\n"));
        assert!(!same("a: 1\n", "a: 2\n") && !same("a: 1\n", " a: 1\n"));
    }
}
