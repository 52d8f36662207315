//! How much room the nodes have left, for a store that waits for some and for whoever would make one.

use std::collections::BTreeMap;

use engine::values::Scheduling;
use k8s_openapi::{
    api::core::v1::{Container, Node, Pod, Taint},
    apimachinery::pkg::api::resource::Quantity,
};

/// What pods ask to be kept for them: thousandths of a core, and bytes of memory and of the node's own disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    pub cpu: u64,
    pub memory: u64,
    pub disk: u64,
}

impl Room {
    /// Thousandths of a core, and MiB of ephemeral storage and of memory.
    pub fn in_units(self) -> [u64; 3] {
        let mebibytes = |bytes: u64| bytes / (1024 * 1024);
        [self.cpu, mebibytes(self.disk), mebibytes(self.memory)]
    }

    /// Each amount of one with that of another.
    fn with(self, other: Self, each: fn(u64, u64) -> u64) -> Self {
        Self {
            cpu: each(self.cpu, other.cpu),
            memory: each(self.memory, other.memory),
            disk: each(self.disk, other.disk),
        }
    }
}

/// What is left on each node that takes the pods of stores.
pub fn left(nodes: &[Node], pods: &[Pod], scheduling: &Scheduling) -> Vec<Room> {
    let mut asked: BTreeMap<&str, Room> = BTreeMap::new();
    for pod in pods.iter().filter(|pod| !is_over(pod)) {
        let Some(node) = pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()) else { continue };
        let all = asked.entry(node).or_default();
        *all = all.with(requested(pod), u64::saturating_add);
    }
    let rest = nodes.iter().filter(|node| takes_pods(node, scheduling)).filter_map(|node| {
        let capacity = room(node.status.as_ref()?.allocatable.as_ref()?);
        let asked = asked.get(node.metadata.name.as_deref()?).copied().unwrap_or_default();
        Some(capacity.with(asked, u64::saturating_sub))
    });
    rest.collect()
}

/// Of the node that has the most memory.
pub fn most(rooms: &[Room]) -> Option<Room> {
    rooms.iter().copied().max_by_key(|room| (room.memory, room.cpu))
}

/// What the pods that have no node yet ask for.
pub fn wanted(pods: &[Pod]) -> Room {
    let waiting = pods.iter().filter(|pod| pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_none()));
    waiting.map(requested).fold(Room::default(), |all, own| all.with(own, u64::saturating_add))
}

/// As the scheduler counts: all containers together, or the largest of those that run before them, whichever is more.
fn requested(pod: &Pod) -> Room {
    let Some(spec) = &pod.spec else { return Room::default() };
    let before = spec.init_containers.iter().flatten().map(of_container);
    let before = before.fold(Room::default(), |most, own| most.with(own, u64::max));
    let together = spec.containers.iter().map(of_container);
    together.fold(Room::default(), |all, own| all.with(own, u64::saturating_add)).with(before, u64::max)
}

fn of_container(container: &Container) -> Room {
    let requests = container.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    requests.map(room).unwrap_or_default()
}

fn room(amounts: &BTreeMap<String, Quantity>) -> Room {
    let thousandths = |name: &str| amounts.get(name).and_then(|amount| thousandths(&amount.0)).unwrap_or(0);
    Room {
        cpu: thousandths("cpu"),
        memory: thousandths("memory") / 1000,
        disk: thousandths("ephemeral-storage") / 1000,
    }
}

/// A quantity of storage or memory.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    thousandths(text).map(|thousandths| thousandths.div_ceil(1000))
}

/// A quantity as Kubernetes writes it; nothing for one that it would not.
fn thousandths(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 11] = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
        ("Pi", 1 << 50),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("T", 1_000_000_000_000),
        ("P", 1_000_000_000_000_000),
        ("", 1),
    ];
    if let Some(number) = text.strip_suffix('m') {
        return number.parse().ok();
    }
    let (number, unit) = UNITS.iter().find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, unit)))?;
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    let rest: u64 = format!("{rest:0<3}").get(..3)?.parse().ok()?;
    let number = whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(rest)?;
    number.checked_mul(*unit)
}

fn is_over(pod: &Pod) -> bool {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    matches!(phase, Some("Succeeded" | "Failed"))
}

fn takes_pods(node: &Node, scheduling: &Scheduling) -> bool {
    let labels = node.metadata.labels.as_ref();
    let is_labelled =
        |(key, value): (&String, &String)| labels.and_then(|labels| labels.get(key)) == Some(value);
    let Some(spec) = &node.spec else { return scheduling.node_selector.is_empty() };
    let mut taints = spec.taints.iter().flatten();
    spec.unschedulable != Some(true)
        && scheduling.node_selector.iter().all(is_labelled)
        && taints.all(|taint| is_tolerated(taint, scheduling))
}

/// As the scheduler sees it: what a toleration does not name, it takes as it is.
fn is_tolerated(taint: &Taint, scheduling: &Scheduling) -> bool {
    let value = taint.value.as_deref().unwrap_or_default();
    let tolerates = |toleration: &serde_json::Map<String, serde_json::Value>| {
        let is = |field: &str, own: &str| toleration.get(field).is_none_or(|named| named == own);
        let takes_any = toleration.get("operator").is_some_and(|operator| operator == "Exists");
        is("key", &taint.key) && is("effect", &taint.effect) && (takes_any || is("value", value))
    };
    taint.effect == "PreferNoSchedule" || scheduling.tolerations.iter().any(tolerates)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn node(name: &str, cpu: &str, memory: &str) -> Node {
        serde_json::from_value(json!({
            "metadata": { "name": name }, "status": { "allocatable": { "cpu": cpu, "memory": memory, "ephemeral-storage": "1Gi" } },
        }))
        .unwrap()
    }

    fn pod(node: Value, init: &str, containers: &[&str]) -> Pod {
        let container = |cpu: &str| json!({ "name": "c", "resources": { "requests": { "cpu": cpu, "memory": "100Mi", "ephemeral-storage": "10Mi" } } });
        let containers: Vec<Value> = containers.iter().map(|cpu| container(cpu)).collect();
        serde_json::from_value(json!({
            "metadata": {}, "spec": { "nodeName": node, "initContainers": [container(init)], "containers": containers },
            "status": { "phase": "Running" },
        }))
        .unwrap()
    }

    #[test]
    fn what_is_left_is_told_of_the_node_that_has_most() {
        let nodes = [node("a", "2", "2Gi"), node("b", "1500m", "1Gi")];
        let pods = [pod(json!("a"), "10m", &["900m", "1"]), pod(json!(null), "1", &["10m"])];
        let left = left(&nodes, &pods, &Scheduling::default());
        let most = most(&left).unwrap();
        assert_eq!(most, Room { cpu: 100, memory: (2048 - 200) * MIB, disk: (1024 - 20) * MIB });
        assert_eq!(left, [most, Room { cpu: 1500, memory: 1024 * MIB, disk: 1024 * MIB }]);
        assert_eq!(most.in_units(), [100, 1004, 1848]);
        assert_eq!(wanted(&pods), Room { cpu: 1000, memory: 100 * MIB, disk: 10 * MIB });
    }

    #[test]
    fn a_pod_that_has_ended_and_a_node_that_takes_none_count_for_nothing() {
        let mut ended = pod(json!("a"), "0", &["1"]);
        ended.status.as_mut().unwrap().phase = Some("Succeeded".into());
        let mut closed = node("b", "64", "64Gi");
        closed.spec = serde_json::from_value(json!({ "unschedulable": true })).unwrap();
        let left = left(&[node("a", "1", "1Gi"), closed], &[ended], &Scheduling::default());
        assert_eq!(left, [Room { cpu: 1000, memory: 1024 * MIB, disk: 1024 * MIB }]);
    }

    #[test]
    fn a_node_that_takes_no_pods_of_stores_counts_for_nothing() {
        let mut tainted = node("a", "64", "64Gi");
        tainted.spec = serde_json::from_value(json!({
            "taints": [{ "key": "shops", "value": "only", "effect": "NoSchedule" }],
        }))
        .unwrap();
        tainted.metadata.labels = Some([("pool".to_owned(), "shops".to_owned())].into());
        let nodes = [tainted, node("b", "1", "1Gi")];
        let left_under = |scheduling: Value| {
            let scheduling = serde_json::from_value(scheduling).unwrap();
            most(&left(&nodes, &[], &scheduling)).map(|room| room.memory / MIB)
        };
        assert_eq!(left_under(json!({})), Some(1024));
        for toleration in [
            json!({ "key": "shops", "operator": "Exists" }),
            json!({ "operator": "Exists" }),
            json!({ "key": "shops", "value": "only", "effect": "NoSchedule" }),
        ] {
            assert_eq!(left_under(json!({ "tolerations": [toleration] })), Some(64 * 1024));
        }
        let other = json!({ "key": "shops", "value": "others" });
        assert_eq!(left_under(json!({ "tolerations": [other] })), Some(1024));
        let all = json!({ "operator": "Exists" });
        assert_eq!(
            left_under(json!({ "nodeSelector": { "pool": "shops" }, "tolerations": [all] })),
            Some(64 * 1024)
        );
        assert_eq!(left_under(json!({ "nodeSelector": { "pool": "shops" } })), None);
    }

    #[test]
    fn quantities_are_read_as_kubernetes_writes_them() {
        for (text, thousandths) in
            [("2", 2_000), ("155m", 155), ("0.5", 500), ("1.25Ki", 1_280_000), ("1k", 1_000_000), ("0", 0)]
        {
            assert_eq!(super::thousandths(text), Some(thousandths), "{text}");
        }
        assert_eq!(super::thousandths("much"), None);
    }
}
