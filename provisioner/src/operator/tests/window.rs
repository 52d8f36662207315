//! What the window shows, over an API server in memory.

use jiff::Timestamp;
use k8s_openapi::ByteString;
use kube::api::{DeleteParams, Patch, PatchParams};
use store::Language;

use super::*;
use crate::{
    operator::window::{Window, WindowError},
    window::{Cursor, Level, Logs, LogsWanted, Quantity, seal::Key},
};

pub(super) const SHOP: &str = "store-a-00001";
const WORDPRESS: [&str; 3] = [SHOP, WEB, "wordpress"];
const MARIADB: [&str; 3] = [SHOP, DATABASE, "mariadb"];

pub(super) fn id() -> store::StoreId {
    store::StoreId::parse("a-00001").unwrap()
}

/// A shop that runs, and an operator that has seen it.
async fn shop() -> (Arc<Cluster>, Operator, Window) {
    shop_with(r#""limits": {}"#).await
}

/// Of an operator with one more field in its configuration.
pub(super) async fn shop_with(field: &str) -> (Arc<Cluster>, Operator, Window) {
    let cluster = cluster();
    cluster.put(ready("a-00001"));
    run_shop(&cluster, "a-00001").await;
    let held = |text: &str| ByteString(text.as_bytes().to_vec());
    let credentials = json!({
        "metadata": { "name": "credentials", "namespace": SHOP },
        "data": { "admin-user": held("adalovelace"), "admin-password": held("correct horse battery") },
    });
    let secrets: Api<Secret> = Api::namespaced(cluster.client(), SHOP);
    secrets.create(&PostParams::default(), &serde_json::from_value(credentials).unwrap()).await.unwrap();
    for (pod, container) in [(WEB, "wordpress"), (DATABASE, "mariadb")] {
        runs(&cluster, pod, container, 0).await;
    }
    let operator = Operator::with(field, &shops().await, &cluster).ready().await;
    let window = Window::new(operator.health.clone());
    (cluster, operator, window)
}

/// Has the pod's container be in that run, after those that ended for want of memory.
async fn runs(cluster: &Arc<Cluster>, pod: &str, container: &str, restarts: u32) {
    let ended = json!({ "terminated": { "exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-11-26T12:00:02Z" } });
    let status = json!({ "status": { "containerStatuses": [{
        "name": container, "image": "", "imageID": "", "ready": true, "restartCount": restarts,
        "state": { "running": {} }, "lastState": if restarts > 0 { ended } else { json!({}) },
    }] } });
    let pods: Api<Pod> = Api::namespaced(cluster.client(), SHOP);
    pods.patch(pod, &PatchParams::default(), &Patch::Merge(status)).await.unwrap();
}

fn texts(logs: &Logs) -> Vec<&str> {
    logs.lines.iter().map(|line| line.text.as_str()).collect()
}

fn all() -> LogsWanted {
    LogsWanted { lines: 100, ..LogsWanted::default() }
}

#[tokio::test]
async fn logs_of_all_parts_are_told_in_order_and_without_the_stores_secrets() {
    let (cluster, operator, window) = shop().await;
    cluster.log(WORDPRESS, "2026-11-26T12:00:01.5Z GET /?pw=correct%20horse%20battery HTTP/1.1");
    cluster
        .log(MARIADB, "2026-11-26T12:00:01.25Z [Warning] adalovelace tried \u{1b}[31mcorrect horse battery");
    cluster.log(WORDPRESS, "2026-11-26T12:00:00Z [php:error] token=0123456789");
    let logs = window.logs(&id(), all()).await.unwrap();
    assert_eq!(
        texts(&logs),
        ["[php:error] token=•••", "[Warning] adalovelace tried •••", "GET /?pw=••• HTTP/1.1"]
    );
    let titles: Vec<&str> = logs.parts.iter().map(|(_, title)| title.told(Language::German).0).collect();
    assert_eq!(titles, ["Datenbank", "WordPress"]);
    let told = |wanted: LogsWanted| {
        let window = window.clone();
        async move { texts(&window.logs(&id(), wanted).await.unwrap()).len() }
    };
    assert_eq!(told(LogsWanted { part: "database".into(), ..all() }).await, 1);
    assert_eq!(told(LogsWanted { level: Level::Warning, ..all() }).await, 2);
    assert_eq!(told(LogsWanted { search: "LOVELACE".into(), ..all() }).await, 1);
    // What is not told is not found either.
    assert_eq!(told(LogsWanted { search: "horse".into(), ..all() }).await, 0);
    assert_eq!(told(LogsWanted { lines: 1, ..all() }).await, 1);
    operator.running.abort();
}

#[tokio::test]
async fn nothing_is_told_where_nobody_knows_which_the_stores_secrets_are() {
    let (cluster, operator, window) = shop().await;
    cluster.log(WORDPRESS, "2026-11-26T12:00:00Z correct horse battery");
    let secrets: Api<Secret> = Api::namespaced(cluster.client(), SHOP);
    secrets.delete("credentials", &DeleteParams::default()).await.unwrap();
    let refused = window.logs(&id(), all()).await.unwrap_err();
    assert!(matches!(refused, WindowError::NoSecret), "{refused}");
    operator.running.abort();
}

#[tokio::test]
async fn a_log_is_followed_over_the_end_of_its_container_and_nothing_is_told_twice_or_missed() {
    let (cluster, operator, window) = shop().await;
    cluster.log(WORDPRESS, "2026-11-26T12:00:01.1Z one");
    let first = window.logs(&id(), all()).await.unwrap();
    assert_eq!(texts(&first), ["one"]);
    let follow = |after: &Cursor| {
        let (window, wanted) =
            (window.clone(), LogsWanted { after: after.clone(), wait_seconds: 20, ..all() });
        tokio::spawn(async move { window.logs(&id(), wanted).await.unwrap() })
    };
    let following = follow(&first.cursor);
    sleep(Duration::from_millis(200)).await;
    cluster.log(WORDPRESS, "2026-11-26T12:00:01.9Z two");
    let second = following.await.unwrap();
    assert_eq!(texts(&second), ["two"]);

    // It ends with a last word, and begins anew, which its pod tells of later.
    let log = |text: &str| cluster.log(WORDPRESS, &format!("{} {text}", Timestamp::now()));
    log("out of memory");
    cluster.begin_anew(WORDPRESS);
    log("three");
    let early = LogsWanted { after: second.cursor.clone(), ..all() };
    assert_eq!(texts(&window.logs(&id(), early).await.unwrap()), [""; 0]);
    runs(&cluster, WEB, "wordpress", 1).await;
    let mut told = Vec::new();
    let mut cursor = second.cursor;
    while told.len() < 2 {
        let next = follow(&cursor).await.unwrap();
        told.extend(texts(&next).into_iter().map(str::to_owned));
        cursor = next.cursor;
    }
    assert_eq!(told, ["out of memory", "three"]);

    // Nothing more: whoever follows waits, and no more do than there are places.
    let waiting: Vec<_> = (0..24).map(|_| follow(&cursor)).collect();
    sleep(Duration::from_millis(300)).await;
    let wanted = LogsWanted { wait_seconds: 20, ..all() };
    assert!(matches!(window.logs(&id(), wanted).await, Err(WindowError::Busy)));
    // Whoever does not wait is told all there is, of the run before among it.
    let whole = window.logs(&id(), all()).await.unwrap();
    assert_eq!(texts(&whole), ["one", "two", "out of memory", "three"]);
    for following in waiting {
        following.abort();
    }
    operator.running.abort();
}

#[tokio::test]
async fn how_fast_a_shop_answers_and_how_often_its_parts_began_anew_is_told_beside_what_the_plan_allows() {
    let (cluster, operator, window) = shop().await;
    // So that the operator asks it now.
    runs(&cluster, WEB, "wordpress", 2).await;
    let pods: Api<Pod> = Api::namespaced(cluster.client(), SHOP);
    let unready = json!({ "status": { "conditions": [{ "type": "PodScheduled", "status": "True" }] } });
    pods.patch(WEB, &PatchParams::default(), &Patch::Merge(unready)).await.unwrap();
    until("seen to be away", || cluster.get("a-00001").unwrap()["status"]["phase"] == "Degraded").await;
    let ready = json!({ "status": { "conditions": [{ "type": "PodScheduled", "status": "True" }, { "type": "Ready", "status": "True" }] } });
    pods.patch(WEB, &PatchParams::default(), &Patch::Merge(ready)).await.unwrap();
    until("asked", || window.vitals(&id()).unwrap().answer.is_some()).await;
    let metrics = window.metrics(&id()).await.unwrap();
    assert!(metrics.series.iter().any(|series| series.of == Quantity::Answer && !series.points.is_empty()));
    let limit = |of: Quantity, name: &str| {
        metrics.series.iter().find(|series| series.of == of && series.name == name).unwrap().limit
    };
    assert_eq!(limit(Quantity::Memory, "web"), Some(640.0));
    assert_eq!(limit(Quantity::Cpu, "database"), Some(1000.0));
    assert_eq!(limit(Quantity::Disk, "uploads"), Some(3.0 * 1024.0));
    let [restart] = metrics.restarts.as_slice() else { panic!("{:?}", metrics.restarts) };
    assert_eq!(
        (restart.part.told(Language::German).0, restart.times, restart.reason.as_str()),
        ("WordPress", 2, "OOMKilled")
    );
    let vitals = window.vitals(&id()).unwrap();
    assert!(vitals.answer.is_some());
    assert_eq!((vitals.restarts.times, vitals.restarts.last), (2, Some(restart.at)));
    assert_eq!(metrics.vitals.map(|vitals| vitals.restarts), Some(vitals.restarts));
    // What no container was asked for is no zero.
    assert_eq!((vitals.cpu, vitals.memory), (None, None));
    operator.running.abort();
}

#[tokio::test]
async fn nothing_is_told_of_what_is_no_store_of_this_platform_or_to_whoever_has_no_seal() {
    let (cluster, operator, window) = shop().await;
    let other = store::StoreId::parse("b-00001").unwrap();
    assert!(matches!(window.logs(&other, all()).await, Err(WindowError::NotFound(_))));
    assert!(matches!(window.metrics(&other).await, Err(WindowError::NotFound(_))));
    assert!(matches!(window.vitals(&other), Err(WindowError::NotFound(_))));
    // A Store whose namespace is somebody else's.
    cluster.put(ready("b-00001"));
    until("known", || operator.wrote("b-00001")).await;
    assert!(matches!(window.logs(&other, all()).await, Err(WindowError::NotFound(_))));

    let sealed = Key::new([7; 32]).seal("/metrics/a-00001", now());
    assert!(matches!(window.admit(&sealed, "/metrics/a-00001").await, Err(WindowError::NotReady)));
    let key =
        json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==");
    cluster.keep("secrets", "storeyard-keys", json!({ "session-key": key, "set-up-token": "eA==" }));
    assert!(matches!(window.admit(&sealed, "/metrics/a-00001").await, Err(WindowError::Sealed)));
    let secrets: Api<Secret> = Api::namespaced(cluster.client(), "storeyard");
    let own =
        access::key_in(&secrets.get("storeyard-keys").await.unwrap(), crate::window::seal::PURPOSE).unwrap();
    let sealed = Key::new(own).seal("/metrics/a-00001", now());
    assert!(window.admit(&sealed, "/metrics/a-00001").await.is_ok());
    assert!(matches!(window.admit(&sealed, "/metrics/b-00001").await, Err(WindowError::Sealed)));
    operator.running.abort();
}

#[tokio::test]
async fn the_lease_tells_where_the_window_of_the_operator_that_acts_is() {
    let cluster = cluster();
    let operator = Operator::over(&cluster).ready().await;
    until("held", || !holder(&cluster).is_empty()).await;
    let lease = cluster.placed("leases", LEASE).unwrap();
    assert_eq!(lease["metadata"]["annotations"]["storeyard.dev/window"], "192.0.2.7:8083");
    operator.running.abort();
}
