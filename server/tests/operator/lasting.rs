//! What was ready once is never lost, whatever is done to its resource.

use std::time::Duration;

use serde_json::json;
use store::{ConditionKind, Phase, State, StoreId, view::TimelineKind};
use tokio::time::sleep;

use crate::platform::Platform;

/// Of what must not be made anew: the namespace and the volumes.
fn what_holds_the_data(platform: &Platform, id: &StoreId) -> String {
    let uid = platform.kubectl(&["get", "namespace", &id.namespace(), "-o", "jsonpath={.metadata.uid}"]);
    let claims = ["get", "pvc", "-n", &id.namespace(), "-o", "jsonpath={.items[*].metadata.uid}"];
    format!("{uid} {}", platform.kubectl(&claims))
}

fn version(platform: &Platform, id: &StoreId) -> String {
    let args = [
        "get",
        "store",
        id.as_str(),
        "-n",
        &platform.namespace,
        "-o",
        "jsonpath={.metadata.resourceVersion}",
    ];
    platform.kubectl(&args)
}

fn patch(platform: &Platform, id: &StoreId, subresource: &[&str], patch: &serde_json::Value) {
    let text = patch.to_string();
    let mut args =
        vec!["patch", "store", id.as_str(), "-n", &platform.namespace, "--type=merge", "-p", &text];
    args.extend(subresource);
    platform.kubectl(&args);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_ready_store_outlives_another_try_a_lost_status_and_an_operator_that_begins_anew() {
    let mut platform = Platform::started(|config| {
        // Whoever makes the store anew cannot succeed, and soon gives it up.
        config["deadlineSeconds"] = json!(60);
    })
    .await;
    let id = platform.create("Lasting").await;
    platform.until_settled(&id).await;
    let mark = "jsonpath={.metadata.annotations.storeyard\\.dev/ready-at}";
    let until_marked = async {
        while platform.kubectl(&["get", "namespace", &id.namespace(), "-o", mark]).is_empty() {
            sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), until_marked)
        .await
        .expect("the namespace says it was ready");
    let data = what_holds_the_data(&platform, &id);

    // An operator that begins over a store that is well has nothing to tell.
    sleep(Duration::from_secs(1)).await;
    let before = version(&platform, &id);
    platform.stop();
    platform.change(|config| {
        config["deadlineSeconds"] = json!(5);
        config["updates"] = json!({ "mode": "manual", "concurrency": 1 });
    });
    platform.start(None);
    sleep(Duration::from_secs(8)).await;
    assert_eq!(version(&platform, &id), before);
    platform.stop();
    platform.change(|config| {
        config["engines"]["woocommerce"]["images"]["wordpress"] = json!("localhost/storeyard/nowhere:1");
    });
    platform.start(None);

    // Another try is asked for: it is kept.
    let retry =
        json!({ "metadata": { "annotations": { "storeyard.dev/retry": "2026-01-02T03:04:05.250Z" } } });
    patch(&platform, &id, &[], &retry);
    platform
        .until(&id, "told", |view| {
            view.timeline.iter().any(
                |entry| matches!(&entry.what, TimelineKind::Note { text, .. } if text.contains("kept as it is")),
            )
        })
        .await;
    sleep(Duration::from_secs(8)).await;
    assert_eq!(platform.stores.snapshot().get(&id).unwrap().summary.phase, Phase::Ready);

    // Its status is lost, under a running operator and under one that begins.
    for restarted in [false, true] {
        if restarted {
            platform.stop();
        }
        patch(&platform, &id, &["--subresource=status"], &json!({ "status": null }));
        if restarted {
            platform.start(None);
        }
        let ready = platform.until_phase(&id, Phase::Ready).await;
        for (kind, condition) in ready.conditions.iter() {
            assert_eq!(condition.state, State::Done, "{kind}: {condition:?}");
        }
        sleep(Duration::from_secs(8)).await;
        assert_eq!(platform.stores.snapshot().get(&id).unwrap().summary.phase, Phase::Ready);
    }
    assert_eq!(what_holds_the_data(&platform, &id), data);
    let deployed = format!("{} deployed", id.release());
    assert_eq!(platform.revisions(&id).iter().filter(|revision| **revision == deployed).count(), 1);

    // What someone else wrote into the status is not kept for ever.
    patch(
        &platform,
        &id,
        &["--subresource=status"],
        &json!({ "status": { "phase": "Failed", "conditions": [] } }),
    );
    platform.until_phase(&id, Phase::Ready).await;

    // A namespace whose labels were taken off is not gone, and nobody says so.
    let namespace = id.namespace();
    platform.kubectl(&["label", "namespace", &namespace, "storeyard.dev/platform-", "storeyard.dev/store-"]);
    let seen = platform.until_phase(&id, Phase::Degraded).await;
    let message = &seen.conditions.get(ConditionKind::NamespaceReady).message;
    assert!(message.contains("took the labels off"), "{message}");
    platform.delete(&id).await;
    let held = |view: &store::StoreView| {
        view.removal.iter().any(|(_, step)| step.message.contains("took the labels off"))
    };
    platform.until(&id, "held", held).await;
    let label =
        [format!("storeyard.dev/store={id}"), format!("storeyard.dev/platform={}", platform.namespace)];
    platform.kubectl(&["label", "namespace", &namespace, &label[0], &label[1]]);
    platform.until_gone(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn what_a_store_cannot_be_is_refused_with_a_sentence_and_what_cannot_be_understood_is_removed_by_its_name()
 {
    let mut platform = Platform::new(|_| {}).await;
    let id = platform.create("Fixed").await;
    let refused = |patch: serde_json::Value, sentence: &str| {
        let text = patch.to_string();
        let args = ["patch", "store", id.as_str(), "-n", &platform.namespace, "--type=merge", "-p", &text];
        let error = platform.kubectl_fails(&args);
        assert!(error.contains(sentence), "{error}");
    };
    refused(json!({ "spec": { "plan": "huge" } }), "supported values: \"small\", \"medium\", \"large\"");
    refused(json!({ "spec": { "plan": "Small" } }), "supported values: \"small\", \"medium\", \"large\"");
    refused(json!({ "spec": { "title": "Another" } }), "the title cannot be changed");
    refused(json!({ "spec": { "engine": "another" } }), "the engine cannot be changed");
    refused(
        json!({ "spec": { "credentialsRef": { "name": "another" } } }),
        "the credentials cannot be changed",
    );
    refused(json!({ "spec": { "admin": { "email": "bo@example.com" } } }), "the admin cannot be changed");
    platform.delete(&id).await;

    // As a version left it that knew more plans, or fewer rules: the namespace is there, and runs.
    let old = StoreId::parse("left-over-x7k2q").unwrap();
    let made = |name: &str, email: &str| {
        json!({
            "apiVersion": "storeyard.dev/v1alpha1", "kind": "Store",
            "metadata": { "name": name, "namespace": platform.namespace, "finalizers": ["storeyard.dev/deletion"] },
            "spec": {
                "title": "Left over", "engine": "woocommerce", "plan": "small",
                "admin": { "user": "ada", "email": email },
            },
        })
    };
    for name in ["new", &"a".repeat(48), "left.over"] {
        let error = platform.apply_fails(&made(name, "ada@example.com"));
        assert!(error.contains("a Store is named by"), "{error}");
    }
    // The API server's rule for addresses is wider than the shop's.
    platform.apply(&made(old.as_str(), "ada@-"));
    platform.apply(&json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": { "name": old.namespace(), "labels": { "storeyard.dev/store": old.as_str(), "storeyard.dev/platform": platform.namespace } },
    }));
    platform.start(None);
    let ready = [
        "get",
        "store",
        old.as_str(),
        "-n",
        &platform.namespace,
        "-o",
        "jsonpath={.status.conditions[?(@.type==\"Ready\")].message}",
    ];
    let told = async {
        while !platform.kubectl(&ready).contains("cannot be understood") {
            sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told)
        .await
        .expect("the Store says that it is not understood");
    platform.kubectl(&["delete", "store", old.as_str(), "-n", &platform.namespace, "--timeout=60s"]);
    platform.assert_nothing_left(&old);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_command_that_fails_is_run_again_after_growing_pauses() {
    let platform = Platform::started(|config| {
        config["deadlineSeconds"] = json!(40);
        let engine = &mut config["engines"]["woocommerce"];
        engine["definition"] = json!(format!("{}/engine.yaml", engine["chart"].as_str().unwrap()));
        engine["chart"] = json!("oci://127.0.0.1:9/nowhere@1.0.0");
    })
    .await;
    let id = platform.create("Failing").await;
    platform.until(&id, "Failed", |view| view.summary.phase == Phase::Failed).await;
    let log = platform.log();
    let tries = log.lines().filter(|line| line.contains("helm upgrade") && line.contains("failed")).count();
    assert!((3..10).contains(&tries), "helm was run {tries} times\n{log}");
}
