//! What was ready once is kept: it comes to what the platform offers and to what is asked of it, and back where that fails.

use std::time::{Duration, Instant};

use serde_json::json;
use store::{ConditionKind, Phase, PlanName, State, StoreId, StoreView, Wish, view::TimelineKind};
use tokio::time::sleep;

use crate::platform::{Platform, ada};

fn has_note(view: &StoreView, text: &str) -> bool {
    view.timeline
        .iter()
        .any(|entry| matches!(&entry.what, TimelineKind::Note { text: noted, .. } if noted.contains(text)))
}

fn answers(id: &StoreId) -> u16 {
    let url = format!("http://store-{id}.localhost/");
    let told = std::process::Command::new("curl")
        .args(["--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--max-time", "10"])
        .args(["--resolve", &format!("store-{id}.localhost:80:127.0.0.1"), &url])
        .output()
        .unwrap();
    String::from_utf8(told.stdout).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn what_somebody_deletes_or_edits_in_a_ready_store_comes_back_within_a_minute() {
    let platform = Platform::started(|_| ()).await;
    let id = platform.create("Healed").await;
    platform.until_settled(&id).await;
    let namespace = id.namespace();
    let in_namespace = |args: &[&str]| platform.kubectl(&[&["-n", &namespace], args].concat());
    let began = Instant::now();
    in_namespace(&["delete", "networkpolicy", "deny-all"]);
    in_namespace(&["delete", "service", "wordpress"]);
    in_namespace(&["delete", "secret", "credentials"]);
    let quota = json!({ "spec": { "hard": { "pods": "99" } } }).to_string();
    in_namespace(&["patch", "resourcequota", "plan", "--type=merge", "-p", &quota]);
    let open = json!({ "spec": { "ingress": [{}] } }).to_string();
    in_namespace(&["patch", "networkpolicy", "database", "--type=merge", "-p", &open]);
    let looser = "pod-security.kubernetes.io/warn=baseline";
    platform.kubectl(&["label", "namespace", &namespace, "--overwrite", looser]);
    let is_back = || {
        let found = in_namespace(&["get", "networkpolicy,service,secret", "-o", "name"]);
        let all = ["networkpolicy.networking.k8s.io/deny-all", "service/wordpress", "secret/credentials"];
        let quota = in_namespace(&["get", "resourcequota", "plan", "-o", "jsonpath={.spec.hard.pods}"]);
        let policy =
            in_namespace(&["get", "networkpolicy", "database", "-o", "jsonpath={.spec.ingress[0].from}"]);
        let warn = "jsonpath={.metadata.labels.pod-security\\.kubernetes\\.io/warn}";
        let label = platform.kubectl(&["get", "namespace", &namespace, "-o", warn]);
        all.iter().all(|name| found.contains(name))
            && quota == "8"
            && !policy.is_empty()
            && label == "restricted"
    };
    while !is_back() {
        assert!(began.elapsed() < Duration::from_secs(60), "it did not come back\n{}", platform.log());
        sleep(Duration::from_millis(500)).await;
    }
    println!("healed in {:?}", began.elapsed());
    platform.until(&id, "told", |view| has_note(view, "by hand") || has_note(view, "applied anew")).await;
    platform.until_phase(&id, Phase::Ready).await;
    // And then there is peace.
    sleep(Duration::from_secs(6)).await;
    let before = platform.revisions(&id).len();
    sleep(Duration::from_secs(10)).await;
    assert_eq!(platform.revisions(&id).len(), before);
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn an_update_that_does_not_come_up_is_undone_while_the_shop_answers_and_stops_the_others() {
    let mut platform = Platform::started(|config| config["deadlineSeconds"] = json!(110)).await;
    let stores = [platform.create("One").await, platform.create("Two").await];
    for id in &stores {
        platform.until_settled(id).await;
    }
    let is_told = |view: &StoreView| !view.versions.is_empty();
    let running = platform.until(&stores[0], "told by version", is_told).await.versions;
    assert_eq!(running, platform.stores.config().cards()[0].versions);
    platform.stop();
    platform.change(|config| {
        config["deadlineSeconds"] = json!(15);
        config["engines"]["woocommerce"]["images"]["wordpress"] = json!("localhost/storeyard/nowhere:1");
    });
    platform.start(None);
    let mut canary = None;
    while canary.is_none() {
        canary = stores
            .iter()
            .find(|id| platform.stores.snapshot().get(id).is_some_and(|view| view.upkeep.undone.is_some()));
        for id in &stores {
            assert_eq!(answers(id), 200, "{id} does not answer while it is updated");
        }
        sleep(Duration::from_millis(500)).await;
    }
    let canary = canary.unwrap();
    let undone = platform.until_phase(canary, Phase::Ready).await;
    let sentence = undone.upkeep.undone.unwrap().sentence;
    assert!(sentence.contains("nowhere"), "{sentence}");
    let other = stores.iter().find(|id| *id != canary).unwrap();
    sleep(Duration::from_secs(8)).await;
    let other = platform.stores.snapshot().get(other).unwrap();
    assert_eq!((other.summary.phase, other.upkeep.undone), (Phase::Ready, None));
    let offered = other.upkeep.offered.unwrap();
    let waits = offered.waits;
    assert!(waits.contains("undone at another store"), "{waits}");

    // What it runs is what is deployed, and what is offered is what would be.
    assert_eq!(other.versions, running);
    assert!(offered.versions.line().starts_with("wordpress 1"), "{}", offered.versions.line());

    // What is offered next is better: both come to it, one after the other.
    platform.stop();
    platform.change(|config| {
        config["deadlineSeconds"] = json!(110);
        config["engines"]["woocommerce"]["images"]["wordpress"] = json!(platform_image());
        config["engines"]["woocommerce"]["values"] =
            json!({ "resources": { "mariadb": { "requests": { "cpu": "11m" } } } });
    });
    platform.start(None);
    for id in &stores {
        platform
            .until(id, "updated", |view| has_note(view, "Updated (") && view.upkeep.offered.is_none())
            .await;
        platform.until_phase(id, Phase::Ready).await;
        let cpu = "jsonpath={.spec.template.spec.containers[0].resources.requests.cpu}";
        let deployed = platform.kubectl(&["get", "statefulset", "mariadb", "-n", &id.namespace(), "-o", cpu]);
        assert_eq!(deployed, "11m");
    }
    for id in &stores {
        platform.delete(id).await;
    }
    for id in &stores {
        platform.until_gone(id).await;
    }
}

fn platform_image() -> String {
    crate::platform::Cluster::given().images["wordpress"].clone()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_store_is_suspended_and_resumed_with_its_data_and_takes_a_larger_plan() {
    let platform = Platform::started(|_| ()).await;
    let id = platform.create("Resting").await;
    platform.until_settled(&id).await;
    let claims = ["get", "pvc", "-n", &id.namespace(), "-o", "jsonpath={.items[*].metadata.uid}"];
    let data = platform.kubectl(&claims);

    platform.stores.change(&id, Wish::Suspend, &ada()).await.unwrap();
    let view = platform.until_phase(&id, Phase::Suspended).await;
    assert_eq!(view.conditions.get(ConditionKind::WorkloadsReady).state, State::Stopped);
    assert_eq!(platform.kubectl(&["get", "pods", "-n", &id.namespace(), "-o", "name"]), "");
    assert_ne!(answers(&id), 200);
    assert_eq!(platform.kubectl(&claims), data);
    // What Git asks for is so: nobody has to wait for a shop that is not to run.
    for condition in ["--for=condition=Ready", "--for=condition=StorefrontReachable=False"] {
        let store = format!("store/{id}");
        platform.kubectl(&["wait", condition, &store, "-n", &platform.namespace, "--timeout=5s"]);
    }
    assert!(platform.stores.change(&id, Wish::Suspend, &ada()).await.is_err());

    let began = Instant::now();
    platform.stores.change(&id, Wish::Resume, &ada()).await.unwrap();
    platform.until_phase(&id, Phase::Ready).await;
    println!("resumed in {:?}", began.elapsed());
    assert_eq!(answers(&id), 200);

    platform.stores.change(&id, Wish::Plan(PlanName::Medium), &ada()).await.unwrap();
    platform.until(&id, "larger", |view| has_note(view, "The plan was changed (")).await;
    platform.until_phase(&id, Phase::Ready).await;
    let memory =
        "jsonpath={.spec.template.spec.containers[?(@.name==\"wordpress\")].resources.limits.memory}";
    let limit = platform.kubectl(&["get", "deployment", "wordpress", "-n", &id.namespace(), "-o", memory]);
    assert_eq!(limit, platform.sizes(PlanName::Medium).parts["web"].limits.memory.to_string());
    assert_eq!(platform.kubectl(&claims), data);
    let smaller = platform.stores.change(&id, Wish::Plan(PlanName::Small), &ada()).await.unwrap_err();
    assert!(smaller.to_string().contains("do not shrink"), "{smaller}");
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}
