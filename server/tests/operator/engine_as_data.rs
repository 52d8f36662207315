//! An engine that the platform has never heard of: a folder with a chart and what it says of itself.

use serde_json::{Value, json};
use store::{AccountRule, Allowance, Phase, StoreId, Wish};

use crate::platform::{Platform, ada};

/// Offers the page and nothing else.
pub(crate) fn offer_the_page(config: &mut Value) {
    let image = config["engines"]["woocommerce"]["images"]["wordpress"].clone();
    let chart = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/page");
    config["engines"] = json!({ "page": { "chart": chart, "images": { "server": image } } });
}

/// What a visitor reads.
pub(crate) fn read(id: &StoreId) -> String {
    let host = format!("store-{id}.localhost");
    let told = std::process::Command::new("curl")
        .args(["--silent", "--max-time", "10", "--resolve", &format!("{host}:80:127.0.0.1")])
        .arg(format!("http://{host}/"))
        .output()
        .unwrap();
    String::from_utf8(told.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn an_engine_is_a_folder_and_its_stores_live_as_all_others_do() {
    let mut platform = Platform::started(offer_the_page).await;

    let offered = platform.stores.config().cards().remove(0);
    assert_eq!((offered.title.as_str(), offered.account), ("Page", AccountRule::Email));
    assert_eq!(offered.plans[0].allowance, Allowance { cpu: 200, memory: 64, disk: 0 });
    let asked = platform.asked("Asked", 7);
    assert_eq!((asked.engine.as_str(), &asked.user), ("page", &None));

    let id = platform.create("Ben's “Café”").await;
    let ready = platform.until_settled(&id).await;
    assert_eq!((&*ready.summary.engine_title, ready.user), ("Page", None));
    assert!(read(&id).contains("Welcome to Ben&#39;s “Café”"), "{}", read(&id));
    let namespace = id.namespace();
    let get = |what: &str, path: &str| platform.kubectl(&["get", what, "-n", &namespace, "-o", path]);
    assert_eq!(get("networkpolicy", "jsonpath={.items[*].metadata.name}"), "deny-all web");
    assert_eq!(get("resourcequota/plan", "jsonpath={.spec.hard.persistentvolumeclaims}"), "0");
    assert_eq!(get("secret/credentials", "jsonpath={.data.owner}"), "YWRhQGF0ZWxpZXIuZXhhbXBsZQ==");

    platform.stores.change(&id, Wish::Suspend, &ada()).await.unwrap();
    platform.until_phase(&id, Phase::Suspended).await;
    assert!(!read(&id).contains("Welcome"));
    platform.stores.change(&id, Wish::Resume, &ada()).await.unwrap();
    platform.until_phase(&id, Phase::Ready).await;

    platform.stop();
    platform.change(|config| config["engines"]["page"]["options"] = json!({ "greeting": "Come in" }));
    platform.start(None);
    let is_updated =
        |view: &store::StoreView| view.summary.phase == Phase::Ready && view.upkeep.offered.is_none();
    while !read(&id).contains("Come in to") {
        platform.until(&id, "updated", is_updated).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }

    platform.delete(&id).await;
    platform.until_gone(&id).await;
}
