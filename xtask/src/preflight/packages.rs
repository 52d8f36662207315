//! Debian packages whose programs are used: installed where that can be done, else named.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::{Problem, Purpose};
use crate::command;
use crate::env::Env;

/// A program and the package that brings it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Needed {
    /// A name to be found on PATH, or an absolute path.
    program: &'static str,
    package: &'static str,
}

const fn needed(program: &'static str, package: &'static str) -> Needed {
    Needed { program, package }
}

const BUILD: [Needed; 6] = [
    needed("buildah", "buildah"),
    needed("mmdebstrap", "mmdebstrap"),
    needed("/bin/busybox", "busybox-static"),
    needed("brotli", "brotli"),
    needed("curl", "curl"),
    needed("pip3", "python3-pip"),
];
const NODE: [Needed; 4] = [
    needed("runc", "runc"),
    needed("/usr/lib/cni/loopback", "containernetworking-plugins"),
    needed("iptables", "iptables"),
    needed("ip", "iproute2"),
];
const BROWSER: [Needed; 3] = [needed("chromium", "chromium"), needed("node", "nodejs"), needed("npm", "npm")];

/// Folders that are not on everyone's PATH.
const SYSTEM: [&str; 2] = ["/usr/sbin", "/sbin"];

/// Installs what is missing, or fails with all of it in one sentence.
///
/// # Errors
/// Something is missing and cannot be installed.
pub fn ensure(env: &Env, purpose: Purpose) -> Result<()> {
    let missing: Vec<Needed> =
        wanted(purpose).into_iter().filter(|needed| !is_there(needed.program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|needed| needed.package).collect();
    if !Path::new("/etc/debian_version").exists() {
        let programs: Vec<&str> = missing.iter().map(|needed| needed.program).collect();
        bail!(Problem::Packages(programs.join(", ")));
    }
    if !rustix::process::geteuid().is_root() {
        bail!(
            "some Debian packages are missing and only root may install them: run `apt-get install {}` as root first",
            packages.join(" ")
        );
    }
    let title = format!("installing the Debian packages {}", packages.join(", "));
    env.reporter.step(&title, "packages", |step| {
        command::logged(step, apt().arg("update"))?;
        command::logged(step, apt().args(["install", "--yes", "--no-install-recommends"]).args(packages))
    })
}

fn wanted(purpose: Purpose) -> Vec<Needed> {
    let node: &[Needed] = if purpose.has_node() { &NODE } else { &[] };
    let browser: &[Needed] = if purpose.has_browser() { &BROWSER } else { &[] };
    [&BUILD[..], node, browser].concat()
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(SYSTEM.iter().map(PathBuf::from));
    // Joining an absolute path gives that path.
    folders.into_iter().any(|folder| folder.join(program).exists())
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_need_a_browser_and_only_those_with_a_node_need_a_bridge() {
        assert!(wanted(Purpose::Test).contains(&BROWSER[0]));
        assert!(!wanted(Purpose::Node).contains(&BROWSER[0]));
        assert!(wanted(Purpose::Browser).contains(&BROWSER[0]));
        assert!(wanted(Purpose::Test).contains(&NODE[2]));
        assert!(!wanted(Purpose::Build).contains(&NODE[2]) && !wanted(Purpose::Browser).contains(&NODE[2]));
    }

    #[test]
    fn programs_are_looked_for_by_name_and_by_path() {
        assert!(is_there("sh") && is_there("/bin/sh"));
        assert!(!is_there("no-such-program") && !is_there("/no/such/program"));
    }
}
