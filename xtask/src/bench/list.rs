//! The list of many Stores: a web process of its own on this machine, on a namespace that no operator looks at.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use codee::Encoder as _;
use codee::binary::PostcardCodec;
use serde::Serialize;
use serde_json::{Map, Value, json};
use store::{ConditionKind, ListQuery};

use super::door::{self, Session};
use super::kind::Kind;
use super::memory::megabytes;
use super::operator;
use super::samples::{Samples, Table, duration};
use super::shop;
use crate::command::{self, Running};
use crate::env::Env;
use crate::interrupt;
use crate::site;
use crate::trial::{self, Trial};

const NAMESPACE: &str = "storeyard-trial-list";
const ADDRESS: &str = "127.0.0.1:18080";
const HEALTH_ADDRESS: &str = "127.0.0.1:18081";
const REQUESTS: usize = 100;
const READY: Duration = Duration::from_secs(60);
/// As the image has it (`images/platform/Containerfile`).
const MALLOC: [(&str, &str); 3] =
    [("MALLOC_ARENA_MAX", "2"), ("MALLOC_MMAP_THRESHOLD_", "1048576"), ("MALLOC_TRIM_THRESHOLD_", "1048576")];
/// Objects in one `kubectl apply`.
const BATCH: u32 = 250;
/// What an answer has at least that is a list: one without a store is smaller.
const LIST: u64 = 5_000;

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
    let operator = operator::process(trial)?;
    table.row("resident memory of operator", megabytes(operator)?, "");
    Ok(())
}

fn ask(env: &Env, trial: &Trial, count: u32, table: &mut Table, web: &Running) -> Result<()> {
    let page = format!("http://{ADDRESS}/stores");
    let poll = format!("http://{ADDRESS}/api/poll");
    let (everything, search) = (question("")?, question("listed 7")?);
    await_ready()?;
    let session = come_in(env, trial)?;
    let (mut answers, mut searches, mut pages) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..REQUESTS {
        let answer = shop::request(&poll, Some((shop::POSTCARD, &everything)), Some(&session))?;
        let found = shop::request(&poll, Some((shop::POSTCARD, &search)), Some(&session))?;
        let page = shop::request(&page, None, Some(&session))?;
        if (answer.status, found.status, page.status) != (200, 200, 200) {
            bail!("the list, a search and its page were answered with {answer:?}, {found:?} and {page:?}");
        }
        if [answer.bytes, found.bytes, page.bytes].iter().any(|bytes| *bytes < LIST) {
            bail!("the list, a search or its page has no stores in it: {answer:?}, {found:?} and {page:?}");
        }
        answers.push(answer.whole);
        searches.push(found.whole);
        pages.push(page.first_byte);
    }
    let told = |samples| {
        let samples: Samples = Samples::new(samples).context("nothing was measured")?;
        anyhow::Ok(format!("p50 {}, p99 {}", duration(samples.median()), duration(samples.percentile(99))))
    };
    table.row(format!("list of {count} stores, whole answer"), told(answers)?, "p99 ≤ 5 ms");
    table.row(format!("search in {count} stores, whole answer"), told(searches)?, "p99 ≤ 5 ms");
    table.row(format!("page of {count} stores, first byte"), told(pages)?, "p50 ≤ 10 ms");
    let goal = if count > 1_000 { "≤ 120 MB" } else { "≤ 40 MB" };
    table.row(format!("resident memory of web, {count} stores"), megabytes(web.id())?, goal);
    Ok(())
}

fn come_in(env: &Env, trial: &Trial) -> Result<Session> {
    let config = trial.config()?;
    let keys = config.pointer("/signIn/keys").and_then(Value::as_str).context("the trial names no keys")?;
    door::come_in(env, trial.cluster(), &format!("http://{ADDRESS}"), NAMESPACE, keys)
}

/// What the list's page asks: `app::api::poll` without a revision.
fn question(search: &str) -> Result<String> {
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
    let poll = Poll {
        view: View::List(ListQuery { search: search.to_owned(), ..ListQuery::default() }),
        since: None,
        wait: Wait::No,
    };
    let bytes = PostcardCodec::encode(&poll).context("the question cannot be written")?;
    String::from_utf8(bytes).context("the question has more in it than small numbers")
}

/// As many of each kind.
fn make(trial: &Trial, count: u32) -> Result<()> {
    let cluster = trial.cluster();
    let kinds = Kind::all(trial)?;
    trial::make_namespace(cluster, NAMESPACE)?;
    for start in (0..count).step_by(BATCH as usize) {
        let items: Vec<Value> = (start..count.min(start + BATCH))
            .zip(kinds.iter().cycle())
            .map(|(number, kind)| store(number, kind))
            .collect();
        let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
        cluster.apply(&list)?;
        let mut status = cluster.kubectl();
        status.args([
            "apply",
            "--server-side",
            "--subresource=status",
            "--field-manager=storeyard-xtask",
            "-f",
            "-",
        ]);
        command::output_with_input(&mut status, Some(&list))?;
    }
    Ok(())
}

/// A store as the operator leaves it: most of what there is of one is its status.
fn store(number: u32, kind: &Kind) -> Value {
    let id = format!("listed-{number}-bench");
    json!({
        "apiVersion": "storeyard.dev/v1alpha1", "kind": "Store",
        "metadata": {"name": id, "namespace": NAMESPACE, "labels": {"storeyard.dev/request": format!("{number:032x}")},
                     "annotations": {"storeyard.dev/requested-at": "2026-11-23T14:00:00.000Z"}},
        "spec": kind.spec(&format!("Listed {number}")),
        "status": status(&id, number, kind),
    })
}

fn status(id: &str, number: u32, kind: &Kind) -> Value {
    let at = |second: u32| format!("2026-11-23T14:{:02}:{second:02}.{:03}Z", number % 60, number % 1_000);
    let millis = 1_795_442_531_000_i64 + i64::from(number) * 1_000;
    let kinds = || ConditionKind::ALL.into_iter().zip(0..);
    let conditions: Vec<Value> = kinds()
        .map(|(kind, second)| {
            json!({"type": kind.key(), "status": "True", "reason": "Done", "message": "It was there at the first look.",
                   "lastTransitionTime": at(second + 2)})
        })
        .collect();
    let steps: Vec<Value> = kinds()
        .map(|(kind, second)| json!({"type": kind.key(), "startedAt": at(second), "changedAt": at(second + 2)}))
        .collect();
    let phase = |phase: &str| json!({"at": millis, "what": {"phase": {"phase": phase}}});
    let lines = [
        "kubectl apply --server-side --force-conflicts --field-manager storeyard -f - < <stdin: Namespace, RoleBinding>".to_owned(),
        format!("kubectl apply --server-side --force-conflicts --field-manager storeyard -n store-{id} -f - < <stdin: ResourceQuota, LimitRange>"),
        format!("kubectl apply --server-side --force-conflicts --field-manager storeyard -n store-{id} -f - < <stdin: NetworkPolicies, Secret>"),
        format!("helm upgrade --install shop /srv/storeyard/charts/{} --namespace store-{id} --history-max 3 --values - < <stdin: values, {number:032x}>", kind.name),
        format!("helm uninstall shop --namespace store-{id} --ignore-not-found --wait"),
    ];
    // What was made, failed, and was made again has as much behind it.
    let commands = lines.iter().cycle().take(12).map(|line| {
        json!({"at": millis, "what": {"command": {"line": line, "took": 120 + number % 700, "exit": 0, "complaint": ""}}})
    });
    let mut timeline = vec![phase("Queued"), phase("Provisioning")];
    timeline.extend(commands);
    timeline.extend([phase("Ready"), phase("Degraded"), phase("Ready")]);
    let pods: Vec<Value> = kind
        .parts()
        .map(|part| json!({"name": format!("{part}-{number:010x}-x7k2q"), "state": "ready", "detail": ""}))
        .collect();
    json!({
        "phase": "Ready", "phaseSince": at(20), "conditions": conditions, "steps": steps, "removal": [], "timeline": timeline,
        "pods": pods, "timelineDropped": 0, "startedAt": at(1), "readyAt": at(19), "attempt": 1, "observedGeneration": 1,
        "namespaceUid": format!("8d3d9a52-0d57-4d1c-9a4d-{number:012x}"),
    })
}

fn start(env: &Env, trial: &Trial) -> Result<Running> {
    let config = configuration(env, trial)?;
    command::start(
        Command::new(env.paths.target().join("release/storeyard"))
            .args(["web", "--listen", ADDRESS, "--health-listen", HEALTH_ADDRESS, "--config"])
            .arg(config)
            .env("STOREYARD_SITE_ROOT", site::build(env)?)
            .envs(MALLOC)
            .env("KUBECONFIG", env.paths.kubeconfig())
            .stdout(crate::progress::append(&env.paths.logs().join("bench-web.log"))?)
            .stderr(crate::progress::append(&env.paths.logs().join("bench-web.log"))?),
    )
}

/// The trial's own configuration, for the namespace of the list.
fn configuration(env: &Env, trial: &Trial) -> Result<PathBuf> {
    let mut config = trial.config()?;
    config["namespace"] = NAMESPACE.into();
    for engine in config["engines"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        // What is a folder of the image there is one of the checkout here.
        let chart = engine["chart"].as_str().context("an engine has no chart")?;
        engine["chart"] = chart.replace("/srv/storeyard", &env.paths.checkout.to_string_lossy()).into();
    }
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
