//! Processes that outlive one run of xtask, known by id and start time, so that a recycled id is never signalled.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use crate::progress;

/// One process of this boot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    pub pid: u32,
    /// Clock ticks after boot, as in `/proc/PID/stat`.
    started: u64,
    boot: String,
}

impl Process {
    /// The process that has this id now.
    ///
    /// # Errors
    /// There is none.
    pub fn of(pid: u32) -> Result<Self> {
        let stat = read_stat(pid).with_context(|| format!("no process has the id {pid}"))?;
        Ok(Self { pid, started: stat.started, boot: boot_id()? })
    }

    pub fn is_alive(&self) -> bool {
        let same_boot = boot_id().is_ok_and(|boot| boot == self.boot);
        same_boot && read_stat(self.pid).is_some_and(|stat| stat.started == self.started && !stat.is_dead())
    }

    /// How long it has been running.
    pub fn age(&self) -> Option<Duration> {
        let uptime = fs::read_to_string("/proc/uptime").ok()?;
        let uptime: f64 = uptime.split_whitespace().next()?.parse().ok()?;
        // USER_HZ is 100 on every architecture that Linux reports it for.
        let started = Duration::from_millis(self.started * 10);
        Duration::from_secs_f64(uptime).checked_sub(started)
    }

    /// Asks it to end, and kills it after `grace`.
    ///
    /// # Errors
    /// It may not be signalled.
    pub fn stop(&self, grace: Duration) -> Result<()> {
        let start = Instant::now();
        self.signal(Signal::TERM)?;
        while self.is_alive() {
            if start.elapsed() > grace {
                self.signal(Signal::KILL)?;
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let Some(pid) = Pid::from_raw(self.pid.cast_signed()).filter(|_| self.is_alive()) else {
            return Ok(());
        };
        match kill_process(pid, signal) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(error).with_context(|| format!("process {} cannot be signalled", self.pid)),
        }
    }
}

/// Every process of the machine.
///
/// # Errors
/// `/proc` cannot be read.
pub fn all() -> Result<Vec<Process>> {
    let entries = fs::read_dir("/proc").context("the machine's processes cannot be listed")?;
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    // One that has ended since it was listed is none any more.
    Ok(ids.filter_map(|pid| Process::of(pid).ok()).collect())
}

/// The command line of a process; empty when it has ended.
pub fn arguments(pid: u32) -> Vec<String> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).split_terminator('\0').map(str::to_owned).collect()
}

/// A daemon that xtask starts: where its process is recorded.
#[derive(Debug, Clone)]
pub struct Daemon {
    record: PathBuf,
}

impl Daemon {
    pub fn new(record: PathBuf) -> Self {
        Self { record }
    }

    /// The recorded process, if it still runs.
    pub fn running(&self) -> Option<Process> {
        let record = fs::read(&self.record).ok()?;
        serde_json::from_slice(&record).ok().filter(Process::is_alive)
    }

    /// Starts it in a session of its own, with its output at the end of `log`.
    ///
    /// # Errors
    /// It cannot be started or recorded.
    pub fn start(&self, command: &Command, log: &Path) -> Result<Process> {
        let output: File = progress::append(log)?;
        let mut detached = Command::new("setsid");
        detached.arg(command.get_program()).args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => detached.env(key, value),
                None => detached.env_remove(key),
            };
        }
        let child = detached
            .current_dir("/")
            // Set by cargo for xtask itself; a daemon has no use for it.
            .env_remove("LD_LIBRARY_PATH")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().to_string_lossy()))?;
        let process = Process::of(child.id())?;
        fs::write(&self.record, serde_json::to_vec(&process)?)
            .with_context(|| format!("{} cannot be written", self.record.display()))?;
        Ok(process)
    }

    /// Ends it, if it runs, and forgets it.
    ///
    /// # Errors
    /// It cannot be ended.
    pub fn stop(&self, grace: Duration) -> Result<()> {
        if let Some(process) = self.running() {
            process.stop(grace)?;
        }
        match fs::remove_file(&self.record) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} cannot be removed", self.record.display()))
            }
            _ => Ok(()),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    state: char,
    started: u64,
}

impl Stat {
    /// Ended, and at most not yet waited for.
    fn is_dead(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }
}

fn read_stat(pid: u32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Fields 3 and 22 of `/proc/PID/stat`; the program's name before them may hold spaces and brackets.
fn parse_stat(stat: &str) -> Option<Stat> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let started = fields.nth(18)?.parse().ok()?;
    Some(Stat { state, started })
}

fn boot_id() -> Result<String> {
    let id =
        fs::read_to_string("/proc/sys/kernel/random/boot_id").context("reading the machine's boot id")?;
    Ok(id.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_whose_name_holds_brackets_and_spaces_is_read_right() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194560 1 0 0 0 3 4 0 0 20 0 1 0 98765 1000 2";
        assert_eq!(parse_stat(stat), Some(Stat { state: 'S', started: 98765 }));
        assert_eq!(parse_stat("nonsense"), None);
    }

    #[test]
    fn a_recycled_id_is_another_process() {
        let me = Process::of(std::process::id()).unwrap();
        assert!(me.is_alive());
        assert!(!Process { started: me.started + 1, ..me.clone() }.is_alive());
        assert!(!Process { boot: "another boot".to_owned(), ..me }.is_alive());
    }

    #[test]
    fn a_process_that_ended_and_was_not_waited_for_is_not_alive() {
        let mut child = Command::new("true").spawn().unwrap();
        let process = Process::of(child.id()).unwrap();
        let end = Instant::now() + Duration::from_secs(5);
        while process.is_alive() && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
        assert!(!process.is_alive());
        child.wait().unwrap();
    }
}
