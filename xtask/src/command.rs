//! The one place that starts programs and waits for them.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::interrupt;
use crate::progress::Step;

/// How long a child may take to end after Ctrl-C before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// Runs a program to its end, its output going to the step's log.
///
/// # Errors
/// It cannot be started, or ends with another status than 0.
pub fn logged(step: &Step, command: &mut Command) -> Result<()> {
    let name = name_of(command);
    let mut running = start(command.stdout(step.log()?).stderr(step.log()?))?;
    let status = running.wait()?;
    if !status.success() {
        bail!("{name} ended with {status}; its whole log is {}", step.log_path().display());
    }
    Ok(())
}

/// Runs a program with the user's terminal as its output.
///
/// # Errors
/// It cannot be started.
pub fn shown(command: &mut Command) -> Result<ExitStatus> {
    start(command)?.wait()
}

/// Runs a program and gives back what it wrote to standard output.
///
/// # Errors
/// It cannot be started, or ends with another status than 0; the error then holds what it wrote to standard error.
pub fn output(command: &mut Command) -> Result<String> {
    output_with_input(command, None)
}

/// As [`output`], with `input` on standard input.
///
/// # Errors
/// As [`output`].
pub fn output_with_input(command: &mut Command, input: Option<&str>) -> Result<String> {
    let name = name_of(command);
    let (status, stdout, stderr) = captured(command, input)?;
    if status.success() {
        return Ok(stdout);
    }
    let reason = if stderr.trim().is_empty() { stdout } else { stderr };
    Err(anyhow!("{}", reason.trim()).context(format!("{name} ended with {status}")))
}

/// Whether a program ends well.
///
/// # Errors
/// It cannot be started.
pub fn succeeds(command: &mut Command) -> Result<bool> {
    Ok(captured(command, None)?.0.success())
}

fn captured(command: &mut Command, input: Option<&str>) -> Result<(ExitStatus, String, String)> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = spawn(command, if input.is_some() { Stdio::piped() } else { Stdio::null() })?;
    let stdout = drain(running.child.stdout.take());
    let stderr = drain(running.child.stderr.take());
    if let (Some(text), Some(mut pipe)) = (input, running.child.stdin.take()) {
        // A program that ends early closes its pipe; its status says why.
        if let Err(error) = pipe.write_all(text.as_bytes())
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            return Err(error).context("writing to a program's standard input");
        }
    }
    let status = running.wait()?;
    Ok((status, joined(stdout)?, joined(stderr)?))
}

/// A program that was started and has not been waited for.
#[derive(Debug)]
pub struct Running {
    child: Child,
    name: String,
}

/// Starts a program in a process group of its own, so that Ctrl-C reaches xtask first and is handed on.
///
/// # Errors
/// It cannot be started.
pub fn start(command: &mut Command) -> Result<Running> {
    spawn(command, Stdio::null())
}

/// As [`start`], a program that says something in a line that begins so, and ends when nobody holds its standard input any more: that line.
///
/// # Errors
/// It cannot be started, or ends without that word.
pub fn start_telling(command: &mut Command, beginning: &str) -> Result<(Running, String)> {
    let mut running = spawn(command.stdout(Stdio::piped()), Stdio::piped())?;
    let mut told = running.child.stdout.take().into_iter().flat_map(|told| BufReader::new(told).lines());
    let line = told.find_map(|line| line.ok().filter(|line| line.starts_with(beginning)));
    let line = line.with_context(|| format!("{} ended without a word", running.name))?;
    // Whatever else it says is nobody's, but it is not held up by it.
    thread::spawn(move || told.for_each(drop));
    Ok((running, line))
}

fn spawn(command: &mut Command, stdin: Stdio) -> Result<Running> {
    interrupt::check()?;
    let name = name_of(command);
    forget_package(command);
    let child = command
        .stdin(stdin)
        .process_group(0)
        .spawn()
        .with_context(|| format!("{name} cannot be started: is it installed and on PATH?"))?;
    Ok(Running { child, name })
}

/// `cargo xtask` tells its programs which package runs. Build scripts take that for theirs: they would run anew in every checkout,
/// and everything that depends on them would be compiled again.
fn forget_package(command: &mut Command) {
    for (key, _) in std::env::vars_os() {
        if key.to_str().is_some_and(|key| key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(&key);
        }
    }
}

impl Running {
    /// Waits for the end; hands an interruption on to the program first.
    ///
    /// # Errors
    /// The wait was interrupted.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = self.finished()? {
                return Ok(status);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(40));
        }
    }

    /// The exit status once there is one.
    ///
    /// # Errors
    /// An interruption came; the program was then ended.
    pub fn finished(&mut self) -> Result<Option<ExitStatus>> {
        if let Err(interrupted) = interrupt::check() {
            self.end()?;
            return Err(interrupted.into());
        }
        self.child.try_wait().with_context(|| format!("waiting for {}", self.name))
    }

    /// The program's process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends the program: asks it first, and kills it after a grace.
    ///
    /// # Errors
    /// It may not be signalled.
    pub fn end(&mut self) -> Result<()> {
        let Some(group) = Pid::from_raw(self.child.id().cast_signed()) else { return Ok(()) };
        let started = Instant::now();
        let mut signal = Signal::INT;
        loop {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            if started.elapsed() > GRACE {
                signal = Signal::KILL;
            }
            match kill_process_group(group, signal) {
                Ok(()) | Err(rustix::io::Errno::SRCH) => {}
                Err(error) => return Err(error).with_context(|| format!("ending {}", self.name)),
            }
            thread::sleep(Duration::from_millis(500));
        }
    }
}

fn name_of(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let program = program.rsplit('/').next().unwrap_or_default().to_owned();
    command
        .get_args()
        .take(2)
        .fold(program, |name, argument| format!("{name} {}", argument.to_string_lossy()))
}

type Reader = Option<thread::JoinHandle<std::io::Result<Vec<u8>>>>;

fn drain(pipe: Option<impl Read + Send + 'static>) -> Reader {
    pipe.map(|mut pipe| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).map(|_| bytes)
        })
    })
}

fn joined(reader: Reader) -> Result<String> {
    let Some(reader) = reader else { return Ok(String::new()) };
    let bytes = reader.join().map_err(|_| anyhow!("a program's output could not be read"))??;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_of_a_program_that_fails_is_its_reason() {
        let error = output(Command::new("sh").args(["-c", "echo no such thing >&2; exit 3"])).unwrap_err();
        assert!(format!("{error:#}").contains("no such thing"));
    }

    #[test]
    fn input_reaches_the_program() {
        assert_eq!(output_with_input(&mut Command::new("cat"), Some("text")).unwrap(), "text");
    }

    #[test]
    fn a_program_that_tells_something_goes_on_until_its_input_ends() {
        let (mut running, told) =
            start_telling(Command::new("sh").args(["-c", "echo wait; echo here; cat >/dev/null"]), "he")
                .unwrap();
        assert_eq!((told.as_str(), running.finished().unwrap()), ("here", None));
        drop(running.child.stdin.take());
        assert!(running.wait().unwrap().success());
        assert!(start_telling(&mut Command::new("true"), "").is_err());
    }

    #[test]
    fn a_program_is_not_told_which_package_started_it() {
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
        assert_eq!(
            output(Command::new("sh").args(["-c", "echo \"$CARGO_MANIFEST_DIR$CARGO_PKG_NAME\""])).unwrap(),
            "\n"
        );
    }

    #[test]
    fn a_program_that_does_not_exist_is_named() {
        let error = output(&mut Command::new("no-such-program")).unwrap_err();
        assert!(format!("{error:#}").contains("no-such-program"));
    }
}
