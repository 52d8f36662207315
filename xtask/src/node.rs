//! The embedded one-node Kubernetes: brought up, found again, taken down.

pub mod addons;
pub mod claim;
pub mod containerd;
pub mod kubeadm;
pub mod kubelet;
pub mod layout;
pub mod mounts;
pub mod network;
pub mod pebble;

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

pub use claim::{Claim, Found};
pub use containerd::Containerd;
pub use kubelet::Kubelet;

use crate::cluster::{Cluster, EMBEDDED};
use crate::env::Env;
use crate::images::Image;
use crate::images::node::{self as node_images, NodeImage};
use crate::interrupt;
use crate::key::Key;
use crate::process::Process;
use crate::progress::{Step, elapsed};
use crate::workloads;
use layout::{CILIUM_RUN, CNI_CONFIG, CONFIG, KUBELET, KUBERNETES, Layout, RUN, STATE};

/// What the API server may take after a restart of the machine.
const API: Duration = Duration::from_secs(180);
const WORKLOADS: Duration = Duration::from_secs(240);

/// Whether the node was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Was {
    Up,
    /// This run started it, so this run may take it down.
    Down,
}

/// Brings the node up, or finds it up; its programs have to be built.
///
/// # Errors
/// A part does not come up, or the machine has another's Kubernetes.
pub fn ensure_up(env: &Env) -> Result<Was> {
    let images = node_images::plan(env)?;
    let wanted = claim(env, &images)?;
    let found = examine(env)?;
    node_images::ensure(env, &images)?;

    let containerd = Containerd::new(env);
    let kubelet = Kubelet::new(env);
    let was = if found == Found::Node && kubelet.running().is_some() { Was::Up } else { Was::Down };
    let layout = Layout::of(env, &images)?;

    if found == Found::HalfMade {
        env.reporter.note("an earlier run was cut off while it made the node: it is made anew");
        remove(env, Keep::Nothing)?;
    }
    if found != Found::Node {
        Claim { made: false, ..wanted.clone() }.write()?;
    }
    // Also under a node that runs: another program may have emptied the packet filter.
    network::ensure()?;
    mounts::ensure()?;
    start_containerd(env, &containerd, &layout)?;
    import_missing(env, &images.iter().map(|image| &image.image).collect::<Vec<_>>())?;
    let cluster = Cluster::embedded(env);
    match found {
        Found::Node => start_kubelet(env, &kubelet)?,
        Found::Nothing | Found::HalfMade => {
            env.reporter.step("making the node with kubeadm", "kubeadm", |step| {
                kubeadm::init(env, &kubelet, &layout.kubeadm, step)
            })?;
            Claim { made: true, ..wanted }.write()?;
        }
    }
    write_kubeconfig(&env.paths.kubeconfig())?;
    await_workloads(env, &cluster, &layout)?;
    Ok(was)
}

/// What is on this machine, compared with the node of this checkout.
///
/// # Errors
/// It has another's Kubernetes, or a node of ours that cannot become this one.
pub fn examine(env: &Env) -> Result<Found> {
    let wanted = claim(env, &node_images::plan(env)?)?;
    wanted.compare(Claim::read()?.as_ref(), &claim::occupied())
}

/// Imports the images that the node lacks.
///
/// # Errors
/// An archive is damaged, or containerd does not answer.
pub fn import_missing(env: &Env, images: &[&Image]) -> Result<()> {
    let containerd = Containerd::new(env);
    let there = containerd.images()?;
    let mut missing = Vec::new();
    for image in images {
        if there.get(&image.reference) != Some(&image.digest()?) {
            missing.push(*image);
        }
    }
    if missing.is_empty() {
        env.reporter.found(format!("{} images are in the node", images.len()));
        return Ok(());
    }
    let title = format!("importing {} of {} images", missing.len(), images.len());
    env.reporter.step(&title, "node-import", |step| {
        for image in missing {
            step.detail(&image.name);
            containerd.import(step, image)?;
        }
        Ok(())
    })
}

fn start_containerd(env: &Env, containerd: &Containerd, layout: &Layout) -> Result<()> {
    if let Some(process) = containerd.running().filter(|_| containerd.answers().unwrap_or(false)) {
        env.reporter.found(format!("containerd runs ({})", since(&process)));
        return Ok(());
    }
    containerd.stop()?;
    env.reporter.step("containerd", "node-containerd", |_| containerd.start(&layout.containerd).map(drop))
}

fn start_kubelet(env: &Env, kubelet: &Kubelet) -> Result<()> {
    if let Some(process) = kubelet.running() {
        env.reporter.found(format!("the kubelet runs ({})", since(&process)));
        return Ok(());
    }
    env.reporter.step("the kubelet", "node-kubelet", |_| kubelet.start().map(drop))
}

fn await_workloads(env: &Env, cluster: &Cluster, layout: &Layout) -> Result<()> {
    env.reporter.step("the API server and what it runs", "node-workloads", |step| {
        await_api(env, cluster, step)?;
        addons::ensure(env, cluster, &layout.addons, step)?;
        let containerd = Containerd::new(env);
        workloads::wait_alive(cluster, step, &addons::WORKLOADS, WORKLOADS, || {
            let running = containerd.running_containers()?;
            Ok(move |id: &str| running.iter().any(|container| container == id))
        })
    })
}

fn await_api(env: &Env, cluster: &Cluster, step: &Step) -> Result<()> {
    let started = Instant::now();
    while !cluster.answers()? {
        step.detail("waiting for the API server");
        let kubelet = Kubelet::new(env);
        if kubelet.running().is_none() {
            bail!("the kubelet ended; its log is {}", kubelet.log().display());
        }
        if started.elapsed() > API {
            bail!(
                "the API server did not answer within {} s; the kubelet's log is {}",
                API.as_secs(),
                kubelet.log().display()
            );
        }
        interrupt::sleep(Duration::from_millis(300))?;
    }
    Ok(())
}

fn claim(env: &Env, images: &[NodeImage]) -> Result<Claim> {
    let kubernetes = env.tools.family("kubernetes");
    let layout = Layout::of(env, images)?;
    Ok(Claim {
        cache: env.paths.cache.clone(),
        kubernetes: kubernetes.version.clone(),
        layout: Key::new().part(&kubernetes.key).part(layout.kubeadm).part(layout.containerd).short(),
        made: true,
    })
}

fn since(process: &Process) -> String {
    match process.age() {
        Some(age) => format!("process {}, for {}", process.pid, elapsed(age)),
        None => format!("process {}", process.pid),
    }
}

/// kubeadm's admin credentials under the context name `storeyard`, for this user only.
fn write_kubeconfig(target: &Path) -> Result<()> {
    let admin = Path::new(KUBERNETES).join("admin.conf");
    let text = fs::read_to_string(&admin).with_context(|| format!("{} cannot be read", admin.display()))?;
    let new = target.with_extension("new");
    if new.exists() {
        fs::remove_file(&new)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    std::io::Write::write_all(&mut file, named_context(&text).as_bytes())?;
    fs::rename(&new, target).with_context(|| format!("{} cannot be written", target.display()))
}

/// kubeadm calls its context `kubernetes-admin@storeyard`.
fn named_context(kubeconfig: &str) -> String {
    kubeconfig.replace(&format!("kubernetes-admin@{EMBEDDED}"), EMBEDDED)
}

/// What stays when the node is taken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Nothing,
    /// etcd, volumes and images, so that the next `up` has the stores again.
    Data,
}

/// Takes the node down; by recorded process ids only.
///
/// # Errors
/// A part cannot be ended.
pub fn remove(env: &Env, keep: Keep) -> Result<()> {
    let kubelet = Kubelet::new(env);
    let containerd = Containerd::new(env);
    env.reporter.step("taking the node down", "node-down", |step| {
        step.detail("the kubelet");
        kubelet.stop()?;
        if Path::new(RUN).join("containerd").exists() {
            if containerd.running().is_none() {
                // Containers outlive it; only it can end them properly.
                let configuration = fs::read_to_string(layout::CONTAINERD_CONFIG).context(
                    "the configuration of a containerd that left containers behind cannot be read",
                )?;
                containerd.start(&configuration)?;
            }
            containerd.remove_containers(step, keep == Keep::Data)?;
        }
        step.detail("containerd");
        containerd.stop()?;
        containerd.end_shims()?;
        step.detail("mounts, network and folders");
        mounts::remove()?;
        network::remove()?;
        kubeadm::remove_cgroups()?;
        remove_folders(env, keep)
    })
}

fn remove_folders(env: &Env, keep: Keep) -> Result<()> {
    // The network agent writes its configuration when it runs; until then the kubelet should not think it does.
    // From old logs a kubelet would take over how often a pod was restarted.
    for folder in [CILIUM_RUN, RUN, CNI_CONFIG, "/var/log/pods", "/var/log/containers"] {
        remove_folder(folder)?;
    }
    if keep == Keep::Data {
        return Ok(());
    }
    for folder in [KUBERNETES, KUBELET, CONFIG] {
        remove_folder(folder)?;
    }
    let kubeconfig = env.paths.kubeconfig();
    if kubeconfig.exists() {
        fs::remove_file(&kubeconfig)?;
    }
    // Last, as it holds the claim: until it is gone, the rest is known to be ours.
    remove_folder(STATE)
}

fn remove_folder(folder: &str) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{folder} cannot be removed"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_is_called_after_the_project() {
        let kubeconfig =
            "contexts:\n- name: kubernetes-admin@storeyard\ncurrent-context: kubernetes-admin@storeyard\n";
        assert_eq!(named_context(kubeconfig), "contexts:\n- name: storeyard\ncurrent-context: storeyard\n");
    }
}
