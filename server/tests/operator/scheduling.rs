//! Where the stores' pods run, as the platform says it, and that a pod that is sent away comes back.

use serde_json::json;
use store::{ConditionKind, Phase, StoreId};

use crate::{
    engine_as_data::offer_the_page,
    platform::{Platform, nanos},
};

/// Of the whole cluster, and so it goes with the test.
struct RuntimeClass<'a> {
    platform: &'a Platform,
    name: &'a str,
}

impl<'a> RuntimeClass<'a> {
    fn make(platform: &'a Platform, name: &'a str) -> Self {
        platform.apply(&json!({
            "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": { "name": name }, "handler": "runc",
        }));
        Self { platform, name }
    }
}

impl Drop for RuntimeClass<'_> {
    fn drop(&mut self) {
        self.platform.kubectl(&["delete", "runtimeclass", self.name]);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_store_says_which_class_is_missing_runs_as_the_platform_says_once_it_is_there_and_a_drain_is_let_have_its_pods()
 {
    let class = format!("storeyard-test-{:08x}", nanos());
    let platform = Platform::started(|config| {
        offer_the_page(config);
        config["scheduling"] = json!({
            "nodeSelector": { "kubernetes.io/os": "linux" }, "tolerations": [{ "key": "shops", "operator": "Exists" }],
            "runtimeClassName": class,
        });
    })
    .await;
    let id = platform.create("Particular").await;
    let missing = format!("RuntimeClass \"{class}\" not found");
    let told = platform
        .until(&id, "told of the class", |view| {
            view.conditions.get(ConditionKind::WorkloadsReady).message.contains(&missing)
        })
        .await;
    assert_eq!(told.summary.phase, Phase::Provisioning);

    let made = RuntimeClass::make(&platform, &class);
    platform.until_phase(&id, Phase::Ready).await;
    let of_pod = |path: &str| pods(&platform, &id, path);
    assert_eq!(of_pod("{.items[0].spec.runtimeClassName}"), class);
    assert_eq!(of_pod("{.items[0].spec.nodeSelector.kubernetes\\.io/os}"), "linux");
    assert!(of_pod("{.items[0].spec.tolerations[*].key}").contains("shops"));

    let pod = of_pod("{.items[0].metadata.name}");
    evict(&platform, &id, &pod);
    platform
        .until(&id, "ready by another pod", |view| {
            view.summary.phase == Phase::Ready
                && view.pods.iter().any(|other| other.name != pod && other.detail.is_empty())
        })
        .await;
    platform.delete(&id).await;
    platform.until_gone(&id).await;
    drop(made);
}

/// As `kubectl drain` asks for it of every pod of a node: a disruption budget would refuse.
fn evict(platform: &Platform, id: &StoreId, pod: &str) {
    let namespace = id.namespace();
    let file = platform.folder().join("eviction.json");
    let eviction = json!({
        "apiVersion": "policy/v1", "kind": "Eviction", "metadata": { "name": pod, "namespace": namespace },
    });
    std::fs::write(&file, eviction.to_string()).unwrap();
    let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/eviction");
    platform.kubectl(&["create", "--raw", &path, "-f", file.to_str().unwrap()]);
}

fn pods(platform: &Platform, id: &StoreId, path: &str) -> String {
    platform.kubectl(&["get", "pods", "-n", &id.namespace(), "-o", &format!("jsonpath={path}")])
}
