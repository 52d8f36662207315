//! What processes have in memory, by the kernel's own account.

use std::fs;

use anyhow::{Context as _, Result};

/// Of one process.
pub(super) fn megabytes(process: u32) -> Result<String> {
    Ok(shown(resident(process).context("the process has ended")?))
}

pub(super) fn shown(kibibytes: u32) -> String {
    format!("{:.1} MB", f64::from(kibibytes) * 1024.0 / 1e6)
}

/// KiB of all processes that are in the same control groups as this one.
pub(super) fn of_group(process: u32) -> Result<u32> {
    let groups = |process: u32| fs::read_to_string(format!("/proc/{process}/cgroup")).ok();
    let own = groups(process).context("the process has ended")?;
    let processes = fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    Ok(processes.filter(|other| groups(*other).as_ref() == Some(&own)).filter_map(resident).sum())
}

/// KiB; None once it has ended.
fn resident(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
