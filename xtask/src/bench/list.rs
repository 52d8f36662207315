//! The list of many Stores: a web process of its own on this machine, on a namespace that no operator looks at.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use codee::Encoder as _;
use codee::binary::PostcardCodec;
use serde::Serialize;
use serde_json::{Value, json};
use store::ListQuery;

use super::door::{self, Session};
use super::samples::{Samples, Table, duration};
use super::shop;
use crate::command::{self, Running};
use crate::env::Env;
use crate::interrupt;
use crate::site;
use crate::trial::Trial;

const NAMESPACE: &str = "storeyard-trial-list";
const ADDRESS: &str = "127.0.0.1:18080";
const HEALTH_ADDRESS: &str = "127.0.0.1:18081";
const REQUESTS: usize = 50;
const READY: Duration = Duration::from_secs(60);
/// Objects in one `kubectl apply`.
const BATCH: u32 = 250;

pub(super) fn measure(env: &Env, trial: &Trial, count: u32, table: &mut Table) -> Result<()> {
    env.reporter.step(&format!("a list of {count} stores"), "bench-list", |step| {
        step.detail("making them");
        make(trial, count)?;
        step.detail("asking for them");
        let mut web = start(env, trial)?;
        let measured = ask(env, trial, count, table, &web);
        web.end()?;
        command::output(trial.cluster().kubectl().args([
            "delete",
            "namespace",
            NAMESPACE,
            "--timeout",
            "180s",
        ]))?;
        measured
    })?;
    table.row("resident memory of operator", megabytes(operator(trial)?)?, "");
    Ok(())
}

fn ask(env: &Env, trial: &Trial, count: u32, table: &mut Table, web: &Running) -> Result<()> {
    let page = format!("http://{ADDRESS}/stores");
    let poll = format!("http://{ADDRESS}/api/poll");
    let question = first_page()?;
    await_ready()?;
    let session = come_in(env, trial)?;
    let mut answers = Vec::new();
    let mut pages = Vec::new();
    for _ in 0..REQUESTS {
        let answer = shop::request(&poll, Some((shop::POSTCARD, &question)), Some(&session))?;
        let page = shop::request(&page, None, Some(&session))?;
        if (answer.status, page.status) != (200, 200) {
            bail!("the list was answered with {} and its page with {}", answer.status, page.status);
        }
        answers.push(answer.whole);
        pages.push(page.first_byte);
    }
    let median = |samples| {
        Samples::new(samples)
            .map(|samples: Samples| duration(samples.median()))
            .context("nothing was measured")
    };
    table.row(format!("list of {count} stores, whole answer"), median(answers)?, "≤ 5 ms");
    table.row(format!("page of {count} stores, first byte"), median(pages)?, "≤ 10 ms");
    table.row(format!("resident memory of web, {count} stores"), megabytes(web.id())?, "≤ 30 MB");
    Ok(())
}

fn come_in(env: &Env, trial: &Trial) -> Result<Session> {
    let config = trial.config()?;
    let keys = config.pointer("/signIn/keys").and_then(Value::as_str).context("the trial names no keys")?;
    door::come_in(env, trial.cluster(), &format!("http://{ADDRESS}"), NAMESPACE, keys)
}

/// What the list's page asks: `app::api::poll` without a revision.
fn first_page() -> Result<String> {
    #[derive(Serialize)]
    enum View {
        List(ListQuery),
    }
    #[derive(Serialize)]
    enum Wait {
        No,
    }
    #[derive(Serialize)]
    struct Poll {
        view: View,
        since: Option<String>,
        wait: Wait,
    }
    let poll = Poll { view: View::List(ListQuery::default()), since: None, wait: Wait::No };
    let bytes = PostcardCodec::encode(&poll).context("the question cannot be written")?;
    String::from_utf8(bytes).context("the question has more in it than small numbers")
}

fn make(trial: &Trial, count: u32) -> Result<()> {
    let cluster = trial.cluster();
    cluster.apply(
        &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}).to_string(),
    )?;
    for start in (0..count).step_by(BATCH as usize) {
        let items: Vec<Value> = (start..count.min(start + BATCH)).map(store).collect();
        cluster.apply(&json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string())?;
    }
    Ok(())
}

fn store(number: u32) -> Value {
    json!({
        "apiVersion": "storeyard.dev/v1alpha1", "kind": "Store",
        "metadata": {"name": format!("listed-{number}-bench"), "namespace": NAMESPACE},
        "spec": {"name": format!("Listed {number}"), "engine": "woocommerce", "plan": "small",
                 "admin": {"user": "ada", "email": "ada@bench.example"}, "requestId": format!("{number:032x}"), "attempt": 1},
    })
}

fn start(env: &Env, trial: &Trial) -> Result<Running> {
    let config = configuration(env, trial)?;
    command::start(
        Command::new(env.paths.target().join("release/storeyard"))
            .args(["web", "--listen", ADDRESS, "--health-listen", HEALTH_ADDRESS, "--config"])
            .arg(config)
            .env("STOREYARD_SITE_ROOT", site::build(env)?)
            .env("KUBECONFIG", env.paths.kubeconfig())
            .stdout(crate::progress::append(&env.paths.logs().join("bench-web.log"))?)
            .stderr(crate::progress::append(&env.paths.logs().join("bench-web.log"))?),
    )
}

/// The trial's own configuration, for the namespace of the list.
fn configuration(env: &Env, trial: &Trial) -> Result<PathBuf> {
    let mut config = trial.config()?;
    config["namespace"] = NAMESPACE.into();
    let path = env.paths.stage().join("bench-config.json");
    fs::create_dir_all(env.paths.stage())?;
    fs::write(&path, config.to_string())?;
    Ok(path)
}

fn await_ready() -> Result<()> {
    let started = Instant::now();
    while shop::request(&format!("http://{HEALTH_ADDRESS}/readyz"), None, None)
        .map_or(0, |answer| answer.status)
        != 200
    {
        if started.elapsed() > READY {
            bail!("the web process was not ready within {} s", READY.as_secs());
        }
        interrupt::sleep(Duration::from_millis(100))?;
    }
    Ok(())
}

/// The process of the trial's operator: the one whose control group names its pod.
fn operator(trial: &Trial) -> Result<u32> {
    let pods = trial.cluster().get(&[
        "pods",
        "-n",
        trial.namespace(),
        "-l",
        "app.kubernetes.io/component=operator",
    ])?;
    let uid =
        pods.pointer("/items/0/metadata/uid").and_then(Value::as_str).context("the trial has no operator")?;
    let (dashed, underscored) = (format!("pod{uid}"), format!("pod{}", uid.replace('-', "_")));
    let of_pod = |folder: &Path| {
        let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap_or_default();
        let groups = read("cgroup");
        (groups.contains(&dashed) || groups.contains(&underscored))
            && read("cmdline").contains("storeyard\0operator")
    };
    let processes = fs::read_dir("/proc")?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut found = processes
        .filter(|folder| of_pod(folder))
        .filter_map(|folder| folder.file_name()?.to_str()?.parse().ok());
    found.next().context("the operator's process is not to be seen from here")
}

/// What of a process is in memory, by the kernel's own account.
fn megabytes(process: u32) -> Result<String> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).context("the process has ended")?;
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<u32>().ok());
    let kibibytes = resident.context("the kernel does not tell the process' memory")?;
    Ok(format!("{:.1} MB", f64::from(kibibytes) * 1024.0 / 1e6))
}
