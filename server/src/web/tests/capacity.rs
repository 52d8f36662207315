//! Whether the nodes have room for a store: told on the form, by what the operator says in its Lease.

use std::time::Duration;

use fake_cluster::Cluster;
use provisioner::stores::Snapshot;
use serde_json::{Value, json};

use super::{CONFIG, GOOD, Site, now, rfc3339};

/// A platform whose operator was last heard at `beat`, and told that of its nodes.
async fn site(beat: &str, left: Value) -> Site {
    let config =
        CONFIG.replace(r#""concurrency": 4"#, r#""concurrency": 4, "operatorLease": "storeyard-operator""#);
    let cluster = Cluster::new();
    let metadata =
        json!({"name": "storeyard-operator", "annotations": {"storeyard.dev/left-on-nodes": left}});
    cluster.place(
        "leases",
        json!({"metadata": metadata, "spec": {"holderIdentity": "operator", "renewTime": beat}}),
    );
    Site::of(cluster, &config).read().await.come_in().await
}

const NEVER: Duration = Duration::from_millis(500);

#[tokio::test]
async fn each_plan_says_whether_it_fits_and_one_that_does_not_can_be_asked_for() {
    let site = site(&rfc3339(now()), json!("1000m/420Mi")).await;
    assert!(site.stores.until(Duration::from_secs(5), |known| known.capacity().is_some()).await);
    let page = site.get("/stores/new").await.body;
    assert!(page.contains("Fits: the nodes have room for it."), "{page}");
    assert!(page.contains("MiB of memory, and the nodes have 420 MiB left. It would wait until a store is deleted or a node is added."), "{page}");
    assert!(!page.contains("disabled"));
    let made = site.post("/api/create_store", GOOD.replace("plan=small", "plan=large")).await;
    assert_eq!(made.status, http::StatusCode::OK, "{}", made.body);
}

#[tokio::test]
async fn nothing_is_said_of_nodes_of_which_nobody_tells_any_more_or_in_words_that_are_not_understood() {
    let old = "2024-03-01T10:20:30.000000Z".to_owned();
    for (beat, left) in
        [(old, json!("1000m/420Mi")), (rfc3339(now()), json!(null)), (rfc3339(now()), json!("much"))]
    {
        let site = site(&beat, left).await;
        let is_told = |known: &Snapshot| known.capacity().is_some();
        // Where it was long ago, the beat itself comes with it.
        site.stores.until(NEVER, |known| known.unobserved.is_some()).await;
        assert!(!site.stores.until(NEVER, is_told).await);
        let page = site.get("/stores/new").await.body;
        assert!(page.contains("Create store"));
        assert!(!page.contains("Fits") && !page.contains("Does not fit"), "{page}");
    }
}
