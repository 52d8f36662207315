//! charts/platform: installed, and waited for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use store::Versions;

use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;
use crate::images::Image;
use crate::images::platform::PlatformImages;
use crate::key::files_below;
use crate::workloads;

pub const NAMESPACE: &str = "storeyard";
const READY: Duration = Duration::from_secs(180);
/// Where in the platform's image the charts of its engines are.
const CARRIED: &str = "/srv/storeyard/charts";
/// The engine that is told whether a plugin is in its image.
const WITH_PLUGIN: &str = "woocommerce";

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
        Self::named(NAMESPACE)
    }

    /// One by another name, such as a second one in the same cluster.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), values: json!({}) }
    }

    fn selector(&self) -> String {
        format!("app.kubernetes.io/instance={}", self.name)
    }
}

/// What the chart is told of the images, by the names that the cluster knows them under.
#[derive(Debug, Clone)]
pub struct References {
    pub platform: String,
    /// By the engine's name.
    engines: BTreeMap<String, Vec<Reference>>,
    pub plugin: bool,
}

/// An image of a store.
#[derive(Debug, Clone)]
struct Reference {
    name: String,
    /// With repository and tag.
    reference: String,
    /// What is in it, as its label tells.
    carried: Versions,
}

impl References {
    /// The names under which the images are made.
    ///
    /// # Errors
    /// An image is missing.
    pub fn local(images: &PlatformImages) -> Result<Self> {
        Self::known_as(images, |image| image.reference.clone())
    }

    /// The names that `reference` gives them.
    ///
    /// # Errors
    /// An image is missing.
    pub fn known_as(images: &PlatformImages, reference: impl Fn(&Image) -> String) -> Result<Self> {
        let of_store = |name: &String| -> Result<Reference> {
            let image = images.of_stores.get(name).with_context(|| format!("there is no image {name}"))?;
            Ok(Reference { name: name.clone(), reference: reference(image), carried: image.versions()? })
        };
        let engines = images
            .engines
            .iter()
            .map(|(engine, names)| Ok((engine.clone(), names.iter().map(of_store).collect::<Result<_>>()?)));
        Ok(Self {
            platform: reference(&images.platform),
            engines: engines.collect::<Result<_>>()?,
            plugin: images.plugin,
        })
    }

    /// The images of an engine's stores, by their names.
    pub fn images(&self, engine: &str) -> Value {
        self.of(engine).map(|image| (image.name.clone(), image.reference.clone())).collect()
    }

    /// What is in each of them that tells, by its reference.
    pub fn versions(&self, engine: &str) -> Value {
        let telling = self.of(engine).filter(|image| image.carried != Versions::default());
        telling.map(|image| (image.reference.clone(), json!(image.carried))).collect()
    }

    /// The engines that are offered.
    pub fn engines(&self) -> impl Iterator<Item = &str> {
        self.engines.keys().map(String::as_str)
    }

    /// What is chosen of an engine's options.
    pub fn options(&self, engine: &str) -> Value {
        if engine == WITH_PLUGIN { json!({ "plugin": self.plugin }) } else { json!({}) }
    }

    fn of(&self, engine: &str) -> impl Iterator<Item = &Reference> {
        self.engines.get(engine).into_iter().flatten()
    }

    /// What each engine is configured with, whose charts are in that folder.
    pub fn engines_of(&self, charts: &Path) -> Value {
        let engine = |name: &String| {
            let settings = json!({
                "chart": charts.join(name),
                "images": self.images(name),
                "versions": self.versions(name),
                "options": self.options(name),
            });
            (name.clone(), settings)
        };
        self.engines.keys().map(engine).collect()
    }

    fn values(&self) -> Value {
        let engines = self.engines_of(Path::new(CARRIED));
        json!({ "image": self.platform, "defaultEngine": WITH_PLUGIN, "engines": engines })
    }
}

/// The values for a domain under `localhost` and plain HTTP.
pub fn local_values(env: &Env) -> PathBuf {
    env.paths.checkout.join("charts/platform/values-local.yaml")
}

/// The same for https, laid over them.
pub fn local_tls_values(env: &Env) -> PathBuf {
    env.paths.checkout.join("charts/platform/values-local-tls.yaml")
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

pub(crate) fn merge(below: &mut Value, above: &Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                merge(below.entry(key).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above.clone(),
    }
}

fn resource_definitions(chart: &Path) -> Result<String> {
    let files = files_below(&chart.join("crds"))?;
    let texts: Vec<String> = files.iter().map(fs::read_to_string).collect::<std::io::Result<_>>()?;
    Ok(texts.join("\n---\n"))
}

/// `deployment/NAME` of each of its workloads.
pub(crate) fn deployments(cluster: &Cluster, installation: &Installation) -> Result<Vec<String>> {
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

/// Where the dashboard is, as its processes know it.
///
/// # Errors
/// The API server does not answer, or the configuration is none.
pub fn address(cluster: &Cluster, installation: &Installation) -> Result<String> {
    let config = config(cluster, &installation.name)?;
    let text = |key: &str| {
        config[key]
            .as_str()
            .with_context(|| format!("the configuration of {} has no {key}", installation.name))
    };
    Ok(format!("{}://dashboard.{}/", text("scheme")?, text("domainSuffix")?))
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

    #[test]
    fn the_chart_is_told_of_each_engine_that_the_image_carries() {
        let image = |name: &str, carried: &str| Reference {
            name: name.to_owned(),
            reference: format!("registry.example/{name}:1"),
            carried: Versions::parse(carried).unwrap(),
        };
        let engines = [
            ("gallery", vec![image("page", ""), image("data", "PostgreSQL 17.6")]),
            (WITH_PLUGIN, vec![image("shop", "WordPress 7.1")]),
        ];
        let references = References {
            platform: "registry.example/platform:1".to_owned(),
            engines: engines.into_iter().map(|(name, images)| (name.to_owned(), images)).collect(),
            plugin: true,
        };
        let values = references.values();
        let gallery = &values["engines"]["gallery"];
        assert_eq!(gallery["chart"], "/srv/storeyard/charts/gallery");
        assert_eq!(
            gallery["images"],
            json!({"page": "registry.example/page:1", "data": "registry.example/data:1"})
        );
        // An image that tells nothing is not told of: the chart takes no empty text.
        assert_eq!(gallery["versions"], json!({"registry.example/data:1": "PostgreSQL 17.6"}));
        assert_eq!(gallery["options"], json!({}));
        assert_eq!(values["engines"][WITH_PLUGIN]["options"], json!({"plugin": true}));
    }
}
