//! The operator as the real process, over an API server in memory: what a cluster with thousands of Stores would take long to show.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends where it stands")]

mod by_hand;
mod operator;
mod removal;
#[path = "../shared/usage.rs"]
mod usage;

use std::{cell::Cell, collections::BTreeSet, io::Write, path::PathBuf, sync::Arc, time::Duration};

use fake_cluster::{Cluster, Mood};
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::sleep};

use crate::operator::{CONFIG, Operator, commands};

/// A Store that was made as it usually is, with what its status then holds.
fn ready(number: usize) -> Value {
    let mut store = fake_cluster::store(&format!("shop-{number:05}"), &format!("Shop {number}"), "Done");
    store["metadata"]["uid"] = json!(format!("store-{number}"));
    store["status"]["namespaceUid"] = json!(format!("namespace-{number}"));
    store
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
    assert!(peak <= 240, "{peak} MiB");
    operator.assert_runs();
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
        let mut object = object(name, json!({ "storeyard.dev/store": id }));
        if resource != "networkpolicies" {
            object["spec"] = json!({ "replicas": 1, "selector": {}, "template": {}, "serviceName": name });
            object["status"] =
                json!({ "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1, "readyReplicas": 1 });
        }
        cluster.place(resource, object);
    }
    release(cluster, &namespace, 1, "deployed", "0-1");
}

/// What helm keeps of a revision, as far as it is looked at.
fn release(cluster: &Cluster, namespace: &str, revision: usize, status: &str, values: &str) {
    let labels = json!({
        "owner": "helm", "name": namespace, "status": status, "version": revision.to_string(), "storeyard-values": values,
    });
    let name = format!("sh.helm.release.v1.{revision}");
    cluster
        .place("secrets", json!({ "metadata": { "name": name, "namespace": namespace, "labels": labels } }));
}

/// A server that answers as every shop, and its address.
async fn shops() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answer = axum::Router::new().fallback(|| async { axum::Json(json!([])) });
    tokio::spawn(async move { axum::serve(listener, answer).await });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_stores_at_rest_cost_a_request_each_a_check_and_no_program() {
    const STORES: usize = 200;
    const CHECK: u64 = 5;
    let address = shops().await;
    let cluster = Cluster::new();
    for number in 0..STORES {
        furnish(&cluster, number);
        cluster.put(ready(number));
    }
    let config = CONFIG.replace("127.0.0.1:9", &address).replace(
        r#""checkSeconds": 60"#,
        &format!(r#""checkSeconds": {CHECK}, "updates": {{"mode": "manual", "concurrency": 1}}"#),
    );
    let mut operator = Operator::with(&config, Arc::clone(&cluster), "rest").await;
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
        (versions(&cluster), cluster.requests(), operator.commands(), operator.busy());
    sleep(Duration::from_secs(2 * CHECK)).await;
    let asked = cluster.requests() - asked;
    let busy = operator.busy() - busy;
    eprintln!("{asked} requests and {busy:?} of a core in {} s", 2 * CHECK);
    assert_eq!(versions(&cluster), told, "nothing is written of what is as it was");
    assert_eq!(operator.commands(), run, "no program is run");
    // One for each store and check, with some of the next check, and what renews watches.
    assert!(asked <= 3 * STORES as u64, "{asked} requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_of_the_platform_changes_each_of_two_hundred_stores_once_and_a_few_at_a_time() {
    const STORES: usize = 200;
    const AT_ONCE: usize = 4;
    let cluster = Cluster::new();
    for number in 0..STORES {
        furnish(&cluster, number);
        cluster.put(ready(number));
    }
    let updates =
        format!(r#""checkSeconds": 60, "updates": {{"mode": "automatic", "concurrency": {AT_ONCE}}}"#);
    let config = CONFIG.replace("127.0.0.1:9", &shops().await).replace(r#""checkSeconds": 60"#, &updates);
    let mut operator = Operator::with(&config, Arc::clone(&cluster), "upgrade").await;
    let helm = tokio::spawn(upgrade(Arc::clone(&cluster), operator.folder().to_owned()));
    let most = Cell::new(0);
    let is_updated = |cluster: &Cluster| {
        let stores = cluster.all();
        let changing = stores.iter().filter(|store| store["status"]["change"].is_object()).count();
        most.set(most.get().max(changing));
        stores
            .iter()
            .all(|store| store["status"]["phase"] == "Ready" && store["status"]["release"]["updated"] == true)
    };
    operator.until("updated", Duration::from_secs(300), is_updated).await;
    helm.abort();
    let (requests, busy, most) = (cluster.requests(), operator.busy(), most.get());
    eprintln!("{requests} requests, {busy:?} of a core, {} MiB, at most {most} at a time", operator.peak());
    assert!((1..=AT_ONCE).contains(&most), "{most} at a time");
    let commands = operator.commands();
    let upgrades: Vec<&str> =
        commands.iter().filter_map(|line| line.strip_prefix("began helm upgrade ")).collect();
    let stores: BTreeSet<&str> = upgrades.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!((stores.len(), upgrades.len()), (STORES, STORES), "each once");
    assert!(requests <= 40 * STORES as u64, "{requests} requests");
}

/// Makes of each upgrade that was begun what helm makes of it, and answers every program.
async fn upgrade(cluster: Arc<Cluster>, folder: PathBuf) {
    let mut answered = std::fs::File::create(folder.join("answered")).unwrap();
    let mut done = 0;
    loop {
        let commands = commands(&folder);
        for command in commands[done..].iter().filter_map(|line| line.strip_prefix("began ")) {
            if let Some(rest) = command.strip_prefix("helm upgrade ") {
                let namespace = rest.split(' ').nth(1).unwrap();
                let values = rest.split("storeyard-values=").nth(1).unwrap().split(' ').next().unwrap();
                release(&cluster, namespace, 1, "superseded", "0-1");
                release(&cluster, namespace, 2, "deployed", values);
            }
            writeln!(answered, "{command}").unwrap();
        }
        done = commands.len();
        sleep(Duration::from_millis(20)).await;
    }
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
    first.kill();
    cluster.put(ready(2));
    second.until("told", Duration::from_secs(20), is_told("shop-00002")).await;
    assert_ne!(holder(&cluster), held);
}
