//! The trial's operator: its process, and its pod.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::trial::Trial;

/// The one whose control group names its pod.
pub(super) fn process(trial: &Trial) -> Result<u32> {
    let pod = pod(trial)?;
    let uid =
        pod.pointer("/metadata/uid").and_then(Value::as_str).context("the operator's pod has no uid")?;
    let (dashed, underscored) = (format!("pod{uid}"), format!("pod{}", uid.replace('-', "_")));
    let of_pod = |folder: &Path| {
        let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap_or_default();
        let groups = read("cgroup");
        (groups.contains(&dashed) || groups.contains(&underscored))
            && read("cmdline").contains("storeyard\0operator")
    };
    let processes = fs::read_dir("/proc")?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut found = processes
        .filter(|folder| of_pod(folder))
        .filter_map(|folder| folder.file_name()?.to_str()?.parse().ok());
    found.next().context("the operator's process is not to be seen from here")
}

pub(super) fn pod(trial: &Trial) -> Result<Value> {
    let selector = ["pods", "-n", trial.namespace(), "-l", "app.kubernetes.io/component=operator"];
    let mut pods = trial.cluster().get(&selector)?;
    Ok(pods.pointer_mut("/items/0").context("the trial has no operator")?.take())
}
