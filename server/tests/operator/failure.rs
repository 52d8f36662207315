//! What cannot be made ends with a sentence, and what is only wished for does not stop it.

use serde_json::json;
use store::{ConditionKind, Phase, State};

use crate::platform::{Platform, ada, nanos};

/// As much of the nodes' disks as an engine can ask for.
const HUGE: &str = "ephemeral-storage: 4096Gi";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn an_image_that_does_not_exist_fails_with_its_name_and_leaves_nothing_and_retry_works_once_it_does() {
    let missing = "localhost/storeyard/nowhere:1";
    let mut platform = Platform::started(|config| {
        config["deadlineSeconds"] = json!(30);
        config["engines"]["woocommerce"]["images"]["wordpress"] = json!(missing);
    })
    .await;
    let id = platform.create("Wrong image").await;
    let failed = platform.until(&id, "Failed", |view| view.summary.phase == Phase::Failed).await;
    let failure = failed.failure.unwrap();
    assert_eq!(failure.step, ConditionKind::WorkloadsReady);
    assert!(
        failure.sentence.starts_with(&format!("The image {missing} of container ")),
        "{}",
        failure.sentence
    );
    assert!(failure.sentence.contains("cannot be pulled"), "{}", failure.sentence);
    assert!(failure.evidence.iter().any(|piece| piece.text.contains(missing)), "{:?}", failure.evidence);
    platform.assert_nothing_left(&id);

    platform.stop();
    let image = platform.cluster.images["wordpress"].clone();
    platform.change(|config| {
        config["deadlineSeconds"] = json!(110);
        config["engines"]["woocommerce"]["images"]["wordpress"] = json!(image);
    });
    platform.start(None);
    platform.stores.retry(&id, &ada()).await.unwrap();
    let ready = platform.until(&id, "Ready", |view| view.summary.phase == Phase::Ready).await;
    assert_eq!((ready.attempt, ready.failure), (2, None));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_quota_that_is_refused_is_told_and_the_store_is_ready_without_it() {
    let mut platform = Platform::new(|_| {}).await;
    let policy = refuse(&platform, "resourcequotas", "no quotas here");
    platform.start(None);
    // A policy is enforced some moments after it was made.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let id = platform.create("Boundless").await;
    let ready = platform.until_phase(&id, Phase::Ready).await;
    platform.kubectl(&["delete", POLICIES, &policy]);
    let quota = ready.conditions.get(ConditionKind::QuotaApplied);
    assert_eq!(quota.state, State::NotApplied);
    assert!(quota.message.contains("no quotas here"), "{}", quota.message);
}

/// Of a helm that was killed while its volume was let in, and of nothing else, a quota is charged for what is not there: here it is written into it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_quota_that_is_charged_for_what_is_not_there_is_counted_anew_and_the_store_is_made() {
    let mut platform = Platform::new(|_| {}).await;
    let policy = refuse(&platform, "persistentvolumeclaims", "no claims yet");
    platform.start(None);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let id = platform.create("Charged").await;
    let is_refused = |view: &store::StoreView| format!("{:?}", view.timeline).contains("no claims yet");
    platform.until(&id, "refused", is_refused).await;
    let quota = |args: &[&str]| {
        let of_plan = ["resourcequota", "plan", "--namespace", &id.namespace()];
        platform.kubectl(&[&args[..1], &of_plan, &args[1..]].concat())
    };
    let hard = quota(&["get", "--output=jsonpath={.spec.hard.persistentvolumeclaims}"]);
    let charged = json!({ "status": { "used": { "persistentvolumeclaims": hard } } }).to_string();
    quota(&["patch", "--subresource=status", "--type=merge", "--patch", &charged]);
    platform.kubectl(&["delete", POLICIES, &policy]);

    let ready = platform.until_phase(&id, Phase::Ready).await;
    let told = format!("{:?}", ready.timeline);
    assert!(told.contains("It is counted anew."), "{told}");
    assert_eq!(quota(&["get", "--output=jsonpath={.spec.hard.replicationcontrollers}"]), "");
}

const POLICIES: &str = "validatingadmissionpolicy,validatingadmissionpolicybinding";

/// Has the cluster refuse whatever of that resource is made in the platform's stores; the policy's name.
fn refuse(platform: &Platform, resource: &str, message: &str) -> String {
    let name = platform.namespace.clone();
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": { "name": name },
        "spec": {
            "matchConstraints": { "resourceRules": [{ "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": [resource] }] },
            "validations": [{ "expression": "false", "message": message }],
        },
    });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": { "name": name },
        "spec": {
            "policyName": name, "validationActions": ["Deny"],
            "matchResources": { "namespaceSelector": { "matchLabels": { "storeyard.dev/platform": name } } },
        },
    });
    platform.apply(&json!({ "apiVersion": "v1", "kind": "List", "items": [policy, binding] }));
    name
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn values_that_the_chart_refuses_fail_at_once() {
    let platform = Platform::started(|config| {
        config["engines"]["woocommerce"]["values"] = json!({ "nonsense": true });
    })
    .await;
    let id = platform.create("Nonsense").await;
    let failed = platform.until(&id, "Failed", |view| view.summary.phase == Phase::Failed).await;
    let failure = failed.failure.unwrap();
    assert_eq!(failure.step, ConditionKind::ReleaseDeployed);
    assert!(failure.sentence.contains("nonsense"), "{}", failure.sentence);
    platform.assert_nothing_left(&id);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_namespace_that_is_not_ours_is_left_untouched() {
    let platform = Platform::new(|_| {}).await;
    let id = platform.create("Somebody else").await;
    let namespace = id.namespace();
    platform.kubectl(&["create", "namespace", &namespace]);
    let mut platform = platform;
    platform.start(None);
    let failed = platform.until(&id, "Failed", |view| view.summary.phase == Phase::Failed).await;
    assert!(failed.failure.unwrap().sentence.contains("was not made for this store"));
    platform.delete(&id).await;
    let began = std::time::Instant::now();
    while platform.stores.snapshot().get(&id).is_some() {
        assert!(began.elapsed() < crate::platform::LONG, "{}", platform.log());
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let labels = platform.kubectl(&["get", "namespace", &namespace, "-o", "jsonpath={.metadata.labels}"]);
    assert!(!labels.contains("storeyard.dev"), "{labels}");
    platform.kubectl(&["delete", "namespace", &namespace, "--wait=false"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_store_for_which_no_node_has_room_waits_says_so_and_is_not_given_up() {
    let definition = std::env::temp_dir().join(format!("storeyard-large-{:08x}.yaml", nanos()));
    let platform = Platform::started(|config| {
        config["deadlineSeconds"] = json!(25);
        let engine = &mut config["engines"]["woocommerce"];
        let own = format!("{}/engine.yaml", engine["chart"].as_str().unwrap());
        // No node has as much.
        let large = std::fs::read_to_string(own).unwrap().replace("ephemeral-storage: 1152Mi", HUGE);
        let large =
            large.replace("memory: 136Mi, ephemeral-storage: 16Mi", &format!("memory: 136Mi, {HUGE}"));
        assert_eq!(large.matches(HUGE).count(), 4);
        std::fs::write(&definition, large).unwrap();
        engine["definition"] = json!(definition);
    })
    .await;
    let id = platform.create("Large").await;
    let waits =
        |view: &store::StoreView| view.conditions.get(ConditionKind::WorkloadsReady).state == State::Waiting;
    platform.until(&id, "waiting for room", waits).await;
    tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    let view = platform.stores.snapshot().get(&id).unwrap().clone();
    assert_eq!(view.summary.phase, Phase::Queued, "{:?}", view.failure);
    let message = &view.conditions.get(ConditionKind::WorkloadsReady).message;
    assert!(
        message.contains("The node with most room has") && message.contains("MiB of memory left"),
        "{message}"
    );
    assert!(message.contains("Insufficient ephemeral-storage"), "{message}");
    platform.delete(&id).await;
    platform.until_gone(&id).await;
    std::fs::remove_file(definition).unwrap();
}
