//! A Storeyard of its own beside whatever else the cluster runs, for tests and measures; removed with every store it made.

use std::fs::File;
use std::io::Read as _;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use store::Scheme;

use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;
use crate::images::platform::PlatformImages;
use crate::node::pebble;
use crate::platform::{self, Installation, References};
use crate::up;

const PREFIX: &str = "storeyard-trial-";
/// On the namespace of a trial, so that one that was cut off is found and removed by the next.
const LABEL: &str = "storeyard.dev/trial";
/// Stores are deleted one after the other where the machine is slow.
const STORES_GONE: &str = "300s";
const NAMESPACE_GONE: &str = "120s";

#[derive(Debug)]
pub struct Trial {
    cluster: Cluster,
    installation: Installation,
    references: References,
    scheme: Scheme,
}

impl Trial {
    /// Installs it, after removing what earlier trials left.
    ///
    /// # Errors
    /// The cluster refuses, or it does not become ready.
    pub fn install(env: &Env, cluster: &Cluster, images: &PlatformImages) -> Result<Self> {
        Self::install_with(env, cluster, images, json!({}))
    }

    /// As [`Trial::install`], with chart values of its own.
    ///
    /// # Errors
    /// As [`Trial::install`].
    pub fn install_with(
        env: &Env,
        cluster: &Cluster,
        images: &PlatformImages,
        mut values: Value,
    ) -> Result<Self> {
        let name = claim(env, cluster)?;
        make_namespace(cluster, &name)?;
        values["domainSuffix"] = domain(&name).into();
        let installation = Installation { values, name };
        let references = References::local(images)?;
        platform::install(env, cluster, &installation, &references, &[platform::local_values(env)])?;
        Ok(Self { cluster: cluster.clone(), installation, references, scheme: Scheme::Http })
    }

    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    pub fn namespace(&self) -> &str {
        &self.installation.name
    }

    pub fn references(&self) -> &References {
        &self.references
    }

    /// What hosts of its shops end in.
    pub fn domain(&self) -> String {
        domain(&self.installation.name)
    }

    /// The host of its dashboard.
    pub fn host(&self) -> String {
        format!("dashboard.{}", self.domain())
    }

    /// Where it is.
    pub fn address(&self) -> String {
        format!("{}://{}", self.scheme, self.host())
    }

    /// Has it speak https from now on, with certificates of the node's ACME server, and with these chart values beside its own.
    ///
    /// # Errors
    /// As [`Trial::install`].
    pub fn speak_https(&mut self, env: &Env, values: &Value) -> Result<()> {
        let trusted = pebble::trusted(env, &self.cluster, &self.installation.name)?;
        for values in [&trusted, values] {
            platform::merge(&mut self.installation.values, values);
        }
        let values = [platform::local_values(env), platform::local_tls_values(env)];
        platform::install(env, &self.cluster, &self.installation, &self.references, &values)?;
        self.scheme = Scheme::Https;
        up::await_answer(env, self.scheme, &self.host())
    }

    /// What its processes are configured with.
    ///
    /// # Errors
    /// The API server does not answer.
    pub fn config(&self) -> Result<Value> {
        platform::config(&self.cluster, &self.installation.name)
    }

    /// # Errors
    /// As [`remove`].
    pub fn remove(self, env: &Env) -> Result<()> {
        remove(env, &self.cluster, &self.installation.name)
    }
}

/// A name for a trial, after removing what earlier ones left.
///
/// # Errors
/// Something of them stays.
pub(crate) fn claim(env: &Env, cluster: &Cluster) -> Result<String> {
    remove_leftovers(env, cluster)?;
    Ok(format!("{PREFIX}{}", random_suffix()?))
}

/// Makes the namespace of a trial.
///
/// # Errors
/// The cluster refuses.
pub(crate) fn make_namespace(cluster: &Cluster, name: &str) -> Result<()> {
    cluster.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {LABEL: "true"}}}).to_string())
}

/// Names under `localhost` are loopback for every browser.
pub(crate) fn domain(name: &str) -> String {
    format!("{name}.localhost")
}

fn remove_leftovers(env: &Env, cluster: &Cluster) -> Result<()> {
    let found = cluster.get(&["namespaces", "-l", LABEL])?;
    let names = found["items"].as_array().into_iter().flatten();
    for name in names.filter_map(|namespace| namespace.pointer("/metadata/name").and_then(Value::as_str)) {
        remove(env, cluster, name)?;
    }
    Ok(())
}

/// Removes a trial's stores, as a user would, and then itself.
///
/// # Errors
/// A store does not go away; the trial then stays, for one to look at.
pub(crate) fn remove(env: &Env, cluster: &Cluster, name: &str) -> Result<()> {
    env.reporter.step(&format!("removing the trial {name}"), "trial-remove", |step| {
        step.detail("its stores");
        let delete = [
            "delete",
            "stores.storeyard.dev",
            "--all",
            "-n",
            name,
            "--ignore-not-found",
            "--timeout",
            STORES_GONE,
        ];
        command::output(cluster.kubectl().args(delete)).context("its stores were not deleted")?;
        step.detail("its release");
        command::output(cluster.helm().args([
            "uninstall",
            name,
            "-n",
            name,
            "--ignore-not-found",
            "--wait",
        ]))?;
        step.detail("its namespace");
        command::output(cluster.kubectl().args([
            "delete",
            "namespace",
            name,
            "--ignore-not-found",
            "--timeout",
            NAMESPACE_GONE,
        ]))
        .map(drop)
    })
}

/// Five of `[0-9a-f]`.
fn random_suffix() -> Result<String> {
    let mut bytes = [0; 3];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("/dev/urandom cannot be read")?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(digits[..5].to_owned())
}
