//! Control groups, of version 1, 2 or both.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

const NEEDED: [&str; 4] = ["cpu", "cpuset", "memory", "pids"];

/// The controllers that the kubelet needs and the machine does not have mounted.
///
/// # Errors
/// The machine's mounts cannot be read.
pub fn missing() -> Result<Vec<&'static str>> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").context("the machine's mounts cannot be read")?;
    let unified = unified_at(&mounts)
        .and_then(|root| fs::read_to_string(Path::new(root).join("cgroup.controllers")).ok());
    Ok(missing_from(&mounts, &unified.unwrap_or_default()))
}

fn unified_at(mounts: &str) -> Option<&str> {
    mounts.lines().find(|line| line.contains(" - cgroup2 "))?.split(' ').nth(4)
}

fn missing_from(mounts: &str, unified: &str) -> Vec<&'static str> {
    // Version 1 names its controllers in the mount's options.
    let options = mounts.lines().filter_map(|line| line.split_once(" - cgroup ")?.1.split(' ').nth(1));
    let available: Vec<&str> =
        options.flat_map(|options| options.split(',')).chain(unified.split_whitespace()).collect();
    NEEDED.into_iter().filter(|controller| !available.contains(controller)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &str = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct\n\
                      33 31 0:30 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";

    #[test]
    fn controllers_of_both_versions_count() {
        assert_eq!(missing_from(V1, ""), ["cpuset", "pids"]);
        assert!(missing_from(V1, "cpuset pids").is_empty());
        assert!(missing_from("", "cpuset cpu io memory pids").is_empty());
    }

    #[test]
    fn the_unified_tree_is_found_where_it_is_mounted() {
        let mounts = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
        assert_eq!(unified_at(mounts), Some("/sys/fs/cgroup/unified"));
    }
}
