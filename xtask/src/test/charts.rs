//! The charts, rendered with the values in their `ci` folders: each file of `ci/good` has to be accepted by the API server without a warning, in a
//! namespace that enforces `restricted`; each of `ci/bad` has to be refused by helm with the sentence in its first line. The values that people
//! start from are good ones too. And what a third party's program says of them (`score`).

mod score;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::tally::Tally;
use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;
use crate::interrupt;
use crate::tools::definitions;

const NAMESPACE: &str = "storeyard-trial-charts";
/// Of the release.
const TRIAL: &str = "trial";
/// The platform's own values, each file laid over the ones before it.
const OWN: [&[&str]; 8] = [
    &["values-local.yaml"],
    &["values-k3s.yaml"],
    &["values-k3s.yaml", "values-prod.yaml"],
    &["values-local.yaml", "values-local-tls.yaml"],
    &["values-prod.yaml"],
    &["values-prod.yaml", "values-prod-acme.yaml"],
    &["values-prod.yaml", "values-prod-wildcard.yaml"],
    &["values-prod.yaml", "values-prod-in-front.yaml"],
];
/// What people are given to apply beside the charts.
const DOCUMENTED: [&str; 1] = ["docs/certificate.yaml"];
/// On an https Ingress without it Traefik answers 404, whatever else says TLS.
const ROUTER_TLS: &str = "traefik.ingress.kubernetes.io/router.tls";

/// Tries a chart with values.
type Check = fn(&Cluster, &Path, &[PathBuf]) -> Result<()>;

/// A folder of values, and what has to come of each.
const EXPECTATIONS: [(&str, Check); 2] = [("good", accepted), ("bad", refused)];
/// What a bad file's first line begins with; the rest of it is in helm's complaint.
const REFUSED: &str = "# expect: ";

/// # Errors
/// The values cannot be read, or the cluster does not answer.
pub(super) fn run(env: &Env, cluster: &Cluster) -> Result<Tally> {
    cluster.apply(&namespace())?;
    let definitions = definitions_of_others(env)?;
    cluster.apply(&definitions)?;
    let tally = try_all(env, cluster);
    command::output_with_input(cluster.kubectl().args(["delete", "--filename", "-"]), Some(&definitions))?;
    command::output(cluster.kubectl().args(["delete", "namespace", NAMESPACE, "--wait=false"]))?;
    tally
}

fn try_all(env: &Env, cluster: &Cluster) -> Result<Tally> {
    let mut tally = Tally::default();
    for folder in entries_of(&env.paths.checkout.join("charts"))? {
        let chart = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (expected, check) in EXPECTATIONS {
            for values in entries_of(&folder.join("ci").join(expected))? {
                let name = values.file_name().unwrap_or_default().to_string_lossy();
                let title = format!("chart {chart} with {expected} values {name}");
                try_one(env, &mut tally, &title, || check(cluster, &folder, std::slice::from_ref(&values)))?;
            }
        }
    }
    let folder = env.paths.checkout.join("charts/platform");
    for files in OWN {
        let title = format!("chart platform with {}", files.join(" and "));
        let mut values: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
        // What only who installs it can say.
        values.push(folder.join("ci/images.yaml"));
        try_one(env, &mut tally, &title, || accepted(cluster, &folder, &values))?;
    }
    let kube_score = env.tools.build_kube_score(&env.paths, &env.reporter);
    tally.add(Tally::once(("kube-score is built", kube_score), || {
        let mut tally = Tally::default();
        try_one(env, &mut tally, "charts in a third party's eye", || score::check(env, cluster))?;
        Ok(tally)
    })?);
    for file in DOCUMENTED {
        let path = env.paths.checkout.join(file);
        try_one(env, &mut tally, file, || accepted_as_it_is(cluster, &path))?;
    }
    Ok(tally)
}

/// Of objects that the charts make for others where those are there.
fn definitions_of_others(env: &Env) -> Result<String> {
    let (monitoring, certificates) =
        (definitions::prometheus_operator(&env.paths)?, definitions::cert_manager(&env.paths)?);
    let files = [
        monitoring.join("monitoring.coreos.com_podmonitors.yaml"),
        monitoring.join("monitoring.coreos.com_prometheusrules.yaml"),
        certificates.join("cert-manager.io_certificates.yaml"),
        certificates.join("cert-manager.io_issuers.yaml"),
        certificates.join("cert-manager.io_clusterissuers.yaml"),
    ];
    let read = |file: &PathBuf| {
        fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
    };
    files.iter().map(read).collect()
}

fn try_one(env: &Env, tally: &mut Tally, title: &str, check: impl FnOnce() -> Result<()>) -> Result<()> {
    let checked = env.reporter.step(title, "test-charts", |_| check());
    interrupt::check()?;
    match checked {
        Ok(()) => tally.pass(),
        Err(error) => tally.fail(format!("{title}: {error:#}")),
    }
    Ok(())
}

fn entries_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    files.sort();
    if files.is_empty() {
        bail!("{} has nothing to try", folder.display());
    }
    Ok(files)
}

fn accepted(cluster: &Cluster, chart: &Path, values: &[PathBuf]) -> Result<()> {
    let accepted = applied(cluster, &render(cluster, TRIAL, chart, values)?)?;
    is_served(&serde_json::from_str(&accepted).context("kubectl's answer is no JSON")?)
}

fn accepted_as_it_is(cluster: &Cluster, file: &Path) -> Result<()> {
    let manifests = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    applied(cluster, &manifests).map(drop)
}

/// What the API server makes of manifests that it accepts.
fn applied(cluster: &Cluster, manifests: &str) -> Result<String> {
    let mut apply = cluster.kubectl();
    // A warning is what pod security says of a pod template that its namespace would refuse.
    apply.args([
        "apply",
        "--server-side",
        "--dry-run=server",
        "--warnings-as-errors",
        "-n",
        NAMESPACE,
        "-o",
        "json",
        "-f",
        "-",
    ]);
    command::output_with_input(&mut apply, Some(manifests))
}

/// Whether Traefik would serve what is said to be https: the objects' own Ingresses, and those that the operator will make.
fn is_served(list: &Value) -> Result<()> {
    for object in list["items"].as_array().context("kubectl's answer is no list")? {
        let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        if object["kind"] == "Ingress" && object.pointer("/spec/tls").is_some() {
            has_router_tls(&object["metadata"]["annotations"]).with_context(|| format!("Ingress {name}"))?;
        }
        if let Some(config) = object.pointer("/data/config.json").and_then(Value::as_str) {
            let config: Value = serde_json::from_str(config)?;
            let is_in_front = config.pointer("/ingress/tls/inFront") == Some(&true.into());
            if config["scheme"] == "https" && !is_in_front {
                has_router_tls(&config["ingress"]["annotations"]).context("Ingresses of the shops")?;
            }
        }
    }
    Ok(())
}

fn has_router_tls(annotations: &Value) -> Result<()> {
    if annotations[ROUTER_TLS] != "true" {
        bail!("{ROUTER_TLS} is not set");
    }
    Ok(())
}

fn refused(cluster: &Cluster, chart: &Path, values: &[PathBuf]) -> Result<()> {
    let text = values.iter().map(fs::read_to_string).collect::<std::io::Result<String>>()?;
    let sentence = text.lines().next().and_then(|line| line.strip_prefix(REFUSED));
    let sentence = sentence.with_context(|| format!("its first line does not begin with “{REFUSED}”"))?;
    match render(cluster, TRIAL, chart, values) {
        Ok(_) => bail!("helm accepted it"),
        Err(complaint) if format!("{complaint:#}").contains(sentence) => Ok(()),
        Err(complaint) => Err(complaint.context(format!("helm's complaint is not “{sentence}”"))),
    }
}

fn render(cluster: &Cluster, release: &str, chart: &Path, values: &[PathBuf]) -> Result<String> {
    let mut template = cluster.helm();
    template.args(["template", release, "-n", NAMESPACE]).arg(chart);
    for file in values {
        template.arg("--values").arg(file);
    }
    command::output(&mut template)
}

fn namespace() -> String {
    let restricted =
        ["enforce", "warn"].map(|mode| (format!("pod-security.kubernetes.io/{mode}"), "restricted".into()));
    let labels: serde_json::Map<String, serde_json::Value> = restricted.into_iter().collect();
    serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_https_ingress_that_traefik_would_not_serve_is_found() {
        let ingress = |annotations: Value| json!({"items": [{"kind": "Ingress", "metadata": {"name": "a", "annotations": annotations}, "spec": {"tls": []}}]});
        assert!(is_served(&ingress(json!({ROUTER_TLS: "true"}))).is_ok());
        assert!(is_served(&ingress(json!({}))).is_err());
        let config = json!({"scheme": "https", "ingress": {"annotations": {}}}).to_string();
        assert!(
            is_served(&json!({"items": [{"kind": "ConfigMap", "data": {"config.json": config}}]})).is_err()
        );
    }
}
