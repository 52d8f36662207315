//! How much room the nodes have left, for a store that waits for some.

use std::{collections::BTreeMap, fmt};

use k8s_openapi::{
    api::core::v1::{Container, Node, Pod},
    apimachinery::pkg::api::resource::Quantity,
};

/// What pods ask to be kept for them: thousandths of a core, and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    pub cpu: u64,
    pub memory: u64,
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}m CPU and {} MiB of memory", self.cpu, self.memory / (1024 * 1024))
    }
}

/// What is left on the node that has the most memory left, of those that take pods.
pub fn left(nodes: &[Node], pods: &[Pod]) -> Option<Room> {
    let mut asked: BTreeMap<&str, Room> = BTreeMap::new();
    for pod in pods.iter().filter(|pod| !is_over(pod)) {
        let Some(node) = pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()) else { continue };
        let (own, all) = (requested(pod), asked.entry(node).or_default());
        all.cpu += own.cpu;
        all.memory += own.memory;
    }
    let rest = nodes.iter().filter(|node| takes_pods(node)).filter_map(|node| {
        let capacity = room(node.status.as_ref()?.allocatable.as_ref()?);
        let asked = asked.get(node.metadata.name.as_deref()?).copied().unwrap_or_default();
        Some(Room {
            cpu: capacity.cpu.saturating_sub(asked.cpu),
            memory: capacity.memory.saturating_sub(asked.memory),
        })
    });
    rest.max_by_key(|room| (room.memory, room.cpu))
}

/// What the pods that have no node yet ask for.
pub fn wanted(pods: &[Pod]) -> Room {
    let waiting = pods.iter().filter(|pod| pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_none()));
    waiting
        .map(requested)
        .fold(Room::default(), |all, own| Room { cpu: all.cpu + own.cpu, memory: all.memory + own.memory })
}

/// As the scheduler counts: all containers together, or the largest of those that run before them, whichever is more.
fn requested(pod: &Pod) -> Room {
    let Some(spec) = &pod.spec else { return Room::default() };
    let before = spec.init_containers.iter().flatten().map(of_container);
    let (cpu, memory) =
        before.fold((0, 0), |(cpu, memory), room| (room.cpu.max(cpu), room.memory.max(memory)));
    let all = spec
        .containers
        .iter()
        .map(of_container)
        .fold(Room::default(), |all, own| Room { cpu: all.cpu + own.cpu, memory: all.memory + own.memory });
    Room { cpu: all.cpu.max(cpu), memory: all.memory.max(memory) }
}

fn of_container(container: &Container) -> Room {
    let requests = container.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    requests.map(room).unwrap_or_default()
}

fn room(amounts: &BTreeMap<String, Quantity>) -> Room {
    let thousandths = |name: &str| amounts.get(name).and_then(|amount| thousandths(&amount.0)).unwrap_or(0);
    Room { cpu: thousandths("cpu"), memory: thousandths("memory") / 1000 }
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

fn takes_pods(node: &Node) -> bool {
    node.spec.as_ref().is_none_or(|spec| spec.unschedulable != Some(true))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn node(name: &str, cpu: &str, memory: &str) -> Node {
        serde_json::from_value(json!({
            "metadata": { "name": name }, "status": { "allocatable": { "cpu": cpu, "memory": memory } },
        }))
        .unwrap()
    }

    fn pod(node: Value, init: &str, containers: &[&str]) -> Pod {
        let container = |cpu: &str| json!({ "name": "c", "resources": { "requests": { "cpu": cpu, "memory": "100Mi" } } });
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
        let left = left(&nodes, &pods).unwrap();
        assert_eq!(left, Room { cpu: 100, memory: (2048 - 200) * MIB });
        assert_eq!(left.to_string(), "100m CPU and 1848 MiB of memory");
        assert_eq!(wanted(&pods), Room { cpu: 1000, memory: 100 * MIB });
    }

    #[test]
    fn a_pod_that_has_ended_and_a_node_that_takes_none_count_for_nothing() {
        let mut ended = pod(json!("a"), "0", &["1"]);
        ended.status.as_mut().unwrap().phase = Some("Succeeded".into());
        let mut closed = node("b", "64", "64Gi");
        closed.spec = serde_json::from_value(json!({ "unschedulable": true })).unwrap();
        let left = left(&[node("a", "1", "1Gi"), closed], &[ended]).unwrap();
        assert_eq!(left, Room { cpu: 1000, memory: 1024 * MIB });
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
