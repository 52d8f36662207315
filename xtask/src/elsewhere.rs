//! `cargo xtask up --context NAME`: Storeyard in a cluster one has.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;
use crate::images::platform::{self as platform_images, PlatformImages};
use crate::images::{Buildah, Image, Packages};
use crate::platform::{self, Installation, References};
use crate::preflight::{self, Purpose};

/// How images get to the cluster's nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    Registry(String),
    /// A kind cluster, by name.
    Kind(String),
    /// k3s on this machine.
    K3s,
}

/// Installs Storeyard into the context `name` of the user's kubeconfig; gives back its address.
///
/// # Errors
/// The context does not answer, or images cannot be brought there.
pub fn install(
    env: &Env,
    name: &str,
    registry: Option<&str>,
    values: Vec<PathBuf>,
    packages: Packages,
) -> Result<String> {
    preflight::check(env, Purpose::Build)?;
    env.tools.build_for_images(&env.paths, &env.reporter)?;
    let cluster = Cluster::named(env, name);
    let nodes = match cluster.get(&["nodes"]) {
        Ok(nodes) => nodes,
        Err(error) => {
            return Err(error
                .context(format!("the context {name} does not answer: see `kubectl config get-contexts`")));
        }
    };
    let way = way(name, registry, &nodes, is_installed)?;
    let images = platform_images::ensure(env, &platform_images::compile(env)?, packages)?;
    let references = deliver(env, &way, &images)?;
    let values = if values.is_empty() { vec![platform::local_values(env)] } else { values };
    let installation = Installation::main();
    platform::install(env, &cluster, &installation, &references, &values)?;
    platform::address(&cluster, &installation)
}

fn way(
    context: &str,
    registry: Option<&str>,
    nodes: &Value,
    is_installed: impl Fn(&str) -> bool,
) -> Result<Way> {
    if let Some(registry) = registry {
        return Ok(Way::Registry(registry.trim_end_matches('/').to_owned()));
    }
    if let Some(name) = context.strip_prefix("kind-").filter(|_| is_installed("kind")) {
        return Ok(Way::Kind(name.to_owned()));
    }
    let versions = nodes["items"].as_array().into_iter().flatten();
    let versions = versions.filter_map(|node| node.pointer("/status/nodeInfo/kubeletVersion")?.as_str());
    let versions: Vec<&str> = versions.collect();
    if versions.len() == 1 && versions[0].contains("+k3s") && is_installed("k3s") {
        return Ok(Way::K3s);
    }
    bail!(
        "the images cannot be brought to the context {context}, which is neither a one-node k3s on this machine nor a kind cluster: name a registry that its nodes pull from with --registry HOST/PATH"
    )
}

fn deliver(env: &Env, way: &Way, images: &PlatformImages) -> Result<References> {
    let mut references = References::local(images)?;
    let registry = if let Way::Registry(registry) = way { Some(registry) } else { None };
    if let Some(registry) = registry {
        references.platform = remote(registry, &images.platform);
        references.wordpress = remote(registry, &images.wordpress);
        references.mariadb = remote(registry, &images.mariadb);
    }
    env.reporter.step("bringing the images to the cluster", "deliver", |step| {
        for image in images.all() {
            step.detail(image.name);
            match way {
                Way::Registry(registry) => {
                    Buildah::new(&env.paths).send(step, &image.archive, &remote(registry, image))?;
                }
                Way::Kind(name) => command::logged(
                    step,
                    Command::new("kind")
                        .args(["load", "image-archive"])
                        .arg(&image.archive)
                        .args(["--name", name]),
                )?,
                Way::K3s => {
                    command::logged(
                        step,
                        Command::new("k3s").args(["ctr", "images", "import"]).arg(&image.archive),
                    )?;
                }
            }
        }
        Ok(())
    })?;
    Ok(references)
}

/// `registry.example/team/wordpress:TAG`
fn remote(registry: &str, image: &Image) -> String {
    let tag = image.reference.rsplit(':').next().unwrap_or_default();
    format!("{registry}/{}:{tag}", image.name)
}

fn is_installed(program: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(program).exists())
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
        let way = way("kind-a", Some("registry.example/team/"), &nodes(&[]), |_| true).unwrap();
        assert_eq!(way, Way::Registry("registry.example/team".to_owned()));
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
    fn an_image_keeps_its_tag_in_a_registry() {
        let image = Image {
            name: "wordpress",
            reference: "localhost/storeyard/wordpress:abc-woo".to_owned(),
            archive: PathBuf::new(),
        };
        assert_eq!(
            remote("registry.example:5000/team", &image),
            "registry.example:5000/team/wordpress:abc-woo"
        );
    }
}
