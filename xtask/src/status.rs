//! `cargo xtask status`: what there is, as it is right now.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::Value;

use crate::cluster::Cluster;
use crate::env::Env;
use crate::images::{self, Record};
use crate::node::{Claim, Containerd, Kubelet};
use crate::platform::NAMESPACE;
use crate::process::Process;
use crate::progress::elapsed;
use crate::up;
use crate::workloads;

/// Prints one line for each part.
///
/// # Errors
/// What there is cannot be found out.
pub fn print(env: &Env) -> Result<()> {
    let Some(claim) = Claim::read()? else {
        line("node", "none on this machine; `cargo xtask up` makes one");
        return Ok(());
    };
    line("node", &format!("Kubernetes {}, cache {}", claim.kubernetes, claim.cache.display()));
    if !claim.made {
        line("", "half made; `cargo xtask up` makes it anew");
    }
    let containerd = Containerd::new(env);
    line("containerd", &process(containerd.running()));
    line("kubelet", &process(Kubelet::new(env).running()));
    if containerd.running().is_some() {
        line("images", &format!("{} in the node", containerd.images()?.len()));
    }
    if let Some(reminder) = Record::read(&env.paths)?.reminder(images::now()) {
        line("packages", &reminder);
    }
    if !env.tools.kubectl().exists() {
        line("API server", "not asked: this checkout's kubectl is not built; `cargo xtask tools` builds it");
        return Ok(());
    }
    let cluster = Cluster::embedded(env);
    if !env.paths.kubeconfig().exists() || !cluster.answers()? {
        line("API server", "does not answer");
        return Ok(());
    }
    line("API server", &format!("answers; KUBECONFIG={}", env.paths.kubeconfig().display()));
    for workload in workloads_of(&cluster)? {
        line(&workload.0, &workload.1);
    }
    line("stores", &stores(&cluster)?);
    let address = match up::status(up::INGRESS, up::HOST, up::DOOR) {
        Ok(status) if up::is_answer(status) => format!("http://{}/", up::HOST),
        // Whoever speaks https leads there.
        Ok(308) => format!("https://{}/", up::HOST),
        Ok(status) => format!("http://{}/ answers with status {status}", up::HOST),
        Err(error) => format!("http://{}/ does not answer: {error:#}", up::HOST),
    };
    line("address", &address);
    Ok(())
}

fn line(name: &str, text: &str) {
    println!("{name:<12} {text}");
}

fn process(process: Option<Process>) -> String {
    let Some(process) = process else { return "does not run; `cargo xtask up` starts it".to_owned() };
    let age = process.age().map(elapsed).unwrap_or_default();
    format!("runs for {age}, process {}", process.pid)
}

/// Name and state of what runs in the node's own namespaces and in Storeyard's.
fn workloads_of(cluster: &Cluster) -> Result<Vec<(String, String)>> {
    let list = cluster.get(&["-A", "deployments,daemonsets"])?;
    let items = list["items"].as_array().cloned().unwrap_or_default();
    let own = |item: &&Value| {
        let namespace = item.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default();
        [NAMESPACE, "kube-system", "traefik", "local-path-storage"].contains(&namespace)
    };
    Ok(items.iter().filter(own).map(describe).collect())
}

fn describe(workload: &Value) -> (String, String) {
    let text = |path: &str| workload.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let state = if workloads::is_ready(workload) { "ready" } else { "not ready" };
    let image = text("/spec/template/spec/containers/0/image");
    let image = image.rsplit('/').next().unwrap_or_default();
    (text("/metadata/name"), format!("{state}, {image}"))
}

fn stores(cluster: &Cluster) -> Result<String> {
    let definitions =
        cluster.get(&["customresourcedefinitions", "stores.storeyard.dev", "--ignore-not-found"]);
    if definitions.is_err() {
        return Ok("Storeyard is not installed; `cargo xtask up` installs it".to_owned());
    }
    let list = cluster.get(&["-A", "stores.storeyard.dev"])?;
    Ok(count(list["items"].as_array().map(Vec::as_slice).unwrap_or_default()))
}

fn count(stores: &[Value]) -> String {
    let mut phases: BTreeMap<&str, usize> = BTreeMap::new();
    for store in stores {
        let phase = store.pointer("/status/phase").and_then(Value::as_str).unwrap_or("Queued");
        *phases.entry(phase).or_default() += 1;
    }
    let phases: Vec<String> = phases.iter().map(|(phase, count)| format!("{count} {phase}")).collect();
    match stores.len() {
        0 => "0".to_owned(),
        total => format!("{total} ({})", phases.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn stores_are_counted_by_phase() {
        let store = |phase: &str| json!({"status": {"phase": phase}});
        assert_eq!(count(&[store("Ready"), store("Failed"), store("Ready")]), "3 (1 Failed, 2 Ready)");
        assert_eq!(count(&[]), "0");
    }
}
