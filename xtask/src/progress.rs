//! What the user sees of long work: what it is, how long it has run, and on failure the end of its log.

use std::fs::{self, File, OpenOptions};
use std::io::{IsTerminal as _, Write as _, stdout};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::interrupt::Interrupted;

/// Without a terminal, a step that still runs says so this often.
const HEARTBEAT: Duration = Duration::from_secs(30);
const LAST_LINES: usize = 20;
/// One terminal line at most, so that it can be written over.
const COLUMNS: usize = 100;

/// Prints steps; keeps one log file for each. Steps may run beside each other.
#[derive(Debug, Clone)]
pub struct Reporter {
    logs: PathBuf,
    screen: Arc<Screen>,
    took: Arc<Mutex<Vec<Took>>>,
}

/// How long a step, or a part made of steps, took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Took {
    pub title: String,
    pub time: Duration,
}

/// A step while it runs.
#[derive(Debug)]
pub struct Step {
    log: PathBuf,
    live: Arc<Live>,
}

impl Reporter {
    pub fn new(logs: PathBuf) -> Self {
        let screen = Screen { terminal: stdout().is_terminal(), running: Mutex::default() };
        Self { logs, screen: Arc::new(screen), took: Arc::default() }
    }

    /// Prints where this one does, and keeps the times of its own steps only.
    #[must_use]
    pub fn section(&self) -> Self {
        Self { took: Arc::default(), ..self.clone() }
    }

    /// How long its steps took so far, in the order in which they ended.
    pub fn took(&self) -> Vec<Took> {
        locked(&self.took).clone()
    }

    /// Keeps what a step's program told of its own time.
    pub fn add_took(&self, took: impl IntoIterator<Item = Took>) {
        locked(&self.took).extend(took);
    }

    /// Something that was there already.
    pub fn found(&self, what: impl AsRef<str>) {
        self.screen.print(&[format!("  = {}", what.as_ref())]);
    }

    /// Something the user should know and that is not an error.
    pub fn note(&self, what: impl AsRef<str>) {
        self.screen.print(&[format!("  ! {}", what.as_ref())]);
    }

    /// Runs `work` as a visible step with the log `<logs>/<name>.log`.
    ///
    /// # Errors
    /// The error of `work`, after the last lines of the log were printed.
    pub fn step<T>(&self, title: &str, name: &str, work: impl FnOnce(&Step) -> Result<T>) -> Result<T> {
        let log = self.logs.join(format!("{name}.log"));
        File::create(&log).with_context(|| format!("{} cannot be written", log.display()))?;
        let live =
            Arc::new(Live { title: title.to_owned(), detail: Mutex::default(), started: Instant::now() });
        let step = Step { log, live: Arc::clone(&live) };
        let ticker = Ticker::start(Arc::clone(&self.screen), Arc::clone(&live));
        let result = work(&step);
        ticker.stop();

        let time = live.started.elapsed();
        locked(&self.took).push(Took { title: title.to_owned(), time });
        let mut lines = Vec::new();
        match &result {
            Ok(_) => lines.push(format!("  + {title} ({})", elapsed(time))),
            Err(error) => {
                lines.push(format!("  x {title} (after {})", elapsed(time)));
                if !error.is::<Interrupted>() {
                    lines.extend(end_of(&step.log));
                }
            }
        }
        self.screen.remove(&live);
        self.screen.print(&lines);
        result
    }
}

impl Step {
    /// What the step is doing right now.
    pub fn detail(&self, text: impl Into<String>) {
        *locked(&self.live.detail) = text.into();
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

fn end_of(log: &Path) -> Vec<String> {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let end = last_lines(&text, LAST_LINES);
    let head = (!end.is_empty()).then(|| format!("    the last lines of {}:", log.display()));
    head.into_iter().chain(end.into_iter().map(|line| format!("    | {line}"))).collect()
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

/// What a step shows of itself while it runs.
#[derive(Debug)]
struct Live {
    title: String,
    detail: Mutex<String>,
    started: Instant,
}

impl Live {
    fn line(&self) -> String {
        let detail = locked(&self.detail);
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        format!("{}{detail} ({})", self.title, elapsed(self.started.elapsed()))
    }
}

/// Where all steps print, one line at a time. A terminal's last line is written over, and tells of every step that runs.
#[derive(Debug)]
struct Screen {
    terminal: bool,
    running: Mutex<Vec<Arc<Live>>>,
}

impl Screen {
    fn print(&self, lines: &[String]) {
        let running = locked(&self.running);
        let mut text = if self.terminal { "\r\x1b[2K".to_owned() } else { String::new() };
        lines.iter().for_each(|line| text.extend([line, "\n"]));
        if self.terminal {
            text.push_str(&status_line(&running));
        }
        // By the macro, so that tests keep it to themselves.
        print!("{text}");
        // Whoever reads has gone away when this fails; the work goes on.
        let _ = stdout().flush();
    }

    fn add(&self, live: &Arc<Live>) {
        locked(&self.running).push(Arc::clone(live));
        let begins = format!("    {} ...", live.title);
        self.print(if self.terminal { &[] } else { std::slice::from_ref(&begins) });
    }

    fn remove(&self, live: &Arc<Live>) {
        locked(&self.running).retain(|other| !Arc::ptr_eq(other, live));
    }

    fn tick(&self, live: &Live) {
        let line = format!("    {}", live.line());
        self.print(if self.terminal { &[] } else { std::slice::from_ref(&line) });
    }
}

/// Every step that runs, each cut to its share of the line.
fn status_line(running: &[Arc<Live>]) -> String {
    let share = COLUMNS / running.len().max(1);
    let lines = running.iter().map(|live| live.line().chars().take(share.saturating_sub(3)).collect());
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { String::new() } else { format!("    {}", lines.join(" | ")) }
}

struct Ticker {
    stop: mpsc::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Ticker {
    fn start(screen: Arc<Screen>, live: Arc<Live>) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            screen.add(&live);
            let pause = if screen.terminal { Duration::from_millis(200) } else { HEARTBEAT };
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                screen.tick(&live);
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

/// A thread that panicked while it held one of these left nothing half done in it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn a_section_keeps_the_times_of_its_own_steps() {
        let reporter = Reporter::new(std::env::temp_dir());
        let section = reporter.section();
        let name = format!("storeyard-progress-test-{}", std::process::id());
        section.step("one", &name, |_| Ok(())).unwrap();
        section.step("two", &name, |_| Err::<(), _>(anyhow::anyhow!("no"))).unwrap_err();
        fs::remove_file(std::env::temp_dir().join(format!("{name}.log"))).unwrap();
        let titles: Vec<String> = section.took().into_iter().map(|took| took.title).collect();
        assert_eq!(titles, ["one", "two"]);
        assert!(reporter.took().is_empty());
    }

    #[test]
    fn one_line_tells_of_every_step_that_runs() {
        let live = |title: &str| {
            Arc::new(Live { title: title.repeat(60), detail: Mutex::default(), started: Instant::now() })
        };
        let line = status_line(&[live("a"), live("b")]);
        assert!(line.contains("aaa") && line.contains(" | bbb"), "{line}");
        assert!(line.chars().count() <= COLUMNS + 4, "{line}");
        assert_eq!(status_line(&[]), "");
    }

    #[test]
    fn the_end_of_a_log_is_its_last_lines_that_say_something() {
        assert_eq!(last_lines("a\nb\n\nc\n", 2), ["b", "c"]);
        assert!(last_lines("", 2).is_empty());
    }
}
