//! What runs in the node besides the control plane: network, DNS, volumes, ingress.

use std::fs;

use anyhow::Result;

use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;
use crate::key::{Key, files_below};
use crate::progress::Step;

/// Remembers in the cluster itself what was applied last.
const STAMP: &str = "storeyard-node";

/// The workloads that have to be ready: namespace, kind/name.
pub const WORKLOADS: [(&str, &str); 4] = [
    ("kube-system", "daemonset/cilium"),
    ("kube-system", "deployment/coredns"),
    ("local-path-storage", "deployment/local-path"),
    ("traefik", "deployment/traefik"),
];

/// Applies the network agent's CRDs and `manifests`, unless the cluster has just these.
///
/// # Errors
/// The API server refuses one.
pub fn ensure(env: &Env, cluster: &Cluster, manifests: &str, step: &Step) -> Result<()> {
    let cilium = env.tools.family("cilium");
    let stamp = Key::new().part(&cilium.key).part(manifests).short();
    let before = applied(cluster)?;
    if before.as_deref() == Some(&stamp) {
        return Ok(());
    }
    // The network agent's operator would have made these; the node does without one.
    let crds = files_below(&cilium.program("crds"))?;
    let crds = crds.iter().filter(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    let crds: Vec<String> = crds.map(fs::read_to_string).collect::<std::io::Result<_>>()?;
    step.detail("the network agent's resource definitions");
    cluster.apply(&crds.join("\n---\n"))?;
    step.detail("network, DNS, volumes and ingress");
    cluster.apply(manifests)?;
    if before.is_some() {
        // Programs read their configuration when they start.
        for (namespace, workload) in WORKLOADS {
            command::output(cluster.kubectl().args(["-n", namespace, "rollout", "restart", workload]))?;
        }
    }
    let stamp = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{{\"name\":\"{STAMP}\",\"namespace\":\"kube-system\"}},\"data\":{{\"applied\":\"{stamp}\"}}}}"
    );
    cluster.apply(&stamp)
}

fn applied(cluster: &Cluster) -> Result<Option<String>> {
    let mut get = cluster.kubectl();
    get.args([
        "-n",
        "kube-system",
        "get",
        "configmap",
        STAMP,
        "--ignore-not-found",
        "-o",
        "jsonpath={.data.applied}",
    ]);
    let stamp = command::output(&mut get)?;
    Ok(Some(stamp).filter(|stamp| !stamp.is_empty()))
}
