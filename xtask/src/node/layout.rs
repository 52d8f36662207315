//! The node's folders and addresses, and the files under `cluster/node` filled in with them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

use crate::env::Env;
use crate::images::node::NodeImage;
use crate::images::{Image, REPOSITORY};

/// What the node keeps: images, etcd, volumes.
pub const STATE: &str = "/var/lib/storeyard";
/// What is gone after a restart of the machine.
pub const RUN: &str = "/run/storeyard";
pub const CONFIG: &str = "/etc/storeyard";
pub const CONTAINERD_CONFIG: &str = "/etc/storeyard/containerd.toml";
pub const CONTAINERD_SOCKET: &str = "/run/storeyard/containerd.sock";
pub const KUBEADM_CONFIG: &str = "/etc/storeyard/kubeadm.yaml";
pub const CNI_PROGRAMS: &str = "/var/lib/storeyard/cni";
pub const CNI_CONFIG: &str = "/etc/storeyard/cni";
pub const BPF: &str = "/run/storeyard/bpf";
pub const CGROUP2: &str = "/run/storeyard/cgroup2";
pub const CILIUM_RUN: &str = "/run/cilium";

/// kubeadm and the kubelet cannot be talked out of these two.
pub const KUBERNETES: &str = "/etc/kubernetes";
pub const KUBELET: &str = "/var/lib/kubelet";

pub const BRIDGE: &str = "node0";
pub const NODE_ADDRESS: &str = "10.243.0.1";
pub const NODE_NETWORK: &str = "10.243.0.0/24";
pub const PODS: &str = "10.244.0.0/16";
pub const SERVICES: &str = "10.96.0.0/16";
const DNS_ADDRESS: &str = "10.96.0.10";

/// The node's configuration, filled in.
#[derive(Debug)]
pub struct Layout {
    pub containerd: String,
    pub kubeadm: String,
    /// Everything that is applied once the API server answers.
    pub addons: String,
}

impl Layout {
    /// # Errors
    /// A file asks for a value that there is not.
    pub fn of(env: &Env, images: &[NodeImage]) -> Result<Self> {
        let values = values(env, images)?;
        let addons = [
            include_str!("../../../cluster/node/cilium.yaml"),
            include_str!("../../../cluster/node/coredns.yaml"),
            include_str!("../../../cluster/node/local-path.yaml"),
            include_str!("../../../cluster/node/traefik.yaml"),
        ];
        Ok(Self {
            containerd: fill(include_str!("../../../cluster/node/containerd.toml"), &values)?,
            kubeadm: fill(include_str!("../../../cluster/node/kubeadm.yaml"), &values)?,
            addons: fill(&addons.join("---\n"), &values)?,
        })
    }
}

fn values(env: &Env, images: &[NodeImage]) -> Result<BTreeMap<String, String>> {
    let etcd_tag = env.tools.family("etcd").version.clone();
    let fixed = [
        ("containerd_socket", CONTAINERD_SOCKET.to_owned()),
        ("cni_programs", CNI_PROGRAMS.to_owned()),
        ("cni_config", CNI_CONFIG.to_owned()),
        ("bpf", BPF.to_owned()),
        ("cgroup2", CGROUP2.to_owned()),
        ("etcd_data", format!("{STATE}/etcd")),
        ("volumes", format!("{STATE}/volumes")),
        ("bridge", BRIDGE.to_owned()),
        ("node_address", NODE_ADDRESS.to_owned()),
        ("pods", PODS.to_owned()),
        ("services", SERVICES.to_owned()),
        ("dns_address", DNS_ADDRESS.to_owned()),
        ("image_repository", REPOSITORY.to_owned()),
        ("kubernetes_version", env.tools.family("kubernetes").version.clone()),
        ("etcd_tag", etcd_tag),
    ];
    let mut values: BTreeMap<String, String> =
        fixed.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    values.extend(references(images));
    Ok(values)
}

/// What the files call the images.
pub(crate) fn references(images: &[NodeImage]) -> impl Iterator<Item = (String, String)> {
    let name = |image: &Image| format!("image_{}", image.name.replace('-', "_"));
    images.iter().map(move |NodeImage { image, .. }| (name(image), image.reference.clone()))
}

/// Replaces each `{{name}}`.
pub(crate) fn fill(template: &str, values: &BTreeMap<String, String>) -> Result<String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { bail!("a placeholder is not closed") };
        let value = values.get(name.trim()).with_context(|| format!("there is no value for {name}"))?;
        filled.push_str(before);
        filled.push_str(value);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_and_unknown_ones_refused() {
        let values = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
        assert_eq!(fill("x {{a}} {b: {c: {{a}}}}", &values).unwrap(), "x 1 {b: {c: 1}}");
        assert!(fill("{{b}}", &values).is_err());
        assert!(fill("{{a", &values).is_err());
    }
}
