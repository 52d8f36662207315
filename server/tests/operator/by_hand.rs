//! A store as a file, as the README has it.

use std::time::Instant;

use serde_json::json;
use store::{Phase, StoreId, Wish};
use tokio::time::{Duration, sleep};

use crate::platform::{LONG, Platform, ada, nanos};

/// `docs/store.yaml` under another name, since more than one platform may try it on this cluster.
struct File {
    id: StoreId,
    path: String,
}

impl File {
    fn new(platform: &Platform) -> Self {
        let id = StoreId::parse(&format!("by-hand-{:08x}", nanos())).unwrap();
        let text = include_str!("../../../docs/store.yaml");
        assert!(text.contains("  name: atelier-nord\n"));
        let path = platform.folder().join("store.yaml");
        std::fs::write(&path, text.replace("atelier-nord", id.as_str())).unwrap();
        Self { id, path: path.to_str().unwrap().to_owned() }
    }

    fn secret(&self) -> String {
        format!("{}-admin", self.id)
    }

    fn apply(&self, platform: &Platform, how: &[&str]) {
        let args = ["apply", "-n", &platform.namespace, "-f", &self.path];
        platform.kubectl(&[&args, how].concat());
    }

    fn told(&self, platform: &Platform, path: &str) -> String {
        let path = format!("jsonpath={{{path}}}");
        platform.kubectl(&["get", "store", self.id.as_str(), "-n", &platform.namespace, "-o", &path])
    }

    fn version(&self, platform: &Platform) -> String {
        self.told(platform, ".metadata.resourceVersion")
    }
}

fn secret(platform: &Platform, namespace: &str, name: &str, key: &str) -> String {
    let path = format!("jsonpath={{.data.{key}}}");
    platform.kubectl(&["get", "secret", name, "-n", namespace, "--ignore-not-found", "-o", &path])
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_store_is_made_from_a_file_kept_when_that_is_applied_again_and_removed_but_for_its_secret() {
    let mut platform = Platform::started(|_| {}).await;
    let file = File::new(&platform);
    let (id, namespace) = (file.id.clone(), file.id.namespace());
    file.apply(&platform, &[]);
    let store = format!("store/{id}");
    let wait = ["wait", "-n", &platform.namespace, "--for=condition=Ready", &store, "--timeout=120s"];
    platform.kubectl(&wait);
    platform.until_settled(&id).await;
    let row = platform.kubectl(&["get", "sto", id.as_str(), "-n", &platform.namespace, "--no-headers"]);
    for word in ["Ready", &format!("http://{namespace}.localhost")] {
        assert!(row.split_whitespace().any(|column| column == word), "{row}");
    }

    // By kubectl, and by a GitOps tool that takes the fields of its file over.
    sleep(Duration::from_secs(1)).await;
    let gitops = ["--server-side", "--force-conflicts", "--field-manager=gitops"];
    for how in [&[][..], &gitops] {
        file.apply(&platform, how);
        let before = file.version(&platform);
        file.apply(&platform, how);
        sleep(Duration::from_secs(2)).await;
        assert_eq!(file.version(&platform), before, "{how:?}");
    }

    // What is derived from the seed is the same after a restart of the operator.
    let password = secret(&platform, &namespace, "credentials", "database-password");
    assert!(!password.is_empty());
    platform.stop();
    platform.start(None);
    platform.kubectl(&["delete", "secret", "credentials", "-n", &namespace]);
    let began = Instant::now();
    while secret(&platform, &namespace, "credentials", "database-password") != password {
        assert!(began.elapsed() < LONG, "the Secret did not come back\n{}", platform.log());
        sleep(Duration::from_millis(500)).await;
    }

    // What was asked for on the page stays as it is.
    platform.until_phase(&id, Phase::Ready).await;
    platform.stores.change(&id, Wish::Suspend, &ada()).await.unwrap();
    platform.until_phase(&id, Phase::Suspended).await;
    file.apply(&platform, &gitops);
    assert_eq!(file.told(&platform, ".spec.running"), "false");
    assert!(file.told(&platform, ".metadata.annotations").contains("storeyard.dev/asked"));

    platform.kubectl(&["delete", "store", id.as_str(), "-n", &platform.namespace, "--timeout=120s"]);
    platform.assert_nothing_left(&id);
    assert_eq!(secret(&platform, &platform.namespace, &id.seed_secret(), "seed"), "");
    assert!(!secret(&platform, &platform.namespace, &file.secret(), "admin-password").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_store_whose_secret_is_missing_fails_with_its_name_and_is_tried_again_by_an_annotation() {
    let mut platform = Platform::started(|config| config["deadlineSeconds"] = json!(10)).await;
    let file = File::new(&platform);
    let id = file.id.clone();
    let store = std::fs::read_to_string(&file.path).unwrap();
    let (_, store) = store.split_once("---\n").unwrap();
    let alone = platform.folder().join("store-alone.yaml");
    std::fs::write(&alone, store).unwrap();
    platform.kubectl(&["apply", "-n", &platform.namespace, "-f", alone.to_str().unwrap()]);
    let failed = platform.until(&id, "Failed", |view| view.summary.phase == Phase::Failed).await;
    let sentence = failed.failure.unwrap().sentence;
    assert!(sentence.contains(&format!("The Secret {} with", file.secret())), "{sentence}");
    platform.assert_nothing_left(&id);

    platform.stop();
    platform.change(|config| config["deadlineSeconds"] = json!(110));
    platform.start(None);
    file.apply(&platform, &[]);
    let annotate = |time: &str| {
        let retry = format!("storeyard.dev/retry={time}");
        platform.kubectl(&[
            "annotate",
            "store",
            id.as_str(),
            "-n",
            &platform.namespace,
            "--overwrite",
            &retry,
        ]);
    };
    annotate("2026-01-02T03:04:05.250Z");
    let ready = platform.until(&id, "Ready", |view| view.summary.phase == Phase::Ready).await;
    assert_eq!((ready.attempt, ready.failure), (2, None));
    assert_eq!(file.told(&platform, ".status.retry"), "2026-01-02T03:04:05.250Z");

    // Nothing is asked for by taking it away.
    let taken_away = ["annotate", "store", id.as_str(), "-n", &platform.namespace, "storeyard.dev/retry-"];
    platform.kubectl(&taken_away);
    sleep(Duration::from_secs(3)).await;
    let kept = platform.stores.snapshot().get(&id).unwrap();
    assert_eq!((kept.summary.phase, kept.attempt), (Phase::Ready, 2));
}
