//! The kubelet: started by hand, as nothing is assumed about the machine's init system.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::containerd::path_with;
use super::layout::{KUBELET, KUBERNETES, RUN};
use crate::env::Env;
use crate::process::{Daemon, Process};

#[derive(Debug)]
pub struct Kubelet<'a> {
    env: &'a Env,
    daemon: Daemon,
}

impl<'a> Kubelet<'a> {
    pub fn new(env: &'a Env) -> Self {
        Self { env, daemon: Daemon::new(Path::new(RUN).join("kubelet.json")) }
    }

    pub fn running(&self) -> Option<Process> {
        self.daemon.running()
    }

    pub fn log(&self) -> PathBuf {
        self.env.paths.logs().join("kubelet.log")
    }

    /// Whether kubeadm has written what the kubelet starts from.
    pub fn is_configured() -> bool {
        config().exists() && flags().exists()
    }

    /// # Errors
    /// It cannot be started.
    pub fn start(&self) -> Result<Process> {
        let flags = fs::read_to_string(flags()).context("the kubelet's flags cannot be read")?;
        let programs = [self.env.tools.family("kubernetes"), self.env.tools.family("containerd")];
        let mut kubelet = Command::new(programs[0].program("kubelet"));
        kubelet
            .arg(format!("--bootstrap-kubeconfig={KUBERNETES}/bootstrap-kubelet.conf"))
            .arg(format!("--kubeconfig={KUBERNETES}/kubelet.conf"))
            .arg(format!("--config={}", config().display()))
            .args(parse_flags(&flags))
            .env("PATH", path_with(&programs.map(|family| family.folder.as_path()))?);
        self.daemon.start(&kubelet, &self.log())
    }

    /// # Errors
    /// It cannot be ended.
    pub fn stop(&self) -> Result<()> {
        self.daemon.stop(Duration::from_secs(15))
    }
}

fn config() -> PathBuf {
    Path::new(KUBELET).join("config.yaml")
}

fn flags() -> PathBuf {
    Path::new(KUBELET).join("kubeadm-flags.env")
}

/// The file holds `KUBELET_KUBEADM_ARGS="--a=b --c=d"`.
fn parse_flags(file: &str) -> Vec<String> {
    let flags = file.lines().find_map(|line| line.strip_prefix("KUBELET_KUBEADM_ARGS=")).unwrap_or_default();
    flags.trim().trim_matches('"').split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_as_kubeadm_writes_them() {
        assert_eq!(parse_flags("KUBELET_KUBEADM_ARGS=\"--a=b --c=d\"\n"), ["--a=b", "--c=d"]);
        assert!(parse_flags("").is_empty());
    }
}
