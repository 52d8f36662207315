//! Stores that go: many at once, and one whose namespace is held.

use std::{path::PathBuf, sync::Arc, time::Duration};

use fake_cluster::Cluster;
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::{
    Api,
    api::{DeleteParams, PostParams},
};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    furnish,
    operator::{Operator, commands},
    phase, ready,
};

/// As the platform's configuration has it.
const CONCURRENCY: usize = 4;

fn namespaces(cluster: &Arc<Cluster>) -> Api<Namespace> {
    Api::all(cluster.client())
}

/// As the page makes them.
async fn give_credentials(cluster: &Arc<Cluster>, number: usize) {
    let id = format!("shop-{number:05}");
    let secret = json!({
        "metadata": { "name": format!("store-{id}-credentials"), "labels": {
            "storeyard.dev/store": id, "app.kubernetes.io/managed-by": "storeyard", "app.kubernetes.io/component": "credentials",
        } },
    });
    let secrets: Api<Secret> = Api::namespaced(cluster.client(), "storeyard");
    secrets.create(&PostParams::default(), &serde_json::from_value(secret).unwrap()).await.unwrap();
}

/// What the cluster does once a namespace's deletion was asked for.
pub(crate) async fn remove_namespaces(cluster: Arc<Cluster>, folder: PathBuf) {
    let mut done = 0;
    loop {
        let commands = commands(&folder);
        for line in &commands[done..] {
            let asked = line.strip_prefix("ended kubectl delete --raw /api/v1/namespaces/");
            if let Some(name) = asked.and_then(|rest| rest.split_whitespace().next()) {
                // It may be gone: one that is slow to go is deleted again.
                let _gone = namespaces(&cluster).delete(name, &DeleteParams::default()).await;
            }
        }
        done = commands.len();
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_deletions_at_once_end_and_run_no_more_programs_than_are_removed_at_a_time() {
    const STORES: usize = 100;
    let cluster = Cluster::new();
    for number in 0..STORES {
        furnish(&cluster, number);
        give_credentials(&cluster, number).await;
        let mut store = ready(number);
        store["metadata"]["deletionTimestamp"] = json!("2026-11-23T13:30:00Z");
        cluster.put(store);
    }
    let mut operator = Operator::over(Arc::clone(&cluster), "removal").await;
    let removes = tokio::spawn(remove_namespaces(Arc::clone(&cluster), operator.folder().to_owned()));
    operator.until("gone", Duration::from_secs(120), |cluster| cluster.names().is_empty()).await;
    removes.abort();

    let commands = operator.commands();
    let (mut running, mut most) = (0, 0);
    for line in commands.iter().filter(|line| line.contains(" uninstall ") || line.contains(" delete ")) {
        running = if line.starts_with("began ") { running + 1 } else { running - 1 };
        most = most.max(running);
    }
    assert!(most <= CONCURRENCY, "{most} at a time\n{}", commands.join("\n"));
    let ended =
        |what: &str| commands.iter().filter(|line| line.starts_with("ended ") && line.contains(what)).count();
    assert_eq!(ended("helm uninstall"), STORES);
    // What was told a moment ago may not have come back when a store is looked at again.
    assert!(ended("kubectl delete secret") >= STORES);
    let peak = operator.peak();
    eprintln!("peak: {peak} MiB");
    assert!(peak <= 50, "{peak} MiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_up_that_takes_long_goes_on_after_the_store_is_failed_and_a_retry_waits_for_it() {
    let cluster = Cluster::new();
    let long_ago = provisioner::resource::now().0 - 600_000;
    let mut store = ready(1);
    let status = &mut store["status"];
    status["readyAt"] = Value::Null;
    status["conditions"][4]["reason"] = json!("InProgress");
    status["failure"] = json!({ "step": "WorkloadsReady", "sentence": "The image is missing.", "evidence": [], "at": long_ago });
    cluster.put(store);
    let labels = json!({ "storeyard.dev/store": "shop-00001", "storeyard.dev/platform": "storeyard" });
    cluster.place("namespaces", json!({
        "metadata": {
            "name": "store-shop-00001", "uid": "namespace-1", "labels": labels,
            "creationTimestamp": "2026-09-21T14:13:21Z", "deletionTimestamp": "2026-11-23T13:30:00Z",
        },
        "status": { "phase": "Terminating", "conditions": [{
            "type": "NamespaceFinalizersRemaining", "status": "True", "message": "One volume claim has a finalizer.",
        }] },
    }));
    let mut operator = Operator::over(Arc::clone(&cluster), "held").await;
    let is_told = |step: usize, word: &'static str| {
        move |cluster: &Cluster| {
            let store = cluster.get("shop-00001").unwrap_or_default();
            store["status"]["conditions"][step]["message"].as_str().unwrap_or_default().contains(word)
        }
    };
    let is = |wanted: &'static str| move |cluster: &Cluster| phase(cluster, "shop-00001") == wanted;
    operator.until("failed", Duration::from_secs(20), is("Failed")).await;
    // What usually goes within seconds is not called held.
    operator
        .until("told why", Duration::from_secs(40), is_told(4, "held: One volume claim has a finalizer"))
        .await;

    let mut store = cluster.get("shop-00001").unwrap();
    store["metadata"]["annotations"]["storeyard.dev/retry"] = json!("2026-11-23T13:31:00.000Z");
    cluster.put(store);
    operator.until("queued", Duration::from_secs(20), is("Queued")).await;
    operator
        .until("told that it waits", Duration::from_secs(20), is_told(0, "What the earlier try made"))
        .await;
    assert_eq!(operator.commands(), [""; 0]);

    namespaces(&cluster).delete("store-shop-00001", &DeleteParams::default()).await.unwrap();
    operator.until("begun", Duration::from_secs(20), is("Provisioning")).await;
    assert!(operator.commands().iter().any(|line| line.starts_with("began kubectl apply")));
}
