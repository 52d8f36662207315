//! Ports that the node needs and another program listens on.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::process;

/// A program that listens where the node wants to.
#[derive(Debug, PartialEq, Eq)]
pub struct Listener {
    pub port: u16,
    /// What the node needs the port for.
    pub what: &'static str,
    /// Name and id of the program, as far as they can be told.
    pub by: String,
}

const NEEDED: [(u16, &str); 11] = [
    (80, "the stores"),
    (443, "the stores"),
    (2379, "etcd"),
    (2380, "etcd"),
    (2381, "etcd"),
    (6443, "the API server"),
    (9879, "the network agent"),
    (10248, "the kubelet"),
    (10250, "the kubelet"),
    (10257, "the controller manager"),
    (10259, "the scheduler"),
];

/// Those of the node's ports that are taken, other than by the node itself.
///
/// # Errors
/// The kernel's table of sockets cannot be read.
pub fn taken() -> Result<Vec<Listener>> {
    let mut listeners = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        // A kernel without IPv6 has no second table.
        if Path::new(table).exists() {
            let text = fs::read_to_string(table).with_context(|| format!("{table} cannot be read"))?;
            listeners.extend(listening(&text));
        }
    }
    let mut taken: Vec<Listener> = Vec::new();
    for (port, what) in NEEDED {
        if let Some((_, inode)) = listeners.iter().find(|(listening, _)| *listening == port) {
            let holder = holder(*inode);
            if !holder.as_ref().is_some_and(Holder::is_pod) {
                let by = holder.map_or_else(|| "another program".to_owned(), |holder| holder.to_string());
                taken.push(Listener { port, what, by });
            }
        }
    }
    Ok(taken)
}

/// Port and socket inode of every row in state 0A, which is LISTEN.
fn listening(table: &str) -> Vec<(u16, u64)> {
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.get(3) == Some(&"0A"))
        .filter_map(|row| {
            let port = u16::from_str_radix(row.get(1)?.rsplit(':').next()?, 16).ok()?;
            Some((port, row.get(9)?.parse().ok()?))
        })
        .collect()
}

/// The process that has a socket open.
#[derive(Debug)]
struct Holder {
    process: PathBuf,
}

impl Holder {
    /// A pod's process: pods outlive a kubelet that was killed, and a kubelet of somebody else is refused before.
    fn is_pod(&self) -> bool {
        fs::read_to_string(self.process.join("cgroup")).is_ok_and(|groups| groups.contains("/kubepods/"))
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = fs::read_to_string(self.process.join("comm")).unwrap_or_default();
        let id = self.process.file_name().unwrap_or_default().to_string_lossy();
        write!(formatter, "{} (process {id})", name.trim())
    }
}

fn holder(inode: u64) -> Option<Holder> {
    let socket = format!("socket:[{inode}]");
    let mut processes =
        process::all().ok()?.into_iter().map(|process| format!("/proc/{}", process.pid).into());
    let process = processes.find(|process: &PathBuf| {
        let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        open.filter_map(|descriptor| fs::read_link(descriptor.path()).ok())
            .any(|target| target.as_os_str() == socket.as_str())
    })?;
    Some(Holder { process })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn only_sockets_that_listen_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 x 100\n\
            1: 0100007F:01BB 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 4243 1 x 100\n";
        assert_eq!(listening(table), [(80, 4242)]);
    }

    #[test]
    fn a_listener_is_found_with_the_program_that_holds_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let table = fs::read_to_string("/proc/net/tcp").unwrap();
        let (_, inode) = listening(&table).into_iter().find(|(listening, _)| *listening == port).unwrap();
        // Another test's child has the socket too, for the moment between fork and exec.
        let me = std::process::id().to_string();
        let named = (0..100).any(|_| holder(inode).is_some_and(|holder| holder.to_string().contains(&me)));
        assert!(named);
    }
}
