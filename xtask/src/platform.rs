//! charts/platform: installed, and waited for.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use store::Versions;

use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;
use crate::images::platform::PlatformImages;
use crate::key::files_below;
use crate::workloads;

pub const NAMESPACE: &str = "storeyard";
const READY: Duration = Duration::from_secs(180);

/// One installation of Storeyard in a cluster: its release and its namespace are named alike.
#[derive(Debug, Clone)]
pub struct Installation {
    pub name: String,
    /// Laid over all other values.
    pub values: Value,
}

impl Installation {
    /// The one that people use.
    pub fn main() -> Self {
        Self { name: NAMESPACE.to_owned(), values: json!({}) }
    }

    fn selector(&self) -> String {
        format!("app.kubernetes.io/instance={}", self.name)
    }
}

/// What the chart is told of the images, by the names that the cluster knows them under.
#[derive(Debug, Clone)]
pub struct References {
    pub platform: String,
    pub wordpress: String,
    pub mariadb: String,
    /// What is in those two, as their labels tell.
    pub carried: Carried,
    pub plugin: bool,
}

/// What is in the images of a store.
#[derive(Debug, Clone)]
pub struct Carried {
    wordpress: Versions,
    mariadb: Versions,
}

impl References {
    /// The names under which the images are made.
    ///
    /// # Errors
    /// An image is missing.
    pub fn local(images: &PlatformImages) -> Result<Self> {
        Ok(Self {
            platform: images.platform.reference.clone(),
            wordpress: images.wordpress.reference.clone(),
            mariadb: images.mariadb.reference.clone(),
            carried: Carried { wordpress: images.wordpress.versions()?, mariadb: images.mariadb.versions()? },
            plugin: images.plugin,
        })
    }

    /// What is in each image of a store, by its reference.
    pub fn versions(&self) -> Value {
        json!({
            self.wordpress.as_str(): self.carried.wordpress,
            self.mariadb.as_str(): self.carried.mariadb,
        })
    }

    fn values(&self) -> Value {
        json!({
            "image": self.platform,
            "engines": {"woocommerce": {
                "options": {"plugin": self.plugin},
                "images": {"wordpress": self.wordpress, "mariadb": self.mariadb},
                "versions": self.versions(),
            }},
        })
    }
}

/// The values for a domain under `localhost` and plain HTTP.
pub fn local_values(env: &Env) -> PathBuf {
    env.paths.checkout.join("charts/platform/values-local.yaml")
}

/// Installs or upgrades Storeyard, and waits until it is ready.
///
/// # Errors
/// helm refuses, or a Deployment does not become ready; the error then has its pod's reason and last lines.
pub fn install(
    env: &Env,
    cluster: &Cluster,
    installation: &Installation,
    references: &References,
    values: &[PathBuf],
) -> Result<()> {
    let name = installation.name.as_str();
    let mut own = references.values();
    merge(&mut own, &installation.values);
    let chart = env.paths.checkout.join("charts/platform");
    env.reporter.step("installing Storeyard with helm", "helm", |step| {
        // helm installs a chart's resource definitions once and never again.
        cluster.apply(&resource_definitions(&chart)?)?;
        let mut helm = cluster.helm();
        helm.args(["upgrade", "--install", name]).arg(&chart);
        helm.args(["--namespace", name, "--create-namespace", "--skip-crds"]);
        for file in values {
            helm.arg("--values").arg(file);
        }
        helm.args(["--values", "-"]);
        let output = command::output_with_input(&mut helm, Some(&own.to_string()))?;
        std::io::Write::write_all(&mut step.log()?, output.as_bytes())?;
        Ok(())
    })?;
    env.reporter.step("Storeyard's own workloads", "platform-workloads", |step| {
        let deployments = deployments(cluster, installation)?;
        let deployments: Vec<(&str, &str)> = deployments.iter().map(|it| (name, it.as_str())).collect();
        workloads::wait(cluster, step, &deployments, READY)
    })
}

fn merge(below: &mut Value, above: &Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                merge(below.entry(key).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above.clone(),
    }
}

fn resource_definitions(chart: &std::path::Path) -> Result<String> {
    let files = files_below(&chart.join("crds"))?;
    let texts: Vec<String> = files.iter().map(fs::read_to_string).collect::<std::io::Result<_>>()?;
    Ok(texts.join("\n---\n"))
}

fn deployments(cluster: &Cluster, installation: &Installation) -> Result<Vec<String>> {
    let selector = installation.selector();
    let list = cluster.get(&["-n", &installation.name, "deployments", "-l", &selector])?;
    let items = list["items"].as_array().context("kubectl's answer is no list")?;
    let names = items.iter().filter_map(|item| item.pointer("/metadata/name")?.as_str());
    let names: Vec<String> = names.map(|name| format!("deployment/{name}")).collect();
    if names.is_empty() {
        bail!("the chart made no Deployment labelled {selector}");
    }
    Ok(names)
}

/// Where the chart's Ingress puts the dashboard.
///
/// # Errors
/// There is no Ingress, or the API server does not answer.
pub fn address(cluster: &Cluster, installation: &Installation) -> Result<String> {
    let list = cluster.get(&["-n", &installation.name, "ingresses", "-l", &installation.selector()])?;
    let host = list.pointer("/items/0/spec/rules/0/host").and_then(Value::as_str);
    let host = host.context("the chart made no Ingress that names a host")?;
    // An Ingress whose certificate the controller has by itself does not say that it is https.
    let config = config(cluster, &installation.name)?;
    let scheme = config["scheme"].as_str().context("the configuration names no scheme")?;
    Ok(format!("{scheme}://{host}/"))
}

/// The token for the first user; none once that one was made.
///
/// # Errors
/// The API server does not answer, or the dashboard has not made the token.
pub fn token(cluster: &Cluster, installation: &Installation) -> Result<Option<String>> {
    let name = &installation.name;
    let is_there =
        ["get", "secret", &format!("{name}-users"), "-n", name, "--ignore-not-found", "-o", "name"];
    if !command::output(cluster.kubectl().args(is_there))?.trim().is_empty() {
        return Ok(None);
    }
    token_in(cluster, name, &format!("{name}-keys")).map(Some)
}

/// The token in the Secret `keys`.
///
/// # Errors
/// As [`token`].
pub fn token_in(cluster: &Cluster, namespace: &str, keys: &str) -> Result<String> {
    let template = r#"go-template={{index .data "set-up-token" | base64decode}}"#;
    command::output(cluster.kubectl().args(["get", "secret", keys, "-n", namespace, "-o", template]))
        .context("the dashboard has made no token")
}

/// What the processes of an installation are configured with.
///
/// # Errors
/// The API server does not answer.
pub fn config(cluster: &Cluster, name: &str) -> Result<Value> {
    let map = cluster.get(&["configmap", name, "-n", name])?;
    let text = map.pointer("/data/config.json").and_then(Value::as_str);
    Ok(serde_json::from_str(text.with_context(|| format!("{name} has no config.json"))?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installations_own_values_are_laid_over_the_rest() {
        let mut values = json!({"engines": {"page": {"options": {"fancy": true}}}, "image": "a"});
        merge(&mut values, &json!({"engines": {"page": {"options": {"plain": false}}}, "image": "b"}));
        assert_eq!(
            values,
            json!({"engines": {"page": {"options": {"fancy": true, "plain": false}}}, "image": "b"})
        );
    }
}
