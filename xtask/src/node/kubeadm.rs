//! Making the node once, and removing the control groups that its kubelet made.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::containerd::path_with;
use super::kubelet::Kubelet;
use super::layout::KUBEADM_CONFIG;
use crate::command;
use crate::env::Env;
use crate::interrupt;
use crate::progress::Step;

/// Checks that say nothing here: the node has no init system, no host name of its own and no registry.
const IGNORED: &str = "SystemVerification,Hostname,Service-Kubelet,ImagePull";
/// Applied by xtask itself, with settings of its own, or not used at all.
const SKIPPED: &str = "addon,preflight";
const CGROUPS: &str = "/sys/fs/cgroup";

/// Runs `kubeadm init` and starts the kubelet as soon as it has something to start from.
///
/// # Errors
/// kubeadm fails.
pub fn init(env: &Env, kubelet: &Kubelet, configuration: &str, step: &Step) -> Result<()> {
    fs::write(KUBEADM_CONFIG, configuration)?;
    let programs = [env.tools.family("kubernetes"), env.tools.family("containerd")];
    let mut init = command::start(
        Command::new(programs[0].program("kubeadm"))
            .args(["init", "--config", KUBEADM_CONFIG, "--skip-phases", SKIPPED, "--skip-token-print"])
            .args(["--ignore-preflight-errors", IGNORED])
            .env("PATH", path_with(&programs.map(|family| family.folder.as_path()))?)
            .stdout(step.log()?)
            .stderr(step.log()?),
    )?;
    let status = loop {
        if kubelet.running().is_none() && Kubelet::is_configured() {
            step.detail("waiting for the control plane");
            kubelet.start()?;
        }
        match init.finished()? {
            Some(status) => break status,
            None => interrupt::sleep(Duration::from_millis(100)),
        }?;
    };
    if !status.success() {
        bail!(
            "kubeadm ended with {status}; its log is {}, the kubelet's {}",
            step.log_path().display(),
            kubelet.log().display()
        );
    }
    Ok(())
}

/// Removes the kubelet's control groups, which are empty once its pods are gone.
///
/// # Errors
/// One is still in use.
pub fn remove_cgroups() -> Result<()> {
    let Ok(entries) = fs::read_dir(CGROUPS) else { return Ok(()) };
    // On cgroup v1 there is one tree for each controller, on v2 the first is the only one.
    let trees = entries.filter_map(|entry| Some(entry.ok()?.path().join("kubepods")));
    for tree in trees.chain([Path::new(CGROUPS).join("kubepods")]) {
        if tree.is_dir() {
            remove_tree(&tree)?;
        }
    }
    Ok(())
}

/// A control group goes by `rmdir`, after those in it; its files go with it.
fn remove_tree(group: &Path) -> Result<()> {
    let children: Vec<PathBuf> = fs::read_dir(group)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    for child in children {
        remove_tree(&child)?;
    }
    // The kernel takes a moment to let go of a group whose last process has just ended.
    for _ in 0..50 {
        match fs::remove_dir(group) {
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::BUSY.raw_os_error()) => {
                interrupt::sleep(Duration::from_millis(100))?;
            }
            result => return result.with_context(|| format!("{} cannot be removed", group.display())),
        }
    }
    bail!("the control group {} is still in use", group.display())
}
