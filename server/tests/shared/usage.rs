//! What a process has used, as Linux tells of it.

use std::{fs::read_to_string, process::Child, time::Duration};

/// The most memory that it ever had, in MiB, without what it has read of files by now: Linux takes that back where it is short, and of a
/// program that is not optimised it is 60 MiB.
pub(crate) fn peak(process: &Child) -> u64 {
    let status = read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    };
    (kib("VmHWM:") - kib("RssFile:")) / 1024
}

/// For how long it has used a core.
pub(crate) fn busy(process: &Child) -> Duration {
    let stat = read_to_string(format!("/proc/{}/stat", process.id())).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    // Linux counts a hundred of them in a second, whatever the kernel's own clock.
    Duration::from_millis(ticks * 10)
}
