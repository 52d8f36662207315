//! File systems that the node mounts, and everything that is mounted below its folders.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::layout::{BPF, CGROUP2, KUBELET, RUN, STATE};
use crate::command;

/// Mounts a bpf and a cgroup2 file system of the node's own, so that the machine's are left alone and all that is
/// pinned goes with the mount.
///
/// # Errors
/// `mount` fails.
pub fn ensure() -> Result<()> {
    for (kind, path) in [("bpf", BPF), ("cgroup2", CGROUP2)] {
        fs::create_dir_all(path)?;
        if !below(&table()?, path).is_empty() {
            continue;
        }
        command::output(Command::new("mount").args(["-t", kind, kind, path]))?;
        // A container may mount it with propagation only if it is shared here.
        command::output(Command::new("mount").args(["--make-shared", path]))?;
    }
    Ok(())
}

/// Unmounts everything below the node's folders, the deepest first.
///
/// # Errors
/// Something stays mounted.
pub fn remove() -> Result<()> {
    let table = table()?;
    let mut mounts: Vec<String> =
        [KUBELET, RUN, STATE].iter().flat_map(|folder| below(&table, folder)).collect();
    mounts.sort_by(|one, other| other.cmp(one));
    for mount in mounts {
        // Lazy: a process that dies slowly must not keep the node half down.
        command::output(Command::new("umount").args(["-l", &mount]))
            .with_context(|| format!("{mount} cannot be unmounted"))?;
    }
    Ok(())
}

fn table() -> Result<String> {
    fs::read_to_string("/proc/self/mountinfo").context("the machine's mounts cannot be read")
}

/// Mount points at or below `folder`, each as often as it is mounted.
fn below(table: &str, folder: &str) -> Vec<String> {
    let points = table.lines().filter_map(|line| line.split(' ').nth(4)).map(unescape);
    points.filter(|point| Path::new(point).starts_with(folder)).collect()
}

/// The kernel writes blanks as octal numbers.
fn unescape(point: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(point.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_below_a_folder_are_found_and_neighbours_are_not() {
        let table = "1 2 0:3 / /run/storeyard/bpf rw - bpf bpf rw\n\
                     1 2 0:3 / /run/storeyard-else rw - tmpfs tmpfs rw\n\
                     1 2 0:3 / /run/storeyard/a\\040b rw - tmpfs tmpfs rw\n";
        assert_eq!(below(table, "/run/storeyard"), ["/run/storeyard/bpf", "/run/storeyard/a b"]);
    }
}
