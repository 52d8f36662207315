//! The charts, rendered with the values in their `ci` folders: each file of `ci/good` has to be accepted by the API server without a warning, in a
//! namespace that enforces `restricted`; each of `ci/bad` has to be refused by helm with the sentence in its first line.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::tally::Tally;
use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;
use crate::interrupt;

const CHARTS: [&str; 2] = ["woocommerce", "platform"];
const NAMESPACE: &str = "storeyard-trial-charts";
/// Tries a chart with values.
type Check = fn(&Cluster, &Path, &Path) -> Result<()>;

/// A folder of values, and what has to come of each.
const EXPECTATIONS: [(&str, Check); 2] = [("good", accepted), ("bad", refused)];
/// What a bad file's first line begins with; the rest of it is in helm's complaint.
const REFUSED: &str = "# expect: ";

/// # Errors
/// The values cannot be read, or the cluster does not answer.
pub(super) fn run(env: &Env, cluster: &Cluster) -> Result<Tally> {
    let mut tally = Tally::default();
    cluster.apply(&namespace())?;
    for chart in CHARTS {
        let folder = env.paths.checkout.join("charts").join(chart);
        for (expected, check) in EXPECTATIONS {
            for values in values_of(&folder.join("ci").join(expected))? {
                let name = values.file_name().unwrap_or_default().to_string_lossy();
                let title = format!("chart {chart} with {expected} values {name}");
                let checked = env.reporter.step(&title, "test-charts", |_| check(cluster, &folder, &values));
                interrupt::check()?;
                match checked {
                    Ok(()) => tally.pass(),
                    Err(error) => tally.fail(format!("{title}: {error:#}")),
                }
            }
        }
    }
    command::output(cluster.kubectl().args(["delete", "namespace", NAMESPACE, "--wait=false"]))?;
    Ok(tally)
}

fn values_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    files.sort();
    if files.is_empty() {
        bail!("{} has no values to try", folder.display());
    }
    Ok(files)
}

fn accepted(cluster: &Cluster, chart: &Path, values: &Path) -> Result<()> {
    let manifests = render(cluster, chart, values)?;
    let mut apply = cluster.kubectl();
    // A warning is what pod security says of a pod template that its namespace would refuse.
    apply.args([
        "apply",
        "--server-side",
        "--dry-run=server",
        "--warnings-as-errors",
        "-n",
        NAMESPACE,
        "-f",
        "-",
    ]);
    command::output_with_input(&mut apply, Some(&manifests)).map(drop)
}

fn refused(cluster: &Cluster, chart: &Path, values: &Path) -> Result<()> {
    let text = fs::read_to_string(values)?;
    let sentence = text.lines().next().and_then(|line| line.strip_prefix(REFUSED));
    let sentence = sentence.with_context(|| format!("its first line does not begin with “{REFUSED}”"))?;
    match render(cluster, chart, values) {
        Ok(_) => bail!("helm accepted it"),
        Err(complaint) if format!("{complaint:#}").contains(sentence) => Ok(()),
        Err(complaint) => Err(complaint.context(format!("helm's complaint is not “{sentence}”"))),
    }
}

fn render(cluster: &Cluster, chart: &Path, values: &Path) -> Result<String> {
    command::output(cluster.helm().args(["template", "trial", "-n", NAMESPACE, "-f"]).arg(values).arg(chart))
}

fn namespace() -> String {
    let restricted =
        ["enforce", "warn"].map(|mode| (format!("pod-security.kubernetes.io/{mode}"), "restricted".into()));
    let labels: serde_json::Map<String, serde_json::Value> = restricted.into_iter().collect();
    serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}).to_string()
}
