//! One at a time, the oldest first.

use serde_json::json;
use store::Phase;

use crate::platform::Platform;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn stores_wait_for_their_turn_and_the_oldest_is_next() {
    let platform = Platform::started(|config| {
        config["concurrency"] = json!(1);
        // The first one holds its place until it is deleted.
        config["engines"]["woocommerce"]["images"]["wordpress"] = json!("localhost/storeyard/nowhere:1");
    })
    .await;
    let first = platform.create("First").await;
    platform.until_phase(&first, Phase::Provisioning).await;
    let second = platform.create("Second").await;
    let third = platform.create("Third").await;
    let waits = |view: &store::StoreView, word: &str| {
        view.conditions.iter().any(|(_, condition)| condition.message.contains(word))
    };
    let seen = platform.until(&third, "told its place", |view| waits(view, "One store is before it")).await;
    assert_eq!(seen.summary.phase, Phase::Queued);
    platform.delete(&first).await;
    platform.until_phase(&second, Phase::Provisioning).await;
    assert_eq!(platform.stores.snapshot().get(&third).unwrap().summary.phase, Phase::Queued);
    platform.delete(&third).await;
    platform.until_gone(&first).await;
    platform.until_gone(&third).await;
}
