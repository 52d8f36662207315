//! `cargo xtask up --context NAME`: Storeyard in a cluster one has.

mod deliver;
mod registry;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;
use crate::images::Packages;
use crate::images::platform as platform_images;
use crate::platform::{self, Installation};
use crate::preflight::{self, Purpose};
use deliver::Way;
pub use registry::{Chart, Registry};

/// What is to be installed where.
#[derive(Debug)]
pub struct Target {
    /// Of the user's kubeconfig.
    pub context: String,
    /// Of release and namespace.
    pub name: String,
    /// Where the cluster's nodes pull from.
    pub registry: Option<Registry>,
    /// Chart values, each laid over the ones before it.
    pub values: Vec<PathBuf>,
    /// Where to write all values, to be kept.
    pub values_out: Option<PathBuf>,
    pub packages: Packages,
}

/// What came of it.
#[derive(Debug)]
pub struct Installed {
    pub address: String,
    /// For the first user; none once that one was made.
    pub token: Option<String>,
    /// What was pushed, where there is a registry.
    pub chart: Option<Chart>,
}

/// Installs Storeyard into the context that is named, and into no other.
///
/// # Errors
/// The context does not answer, or images cannot be brought there.
pub fn install(env: &Env, target: &Target) -> Result<Installed> {
    preflight::check(env, Purpose::Elsewhere)?;
    let cluster = Cluster::named(env, &target.context)?;
    let installation = Installation::named(&target.name);
    let nodes = cluster.get(&["nodes"]).with_context(|| {
        format!("the context {} does not answer: see `kubectl config get-contexts`", target.context)
    })?;
    let way = way(&target.context, target.registry.as_ref(), &nodes, deliver::is_installed)?;
    check_architecture(&nodes, std::env::consts::ARCH)?;
    env.tools.build_for_images(&env.paths, &env.reporter)?;
    let images = platform_images::ensure(env, &platform_images::compile(env)?, target.packages)?;
    let references = deliver::images(env, &way, &images)?;
    let chart = match &way {
        Way::Registry(registry) => Some(registry.push_chart(env, &cluster)?),
        Way::Kind(_) | Way::K3s => None,
    };
    let charts = env.paths.checkout.join("charts/platform");
    let values = values(&charts, is_k3s(&nodes), &target.values);
    platform::install(env, &cluster, &installation, &references, &values)?;
    if let Some(file) = &target.values_out {
        keep_values(&cluster, &installation, file)?;
    }
    Ok(Installed {
        address: platform::address(&cluster, &installation)?,
        token: platform::token(&cluster, &installation)?,
        chart,
    })
}

/// The files that helm is given: first what k3s brings, where the cluster is one, and the user's own over it.
fn values(charts: &Path, is_k3s: bool, own: &[PathBuf]) -> Vec<PathBuf> {
    let first = match (is_k3s, own.is_empty()) {
        (true, _) => Some("values-k3s.yaml"),
        (false, true) => Some("values-local.yaml"),
        (false, false) => None,
    };
    first.map(|file| charts.join(file)).into_iter().chain(own.iter().cloned()).collect()
}

/// All that helm was given, as one file: with it, helm alone does the same again.
fn keep_values(cluster: &Cluster, installation: &Installation, file: &Path) -> Result<()> {
    let name = &installation.name;
    let values = command::output(cluster.helm().args(["get", "values", name, "-n", name, "-o", "yaml"]))?;
    fs::write(file, values).with_context(|| format!("{} cannot be written", file.display()))
}

fn kubelets(nodes: &Value) -> impl Iterator<Item = &Value> {
    nodes["items"].as_array().into_iter().flatten().filter_map(|node| node.pointer("/status/nodeInfo"))
}

fn versions(nodes: &Value) -> Vec<&str> {
    kubelets(nodes).filter_map(|node| node["kubeletVersion"].as_str()).collect()
}

fn is_k3s(nodes: &Value) -> bool {
    versions(nodes).iter().any(|version| version.contains("+k3s"))
}

/// Images are made for the machine that makes them: on other nodes no program of theirs would start.
fn check_architecture(nodes: &Value, own: &str) -> Result<()> {
    let own = match own {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let others = kubelets(nodes).filter_map(|node| node["architecture"].as_str()).find(|other| *other != own);
    ensure!(
        others.is_none(),
        "the cluster has nodes of {}, and what is built on this machine runs on {own} alone: run this on a machine of theirs",
        others.unwrap_or_default()
    );
    Ok(())
}

fn way(
    context: &str,
    registry: Option<&Registry>,
    nodes: &Value,
    is_installed: impl Fn(&str) -> bool,
) -> Result<Way> {
    if let Some(registry) = registry {
        return Ok(Way::Registry(registry.clone()));
    }
    if let Some(name) = context.strip_prefix("kind-").filter(|_| is_installed("kind")) {
        return Ok(Way::Kind(name.to_owned()));
    }
    if versions(nodes).len() == 1 && is_k3s(nodes) && is_installed("k3s") {
        return Ok(Way::K3s);
    }
    bail!(
        "the images cannot be brought to the context {context}, which is neither a one-node k3s on this machine nor a kind cluster: name a registry that its nodes pull from with --registry HOST/PATH"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn nodes(versions: &[&str]) -> Value {
        let items: Vec<Value> = versions
            .iter()
            .map(|version| json!({"status": {"nodeInfo": {"kubeletVersion": version}}}))
            .collect();
        json!({"items": items})
    }

    #[test]
    fn a_registry_that_is_named_is_used_whatever_the_cluster() {
        let registry = Registry::at("registry.example/team");
        let way = way("kind-a", Some(&registry), &nodes(&[]), |_| true).unwrap();
        assert_eq!(way, Way::Registry(registry));
    }

    #[test]
    fn kind_and_a_k3s_of_one_node_take_archives() {
        assert_eq!(way("kind-a", None, &nodes(&["v1.37.2"]), |_| true).unwrap(), Way::Kind("a".to_owned()));
        assert_eq!(way("default", None, &nodes(&["v1.37.2+k3s1"]), |_| true).unwrap(), Way::K3s);
    }

    #[test]
    fn other_clusters_need_a_registry() {
        let no_program = |_: &str| false;
        assert!(way("kind-a", None, &nodes(&["v1.37.2"]), no_program).is_err());
        assert!(way("default", None, &nodes(&["v1.37.2+k3s1", "v1.37.2+k3s1"]), |_| true).is_err());
        let error = way("prod", None, &nodes(&["v1.37.2"]), |_| true).unwrap_err().to_string();
        assert!(error.contains("--registry"), "{error}");
    }

    #[test]
    fn on_k3s_the_users_values_are_laid_over_what_k3s_brings() {
        let (charts, own) = (Path::new("charts"), [PathBuf::from("mine.yaml")]);
        let names = |is_k3s, own: &[PathBuf]| -> Vec<String> {
            values(charts, is_k3s, own).iter().map(|file| file.display().to_string()).collect()
        };
        assert_eq!(names(true, &own), ["charts/values-k3s.yaml", "mine.yaml"]);
        assert_eq!(names(true, &[]), ["charts/values-k3s.yaml"]);
        assert_eq!(names(false, &own), ["mine.yaml"]);
        assert_eq!(names(false, &[]), ["charts/values-local.yaml"]);
        assert!(is_k3s(&nodes(&["v1.37.2+k3s1"])) && !is_k3s(&nodes(&["v1.37.2"])));
    }

    #[test]
    fn nodes_that_could_not_run_the_images_are_told_before_anything_is_built() {
        let nodes =
            |architecture: &str| json!({"items": [{"status": {"nodeInfo": {"architecture": architecture}}}]});
        assert!(check_architecture(&nodes("amd64"), "x86_64").is_ok());
        assert!(check_architecture(&nodes("arm64"), "aarch64").is_ok());
        let error = check_architecture(&nodes("arm64"), "x86_64").unwrap_err().to_string();
        assert!(error.contains("nodes of arm64") && error.contains("amd64 alone"), "{error}");
    }
}
