//! Many stores that are deleted at once: how long until the last is gone, and what the operator takes for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::kind::Kind;
use super::memory;
use super::operator;
use super::samples::{Table, duration};
use crate::command;
use crate::env::Env;
use crate::interrupt;
use crate::progress::Step;
use crate::trial::Trial;

/// Releases that are installed at a time.
const HELMS: u32 = 4;
const GONE: Duration = Duration::from_secs(1800);
const LOOK: Duration = Duration::from_millis(250);

pub(super) fn measure(env: &Env, trial: &Trial, count: u32, table: &mut Table) -> Result<()> {
    env.reporter.step(&format!("{count} stores that were ready"), "bench-removal", |step| {
        make(env, trial, count, step)
    })?;
    let operator = operator::process(trial)?;
    let title = format!("deleting {count} stores at once");
    let (took, peak) = env.reporter.step(&title, "bench-removed", |step| remove(trial, operator, step))?;
    let pod = operator::pod(trial)?;
    let told = |path: &str| pod.pointer(path).cloned().unwrap_or_default();
    let limit = told("/spec/containers/0/resources/limits/memory");
    table.row(format!("{count} stores deleted at once, until the last is gone"), duration(took), "");
    table.row(
        "memory of the operator with its programs meanwhile, at most",
        memory::shown(peak),
        limit.as_str().unwrap_or_default(),
    );
    table.row("restarts of the operator", told("/status/containerStatuses/0/restartCount").to_string(), "0");
    Ok(())
}

/// Namespaces that say that their shop was ready, a release in each, and the Stores.
fn make(env: &Env, trial: &Trial, count: u32, step: &Step) -> Result<()> {
    let role = trial.config()?["storeManagerRole"].clone();
    let account = operator::pod(trial)?
        .pointer("/spec/serviceAccountName")
        .cloned()
        .context("the operator has no account")?;
    step.detail("their namespaces");
    let namespaces: Vec<Value> =
        (0..count).flat_map(|number| namespace(number, trial.namespace(), &role, &account)).collect();
    trial.cluster().apply(&list(namespaces))?;
    step.detail("their releases");
    let chart = chart(&env.paths.stage())?;
    let next = AtomicU32::new(0);
    thread::scope(|scope| {
        let helm = || -> Result<()> {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(());
                }
                let release = format!("store-{}", id(number));
                let mut helm = trial.cluster().helm();
                helm.args(["install", &release]).arg(&chart).args(["--namespace", &release]);
                command::output(&mut helm)?;
            }
        };
        let helms: Vec<_> = (0..HELMS).map(|_| scope.spawn(helm)).collect();
        helms.into_iter().try_for_each(|helm| helm.join().unwrap_or_else(|_| bail!("a release was not made")))
    })?;
    step.detail("the Stores");
    let kinds = Kind::all(trial)?;
    let stores = (0..count).zip(kinds.iter().cycle());
    let stores = stores.map(|(number, kind)| store(number, trial.namespace(), kind)).collect();
    trial.cluster().apply(&list(stores))?;
    until(trial, "each is known", |stores| stores.iter().all(|store| store["status"]["readyAt"].is_string()))
}

/// How long it took, and the most KiB that the operator and its programs had.
fn remove(trial: &Trial, operator: u32, step: &Step) -> Result<(Duration, u32)> {
    let began = Instant::now();
    let mut delete = trial.cluster().kubectl();
    delete.args(["delete", "stores.storeyard.dev", "--all", "-n", trial.namespace(), "--wait=false"]);
    command::output(&mut delete)?;
    let mut peak = 0;
    let mut looked = Instant::now();
    loop {
        peak = peak.max(memory::of_group(operator)?);
        if looked.elapsed() > Duration::from_secs(1) {
            looked = Instant::now();
            let left = stores(trial)?.len();
            step.detail(format!("{left} are left"));
            if left == 0 {
                return Ok((began.elapsed(), peak));
            }
        }
        if began.elapsed() > GONE {
            bail!("not all of them were gone after {} s", GONE.as_secs());
        }
        interrupt::sleep(LOOK)?;
    }
}

fn until(trial: &Trial, what: &str, is_so: impl Fn(&[Value]) -> bool) -> Result<()> {
    let began = Instant::now();
    while !is_so(&stores(trial)?) {
        if began.elapsed() > GONE {
            bail!("not so after {} s: {what}", GONE.as_secs());
        }
        interrupt::sleep(Duration::from_secs(1))?;
    }
    Ok(())
}

fn stores(trial: &Trial) -> Result<Vec<Value>> {
    let mut found = trial.cluster().get(&["stores.storeyard.dev", "-n", trial.namespace()])?;
    match found["items"].take() {
        Value::Array(stores) => Ok(stores),
        _ => bail!("kubectl's answer is no list"),
    }
}

fn list(items: Vec<Value>) -> String {
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

fn id(number: u32) -> String {
    format!("removed-{number:03}-bench")
}

/// As the operator makes it, with its own rights in it.
fn namespace(number: u32, platform: &str, role: &Value, account: &Value) -> [Value; 2] {
    let id = id(number);
    let name = format!("store-{id}");
    let labels = json!({
        "storeyard.dev/store": id, "storeyard.dev/platform": platform,
        "pod-security.kubernetes.io/enforce": "restricted",
    });
    let annotations = json!({"storeyard.dev/ready-at": "2026-11-23T14:02:11.000Z"});
    [
        json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": name, "labels": labels, "annotations": annotations},
        }),
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": {"name": "store-manager", "namespace": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": platform}],
        }),
    ]
}

fn store(number: u32, platform: &str, kind: &Kind) -> Value {
    json!({
        "apiVersion": "storeyard.dev/v1alpha1", "kind": "Store", "metadata": {"name": id(number), "namespace": platform},
        "spec": kind.spec(&format!("Removed {number}")),
    })
}

/// A chart of one object: what takes long of a removal is helm and the namespace.
fn chart(stage: &Path) -> Result<PathBuf> {
    let chart = stage.join("bench-chart");
    fs::create_dir_all(chart.join("templates"))?;
    fs::write(chart.join("Chart.yaml"), "apiVersion: v2\nname: bench\nversion: 1.0.0\n")?;
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bench}\n";
    fs::write(chart.join("templates/object.yaml"), object)?;
    Ok(chart)
}
