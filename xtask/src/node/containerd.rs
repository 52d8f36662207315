//! The node's own containerd: the process, its images, and the containers in it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::layout::{CNI_CONFIG, CNI_PROGRAMS, CONFIG, CONTAINERD_CONFIG, CONTAINERD_SOCKET, RUN};
use crate::command;
use crate::env::Env;
use crate::images::Image;
use crate::interrupt;
use crate::process::{self, Daemon, Process};
use crate::progress::Step;

/// Where Debian puts the CNI project's programs.
const DEBIAN_CNI: &str = "/usr/lib/cni";
const START: Duration = Duration::from_secs(60);
/// What containers get to end by themselves: a database wants to write its pages.
const GRACE: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub struct Containerd<'a> {
    env: &'a Env,
    daemon: Daemon,
}

impl<'a> Containerd<'a> {
    pub fn new(env: &'a Env) -> Self {
        Self { env, daemon: Daemon::new(Path::new(RUN).join("containerd.json")) }
    }

    pub fn running(&self) -> Option<Process> {
        self.daemon.running()
    }

    pub fn log(&self) -> PathBuf {
        self.env.paths.logs().join("containerd.log")
    }

    /// Writes the configuration and starts it.
    ///
    /// # Errors
    /// It does not come up.
    pub fn start(&self, configuration: &str) -> Result<Process> {
        for folder in [RUN, CONFIG, CNI_PROGRAMS, CNI_CONFIG] {
            fs::create_dir_all(folder).with_context(|| format!("{folder} cannot be made"))?;
        }
        fs::write(CONTAINERD_CONFIG, configuration)?;
        self.install_cni_programs()?;

        let programs = &self.env.tools.family("containerd");
        let mut containerd = Command::new(programs.program("containerd"));
        containerd.args(["--config", CONTAINERD_CONFIG]).env("PATH", path_with(&[&programs.folder])?);
        let process = self.daemon.start(&containerd, &self.log())?;
        let started = Instant::now();
        while !self.answers()? {
            if !process.is_alive() || started.elapsed() > START {
                bail!("containerd does not come up; its log is {}", self.log().display());
            }
            interrupt::sleep(Duration::from_millis(200))?;
        }
        Ok(process)
    }

    pub fn answers(&self) -> Result<bool> {
        command::succeeds(self.ctr().arg("version"))
    }

    fn install_cni_programs(&self) -> Result<()> {
        let loopback = Path::new(DEBIAN_CNI).join("loopback");
        let cilium = self.env.tools.family("cilium").program("cilium-cni");
        for program in [loopback, cilium] {
            let target = Path::new(CNI_PROGRAMS).join(program.file_name().unwrap_or_default());
            // By renaming: a program that runs cannot be written to.
            let new = target.with_extension("new");
            fs::copy(&program, &new).with_context(|| format!("{} cannot be copied", program.display()))?;
            fs::rename(&new, &target)?;
        }
        Ok(())
    }

    /// Digest by reference of every image in the node.
    ///
    /// # Errors
    /// containerd does not answer.
    pub fn images(&self) -> Result<BTreeMap<String, String>> {
        Ok(parse_images(&command::output(self.k8s().args(["images", "list"]))?))
    }

    /// Imports one archive.
    ///
    /// # Errors
    /// The archive is damaged or the disk full.
    pub fn import(&self, step: &Step, image: &Image) -> Result<()> {
        // Else containerd does it, which `ctr` gives up on after thirty seconds without progress; a busy disk takes longer.
        command::logged(step, self.k8s().args(["images", "import", "--local"]).arg(&image.archive))
            .with_context(|| format!("{} cannot be imported", image.reference))
    }

    /// Removes the images that were pulled from a registry.
    ///
    /// # Errors
    /// containerd does not answer.
    pub fn remove_images_of(&self, registry: &str) -> Result<()> {
        let table = command::output(self.k8s().args(["images", "list"]))?;
        let names = names_of(registry, &table);
        if names.is_empty() {
            return Ok(());
        }
        command::output(self.k8s().args(["images", "remove", "--sync"]).args(names)).map(drop)
    }

    /// Ends and removes every container. With `gently` each is asked first.
    ///
    /// # Errors
    /// containerd does not answer.
    pub fn remove_containers(&self, step: &Step, gently: bool) -> Result<()> {
        if gently {
            self.ask_containers_to_end(step)?;
        }
        for task in self.list("tasks")? {
            step.detail("ending containers");
            // Gone in between is as good.
            if !command::succeeds(self.k8s().args(["tasks", "delete", "--force", &task]))?
                && self.list("tasks")?.contains(&task)
            {
                bail!("the container {task} cannot be ended");
            }
        }
        for container in self.list("containers")? {
            step.detail("removing containers");
            if !command::succeeds(self.k8s().args(["containers", "delete", &container]))?
                && self.list("containers")?.contains(&container)
            {
                bail!("the container {container} cannot be removed");
            }
        }
        Ok(())
    }

    fn ask_containers_to_end(&self, step: &Step) -> Result<()> {
        let started = Instant::now();
        for task in self.list("tasks")? {
            // It may have ended since it was listed; who stays is ended by force afterwards.
            command::succeeds(self.k8s().args(["tasks", "kill", "--signal", "SIGTERM", "--all", &task]))?;
        }
        loop {
            let running = self.running_containers()?;
            // Sandboxes sleep on: nothing of them has to be saved.
            let sandboxes = self.sandboxes()?;
            let left = running.iter().filter(|task| !sandboxes.contains(task)).count();
            if left == 0 || started.elapsed() > GRACE {
                return Ok(());
            }
            step.detail(format!("{left} containers are ending"));
            interrupt::sleep(Duration::from_millis(300))?;
        }
    }

    /// Ids of the containers that run.
    ///
    /// # Errors
    /// containerd does not answer.
    pub fn running_containers(&self) -> Result<Vec<String>> {
        Ok(parse_running(&command::output(self.k8s().args(["tasks", "list"]))?))
    }

    fn sandboxes(&self) -> Result<Vec<String>> {
        let filter = "labels.\"io.cri-containerd.kind\"==sandbox";
        let names = command::output(self.k8s().args(["containers", "list", "--quiet", filter]))?;
        Ok(names.lines().map(str::to_owned).collect())
    }

    fn list(&self, what: &str) -> Result<Vec<String>> {
        let names = command::output(self.k8s().args([what, "list", "--quiet"]))?;
        Ok(names.lines().map(str::to_owned).collect())
    }

    /// Ends the process itself.
    ///
    /// # Errors
    /// It cannot be ended.
    pub fn stop(&self) -> Result<()> {
        self.daemon.stop(Duration::from_secs(15))
    }

    /// Ends shims that have lost their containers: processes that serve this containerd's socket and nothing else.
    ///
    /// # Errors
    /// One cannot be ended.
    pub fn end_shims(&self) -> Result<()> {
        for process in process::all()? {
            if is_shim(&process::arguments(process.pid)) {
                process.stop(Duration::from_secs(5))?;
            }
        }
        Ok(())
    }

    fn ctr(&self) -> Command {
        let mut ctr = Command::new(self.env.tools.family("containerd").program("ctr"));
        ctr.args(["--address", CONTAINERD_SOCKET, "--timeout", "30s"]);
        ctr
    }

    fn k8s(&self) -> Command {
        let mut ctr = self.ctr();
        ctr.args(["--namespace", "k8s.io"]);
        ctr
    }
}

fn is_shim(arguments: &[String]) -> bool {
    let program = arguments.first().map(String::as_str).unwrap_or_default();
    program.ends_with("/containerd-shim-runc-v2")
        && arguments.windows(2).any(|pair| pair[0] == "-address" && pair[1] == CONTAINERD_SOCKET)
}

/// PATH with folders in front.
///
/// # Errors
/// A folder's name holds a colon.
pub fn path_with(folders: &[&Path]) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().map(|folder| folder.to_path_buf()).chain(std::env::split_paths(&path));
    std::env::join_paths(all).context("a folder's name holds a colon")
}

/// The table that `ctr images list` prints: reference, type, digest, size, platforms, labels.
fn parse_images(table: &str) -> BTreeMap<String, String> {
    table
        .lines()
        .skip(1)
        // Kubernetes lists each image once more under its id.
        .filter(|line| !line.starts_with("sha256:"))
        .filter_map(|line| {
            let mut columns = line.split_whitespace();
            Some((columns.next()?.to_owned(), columns.nth(1)?.to_owned()))
        })
        .collect()
}

/// In the same table, all names of the images of a registry: Kubernetes lists each by its digest and by its id too.
fn names_of(registry: &str, table: &str) -> Vec<String> {
    let rows = table.lines().skip(1).filter_map(|line| {
        let mut columns = line.split_whitespace();
        Some((columns.next()?, columns.nth(1)?))
    });
    let is_of = |name: &str| name.strip_prefix(registry).is_some_and(|rest| rest.starts_with('/'));
    let digests: Vec<&str> = rows.clone().filter(|(name, _)| is_of(name)).map(|(_, digest)| digest).collect();
    let names = rows
        .filter(|(name, digest)| is_of(name) || (name.starts_with("sha256:") && digests.contains(digest)));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// The table that `ctr tasks list` prints: task, pid, status.
fn parse_running(table: &str) -> Vec<String> {
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.get(2) == Some(&"RUNNING")).map(|row| row[0].to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_read_with_their_digests() {
        let table = "REF TYPE DIGEST SIZE PLATFORMS LABELS\n\
                     localhost/storeyard/etcd:v3 application/vnd.oci.image.manifest.v1+json sha256:aa 9.1 MiB linux/amd64 -\n";
        let images = parse_images(table);
        assert_eq!(images.get("localhost/storeyard/etcd:v3").map(String::as_str), Some("sha256:aa"));
        assert_eq!(images.len(), 1);
    }

    #[test]
    fn an_image_of_a_registry_has_names_by_tag_digest_and_id() {
        let table = "REF TYPE DIGEST SIZE PLATFORMS LABELS\n\
                     localhost/storeyard/etcd:v3 t sha256:aa 9.1 MiB linux/amd64 -\n\
                     127.0.0.1:4000/a/b:1 t sha256:bb 1 MiB linux/amd64 -\n\
                     127.0.0.1:4000/a/b@sha256:bb t sha256:bb 1 MiB linux/amd64 -\n\
                     sha256:01 t sha256:aa 9.1 MiB linux/amd64 -\n\
                     sha256:02 t sha256:bb 1 MiB linux/amd64 -\n";
        let names = names_of("127.0.0.1:4000", table);
        assert_eq!(names, ["127.0.0.1:4000/a/b:1", "127.0.0.1:4000/a/b@sha256:bb", "sha256:02"]);
        assert!(names_of("127.0.0.1:400", table).is_empty());
    }

    #[test]
    fn only_shims_of_the_node_s_own_socket_are_its_shims() {
        let shim = |socket: &str| {
            let words = ["/bin/containerd-shim-runc-v2", "-namespace", "k8s.io", "-address", socket];
            is_shim(&words.map(str::to_owned))
        };
        assert!(shim("/run/storeyard/containerd.sock"));
        assert!(!shim("/run/containerd/containerd.sock"));
    }

    #[test]
    fn only_tasks_that_run_count() {
        assert_eq!(parse_running("TASK PID STATUS\na 1 RUNNING\nb 2 STOPPED\n"), ["a"]);
    }
}
