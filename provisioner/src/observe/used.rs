//! What a store's volumes hold. Asked of the pods themselves: a class that makes folders of a node's disk enforces no size and has no figure, and to read
//! the kubelet's would take rights over every pod of the node.

use std::collections::{BTreeMap, BTreeSet};

use engine::Disk;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use store::{Said, view::gibibytes};

/// MiB by volume, rounded up.
pub type Used = BTreeMap<String, u64>;

/// KiB.
const MIB: u64 = 1024;

/// Where a volume is to be seen as a whole, or else all that is to be seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub pod: String,
    pub container: String,
    pub paths: Vec<String>,
}

/// Of the volume whose claim is named so, in the first pod that runs with it.
pub fn place(volume: &str, pods: &[Pod]) -> Option<Place> {
    pods.iter().filter(|pod| is_running(pod)).find_map(|pod| place_in(volume, pod))
}

fn is_running(pod: &Pod) -> bool {
    pod.metadata.deletion_timestamp.is_none()
        && pod.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Running")
}

fn place_in(volume: &str, pod: &Pod) -> Option<Place> {
    let spec = pod.spec.as_ref()?;
    let is_of = |claim: &str| claim == volume;
    let own = spec
        .volumes
        .as_ref()?
        .iter()
        .find(|own| own.persistent_volume_claim.as_ref().is_some_and(|claim| is_of(&claim.claim_name)))?;
    spec.containers.iter().find_map(|container| {
        let mounts = container.volume_mounts.iter().flatten().filter(|mount| mount.name == own.name);
        let (whole, parts): (Vec<_>, Vec<_>) =
            mounts.partition(|mount| mount.sub_path.is_none() && mount.sub_path_expr.is_none());
        let paths: BTreeSet<&String> = match whole.first() {
            Some(whole) => [&whole.mount_path].into(),
            None => parts.iter().map(|mount| &mount.mount_path).collect(),
        };
        (!paths.is_empty()).then(|| Place {
            pod: pod.name_any(),
            container: container.name.clone(),
            paths: paths.into_iter().cloned().collect(),
        })
    })
}

/// What `du -k` of those paths has printed.
pub fn sum(printed: &str) -> Option<u64> {
    let mut kibibytes = 0_u64;
    for line in printed.lines() {
        kibibytes = kibibytes.saturating_add(line.split_whitespace().next()?.parse().ok()?);
    }
    (!printed.trim().is_empty()).then(|| kibibytes.div_ceil(MIB))
}

/// Of each volume that holds more than it is to.
pub fn over(used: &Used, sizes: &BTreeMap<String, Disk>) -> Vec<Said> {
    let of = |(volume, used): (&String, &u64)| {
        let size = sizes.get(volume)?.0;
        let (volume, holds) = (volume.clone(), gibibytes(*used));
        (*used > u64::from(size) * 1024).then_some(Said::VolumeOver { volume, holds, size })
    };
    used.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pod(phase: &str, mounts: Value) -> Pod {
        serde_json::from_value(json!({
            "metadata": { "name": "web-1" },
            "spec": {
                "volumes": [
                    { "name": "data", "persistentVolumeClaim": { "claimName": "uploads" } },
                    { "name": "tmp", "emptyDir": {} },
                ],
                "containers": [{ "name": "helper" }, { "name": "web", "volumeMounts": mounts }],
            },
            "status": { "phase": phase },
        }))
        .unwrap()
    }

    fn sizes() -> BTreeMap<String, Disk> {
        [("database".to_owned(), Disk(2)), ("uploads".to_owned(), Disk(3))].into()
    }

    #[test]
    fn a_volume_is_looked_at_where_all_of_it_is() {
        let whole = json!([
            { "name": "data", "mountPath": "/plugins", "subPath": "own" },
            { "name": "tmp", "mountPath": "/tmp" },
            { "name": "data", "mountPath": "/uploads" },
        ]);
        let place_of = |pod: Pod| place("uploads", &[pod]);
        let found = place_of(pod("Running", whole.clone())).unwrap();
        assert_eq!((found.pod.as_str(), found.container.as_str()), ("web-1", "web"));
        assert_eq!(found.paths, ["/uploads"]);
        let parts = json!([
            { "name": "data", "mountPath": "/b", "subPath": "b" },
            { "name": "data", "mountPath": "/a", "subPath": "a" },
        ]);
        assert_eq!(place_of(pod("Running", parts)).unwrap().paths, ["/a", "/b"]);
        assert_eq!(place_of(pod("Pending", whole.clone())), None);
        assert_eq!(place("database", &[pod("Running", whole)]), None);
    }

    #[test]
    fn what_is_printed_is_added_up_and_nothing_else_is_a_figure() {
        assert_eq!(sum("1024\t/a\n1\t/b\n"), Some(2));
        assert_eq!(sum("0\t/a\n"), Some(0));
        assert_eq!(sum(""), None);
        assert_eq!(sum("du: cannot read\n"), None);
    }

    #[test]
    fn a_store_over_its_size_is_told_with_what_helps() {
        let used = |database, uploads| -> Used {
            [("database".to_owned(), database), ("uploads".to_owned(), uploads), ("other".to_owned(), 9)]
                .into()
        };
        assert_eq!(over(&used(80, 3 * 1024), &sizes()), []);
        let told = over(&used(80, 3 * 1024 + 1), &sizes());
        assert_eq!(told.len(), 1);
        assert!(
            told[0]
                .to_string()
                .starts_with("The volume uploads holds 3.1 GiB, more than the 3 GiB of its plan."),
            "{told:?}"
        );
    }
}
