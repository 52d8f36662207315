//! What the user sees of long work: what it is, how long it has run, and on failure the end of its log.

use std::fs::{self, File, OpenOptions};
use std::io::{IsTerminal as _, Write as _, stdout};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::interrupt::Interrupted;

/// Without a terminal, a step that still runs says so this often.
const HEARTBEAT: Duration = Duration::from_secs(30);
const LAST_LINES: usize = 20;

/// Prints steps; keeps one log file for each.
#[derive(Debug, Clone)]
pub struct Reporter {
    logs: PathBuf,
    terminal: bool,
}

/// A step while it runs.
#[derive(Debug)]
pub struct Step {
    log: PathBuf,
    detail: Arc<Mutex<String>>,
}

impl Reporter {
    pub fn new(logs: PathBuf) -> Self {
        Self { logs, terminal: stdout().is_terminal() }
    }

    /// Something that was there already.
    pub fn found(&self, what: impl AsRef<str>) {
        println!("  = {}", what.as_ref());
    }

    /// Something the user should know and that is not an error.
    pub fn note(&self, what: impl AsRef<str>) {
        println!("  ! {}", what.as_ref());
    }

    /// Runs `work` as a visible step with the log `<logs>/<name>.log`.
    ///
    /// # Errors
    /// The error of `work`, after the last lines of the log were printed.
    pub fn step<T>(&self, title: &str, name: &str, work: impl FnOnce(&Step) -> Result<T>) -> Result<T> {
        let log = self.logs.join(format!("{name}.log"));
        File::create(&log).with_context(|| format!("{} cannot be written", log.display()))?;
        let step = Step { log, detail: Arc::default() };
        let start = Instant::now();
        let ticker = Ticker::start(title.to_owned(), Arc::clone(&step.detail), self.terminal, start);
        let result = work(&step);
        ticker.stop();

        let took = elapsed(start.elapsed());
        match &result {
            Ok(_) => println!("  + {title} ({took})"),
            Err(error) => {
                println!("  x {title} (after {took})");
                if !error.is::<Interrupted>() {
                    print_end_of(&step.log);
                }
            }
        }
        result
    }
}

impl Step {
    /// What the step is doing right now.
    pub fn detail(&self, text: impl Into<String>) {
        *self.detail.lock().unwrap_or_else(PoisonError::into_inner) = text.into();
    }

    /// The step's log, to append to.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn log(&self) -> Result<File> {
        append(&self.log)
    }

    pub fn log_path(&self) -> &Path {
        &self.log
    }
}

/// Opens a log to append to.
///
/// # Errors
/// The file cannot be opened.
pub fn append(log: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("{} cannot be written", log.display()))
}

fn print_end_of(log: &Path) {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let end = last_lines(&text, LAST_LINES);
    if end.is_empty() {
        return;
    }
    println!("    the last lines of {}:", log.display());
    for line in end {
        println!("    | {line}");
    }
}

fn last_lines(text: &str, count: usize) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].to_vec()
}

/// Seconds as a person reads them.
pub fn elapsed(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

struct Ticker {
    stop: mpsc::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Ticker {
    fn start(title: String, detail: Arc<Mutex<String>>, terminal: bool, start: Instant) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            if !terminal {
                println!("    {title} ...");
            }
            let pause = if terminal { Duration::from_millis(200) } else { HEARTBEAT };
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let detail = detail.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let detail = if detail.is_empty() { detail } else { format!(": {detail}") };
                let line = format!("    {title}{detail} ({})", elapsed(start.elapsed()));
                if terminal {
                    // One terminal line at most, so that it can be written over.
                    print!("\r\x1b[2K{}", line.chars().take(100).collect::<String>());
                } else {
                    println!("{line}");
                }
                if stdout().flush().is_err() {
                    return;
                }
            }
            if terminal {
                print!("\r\x1b[2K");
            }
        });
        Self { stop, thread }
    }

    fn stop(self) {
        drop(self.stop);
        if self.thread.join().is_err() {
            eprintln!("the progress line stopped early");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_the_unit_a_person_would_use() {
        assert_eq!(elapsed(Duration::from_millis(1250)), "1.2 s");
        assert_eq!(elapsed(Duration::from_secs(59)), "59 s");
        assert_eq!(elapsed(Duration::from_secs(61)), "1 min 01 s");
        assert_eq!(elapsed(Duration::from_secs(3720)), "1 h 02 min");
    }

    #[test]
    fn the_end_of_a_log_is_its_last_lines_that_say_something() {
        assert_eq!(last_lines("a\nb\n\nc\n", 2), ["b", "c"]);
        assert!(last_lines("", 2).is_empty());
    }
}
