//! Making and removing stores: by Storeyard through its form, and by helm alone with the same chart, values and wait.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::Options;
use super::door::{self, Session};
use super::kind::{self, Kind};
use super::samples::{Samples, Table, duration};
use super::shop;
use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;
use crate::progress::Step;
use crate::trial::Trial;

const READY: &str = "240s";
const GONE: &str = "180s";
const CREDENTIALS: &str = "credentials";
/// When a store was asked for, in the resource.
const REQUESTED: &str = "/metadata/annotations/storeyard.dev~1requested-at";

pub(super) fn measure(env: &Env, trial: &Trial, options: &Options, table: &mut Table) -> Result<()> {
    let session = come_in(env, trial)?;
    for kind in Kind::all(trial)? {
        one_by_one(env, trial, &session, &kind, options.pairs, table)?;
        let title = format!("stores of {} at once", kind.name);
        let took = env
            .reporter
            .step(&title, "bench-at-once", |step| at_once(trial, &session, &kind, options.at_once, step))?;
        let what = format!("{}: create → Ready, {} at once", kind.name, options.at_once);
        table.row(what, percentiles(took)?, "");
    }
    Ok(())
}

/// Stores of one kind, by Storeyard and by helm alone, in turn.
fn one_by_one(
    env: &Env,
    trial: &Trial,
    session: &Session,
    kind: &Kind,
    pairs: u32,
    table: &mut Table,
) -> Result<()> {
    let mut by_storeyard = Vec::new();
    let mut by_helm = Vec::new();
    let mut own = Vec::new();
    let mut gone = Vec::new();
    let title = format!("stores of {} one by one, by Storeyard and by helm alone", kind.name);
    env.reporter.step(&title, "bench-create", |step| {
        // The first store of a fresh platform finds cold caches; it is made and not counted.
        let warm = create(trial, session, kind, "Warm up")?;
        await_ready(trial, &warm)?;
        let values = values_of(trial, &warm)?;
        for pair in 1..=pairs {
            step.detail(format!("pair {pair} of {pairs}"));
            let started = Instant::now();
            let id = create(trial, session, kind, &format!("Bench {pair}"))?;
            await_ready(trial, &id)?;
            by_storeyard.push(started.elapsed());
            own.push(own_work(trial, &id)?);
            gone.push(delete(trial, &id)?);
            by_helm.push(bare(trial, kind, &warm, &values, pair)?);
        }
        delete(trial, &warm).map(drop)
    })?;
    let ratios: Vec<f64> = by_storeyard
        .iter()
        .zip(&by_helm)
        .map(|(ours, bare)| ours.as_secs_f64() / bare.as_secs_f64())
        .collect();
    let sets = [
        ("create → Ready, one at a time", by_storeyard, ""),
        ("bare `helm install` of the same chart until its shop answers", by_helm, ""),
        ("Storeyard's own work in a create", own, "≤ 1 s"),
        ("delete → gone", gone, ""),
    ];
    for (what, samples, goal) in sets {
        table.row(format!("{}: {what}", kind.name), percentiles(samples)?, goal);
    }
    table.row(
        format!("{}: create → Ready against bare helm, median of pairs", kind.name),
        format!("{:.2} ×", median(ratios).context("no pairs were made")?),
        "≤ 1.1 ×",
    );
    Ok(())
}

pub(super) fn come_in(env: &Env, trial: &Trial) -> Result<Session> {
    let name = trial.namespace();
    door::come_in(env, trial.cluster(), &format!("http://{}", trial.host()), name, &format!("{name}-keys"))
}

fn percentiles(samples: Vec<Duration>) -> Result<String> {
    let samples = Samples::new(samples).context("nothing was measured")?;
    Ok(format!("p50 {}, p95 {}", duration(samples.median()), duration(samples.percentile(95))))
}

fn median(mut ratios: Vec<f64>) -> Option<f64> {
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied()
}

/// Posts the form, as a browser without JavaScript does; answers the id.
pub(super) fn create(trial: &Trial, session: &Session, kind: &Kind, title: &str) -> Result<String> {
    let request = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let form = kind.form(title, request);
    let url = format!("http://{}/api/create_store", trial.host());
    let answer = shop::request(&url, Some((shop::FORM, &form)), Some(session))?;
    let id = shop::last_segment(&answer.redirect).filter(|id| id.contains('-') && answer.status == 302);
    id.with_context(|| format!("creating a store was answered with {answer:?}"))
}

fn await_ready(trial: &Trial, id: &str) -> Result<()> {
    let store = format!("store/{id}");
    let wait = ["wait", &store, "-n", trial.namespace(), "--for=condition=Ready", "--timeout", READY];
    command::output(trial.cluster().kubectl().args(wait)).map(drop)
}

fn delete(trial: &Trial, id: &str) -> Result<Duration> {
    let started = Instant::now();
    let delete = ["delete", "store", id, "-n", trial.namespace(), "--timeout", GONE];
    command::output(trial.cluster().kubectl().args(delete))?;
    Ok(started.elapsed())
}

fn at_once(trial: &Trial, session: &Session, kind: &Kind, count: u32, step: &Step) -> Result<Vec<Duration>> {
    let mut made = Vec::new();
    for number in 1..=count {
        let started = Instant::now();
        made.push((started, create(trial, session, kind, &format!("At once {number}"))?));
    }
    step.detail("waiting for all of them");
    let ids: Vec<String> = made.iter().map(|(_, id)| id.clone()).collect();
    let mut took = Vec::new();
    for id in &ids {
        await_ready(trial, id)?;
        took.push(created_to_ready(&store(trial, id)?)?);
    }
    step.detail("deleting them");
    let mut delete = trial.cluster().kubectl();
    command::output(delete.args(["delete", "store", "-n", trial.namespace(), "--timeout", GONE]).args(&ids))?;
    Ok(took)
}

pub(super) fn store(trial: &Trial, id: &str) -> Result<Value> {
    trial.cluster().get(&["store", id, "-n", trial.namespace()])
}

fn created_to_ready(store: &Value) -> Result<Duration> {
    between(store, REQUESTED, store, "/status/readyAt")
}

/// From the request to the end, without what helm and the pods took: everything before helm was started, and from the moment the last
/// pod was ready to `Ready`, less the shop's own answer.
fn own_work(trial: &Trial, id: &str) -> Result<Duration> {
    let store = store(trial, id)?;
    let step = |kind: &str| {
        let steps = store.pointer("/status/steps").and_then(Value::as_array);
        let found = steps.into_iter().flatten().find(|step| step["type"] == kind).cloned();
        found.with_context(|| format!("the store has no step {kind}"))
    };
    let release = step("ReleaseDeployed")?;
    let workloads = step("WorkloadsReady")?;
    let before_helm = between(&store, REQUESTED, &release, "/startedAt")?;
    let after_helm = between(&release, "/changedAt", &workloads, "/startedAt")?;
    let end = step("StorefrontReachable")?;
    let after_answer = between(&end, "/changedAt", &store, "/status/readyAt")?;
    Ok(before_helm + after_helm + after_answer)
}

fn between(from: &Value, start: &str, to: &Value, end: &str) -> Result<Duration> {
    let time = |value: &Value, path: &str| {
        let text =
            value.pointer(path).and_then(Value::as_str).with_context(|| format!("there is no {path}"))?;
        milliseconds(text).with_context(|| format!("{text} is no time of day"))
    };
    let (start, end) = (time(from, start)?, time(to, end)?);
    // Nothing that is measured here lasts over midnight twice.
    const DAY: u64 = 86_400_000;
    Ok(Duration::from_millis((end + DAY - start) % DAY))
}

/// The time of day in RFC 3339's UTC form, in milliseconds.
fn milliseconds(text: &str) -> Option<u64> {
    let time = text.split_once('T')?.1.strip_suffix('Z')?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut seconds = 0;
    for part in clock.split(':') {
        seconds = seconds * 60 + part.parse::<u64>().ok()?;
    }
    let fraction: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(seconds * 1000 + fraction)
}

/// What the operator gave the chart.
fn values_of(trial: &Trial, id: &str) -> Result<String> {
    let release = format!("store-{id}");
    command::output(trial.cluster().helm().args(["get", "values", &release, "-n", &release, "-o", "json"]))
}

/// One shop by helm alone, timed from the command to the shop's answer; its namespace and Secret are made before, and it is removed after.
fn bare(trial: &Trial, kind: &Kind, model: &str, values: &str, number: u32) -> Result<Duration> {
    let cluster = trial.cluster();
    let id = format!("bare-{number}-helmx");
    let namespace = format!("store-{id}");
    prepare(cluster, &namespace, &format!("store-{model}"))?;
    let values = values.replace(model, &id);
    let host = format!("{namespace}.{}", trial.domain());
    let questions = kind.questions(&host, |key| secret(cluster, &namespace, key))?;

    let started = Instant::now();
    let mut install = cluster.helm();
    install.args(["upgrade", "--install", &namespace, &kind.chart(), "-n", &namespace, "--values", "-"]);
    command::output_with_input(&mut install, Some(&values))?;
    kind::await_answers(&questions)?;
    let took = started.elapsed();

    command::output(cluster.helm().args(["uninstall", &namespace, "-n", &namespace]))?;
    command::output(cluster.kubectl().args(["delete", "namespace", &namespace, "--timeout", GONE]))?;
    Ok(took)
}

/// What stands under a key of the Secret that the chart reads.
fn secret(cluster: &Cluster, namespace: &str, key: &str) -> Result<String> {
    let template = format!("{{{{index .data \"{key}\" | base64decode}}}}");
    let mut get = cluster.kubectl();
    get.args(["get", "secret", CREDENTIALS, "-n", namespace, "-o", "go-template", "--template", &template]);
    command::output(&mut get)
}

fn prepare(cluster: &Cluster, namespace: &str, model: &str) -> Result<()> {
    cluster.apply(
        &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace,
            "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}})
        .to_string(),
    )?;
    let secret = cluster.get(&["secret", CREDENTIALS, "-n", model])?;
    if secret["data"].is_null() {
        bail!("the store {model} has no credentials to copy");
    }
    cluster.apply(
        &json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": CREDENTIALS, "namespace": namespace}, "data": secret["data"]})
            .to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_to_the_millisecond() {
        assert_eq!(milliseconds("2026-11-23T01:02:03.456Z"), Some(3_723_456));
        assert_eq!(milliseconds("2026-11-23T01:02:03Z"), Some(3_723_000));
        assert_eq!(milliseconds("yesterday"), None);
    }

    #[test]
    fn midnight_may_pass_in_between() {
        let times = json!({"start": "2026-11-23T23:59:59.900Z", "end": "2026-11-24T00:00:00.100Z"});
        assert_eq!(between(&times, "/start", &times, "/end").unwrap(), Duration::from_millis(200));
    }
}
