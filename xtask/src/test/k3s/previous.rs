//! The chart before the present one, out of the checkout's history: the newest whose objects differ from what the present one makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

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

/// A chart, and what a team that has it gives it.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) chart: PathBuf,
    pub(super) values: PathBuf,
}

/// Unpacks it below `folder`; none where the checkout has no such history, as a shallow clone has not. What it is given are `values` as they
/// were then: without what it does not know yet.
///
/// # Errors
/// The present chart cannot be rendered with these values, or an older one cannot be unpacked.
pub(super) fn chart(env: &Env, cluster: &Cluster, folder: &Path, values: &Path) -> Result<Option<Given>> {
    let git = || {
        let mut git = Command::new("git");
        git.current_dir(&env.paths.checkout);
        git
    };
    let mut log = git();
    log.args(["log", "--format=%H", "--max-count", LOOKED_THROUGH, "HEAD", "--"]).args(MAKING);
    let Ok(commits) = command::output(&mut log) else { return Ok(None) };
    let render = |given: &Given| {
        let mut helm = cluster.helm();
        helm.args(["template", "x"]).arg(&given.chart).arg("--values").arg(&given.values);
        command::output(&mut helm)
    };
    let present = Given { chart: env.paths.checkout.join(CHART), values: values.to_path_buf() };
    let present = render(&present)?;
    let text = fs::read_to_string(values)?;
    let todays: Value = serde_saphyr::from_str(&text).context("values cannot be read")?;
    for commit in commits.lines() {
        let place = folder.join(commit);
        let packed = folder.join("chart.tar");
        fs::create_dir_all(&place)?;
        command::output(git().args(["archive", "--output"]).arg(&packed).args([commit, CHART]))?;
        command::output(Command::new("tar").arg("-xf").arg(&packed).arg("-C").arg(&place))?;
        let given = Given { chart: place.join(CHART), values: place.join("values.json") };
        let Ok(schema) = fs::read(given.chart.join("values.schema.json")) else { return Ok(None) };
        let schema: Value = serde_json::from_slice(&schema)?;
        fs::write(&given.values, known(&todays, &schema).to_string())?;
        // One that refuses them all the same cannot be what somebody has who goes on with them.
        let Ok(objects) = render(&given) else { return Ok(None) };
        if !said(&objects).eq(said(&present)) {
            return Ok(Some(given));
        }
    }
    Ok(None)
}

/// What of values a schema has a word for.
fn known(values: &Value, schema: &Value) -> Value {
    let Value::Object(values) = values else { return values.clone() };
    let others = &schema["additionalProperties"];
    let of_key = |(key, value): (&String, &Value)| {
        let schema = schema["properties"].get(key).or((others != false).then_some(others))?;
        Some((key.clone(), known(value, schema)))
    };
    values.iter().filter_map(of_key).collect()
}

/// What is in manifests beside comments and empty lines.
fn said(manifests: &str) -> impl Iterator<Item = &str> {
    let lines = manifests.lines().map(str::trim_end);
    lines.filter(|line| !line.is_empty() && !line.trim_start().starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_chart_is_given_what_it_knows_of_values_and_nothing_newer() {
        let schema = json!({"additionalProperties": false, "properties": {
            "image": {}, "ingress": {"additionalProperties": false, "properties": {"tls": {}}},
            "labels": {"additionalProperties": {"type": "string"}},
            "engines": {"additionalProperties": {"additionalProperties": false, "properties": {"chart": {}}}},
        }});
        let values = json!({
            "image": "a", "mail": {"mode": "none"}, "ingress": {"tls": {"enabled": true}, "speed": 2},
            "labels": {"app": "traefik"}, "engines": {"page": {"chart": "b", "theme": "c"}},
        });
        let expected = json!({
            "image": "a", "ingress": {"tls": {"enabled": true}}, "labels": {"app": "traefik"}, "engines": {"page": {"chart": "b"}},
        });
        assert_eq!(known(&values, &schema), expected);
    }

    #[test]
    fn manifests_that_differ_in_comments_and_empty_lines_make_the_same_objects() {
        let same = |a: &str, b: &str| said(a).eq(said(b));
        assert!(same("# one\na: 1\n  \nb: 2\n", "a: 1\nb: 2\n  # two\n"));
        assert!(!same("a: 1\n", "a: 2\n") && !same("a: 1\n", " a: 1\n"));
    }
}
