//! What a container uses at this moment, as its own cgroup says. Asked of the container itself, as its volumes are: a kubelet tells of all pods of its
//! node at once, but to whom it tells that it also tells of pods that are none of Storeyard's.

/// What is read, and printed one after the other.
pub const FILES: [&str; 3] =
    ["/sys/fs/cgroup/cpu.stat", "/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory.stat"];

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
        let number = |name: &str| {
            printed
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse::<u64>().ok())
        };
        let current = printed.lines().find_map(|line| line.trim().parse::<u64>().ok())?;
        let kept = number("inactive_file").unwrap_or_default();
        Some(Self { cpu: number("usage_usec")?, memory: current.saturating_sub(kept) })
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PRINTED: &str = "usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\nnr_periods 12\n\
        104857600\nanon 52428800\nfile 52428800\ninactive_file 20971520\nactive_file 31457280\n";

    #[test]
    fn what_a_cgroup_prints_is_read() {
        let usage = Usage::parse(PRINTED).unwrap();
        assert_eq!(usage, Usage { cpu: 1_500_000, memory: 80 * 1024 * 1024 });
        assert!((usage.mebibytes() - 80.0).abs() < f32::EPSILON);
        assert_eq!(Usage::parse("cat: /sys/fs/cgroup/cpu.stat: No such file or directory"), None);
        assert_eq!(Usage::parse(""), None);
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
        fn whatever_is_printed_is_read(text in "([a-z_]{0,14} ?[0-9]{0,25}\n){0,9}") {
            Usage::parse(&text);
        }
    }
}
