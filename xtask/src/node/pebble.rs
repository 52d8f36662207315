//! The node's ACME server, which `up --tls` starts: Traefik gets certificates from it for every host that asks for one.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::layout::{fill, references};
use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;
use crate::images::node as node_images;
use crate::key::Key;
use crate::progress::Step;
use crate::workloads;

const NAMESPACE: &str = "traefik";
const READY: Duration = Duration::from_secs(60);
/// Whom Traefik takes for the ACME server, and by whose word the certificates that it has are good.
const AUTHORITIES: &str = "pebble-authorities";
/// The port where it tells of itself.
const MANAGEMENT: &str = "https:pebble:15000";

/// Starts it, and has the platform that is, or will be, in a namespace trust it: the chart values for that.
///
/// # Errors
/// It cannot be built or does not come up, or the cluster refuses something.
pub fn trusted(env: &Env, cluster: &Cluster, namespace: &str) -> Result<Value> {
    env.tools.build_pebble(&env.paths, &env.reporter)?;
    let root = env.reporter.step("an ACME server", "pebble", |step| start(env, cluster, step))?;
    // Under a name of its own: the operator reads it when it starts.
    let name = format!("pebble-{}", Key::new().part(&root).short());
    let is_there = ["get", "namespace", namespace, "--ignore-not-found", "-o", "name"];
    if command::output(cluster.kubectl().args(is_there))?.is_empty() {
        command::output(cluster.kubectl().args(["create", "namespace", namespace]))?;
    }
    let metadata = json!({"name": name, "namespace": namespace});
    let data = json!({"ca.crt": root});
    cluster.apply(&config_map(&metadata, &data))?;
    Ok(json!({"ingress": {"tls": {"caConfigMap": name}}}))
}

/// The certificate of its authority, for whoever is to trust it on this machine.
pub fn root_file(env: &Env) -> PathBuf {
    env.paths.cache.join("pebble-root.crt")
}

/// The certificate that its authority has signed, and which signs the others.
pub fn intermediate_file(env: &Env) -> PathBuf {
    env.paths.cache.join("pebble-intermediate.crt")
}

/// Its authority's certificate.
fn start(env: &Env, cluster: &Cluster, step: &Step) -> Result<String> {
    let pebble = &env.tools.pebble;
    let address = ["-n", NAMESPACE, "get", "service", "traefik", "-o", "jsonpath={.spec.clusterIP}"];
    let mut values: BTreeMap<String, String> = references(&node_images::plan(env)?).collect();
    values.insert("pebble".to_owned(), pebble.folder.display().to_string());
    values.insert("traefik_address".to_owned(), command::output(cluster.kubectl().args(address))?);
    cluster.apply(&fill(include_str!("../../../cluster/node/pebble.yaml"), &values)?)?;
    workloads::wait(cluster, step, &[(NAMESPACE, "deployment/pebble")], READY)?;

    let own = pebble.folder.join("certs/pebble.minica.pem");
    let own = fs::read_to_string(&own).with_context(|| format!("{} cannot be read", own.display()))?;
    let [root, intermediate] =
        ["roots/0", "intermediates/0"].map(|what| cluster.ask_service(NAMESPACE, MANAGEMENT, what));
    let root = root?;
    fs::write(root_file(env), &root)?;
    fs::write(intermediate_file(env), intermediate?)?;

    let signed = ["-n", NAMESPACE, "get", "configmap", AUTHORITIES, "--ignore-not-found", "-o"];
    let signed = command::output(cluster.kubectl().args(signed).arg(r"jsonpath={.data.root\.crt}"))?;
    if signed.trim() != root.trim() {
        let metadata = json!({"name": AUTHORITIES, "namespace": NAMESPACE});
        cluster.apply(&config_map(&metadata, &json!({"server.crt": own, "root.crt": root})))?;
        step.detail("Traefik forgets certificates that another authority signed");
        command::output(cluster.kubectl().args([
            "-n",
            NAMESPACE,
            "rollout",
            "restart",
            "deployment/traefik",
        ]))?;
        workloads::wait(cluster, step, &[(NAMESPACE, "deployment/traefik")], READY)?;
    }
    Ok(root)
}

fn config_map(metadata: &Value, data: &Value) -> String {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}).to_string()
}
