//! What a container uses at this moment, as its own cgroup says. Asked of the container itself, as its volumes are: a kubelet tells of all pods of its
//! node at once, but to whom it tells that it also tells of pods that are none of Storeyard's. A node has the second version of cgroups or the first, and
//! tells of a container in other files under the one than under the other.

use std::collections::BTreeMap;

/// Under which a container sees its own cgroup: the second version's files as they are, the first's in a folder for each controller.
pub const ROOT: &str = "/sys/fs/cgroup";
/// What is read there, of those that there are: the path of each file is printed before what is in it.
pub const FILES: [&str; 5] =
    ["cpu.stat", "memory.current", "memory.stat", "cpuacct.usage", "memory.usage_in_bytes"];
/// The first version tells nanoseconds.
const NANOS: u64 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Microseconds of a core since the container began.
    pub cpu: u64,
    /// Bytes, but for files that are kept only as long as nobody else needs the room.
    pub memory: u64,
}

impl Usage {
    /// Nothing where a node tells it in another way.
    pub fn parse(printed: &str) -> Option<Self> {
        let files = files(printed);
        second(&files).or_else(|| first(&files))
    }

    /// Thousandths of a core since it was so before; nothing where the container began anew in between.
    pub fn cpu_since(self, before: Self, millis: i64) -> Option<f32> {
        let used = self.cpu.checked_sub(before.cpu)?;
        // Microseconds by milliseconds are thousandths.
        (millis > 0).then(|| used as f32 / millis as f32)
    }

    pub fn mebibytes(self) -> f32 {
        self.memory as f32 / (1024.0 * 1024.0)
    }
}

/// Lines of files, by their paths below [`ROOT`].
type Files<'a> = BTreeMap<&'a str, Vec<&'a str>>;

fn files(printed: &str) -> Files<'_> {
    let mut files = Files::new();
    let mut path = None;
    for line in printed.lines() {
        match line.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix('/')) {
            Some(begun) => path = Some(begun),
            None => files.entry(path.unwrap_or_default()).or_default().push(line),
        }
    }
    files
}

fn second(files: &Files<'_>) -> Option<Usage> {
    let cpu = field(files.get("cpu.stat")?, "usage_usec")?;
    let kept = files.get("memory.stat").and_then(|lines| field(lines, "inactive_file"));
    let memory = number(files.get("memory.current")?)?.saturating_sub(kept.unwrap_or_default());
    Some(Usage { cpu, memory })
}

fn first(files: &Files<'_>) -> Option<Usage> {
    // Controllers may share a folder that bears the names of both, such as `cpu,cpuacct`.
    let of = |controller: &str, file: &str| {
        files.iter().find_map(|(path, lines)| {
            let (folder, name) = path.split_once('/')?;
            (name == file && folder.split(',').any(|name| name == controller)).then_some(lines)
        })
    };
    let cpu = number(of("cpuacct", "cpuacct.usage")?)? / NANOS;
    let kept = of("memory", "memory.stat").and_then(|lines| field(lines, "total_inactive_file"));
    let memory = number(of("memory", "memory.usage_in_bytes")?)?.saturating_sub(kept.unwrap_or_default());
    Some(Usage { cpu, memory })
}

/// In a file of one number.
fn number(lines: &[&str]) -> Option<u64> {
    lines.first()?.trim().parse().ok()
}

/// In a file of a name and a number a line.
fn field(lines: &[&str], name: &str) -> Option<u64> {
    lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: &str = "/sys/fs/cgroup/cpu.stat\nusage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\nnr_periods 12\n\
        /sys/fs/cgroup/memory.current\n104857600\n\
        /sys/fs/cgroup/memory.stat\nanon 52428800\nfile 52428800\ninactive_file 20971520\nactive_file 31457280\n";
    /// As a machine with the first version has printed it, shortened.
    const FIRST: &str = "/sys/fs/cgroup/memory/memory.usage_in_bytes\n4013576192\n\
        /sys/fs/cgroup/memory/memory.stat\ncache 13926400\ninactive_file 331776\nactive_file 4509696\n\
        total_cache 3594276864\ntotal_inactive_file 2645176320\ntotal_active_file 940019712\n\
        /sys/fs/cgroup/cpuacct/cpuacct.usage\n299209608055\n\
        /sys/fs/cgroup/cpu/cpu.stat\nnr_periods 0\nnr_throttled 0\nthrottled_time 0\n";

    #[test]
    fn what_a_cgroup_of_the_second_version_prints_is_read() {
        let usage = Usage::parse(SECOND).unwrap();
        assert_eq!(usage, Usage { cpu: 1_500_000, memory: 80 * 1024 * 1024 });
        assert!((usage.mebibytes() - 80.0).abs() < f32::EPSILON);
    }

    #[test]
    fn what_a_cgroup_of_the_first_version_prints_is_read() {
        let read = Some(Usage { cpu: 299_209_608, memory: 4_013_576_192 - 2_645_176_320 });
        assert_eq!(Usage::parse(FIRST), read);
        let shared = FIRST.replace("cgroup/cpuacct/", "cgroup/cpu,cpuacct/");
        assert_eq!(Usage::parse(&shared), read);
    }

    #[test]
    fn what_a_group_below_the_container_s_own_uses_is_not_taken_for_all_of_it() {
        let below = "/sys/fs/cgroup/init/cpu.stat\nusage_usec 7\n/sys/fs/cgroup/init/memory.current\n7\n";
        assert_eq!(Usage::parse(&format!("{below}{SECOND}")), Usage::parse(SECOND));
        assert_eq!(Usage::parse(below), None);
    }

    #[test]
    fn where_neither_is_printed_nothing_is_known() {
        for printed in [
            "",
            "find: '/sys/fs/cgroup': No such file or directory",
            "/sys/fs/cgroup/cpu.stat\nusage_usec 1500000\n",
            "/sys/fs/cgroup/memory/memory.usage_in_bytes\n4013576192\n",
            "/sys/fs/cgroup/cpuacct/cpuacct.usage\n/sys/fs/cgroup/memory/memory.usage_in_bytes\n1\n",
            "1500000\n104857600\n",
        ] {
            assert_eq!(Usage::parse(printed), None, "{printed}");
        }
    }

    #[test]
    fn what_was_used_between_two_looks_is_told_in_thousandths_of_a_core() {
        let at = |cpu| Usage { cpu, memory: 0 };
        assert_eq!(at(31_500_000).cpu_since(at(1_500_000), 60_000), Some(500.0));
        assert_eq!(at(10).cpu_since(at(1_500_000), 60_000), None);
        assert_eq!(at(10).cpu_since(at(0), 0), None);
    }

    proptest! {
        #[test]
        fn whatever_is_printed_is_read(text in "((/sys/fs/cgroup/)?[a-z_./]{0,14} ?[0-9]{0,25}\n){0,9}") {
            Usage::parse(&text);
        }
    }
}
