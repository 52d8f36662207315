//! How many small stores the machine has room for: made until one finds none, and then asked, all at once.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::create;
use super::door::Session;
use super::kind::Kind;
use super::samples::{Samples, Table, duration};
use super::shop;
use crate::command;
use crate::env::Env;
use crate::interrupt;
use crate::progress::Step;
use crate::trial::Trial;

/// How long one may take to be made beside others, or to be told that there is no room.
const MADE: Duration = Duration::from_secs(900);
/// How long nothing happens before what the stores use is read: as much as goes into the kubelet's numbers.
const REST: Duration = Duration::from_secs(60);
const GONE: &str = "1800s";
const GOAL: u32 = 40;

/// Makes up to `wanted` stores, `at_once` at a time: of one engine, or of each in turn.
pub(super) fn measure(
    env: &Env,
    trial: &Trial,
    engine: Option<&str>,
    wanted: u32,
    at_once: u32,
    table: &mut Table,
) -> Result<()> {
    let session = create::come_in(env, trial)?;
    let kinds = engine.map_or_else(|| Kind::all(trial), |name| Ok(vec![Kind::of(trial, name)?]))?;
    kinds.iter().try_for_each(|kind| of_kind(env, trial, &session, kind, wanted, at_once.max(1), table))
}

fn of_kind(
    env: &Env,
    trial: &Trial,
    session: &Session,
    kind: &Kind,
    wanted: u32,
    at_once: u32,
    table: &mut Table,
) -> Result<()> {
    let name = &kind.name;
    let title = format!("small stores of {name}, until there are {wanted} or there is no room");
    let made = env
        .reporter
        .step(&title, "bench-density", |step| fill(trial, session, kind, wanted, at_once, step))?;
    let Filled { ready, full } = &made;
    let end = full.as_ref().map_or_else(String::new, |reason| format!(", then no room: {reason}"));
    table.row(
        format!("{name}: small stores that are ready at once"),
        format!("{}{end}", ready.len()),
        format!("≥ {GOAL}"),
    );

    let answers =
        env.reporter.step("all of them asked at once", "bench-asked", |_| ask(trial, kind, ready))?;
    let answered = answers.iter().filter(|answer| answer.status == 200);
    let took: Vec<Duration> = answered.map(|answer| answer.whole).collect();
    let count = took.len();
    let samples = Samples::new(took).context("no shop answered")?;
    let times = format!("p50 {}, p95 {}", duration(samples.median()), duration(samples.percentile(95)));
    table.row(
        format!("{name}: shops that answered, all asked at once"),
        format!("{count} of {}, {times}", ready.len()),
        "all",
    );

    env.reporter.step("what they use at rest", "bench-rest", |_| {
        interrupt::sleep(REST)?;
        let (cpu, memory) = at_rest(trial, ready)?;
        table.row(
            format!("{name}: a small store at rest, on average"),
            format!("{cpu:.1}m CPU, {memory:.0} MiB"),
            "",
        );
        table.row(
            format!("{name}: memory of the machine in use with them"),
            format!("{:.1} GiB", in_use()?),
            "",
        );
        Ok(())
    })?;
    env.reporter.step("deleting them", "bench-density-gone", |_| {
        let mut delete = trial.cluster().kubectl();
        delete.args(["delete", "store", "--all", "-n", trial.namespace(), "--timeout", GONE]);
        command::output(&mut delete).map(drop)
    })
}

struct Filled {
    ready: Vec<String>,
    /// What the scheduler said of the first that found no room.
    full: Option<String>,
}

fn fill(
    trial: &Trial,
    session: &Session,
    kind: &Kind,
    wanted: u32,
    at_once: u32,
    step: &Step,
) -> Result<Filled> {
    let mut filled = Filled { ready: Vec::new(), full: None };
    let mut next = 1..=wanted;
    while filled.full.is_none() {
        let numbers: Vec<u32> = next.by_ref().take(at_once as usize).collect();
        if numbers.is_empty() {
            break;
        }
        let made =
            numbers.iter().map(|number| create::create(trial, session, kind, &format!("Dense {number}")));
        for id in made.collect::<Result<Vec<_>>>()? {
            step.detail(format!("{} are ready", filled.ready.len()));
            match await_end(trial, &id)? {
                End::Ready => filled.ready.push(id),
                End::NoRoom(reason) => filled.full = Some(reason),
            }
        }
    }
    Ok(filled)
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    Ready,
    NoRoom(String),
}

fn await_end(trial: &Trial, id: &str) -> Result<End> {
    let started = Instant::now();
    loop {
        let store = create::store(trial, id)?;
        match store.pointer("/status/phase").and_then(Value::as_str) {
            Some("Ready") => return Ok(End::Ready),
            Some("Failed") => bail!("the store {id} failed: {}", store["status"]),
            _ => {}
        }
        let pods = trial.cluster().get(&["pods", "-n", &format!("store-{id}")])?;
        if let Some(reason) = no_room(&pods) {
            return Ok(End::NoRoom(reason));
        }
        if started.elapsed() > MADE {
            bail!("the store {id} was neither ready nor without room within {} s", MADE.as_secs());
        }
        interrupt::sleep(Duration::from_secs(1))?;
    }
}

/// What the scheduler says of a pod for which no node has what it asks for; a volume that is not there yet is another matter.
fn no_room(pods: &Value) -> Option<String> {
    let conditions =
        pods["items"].as_array()?.iter().filter_map(|pod| pod.pointer("/status/conditions")?.as_array());
    conditions.flatten().find_map(|condition| {
        let message = condition["message"].as_str()?;
        let unschedulable = condition["type"] == "PodScheduled" && condition["reason"] == "Unschedulable";
        let full = ["Insufficient", "Too many pods"].iter().any(|lack| message.contains(lack));
        (unschedulable && full).then(|| message.split(". ").next().unwrap_or(message).to_owned())
    })
}

fn ask(trial: &Trial, kind: &Kind, ids: &[String]) -> Result<Vec<shop::Answer>> {
    let urls = ids.iter().map(|id| format!("http://store-{id}.{}{}", trial.domain(), kind.path()));
    let asked: Vec<_> = urls.map(|url| thread::spawn(move || shop::request(&url, None, None))).collect();
    let answers = asked.into_iter().map(|answer| match answer.join() {
        Ok(answer) => answer,
        Err(_) => bail!("a shop could not be asked"),
    });
    answers.collect()
}

/// Thousandths of a core and MiB that the pods of a store use, on average.
fn at_rest(trial: &Trial, ids: &[String]) -> Result<(f64, f64)> {
    let nodes = trial.cluster().get(&["nodes"])?;
    let nodes = nodes["items"].as_array().into_iter().flatten();
    let (mut cpu, mut memory) = (0.0, 0.0);
    for node in nodes.filter_map(|node| node.pointer("/metadata/name")?.as_str()) {
        let path = format!("/api/v1/nodes/{node}/proxy/stats/summary");
        let text = command::output(trial.cluster().kubectl().args(["get", "--raw", &path]))?;
        let (of_node, more) = used(&serde_json::from_str(&text)?, ids);
        cpu += of_node;
        memory += more;
    }
    let stores = f64::from(u32::try_from(ids.len())?).max(1.0);
    Ok((cpu / stores, memory / stores))
}

/// What the kubelet's summary says of the pods of stores.
fn used(summary: &Value, ids: &[String]) -> (f64, f64) {
    let pods = summary["pods"].as_array().into_iter().flatten();
    let own = pods.filter(|pod| {
        let namespace = pod.pointer("/podRef/namespace").and_then(Value::as_str).unwrap_or_default();
        ids.iter().any(|id| namespace.strip_prefix("store-") == Some(id))
    });
    let number = |pod: &Value, path: &str| pod.pointer(path).and_then(Value::as_f64).unwrap_or_default();
    own.fold((0.0, 0.0), |(cpu, memory), pod| {
        let (nanocores, bytes) = (number(pod, "/cpu/usageNanoCores"), number(pod, "/memory/workingSetBytes"));
        (cpu + nanocores / 1e6, memory + bytes / 1_048_576.0)
    })
}

/// GiB of the machine's memory that nobody else could have.
fn in_use() -> Result<f64> {
    let told = fs::read_to_string("/proc/meminfo").context("the machine's memory cannot be read")?;
    let kibibytes = |name: &str| -> Result<f64> {
        let line = told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        number.with_context(|| format!("the kernel tells no {name}"))
    };
    Ok((kibibytes("MemTotal")? - kibibytes("MemAvailable")?) / 1_048_576.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_room_is_what_the_scheduler_says_and_not_a_volume_that_is_awaited() {
        let pods = |message: &str| {
            json!({"items": [{"status": {"conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}]}}]})
        };
        assert_eq!(
            no_room(&pods("0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes")),
            Some("0/1 nodes are available: 1 Insufficient cpu".to_owned())
        );
        assert_eq!(
            no_room(&pods("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims")),
            None
        );
        assert_eq!(no_room(&json!({"items": []})), None);
    }

    #[test]
    fn what_is_used_is_that_of_the_stores_own_pods() {
        let pod = |namespace: &str| {
            json!({"podRef": {"namespace": namespace},
            "cpu": {"usageNanoCores": 2_000_000}, "memory": {"workingSetBytes": 104_857_600}})
        };
        let summary =
            json!({"pods": [pod("store-a-1"), pod("store-a-1"), pod("store-b-2"), pod("kube-system")]});
        assert_eq!(used(&summary, &["a-1".to_owned()]), (4.0, 200.0));
    }
}
