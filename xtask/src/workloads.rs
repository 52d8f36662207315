//! Waiting until workloads are ready, and saying why they are not.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::Value;

use crate::cluster::Cluster;
use crate::command;
use crate::interrupt;
use crate::progress::Step;

/// Waits for all of `workloads` (namespace, kind/name).
///
/// # Errors
/// They are not ready within `limit`; the error says what holds the first of them.
pub fn wait(cluster: &Cluster, step: &Step, workloads: &[(&str, &str)], limit: Duration) -> Result<()> {
    wait_alive(cluster, step, workloads, limit, || Ok(|_: &str| true))
}

/// As [`wait`], where only pods count whose containers are alive: after a restart the API server tells for a while
/// what was so before. `alive` is asked each time for a judge of container ids.
///
/// # Errors
/// As [`wait`].
pub fn wait_alive<Judge: Fn(&str) -> bool>(
    cluster: &Cluster,
    step: &Step,
    workloads: &[(&str, &str)],
    limit: Duration,
    alive: impl Fn() -> Result<Judge>,
) -> Result<()> {
    let started = Instant::now();
    loop {
        let judge = alive()?;
        let mut waiting = Vec::new();
        for &(namespace, name) in workloads {
            // The API server may be away for a moment when it has just been started.
            let ready = cluster
                .get(&["-n", namespace, "deployments,daemonsets,pods"])
                .is_ok_and(|objects| is_ready_among(name, &objects, &judge));
            if !ready {
                waiting.push((namespace, name));
            }
        }
        let Some(&(namespace, name)) = waiting.first() else { return Ok(()) };
        let names: Vec<&str> = waiting.iter().filter_map(|(_, name)| name.split('/').nth(1)).collect();
        step.detail(format!("waiting for {}", names.join(", ")));
        if started.elapsed() > limit {
            let reason = explain(cluster, namespace, name)?;
            bail!("{name} in the namespace {namespace} was not ready within {} s: {reason}", limit.as_secs());
        }
        interrupt::sleep(Duration::from_millis(300))?;
    }
}

fn is_ready_among(name: &str, objects: &Value, alive: &impl Fn(&str) -> bool) -> bool {
    let objects = objects["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_named = |object: &&Value| {
        let kind = object["kind"].as_str().unwrap_or_default().to_lowercase();
        let own = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        name == format!("{kind}/{own}")
    };
    let Some(workload) = objects.iter().find(is_named) else { return false };
    let pods = objects.iter().filter(|object| object["kind"] == "Pod" && belongs(object, workload));
    let ready = pods.filter(|pod| is_pod_ready(pod, alive)).count() as u64;
    is_ready(workload) && ready >= wanted(workload)
}

fn belongs(pod: &Value, workload: &Value) -> bool {
    let selector = workload.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    let labels = &pod["metadata"]["labels"];
    selector.is_some_and(|selector| selector.iter().all(|(key, value)| labels.get(key) == Some(value)))
}

fn is_pod_ready(pod: &Value, alive: &impl Fn(&str) -> bool) -> bool {
    let list =
        |path: &str| pod.pointer(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_ready = |condition: &Value| condition["type"] == "Ready" && condition["status"] == "True";
    let is_alive = |status: &Value| {
        let id = status["containerID"].as_str().and_then(|id| id.split("//").nth(1));
        id.is_some_and(alive)
    };
    list("/status/conditions").iter().any(is_ready) && list("/status/containerStatuses").iter().all(is_alive)
}

/// Whether a Deployment or DaemonSet has all its pods, of its newest version, ready.
pub fn is_ready(workload: &Value) -> bool {
    let number = |path: &str| workload.pointer(path).and_then(Value::as_u64);
    if number("/status/observedGeneration") != number("/metadata/generation") {
        return false;
    }
    let (all, updated, ready) = match workload["kind"].as_str() {
        Some("DaemonSet") => {
            ("/status/currentNumberScheduled", "/status/updatedNumberScheduled", "/status/numberReady")
        }
        _ => ("/status/replicas", "/status/updatedReplicas", "/status/readyReplicas"),
    };
    let wanted = wanted(workload);
    // While an older pod is still there, a ready one may be that.
    wanted > 0
        && number(updated) >= Some(wanted)
        && number(all) <= number(updated)
        && number(ready) >= Some(wanted)
}

fn wanted(workload: &Value) -> u64 {
    let path = match workload["kind"].as_str() {
        Some("DaemonSet") => "/status/desiredNumberScheduled",
        _ => "/spec/replicas",
    };
    workload.pointer(path).and_then(Value::as_u64).unwrap_or(0)
}

fn explain(cluster: &Cluster, namespace: &str, workload: &str) -> Result<String> {
    let workload = cluster.get(&["-n", namespace, workload])?;
    let labels = workload.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    let selector: Vec<String> = labels
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)))
        .collect();
    let pods = cluster.get(&["-n", namespace, "pods", "-l", &selector.join(",")])?;
    let pods = pods["items"].as_array().cloned().unwrap_or_default();
    let Some((pod, container, reason)) = pods.iter().find_map(blame) else {
        return Ok("it has no pod that says why".to_owned());
    };
    let Some(container) = container else { return Ok(format!("pod {pod}: {reason}")) };
    let mut logs = cluster.kubectl();
    logs.args(["-n", namespace, "logs", &pod, "-c", &container, "--tail", "10"]);
    let lines = command::output(&mut logs).unwrap_or_default();
    Ok(format!("pod {pod}, container {container}: {reason}\n{}", lines.trim()).trim_end().to_owned())
}

/// Pod, container and reason of a pod that is not ready.
fn blame(pod: &Value) -> Option<(String, Option<String>, String)> {
    let name = pod.pointer("/metadata/name")?.as_str()?.to_owned();
    let statuses = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let statuses = statuses.iter().filter_map(|path| pod.pointer(path)?.as_array()).flatten();
    for status in statuses {
        let container = status["name"].as_str().map(str::to_owned);
        for state in ["waiting", "terminated"] {
            let Some(state) = status.pointer(&format!("/state/{state}")) else { continue };
            let reason = state["reason"].as_str().unwrap_or_default();
            if matches!(reason, "Completed" | "PodInitializing") {
                continue;
            }
            let message = state["message"].as_str().unwrap_or_default();
            return Some((name, container, format!("{reason} {message}").trim().to_owned()));
        }
        if status["ready"] == false && status.pointer("/state/running").is_some() {
            return Some((name, container, "it runs and its readiness probe does not pass".to_owned()));
        }
    }
    let condition = pod
        .pointer("/status/conditions")?
        .as_array()?
        .iter()
        .find(|condition| condition["status"] == "False")?;
    let text = condition["message"].as_str().or(condition["reason"].as_str())?;
    Some((name, None, text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_deployment_is_ready_when_its_newest_pods_are_and_no_other_is_left() {
        let deployment = |all: u64, updated: u64, observed: u64| {
            json!({"kind": "Deployment", "metadata": {"generation": 2}, "spec": {"replicas": 1}, "status":
                {"observedGeneration": observed, "replicas": all, "updatedReplicas": updated, "readyReplicas": 1}})
        };
        assert!(is_ready(&deployment(1, 1, 2)));
        assert!(!is_ready(&deployment(1, 0, 2)));
        assert!(!is_ready(&deployment(2, 1, 2)));
        assert!(!is_ready(&deployment(1, 1, 1)));
    }

    #[test]
    fn a_pod_that_was_ready_before_a_restart_does_not_count() {
        let objects = json!({"items": [
            {"kind": "Deployment", "metadata": {"name": "d", "generation": 1},
             "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "d"}}},
             "status": {"observedGeneration": 1, "updatedReplicas": 1, "readyReplicas": 1}},
            {"kind": "Pod", "metadata": {"labels": {"app": "d", "more": "x"}}, "status": {
             "conditions": [{"type": "Ready", "status": "True"}],
             "containerStatuses": [{"containerID": "containerd://one"}]}}]});
        assert!(is_ready_among("deployment/d", &objects, &|id: &str| id == "one"));
        assert!(!is_ready_among("deployment/d", &objects, &|_: &str| false));
        assert!(!is_ready_among("deployment/other", &objects, &|_: &str| true));
    }

    #[test]
    fn a_daemonset_without_a_node_is_not_ready() {
        assert!(!is_ready(&json!({"kind": "DaemonSet", "metadata": {"generation": 1},
            "status": {"observedGeneration": 1, "desiredNumberScheduled": 0, "updatedNumberScheduled": 0, "numberReady": 0}})));
    }

    #[test]
    fn the_container_that_waits_is_blamed_with_its_reason() {
        let pod = json!({"metadata": {"name": "p"}, "status": {"containerStatuses": [
            {"name": "c", "ready": false, "state": {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}}]}});
        assert_eq!(
            blame(&pod),
            Some(("p".to_owned(), Some("c".to_owned()), "ErrImagePull no such image".to_owned()))
        );
    }

    #[test]
    fn a_pod_that_cannot_be_scheduled_says_so() {
        let pod = json!({"metadata": {"name": "p"}, "status": {"conditions": [
            {"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available"}]}});
        assert_eq!(blame(&pod), Some(("p".to_owned(), None, "0/1 nodes are available".to_owned())));
    }
}
