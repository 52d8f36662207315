//! A Store that somebody wrote, with a Secret of their own.

use std::{sync::Arc, time::Duration};

use fake_cluster::Cluster;
use k8s_openapi::api::core::v1::Secret;
use kube::{Api, api::PostParams};
use serde_json::{Value, json};

use crate::{operator::Operator, removal::remove_namespaces};

const SEED: &str = "store-atelier-nord-seed";

fn by_hand() -> Value {
    json!({
        "metadata": { "name": "atelier-nord", "uid": "by-hand", "generation": 1 },
        "spec": {
            "title": "Atelier Nord", "engine": "woocommerce", "plan": "small",
            "admin": { "user": "ada", "email": "ada@atelier.example" }, "credentialsRef": { "name": "atelier-nord-admin" },
        },
    })
}

/// The namespace as `kubectl apply` would make it, were it the real one.
fn make_namespace(cluster: &Cluster) {
    let labels = json!({ "storeyard.dev/store": "atelier-nord", "storeyard.dev/platform": "storeyard" });
    let metadata = json!({ "name": "store-atelier-nord", "uid": "namespace-1", "labels": labels });
    cluster.place("namespaces", json!({ "metadata": metadata }));
}

fn is_told(cluster: &Cluster, what: &str) -> bool {
    let store = cluster.get("atelier-nord").unwrap_or_default();
    store["status"]["conditions"].to_string().contains(what)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_written_by_hand_is_given_a_seed_which_goes_with_it_while_its_secret_stays() {
    let cluster = Cluster::new();
    make_namespace(&cluster);
    cluster.put(by_hand());
    let mut operator = Operator::over(Arc::clone(&cluster), "by-hand").await;
    let missing = |cluster: &Cluster| is_told(cluster, "The Secret atelier-nord-admin with");
    operator.until("told what is missing", Duration::from_secs(30), missing).await;
    assert_eq!(cluster.kept_names("secrets"), [""; 0]);

    let secrets: Api<Secret> = Api::namespaced(cluster.client(), "storeyard");
    let given = json!({
        "metadata": { "name": "atelier-nord-admin" },
        "data": { "admin-password": k8s_openapi::ByteString(b"correct horse battery".to_vec()) },
    });
    secrets.create(&PostParams::default(), &serde_json::from_value(given).unwrap()).await.unwrap();
    let is_deployed = |cluster: &Cluster| {
        let store = cluster.get("atelier-nord").unwrap_or_default();
        let steps = store["status"]["conditions"].as_array().cloned().unwrap_or_default();
        steps.iter().any(|step| step["type"] == "ReleaseDeployed" && step["reason"] == "Done")
    };
    operator.until("deployed", Duration::from_secs(90), is_deployed).await;
    let seed = cluster.kept("secrets", SEED).unwrap();
    assert_eq!(seed["metadata"]["labels"]["storeyard.dev/store"], "atelier-nord");
    assert!(!cluster.get("atelier-nord").unwrap().to_string().contains("horse"));
    let store = cluster.get("atelier-nord").unwrap();
    assert_eq!(store["status"]["address"], "http://store-atelier-nord.localhost");

    let mut deleted = store;
    deleted["metadata"]["deletionTimestamp"] = json!("2026-11-23T13:30:00Z");
    cluster.put(deleted);
    let removes = tokio::spawn(remove_namespaces(Arc::clone(&cluster), operator.folder().to_owned()));
    operator.until("gone", Duration::from_secs(60), |cluster| cluster.names().is_empty()).await;
    removes.abort();
    let commands = operator.commands().join("\n");
    assert!(commands.contains(&format!("kubectl delete secret {SEED} --namespace storeyard")), "{commands}");
    assert!(!commands.contains("atelier-nord-admin"), "{commands}");
    assert_eq!(cluster.kept("secrets", SEED), Some(seed), "it was made once");
}
