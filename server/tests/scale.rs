//! The operator as the real process, over an API server in memory: what a cluster with thousands of Stores would take long to show.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends where it stands")]

use std::{
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use fake_cluster::{Cluster, Mood};
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::sleep};

/// An operator of its own for each test.
struct Operator {
    cluster: Arc<Cluster>,
    folder: std::path::PathBuf,
    process: Child,
}

impl Operator {
    async fn over(cluster: Arc<Cluster>, name: &str) -> Self {
        Self::with(CONFIG, cluster, name).await
    }

    async fn with(config: &str, cluster: Arc<Cluster>, name: &str) -> Self {
        Self::along(std::path::Path::new("/nowhere"), config, cluster, name).await
    }

    /// With the programs of a folder before others.
    async fn along(programs: &std::path::Path, config: &str, cluster: Arc<Cluster>, name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(Arc::clone(&cluster).serve(listener));
        let folder = std::env::temp_dir().join(format!("storeyard-scale-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "fake",
            "clusters": [{ "name": "fake", "cluster": { "server": address } }],
            "users": [{ "name": "fake", "user": {} }],
            "contexts": [{ "name": "fake", "context": { "cluster": "fake", "user": "fake" } }],
        });
        std::fs::write(folder.join("kubeconfig"), kubeconfig.to_string()).unwrap();
        std::fs::write(folder.join("config.json"), config).unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_storeyard"))
            .args(["operator", "--health-listen", "127.0.0.1:0", "--config"])
            .arg(folder.join("config.json"))
            .env("KUBECONFIG", folder.join("kubeconfig"))
            .env("RUST_LOG", "warn")
            .env("PATH", format!("{}:{}", programs.display(), std::env::var("PATH").unwrap()))
            .stderr(log)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { cluster, folder, process }
    }

    /// For how long it has used a core.
    fn busy(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        // Linux counts a hundred of them in a second, whatever the kernel's own clock.
        Duration::from_millis(ticks * 10)
    }

    /// The most memory that it ever had, in MiB.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }

    async fn until(&mut self, what: &str, limit: Duration, is_so: impl Fn(&Cluster) -> bool) {
        let began = Instant::now();
        while !is_so(&self.cluster) {
            let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(self.process.try_wait().unwrap().is_none(), "the operator has ended\n{}", log());
            assert!(
                began.elapsed() < limit,
                "not {what} after {limit:?}, with {} MiB\n{}",
                self.peak(),
                log()
            );
            sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

const CONFIG: &str = r#"{
    "namespace": "storeyard", "domainSuffix": "localhost", "scheme": "http",
    "ingress": {"className": "traefik", "address": "127.0.0.1:9", "namespace": "traefik", "podLabels": {"app": "traefik"}},
    "signIn": {"users": "users", "keys": "keys", "signOuts": "sign-outs", "idleMinutes": 60, "absoluteHours": 24},
    "deadlineSeconds": 600, "concurrency": 4, "checkSeconds": 60,
    "engines": {"woocommerce": {"chart": "/nowhere", "plugin": true, "images": {"wordpress": "localhost/w:1", "mariadb": "localhost/m:1"}}}}"#;

/// A Store that was made as it usually is, with what its status then holds.
fn ready(number: usize) -> Value {
    let command = |at: i64, line: &str| json!({ "at": 1_790_000_000_000i64 + at, "what": { "command": { "line": line, "took": 210, "exit": 0, "complaint": "" } } });
    let phase = |at: i64, phase: &str| json!({ "at": 1_790_000_000_000i64 + at, "what": { "phase": { "phase": phase } } });
    let condition = |kind: &str| {
        json!({
            "type": kind, "status": "True", "reason": "Done", "message": "",
            "startedAt": "2026-09-21T14:13:20.000Z", "lastTransitionTime": "2026-09-21T14:13:21.000Z",
        })
    };
    let kinds = [
        "NamespaceReady",
        "QuotaApplied",
        "CredentialsReady",
        "ReleaseDeployed",
        "WorkloadsReady",
        "StorefrontReachable",
    ];
    let mut conditions: Vec<Value> = kinds.map(condition).into();
    conditions.push(json!({ "type": "Ready", "status": "True", "reason": "Ready", "message": "", "lastTransitionTime": "2026-09-21T14:13:38.000Z" }));
    let apply = "kubectl apply --server-side --force-conflicts --validate=ignore --field-manager storeyard -f - < <stdin: NetworkPolicies, Secret>";
    let helm = format!(
        "helm upgrade --install store-shop-{number:05} /srv/storeyard/charts/woocommerce --namespace store-shop-{number:05} --values - --reset-values --history-max 3 --labels storeyard-values=0123456789abcdef --timeout 90s --hide-notes < <stdin: values>"
    );
    json!({
        "metadata": { "name": format!("shop-{number:05}"), "uid": format!("store-{number}"), "generation": 1 },
        "spec": {
            "name": format!("Shop {number}"), "engine": "woocommerce", "plan": "small", "requestId": format!("{number:032x}"), "attempt": 1,
            "requestedAt": "2026-09-21T14:13:20.000Z", "admin": { "user": "ada", "email": "ada@example.com" }, "owner": "ada",
        },
        "status": {
            "phase": "Ready", "phaseSince": "2026-09-21T14:13:38.000Z", "conditions": conditions, "removal": [], "attempt": 1,
            "pods": [
                { "name": "mariadb-0", "state": "ready", "detail": "" },
                { "name": "wordpress-5d8c7b9f6-x2k4q", "state": "ready", "detail": "" },
            ],
            "timeline": [phase(0, "Queued"), phase(4, "Provisioning"), command(5, apply), command(300, apply), command(310, apply), command(600, &helm), phase(18_000, "Ready"), command(18_100, apply)],
            "timelineDropped": 0, "startedAt": "2026-09-21T14:13:20.004Z", "deadline": "2026-09-21T14:23:20.004Z",
            "readyAt": "2026-09-21T14:13:38.000Z", "observedGeneration": 1, "namespaceUid": format!("namespace-{number}"),
        },
    })
}

fn phase(cluster: &Cluster, name: &str) -> String {
    let store = cluster.get(name).unwrap_or_default();
    store["status"]["phase"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_stores_whose_namespaces_are_missing_are_told_in_bounded_memory() {
    const STORES: usize = 10_000;
    let cluster = Cluster::new();
    for number in 0..STORES {
        cluster.put(ready(number));
    }
    let mut operator = Operator::over(cluster, "missing").await;
    let is_told = |cluster: &Cluster| {
        (0..STORES).rev().all(|number| phase(cluster, &format!("shop-{number:05}")) == "Degraded")
    };
    operator.until("told", Duration::from_secs(240), is_told).await;
    // They are looked at again, all of them.
    sleep(Duration::from_secs(5)).await;
    let peak = operator.peak();
    eprintln!("peak: {peak} MiB");
    assert!(peak <= 300, "{peak} MiB");
    assert!(operator.process.try_wait().unwrap().is_none());
}

/// What stands in the namespace of a Store that was made: as much of it as the operator looks at.
fn furnish(cluster: &Cluster, number: usize) {
    let (id, namespace) = (format!("shop-{number:05}"), format!("store-shop-{number:05}"));
    let labels = json!({ "storeyard.dev/store": id, "storeyard.dev/platform": "storeyard" });
    cluster.place(
        "namespaces",
        json!({ "metadata": {
            "name": namespace, "uid": format!("namespace-{number}"), "labels": labels,
            "annotations": { "storeyard.dev/ready-at": "2026-09-21T14:13:38.000Z" },
        } }),
    );
    let object = |name: &str, labels: Value| json!({ "metadata": { "name": name, "namespace": namespace, "labels": labels } });
    for (component, name) in [("web", "wordpress-5d8c7b9f6-x2k4q"), ("database", "mariadb-0")] {
        let labels = json!({ "storeyard.dev/store": id, "app.kubernetes.io/component": component });
        let mut pod = object(name, labels);
        pod["status"] = json!({ "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] });
        cluster.place("pods", pod);
    }
    for (resource, name) in
        [("deployments", "wordpress"), ("statefulsets", "mariadb"), ("networkpolicies", "deny-all")]
    {
        cluster.place(resource, object(name, json!({ "storeyard.dev/store": id })));
    }
    let revision = json!({ "owner": "helm", "name": namespace, "status": "deployed", "version": "1", "storeyard-values": "0-1" });
    cluster.place("secrets", object("sh.helm.release.v1.1", revision));
}

/// Programs that do as they are told, and write down that they were.
fn programs(folder: &std::path::Path) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let ran = folder.join("ran");
    for name in ["helm", "kubectl"] {
        let program = folder.join(name);
        std::fs::write(
            &program,
            format!("#!/bin/sh\ncat > /dev/null\necho \"{name} $1\" >> {}\n", ran.display()),
        )
        .unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    std::fs::write(&ran, "").unwrap();
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_stores_at_rest_cost_a_request_each_a_check_and_no_program() {
    const STORES: usize = 200;
    const CHECK: u64 = 5;
    let shops = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = shops.local_addr().unwrap().to_string();
    let answer = axum::Router::new().fallback(|| async { axum::Json(json!([])) });
    tokio::spawn(async move { axum::serve(shops, answer).await });
    let cluster = Cluster::new();
    for number in 0..STORES {
        furnish(&cluster, number);
        cluster.put(ready(number));
    }
    let folder = std::env::temp_dir().join(format!("storeyard-scale-programs-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("chart")).unwrap();
    let ran = programs(&folder);
    let config = CONFIG
        .replace("127.0.0.1:9", &address)
        .replace("/nowhere", folder.join("chart").to_str().unwrap())
        .replace(
            r#""checkSeconds": 60"#,
            &format!(r#""checkSeconds": {CHECK}, "updates": {{"mode": "manual", "concurrency": 1}}"#),
        );
    let mut operator = Operator::along(&folder, &config, Arc::clone(&cluster), "rest").await;
    let is_settled = |cluster: &Cluster| {
        (0..STORES).all(|number| {
            let store = cluster.get(&format!("shop-{number:05}")).unwrap_or_default();
            store["status"]["settled"]["objects"].is_string() && store["status"]["phase"] == "Ready"
        })
    };
    operator.until("settled", Duration::from_secs(180), is_settled).await;
    sleep(Duration::from_secs(2 * CHECK)).await;

    let versions = |cluster: &Cluster| -> Vec<Value> {
        (0..STORES)
            .map(|number| {
                cluster.get(&format!("shop-{number:05}")).unwrap()["metadata"]["resourceVersion"].clone()
            })
            .collect()
    };
    let (told, asked, run, busy) =
        (versions(&cluster), cluster.requests(), std::fs::read_to_string(&ran).unwrap(), operator.busy());
    sleep(Duration::from_secs(2 * CHECK)).await;
    let asked = cluster.requests() - asked;
    let busy = operator.busy() - busy;
    eprintln!("{asked} requests and {busy:?} of a core in {} s", 2 * CHECK);
    assert_eq!(versions(&cluster), told, "nothing is written of what is as it was");
    assert_eq!(std::fs::read_to_string(&ran).unwrap(), run, "no program is run");
    // One for each store and check, with some of the next check, and what renews watches.
    assert!(asked <= 3 * STORES as u64, "{asked} requests");
    drop(operator);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_server_that_says_nothing_for_a_while_stops_no_store_for_ever() {
    let cluster = Cluster::new();
    let mut malformed = ready(1);
    malformed["spec"]["plan"] = json!("huge");
    let mut operator = Operator::over(Arc::clone(&cluster), "silent").await;
    cluster.put(ready(2));
    operator
        .until("seen", Duration::from_secs(60), |cluster| phase(cluster, "shop-00002") == "Degraded")
        .await;
    cluster.be(Mood::Silent);
    cluster.put(malformed);
    sleep(Duration::from_secs(3)).await;
    cluster.be(Mood::Well);
    let is_told = |cluster: &Cluster| {
        let store = cluster.get("shop-00001").unwrap_or_default();
        let conditions = store["status"]["conditions"].as_array().cloned().unwrap_or_default();
        conditions.iter().any(|condition| {
            condition["reason"] == "NotUnderstood"
                && condition["message"].as_str().unwrap_or_default().contains("plan")
        })
    };
    // One call's patience, and the pause after it.
    operator.until("told of", Duration::from_secs(30), is_told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_that_is_killed_is_followed_within_twenty_seconds() {
    let config =
        CONFIG.replace(r#""concurrency": 4"#, r#""concurrency": 4, "operatorLease": "storeyard-operator""#);
    let cluster = Cluster::new();
    cluster.place("leases", json!({ "metadata": { "name": "storeyard-operator" } }));
    let is_told = |name: &'static str| move |cluster: &Cluster| phase(cluster, name) == "Degraded";
    let mut first = Operator::with(&config, Arc::clone(&cluster), "first").await;
    cluster.put(ready(1));
    first.until("told", Duration::from_secs(60), is_told("shop-00001")).await;
    let mut second = Operator::with(&config, Arc::clone(&cluster), "second").await;
    let holder = |cluster: &Cluster| {
        let lease = cluster.placed("leases", "storeyard-operator").unwrap_or_default();
        lease["spec"]["holderIdentity"].as_str().unwrap_or_default().to_owned()
    };
    let held = holder(&cluster);
    // Long enough for the second one to be at its place.
    sleep(Duration::from_secs(5)).await;
    assert_eq!(holder(&cluster), held);
    first.process.kill().unwrap();
    cluster.put(ready(2));
    second.until("told", Duration::from_secs(20), is_told("shop-00002")).await;
    assert_ne!(holder(&cluster), held);
}
