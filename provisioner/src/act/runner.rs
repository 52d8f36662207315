//! The one place that starts programs: `kubectl` and `helm`, with a typed argv, secrets on standard input, a deadline, and an end.

use std::{ffi::OsString, future::Future, path::Path, process::Stdio, sync::Arc, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};
use store::{
    Millis,
    time::Elapsed,
    view::{TimelineEntry, TimelineKind},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tracing::Instrument;

use super::claim::Claim;
use crate::{
    TRACES,
    resource::{now, progress::shortened},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    Kubectl,
    Helm,
}

impl Tool {
    pub fn name(self) -> &'static str {
        match self {
            Self::Kubectl => "kubectl",
            Self::Helm => "helm",
        }
    }
}

/// A program to be run once.
#[derive(Clone, Debug)]
pub struct Invocation {
    pub tool: Tool,
    pub args: Vec<String>,
    pub stdin: Option<Input>,
    /// After which it is ended.
    pub deadline: Duration,
}

/// What goes to standard input; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Input {
    bytes: Vec<u8>,
    /// What it is, for whoever reads the timeline.
    what: String,
}

impl Input {
    pub fn new(what: impl Into<String>, value: &serde_json::Value) -> Self {
        Self { bytes: value.to_string().into_bytes(), what: what.into() }
    }

    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<stdin: {}>", self.what)
    }
}

impl Invocation {
    /// The command as one could retype it.
    pub fn line(&self) -> String {
        let mut line = self.tool.name().to_owned();
        for arg in &self.args {
            line.push(' ');
            line.push_str(&quoted(arg));
        }
        if let Some(input) = &self.stdin {
            line.push_str(&format!(" < <stdin: {}>", input.what));
        }
        line
    }
}

fn quoted(arg: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,%+".contains(c);
    if !arg.is_empty() && arg.chars().all(is_plain) {
        return arg.to_owned();
    }
    format!("'{}'", arg.replace('\'', r"'\''"))
}

/// A program that was run, however it ended.
#[derive(Debug)]
pub struct Ran {
    pub line: String,
    pub at: Millis,
    pub took: Elapsed,
    /// What it wrote to standard output, or why there is nothing to read.
    pub outcome: Result<String, CommandError>,
}

#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error("{tool} could not be started: {source}")]
    CouldNotStart { tool: &'static str, source: std::io::Error },
    #[error("{complaint}")]
    Failed { exit: Option<i32>, complaint: String },
    #[error("{tool} did not end within {seconds} s and was stopped")]
    Deadline { tool: &'static str, seconds: u64 },
    #[error("{tool} was stopped, since its work was no longer wanted")]
    Cancelled { tool: &'static str },
}

impl CommandError {
    fn exit(&self) -> Option<i32> {
        match self {
            Self::Failed { exit, .. } => *exit,
            _ => None,
        }
    }

    /// Whether the API server denied it: so it does for a moment after rights were given.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, Self::Failed { complaint, .. } if complaint.to_ascii_lowercase().contains("forbidden"))
    }
}

impl Ran {
    pub fn entry(&self) -> TimelineEntry {
        let (exit, complaint) = match &self.outcome {
            Ok(_) => (Some(0), String::new()),
            Err(error) => (error.exit(), shortened(last_line(&error.to_string()), 300)),
        };
        let what =
            TimelineKind::Command { line: shortened(&self.line, 400), took: self.took, exit, complaint };
        TimelineEntry { at: self.at, what }
    }
}

/// Runs programs in an environment of its own, a bounded number at a time, and none without the claim.
#[derive(Clone, Debug)]
pub struct Runner {
    env: Vec<(OsString, OsString)>,
    places: Arc<Semaphore>,
    claim: Claim,
}

impl Runner {
    /// Standard output and error are kept up to this many bytes; the rest is read and dropped.
    const KEPT: usize = 256 * 1024;
    /// Helm needs a moment to write down that it was interrupted.
    const GRACE: Duration = Duration::from_secs(15);
    /// As long as that it has only while nobody else begins.
    const GRACE_WITHOUT_CLAIM: Duration = Duration::from_secs(2);
    /// What of this process' environment its programs need: where things are, how the cluster and the outside are reached.
    const PASSED_ON: [&'static str; 12] = [
        "PATH",
        "HOME",
        "TMPDIR",
        "KUBECONFIG",
        "KUBERNETES_SERVICE_HOST",
        "KUBERNETES_SERVICE_PORT",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "HELM_REGISTRY_CONFIG",
    ];

    /// `scratch`: a folder the programs may fill with what they cache. `places`: how many may run at a time; each takes some 65 MB.
    pub fn new(scratch: &Path, places: usize, claim: Claim) -> Self {
        let mut env: Vec<_> = Self::PASSED_ON
            .into_iter()
            .filter_map(|name| Some((OsString::from(name), std::env::var_os(name)?)))
            .collect();
        env.push(("HELM_DRIVER".into(), "secret".into()));
        env.push(("HELM_NO_PLUGINS".into(), "1".into()));
        let homes = [
            ("HELM_CACHE_HOME", "cache"),
            ("HELM_CONFIG_HOME", "config"),
            ("HELM_DATA_HOME", "data"),
            ("KUBECACHEDIR", "kube"),
        ];
        for (name, folder) in homes {
            let home = std::env::var_os(name).unwrap_or_else(|| scratch.join(folder).into_os_string());
            env.push((name.into(), home));
        }
        Self { env, places: Arc::new(Semaphore::new(places)), claim }
    }

    /// Runs to the end, to the deadline, until `unwanted` resolves or the claim is lost; never leaves the program running.
    pub async fn run(&self, invocation: Invocation, unwanted: impl Future<Output = ()>) -> Ran {
        let line = invocation.line();
        let tool = invocation.tool.name();
        // Never closed.
        let _place = self.places.acquire().await;
        let at = now();
        tracing::debug!(command = %line, "running");
        // Of its arguments only what it is called: nobody has looked whether others may read them.
        let span = tracing::info_span!(target: TRACES, "command", tool, exit = tracing::field::Empty);
        let outcome = self.attempt(invocation, unwanted).instrument(span.clone()).await;
        let took = now().since(at);
        let exit = match &outcome {
            Ok(_) => "0".to_owned(),
            Err(error) => error.exit().map_or_else(|| "none".to_owned(), |code| code.to_string()),
        };
        span.record("exit", exit.as_str());
        metrics::counter!("storeyard_commands_total", "tool" => tool, "exit" => exit).increment(1);
        Ran { line, at, took, outcome }
    }

    async fn attempt(
        &self,
        invocation: Invocation,
        unwanted: impl Future<Output = ()>,
    ) -> Result<String, CommandError> {
        let tool = invocation.tool.name();
        let could_not_start = |source| CommandError::CouldNotStart { tool, source };
        if !self.claim.is_valid() {
            return Err(CommandError::Cancelled { tool });
        }
        let mut child = Command::new(tool)
            .args(&invocation.args)
            .env_clear()
            .envs(self.env.iter().cloned())
            .stdin(if invocation.stdin.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C in a terminal is for us, who then give it its time.
            .process_group(0)
            .spawn()
            .map_err(could_not_start)?;
        // On tasks of their own: a program whose pipes are closed while it ends would be killed by its next word.
        let stdout = tokio::spawn(drain(child.stdout.take()));
        let stderr = tokio::spawn(drain(child.stderr.take()));
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), invocation.stdin) {
            // One that ends without reading says why on its standard error.
            tokio::spawn(async move { stdin.write_all(&input.bytes).await });
        }
        let finished = async {
            let (stdout, stderr) = tokio::join!(stdout, stderr);
            (child.wait().await, stdout.unwrap_or_default(), stderr.unwrap_or_default())
        };
        tokio::select! {
            (status, stdout, stderr) = finished => {
                let status = status.map_err(could_not_start)?;
                if status.success() {
                    return Ok(String::from_utf8_lossy(&stdout).into_owned());
                }
                let complaint = complaint(&String::from_utf8_lossy(&stderr), tool);
                return Err(CommandError::Failed { exit: status.code(), complaint });
            }
            () = sleep(invocation.deadline) => {}
            () = unwanted => {
                end(&mut child, Self::GRACE).await;
                return Err(CommandError::Cancelled { tool });
            }
            () = self.claim.lost() => {
                end(&mut child, Self::GRACE_WITHOUT_CLAIM).await;
                return Err(CommandError::Cancelled { tool });
            }
        }
        end(&mut child, Self::GRACE).await;
        Err(CommandError::Deadline { tool, seconds: invocation.deadline.as_secs() })
    }
}

/// Asks the whole group to end, gives it its time, and then does not ask.
async fn end(child: &mut Child, grace: Duration) {
    signal(child, Signal::TERM);
    if timeout(grace, child.wait()).await.is_err() {
        signal(child, Signal::KILL);
        let _status = child.wait().await;
    }
}

fn signal(child: &Child, signal: Signal) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // One that has just ended cannot be signalled, and need not be.
        let _sent = kill_process_group(pid, signal);
    }
}

async fn drain(pipe: Option<impl AsyncRead + Unpin + Send>) -> Vec<u8> {
    let mut kept = Vec::new();
    let Some(mut pipe) = pipe else { return kept };
    let mut chunk = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = pipe.read(&mut chunk).await {
        let room = Runner::KEPT.saturating_sub(kept.len());
        kept.extend_from_slice(&chunk[..read.min(room)]);
    }
    kept
}

fn complaint(stderr: &str, tool: &str) -> String {
    let lines: Vec<&str> = stderr.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return format!("{tool} failed and did not say why");
    }
    shortened(&lines[lines.len().saturating_sub(12)..].join("\n"), 2000)
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::{future::pending, os::unix::fs::PermissionsExt};

    use tokio::{sync::watch, time::Instant};

    use super::*;

    /// A runner whose `kubectl` is a script: what is tested is how programs are run, which a cluster cannot show.
    fn runner(script: &str) -> (Runner, std::path::PathBuf) {
        let folder = std::env::temp_dir().join(format!("storeyard-runner-{:x}", rand::random::<u64>()));
        std::fs::create_dir_all(&folder).unwrap();
        let program = folder.join("kubectl");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:/usr/bin:/bin", folder.display());
        let env = vec![("PATH".into(), path.into())];
        (Runner { env, places: Arc::new(Semaphore::new(2)), claim: Claim::always() }, folder)
    }

    fn invocation(stdin: Option<&str>, deadline: Duration) -> Invocation {
        Invocation {
            tool: Tool::Kubectl,
            args: vec!["apply".into(), "it's here".into()],
            stdin: stdin.map(|text| Input::new("a secret", &serde_json::json!(text))),
            deadline,
        }
    }

    const LONG: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_program_gets_its_input_and_its_output_is_kept() {
        let (runner, folder) = runner("cat; echo done >&2");
        let ran = runner.run(invocation(Some("hush"), LONG), pending()).await;
        assert_eq!(ran.outcome.unwrap(), "\"hush\"");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn what_went_to_standard_input_is_never_on_the_timeline() {
        let (runner, folder) = runner("cat >/dev/null; exit 3");
        let ran = runner.run(invocation(Some("hush"), LONG), pending()).await;
        assert!(!format!("{:?}", ran.entry()).contains("hush"));
        assert_eq!(ran.line, r"kubectl apply 'it'\''s here' < <stdin: a secret>");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_failure_tells_its_exit_and_its_last_line() {
        let (runner, folder) = runner("echo first >&2; echo 'Error: forbidden: no' >&2; exit 7");
        let ran = runner.run(invocation(None, LONG), pending()).await;
        assert!(ran.outcome.as_ref().unwrap_err().is_forbidden());
        let TimelineKind::Command { exit, complaint, .. } = ran.entry().what else { panic!("not a command") };
        assert_eq!((exit, complaint.as_str()), (Some(7), "Error: forbidden: no"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_program_that_fills_both_pipes_does_not_hang() {
        let (runner, folder) = runner(
            "i=0; while [ $i -lt 4000 ]; do echo 0123456789012345678901234567890123456789012345678901234567890123456789; echo 0123456789012345678901234567890123456789 >&2; i=$((i+1)); done",
        );
        let ran = runner.run(invocation(None, LONG), pending()).await;
        assert!(ran.outcome.unwrap().len() > 200_000);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn no_more_programs_run_at_a_time_than_there_are_places() {
        let (runner, folder) = runner(
            "cd $(dirname $0); touch running.$$; ls running.* | wc -l >> seen; sleep 0.1; rm running.$$",
        );
        let ran =
            futures::future::join_all((0..8).map(|_| runner.run(invocation(None, LONG), pending()))).await;
        assert!(ran.iter().all(|ran| ran.outcome.is_ok()), "{ran:?}");
        let seen = std::fs::read_to_string(folder.join("seen")).unwrap();
        assert_eq!(seen.lines().map(|line| line.trim().parse::<u32>().unwrap()).max(), Some(2), "{seen}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_program_ends_at_its_deadline() {
        let (runner, folder) = runner("exec sleep 60");
        let ran = runner.run(invocation(None, Duration::from_millis(200)), pending()).await;
        assert!(matches!(ran.outcome, Err(CommandError::Deadline { .. })), "{ran:?}");
        assert!(ran.took.0 < 10_000);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_program_that_is_no_longer_wanted_is_asked_to_end_and_may_clean_up() {
        let (runner, folder) = runner("trap 'echo bye > \"$0.bye\"; exit 0' TERM; sleep 60 & wait");
        let ran = runner.run(invocation(None, LONG), sleep(Duration::from_millis(300))).await;
        assert!(matches!(ran.outcome, Err(CommandError::Cancelled { .. })), "{ran:?}");
        assert!(folder.join("kubectl.bye").exists());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn without_the_claim_no_program_is_started_and_one_that_runs_is_ended_at_once() {
        let (mut runner, folder) = runner("trap '' TERM; touch \"$0.began\"; sleep 60 & wait");
        let (sender, end) = watch::channel(Some(Instant::now() + Duration::from_millis(500)));
        runner.claim = Claim::until(end);
        let ran = runner.run(invocation(None, LONG), pending()).await;
        assert!(matches!(ran.outcome, Err(CommandError::Cancelled { .. })), "{ran:?}");
        assert!(ran.took.0 < 5000, "before another operator begins: {ran:?}");
        assert!(folder.join("kubectl.began").exists());
        std::fs::remove_file(folder.join("kubectl.began")).unwrap();
        let ran = runner.run(invocation(None, LONG), pending()).await;
        assert!(matches!(ran.outcome, Err(CommandError::Cancelled { .. })), "{ran:?}");
        assert!(!folder.join("kubectl.began").exists());
        drop(sender);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_said_to_be_so() {
        let (mut runner, folder) = runner("exit 0");
        runner.env = vec![("PATH".into(), "/nowhere".into())];
        let ran = runner.run(invocation(None, LONG), pending()).await;
        assert!(matches!(ran.outcome, Err(CommandError::CouldNotStart { .. })));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
