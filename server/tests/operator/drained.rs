//! A node that is drained, beside the one that the others' tests are on.
//!
//! `STOREYARD_SECOND_NODE` names the program that makes it, cluster/second-node. Where it does not, `cargo xtask test` reports what is here as
//! skipped: it takes a minute, and half a gigabyte of the disk.

use std::process::Command;

use serde_json::json;
use store::{
    Phase, StoreId,
    view::{PodState, PodView},
};

use crate::{
    engine_as_data::{offer_the_page, read},
    platform::Platform,
};

/// Also the key of its taint.
const NAME: &str = "storeyard-2";
const FIRST: &str = "storeyard";

/// Goes with the test.
struct SecondNode {
    program: String,
}

impl SecondNode {
    fn start(image: &str) -> Self {
        let program = std::env::var("STOREYARD_SECOND_NODE")
            .expect("STOREYARD_SECOND_NODE names the program that makes a second node: cluster/second-node");
        let node = Self { program };
        node.run(&["up", image]).unwrap();
        node
    }

    /// What it complains of, if it fails.
    fn run(&self, args: &[&str]) -> Result<(), String> {
        let ended = Command::new(&self.program).args(args).output().unwrap();
        let complaint = || format!("{args:?}: {}", String::from_utf8_lossy(&ended.stderr));
        if ended.status.success() { Ok(()) } else { Err(complaint()) }
    }
}

impl Drop for SecondNode {
    fn drop(&mut self) {
        match self.run(&["down"]) {
            Err(complaint) if std::thread::panicking() => eprintln!("{complaint}"),
            ended => ended.unwrap(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster and a second node: run by cargo xtask test"]
async fn stores_of_a_node_that_is_drained_come_back_on_another() {
    let platform = Platform::new(|config| {
        offer_the_page(config);
        config["scheduling"] = json!({ "tolerations": [{ "key": NAME, "operator": "Exists" }] });
    })
    .await;
    let second = SecondNode::start(&platform.cluster.images["wordpress"]);
    let mut platform = platform;
    platform.start(None);
    let id = platform.create("Moving").await;
    platform.until_settled(&id).await;
    let pod = told(&platform, &id, "{.items[0].metadata.name}");
    assert_eq!(told(&platform, &id, "{.items[0].spec.nodeName}"), NAME, "it has more room than the first");

    platform.kubectl(&["drain", NAME, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=60s"]);
    platform
        .until(&id, "ready by another pod", |view| {
            let is_another = |other: &PodView| other.name != pod && other.state == PodState::Ready;
            view.summary.phase == Phase::Ready && !view.pods.is_empty() && view.pods.iter().all(is_another)
        })
        .await;
    assert_eq!(told(&platform, &id, "{.items[*].spec.nodeName}"), FIRST);
    assert!(read(&id).contains("Welcome to Moving"), "{}", read(&id));
    platform.delete(&id).await;
    platform.until_gone(&id).await;
    drop(second);
}

fn told(platform: &Platform, id: &StoreId, path: &str) -> String {
    platform.kubectl(&["get", "pods", "-n", &id.namespace(), "-o", &format!("jsonpath={path}")])
}
