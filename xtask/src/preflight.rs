//! Everything that would fail later is found before anything is built, and said in one sentence each.

pub mod cgroups;
pub mod networks;
pub mod packages;
pub mod ports;

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::command;
use crate::env::Env;
use crate::node::{self, Kubelet, layout};
use networks::Network;
use ports::Listener;

/// The oldest kernel that the network agent runs on.
const KERNEL: (u32, u32) = (5, 10);
/// The oldest Go that fetches a newer one by itself.
const SELF_UPDATING_GO: (u32, u32) = (1, 21);
const GIB: u64 = 1 << 30;

/// What a run is going to need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Only compiles and builds images.
    Build,
    /// Builds Storeyard's own images, for a cluster that somebody has.
    Elsewhere,
    /// Runs npm's programs and the browser, and no node.
    Browser,
    /// Runs the node on this machine.
    Node,
    /// Runs the node and the browser tests.
    Test,
}

impl Purpose {
    fn has_node(self) -> bool {
        matches!(self, Self::Node | Self::Test)
    }

    fn has_browser(self) -> bool {
        matches!(self, Self::Browser | Self::Test)
    }
}

/// Why a run would not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error(
        "this is {0} and the node needs Linux: run it there, or use a cluster you have with --context NAME"
    )]
    NotLinux(String),
    #[error(
        "this machine is {0}, and the node of its own has only been tried on x86_64: use a cluster you have with --context NAME"
    )]
    Architecture(String),
    #[error(
        "the node makes bridges, mounts and control groups, which only root may: run it as root, or use a cluster you have with --context NAME"
    )]
    NotRoot,
    #[error("the kernel {0} is older than {major}.{minor}, which the node's network agent needs: boot a newer one", major = KERNEL.0, minor = KERNEL.1)]
    Kernel(String),
    #[error("the kernel offers no control group controller {}, without which pods cannot be limited: mount it, or boot with cgroup_enable={}", .0.join(", "), .0.join(","))]
    Cgroups(Vec<&'static str>),
    #[error(
        "{folder} has {free} GiB free and about {needed} are needed: free some, or set XDG_CACHE_HOME to a larger disk"
    )]
    Disk { folder: String, free: u64, needed: u64 },
    #[error("port {port} is taken by {by} and the node needs it for {what}: stop that program first")]
    Port { port: u16, what: &'static str, by: String },
    #[error(
        "the machine already reaches {network} through {device} and the node needs addresses from {own}: remove that route first"
    )]
    Route { network: String, device: String, own: &'static str },
    #[error("go is not on PATH and the node's programs are built with it: install Go {0} or newer")]
    NoGo(String),
    #[error("go is at {found} and the node's programs need {needed}: install that, or set GOTOOLCHAIN=auto")]
    OldGo { found: String, needed: String },
    #[error("git is not on PATH and go fetches some modules with it: install it (`apt-get install git`)")]
    NoGit,
    #[error("these programs are missing: {0}; install their packages first")]
    Packages(String),
}

/// Checks the machine, and installs Debian packages that are missing where that can be done.
///
/// # Errors
/// Something would fail later; the error has a sentence for each.
pub fn check(env: &Env, purpose: Purpose) -> Result<()> {
    let mut problems = Vec::new();
    if purpose.has_node() {
        problems.extend(machine()?);
        if problems.is_empty() && Kubelet::new(env).running().is_none() {
            problems.extend(free_ground()?);
        }
    }
    problems.extend(disk(env, purpose)?);
    problems.extend(build_tools(env)?);
    report(&problems)?;
    packages::ensure(env, purpose)?;
    if purpose.has_node() {
        node::examine(env)?;
    }
    Ok(())
}

fn report(problems: &[Problem]) -> Result<()> {
    let Some((first, others)) = problems.split_first() else { return Ok(()) };
    let mut sentences = first.to_string();
    for problem in others {
        write!(sentences, "\nerror: {problem}")?;
    }
    bail!(sentences)
}

/// What does not change while the machine runs.
fn machine() -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    if std::env::consts::OS != "linux" {
        return Ok(vec![Problem::NotLinux(std::env::consts::OS.to_owned())]);
    }
    if std::env::consts::ARCH != "x86_64" {
        problems.push(Problem::Architecture(std::env::consts::ARCH.to_owned()));
    }
    if !rustix::process::geteuid().is_root() {
        problems.push(Problem::NotRoot);
    }
    let uname = rustix::system::uname();
    let kernel = uname.release().to_string_lossy();
    if version(&kernel).is_some_and(|version| version < KERNEL) {
        problems.push(Problem::Kernel(kernel.into_owned()));
    }
    let missing = cgroups::missing()?;
    if !missing.is_empty() {
        problems.push(Problem::Cgroups(missing));
    }
    Ok(problems)
}

/// Ports and addresses that only a node that runs may hold.
fn free_ground() -> Result<Vec<Problem>> {
    let mut problems: Vec<Problem> = ports::taken()?
        .into_iter()
        .map(|Listener { port, what, by }| Problem::Port { port, what, by })
        .collect();
    let routes = command::output(Command::new("ip").args(["-4", "route", "show"]));
    // Without `ip` there is a sentence about the missing package; the next run looks at the routes.
    for (network, device) in networks::routes(&routes.unwrap_or_default()) {
        for own in [layout::NODE_NETWORK, layout::PODS, layout::SERVICES] {
            let overlaps = Network::parse(own).is_some_and(|own| own.overlaps(&network));
            if overlaps && !is_own(&device) {
                problems.push(Problem::Route { network: network.to_string(), device: device.clone(), own });
            }
        }
    }
    Ok(problems)
}

fn is_own(device: &str) -> bool {
    device == layout::BRIDGE || device.starts_with("cilium_") || device.starts_with("lxc")
}

fn disk(env: &Env, purpose: Purpose) -> Result<Option<Problem>> {
    let folder = &env.paths.cache;
    let stat =
        rustix::fs::statvfs(folder).with_context(|| format!("{} cannot be examined", folder.display()))?;
    let free = stat.f_bavail * stat.f_frsize / GIB;
    let programs_missing = purpose != Purpose::Elsewhere && env.tools.has_to_compile();
    let needed = needed_disk(programs_missing, env.paths.target().join("release").is_dir());
    Ok((free < needed).then(|| Problem::Disk { folder: folder.display().to_string(), free, needed }))
}

/// GiB, rounded up from what an empty machine was seen to take: Go's caches and the node's programs 19, cargo's
/// target folder 6, images in buildah, as archives and in the node 9.
fn needed_disk(programs_missing: bool, compiled: bool) -> u64 {
    let programs = if programs_missing { 19 } else { 0 };
    let target = if compiled { 1 } else { 6 };
    let images = if compiled { 2 } else { 9 };
    programs + target + images
}

fn build_tools(env: &Env) -> Result<Vec<Problem>> {
    if env.tools.missing().is_empty() {
        return Ok(Vec::new());
    }
    let needed = needed_go(env)?;
    let mut problems = Vec::new();
    match command::output(Command::new("go").args(["env", "GOVERSION", "GOTOOLCHAIN"])) {
        Err(_) => problems.push(Problem::NoGo(needed)),
        Ok(answer) => problems.extend(judge_go(&answer, &needed)),
    }
    if command::output(Command::new("git").arg("--version")).is_err() {
        problems.push(Problem::NoGit);
    }
    Ok(problems)
}

/// `answer` has two lines: `go1.26.8` and the value of GOTOOLCHAIN.
fn judge_go(answer: &str, needed: &str) -> Option<Problem> {
    let mut lines = answer.lines();
    let found = lines.next().unwrap_or_default().trim_start_matches("go");
    let fetches = lines.next().is_some_and(|toolchain| toolchain != "local");
    let new_enough = numbers(found) >= numbers(needed);
    let updates_itself = fetches && version(found).is_some_and(|found| found >= SELF_UPDATING_GO);
    (!new_enough && !updates_itself)
        .then(|| Problem::OldGo { found: found.to_owned(), needed: needed.to_owned() })
}

/// The newest `go` line of the node's go.mod files.
fn needed_go(env: &Env) -> Result<String> {
    let mut newest = String::new();
    for family in crate::tools::FAMILIES {
        let go_mod = fs::read_to_string(env.paths.checkout.join(family.folder).join("go.mod"))?;
        let Some(line) = go_mod.lines().find_map(|line| line.strip_prefix("go ")) else { continue };
        if numbers(line) > numbers(&newest) {
            line.trim().clone_into(&mut newest);
        }
    }
    Ok(newest)
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|number| number.trim().parse().ok()).collect()
}

/// Major and minor of `6.18.44-amd64`.
pub(crate) fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_compared_by_number() {
        assert_eq!(version("6.18.44-fc"), Some((6, 18)));
        assert!(version("5.4.0-1").unwrap() < KERNEL && version("5.10.1").unwrap() >= KERNEL);
    }

    #[test]
    fn an_old_go_is_refused_unless_it_fetches_a_newer_one() {
        assert_eq!(judge_go("go1.26.8\nlocal\n", "1.26.6"), None);
        assert_eq!(judge_go("go1.24.1\nauto\n", "1.26.6"), None);
        assert!(judge_go("go1.24.1\nlocal\n", "1.26.6").is_some());
        assert!(judge_go("go1.19.8\nauto\n", "1.26.6").is_some());
    }

    #[test]
    fn each_problem_is_a_sentence_of_its_own() {
        let report = report(&[Problem::NotRoot, Problem::NoGit]).unwrap_err().to_string();
        assert_eq!(report.lines().count(), 2);
        assert!(super::report(&[]).is_ok());
    }

    #[test]
    fn a_warm_machine_needs_less_room_than_an_empty_one() {
        assert!(needed_disk(false, true) < needed_disk(true, false));
    }
}
