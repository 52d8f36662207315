//! The audit log: what is recorded of what, to whom it is shown, and that nothing secret is in it.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use super::{Cluster, GOOD, READY, Site, ready};

async fn site() -> Site {
    let cluster = Cluster::new();
    cluster.put(ready());
    Site::audited(cluster).await
}

/// Every record, as an admin takes it out.
async fn exported(site: &Site) -> Vec<Value> {
    let answer = site.get("/audit/export").await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/jsonl"));
    answer.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn told(record: &Value) -> String {
    let text = |name: &str| record[name].as_str().unwrap_or("-").to_owned();
    let who = record["who"]["person"].as_str().unwrap_or("stranger");
    format!(
        "{who} {} {} {} {} x{}",
        text("what"),
        text("store"),
        text("from"),
        text("outcome"),
        record["times"]
    )
}

#[tokio::test]
async fn every_change_is_recorded_with_who_what_where_from_and_how_it_ended() {
    let site = site().await;
    site.post("/api/create_store", GOOD).await;
    let made = site.cluster.names().into_iter().find(|name| name != READY).unwrap();
    let refused = site.asked_by(Some("cy")).post("/api/delete_store", format!("id={made}&name=x")).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    site.asked_by(Some("vi")).post("/api/create_store", GOOD).await;
    site.post("/api/change_store", format!("id={READY}&wish=large")).await;
    site.post("/api/delete_store", format!("id={READY}&name=Berg+Kaffee")).await;
    // Nobody, and what has to be typed anew.
    site.asked_by(None).post("/api/delete_store", format!("id={READY}&name=x")).await;
    site.post("/api/create_store", GOOD.replace("plan=small", "plan=huge")).await;
    let records = exported(&site).await;
    let mut lines: Vec<String> = records.iter().map(told).collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            format!("ada change-store {READY} 0.0.0.0 done x1"),
            format!("ada create-store {made} 0.0.0.0 done x1"),
            format!("ada delete-store {READY} 0.0.0.0 done x1"),
            format!("cy delete-store {made} 0.0.0.0 refused x1"),
            "vi create-store - 0.0.0.0 refused x1".to_owned(),
        ]
    );
    assert_eq!(records.iter().find(|record| record["what"] == "change-store").unwrap()["to"], "large");
    let all = site
        .cluster
        .kept_names("configmaps")
        .into_iter()
        .filter_map(|name| site.cluster.kept("configmaps", &name));
    assert!(all.map(|map| map.to_string()).all(|map| !map.contains("horse")));
}

#[tokio::test]
async fn each_store_of_a_selection_is_recorded_by_itself() {
    let site = site().await;
    site.submit("/stores", "/stores", "id=berg-kaffee-p3m9a&id=no-such-00000&do=suspend").await;
    let mut lines: Vec<String> = exported(&site).await.iter().map(told).collect();
    lines.sort();
    let expected = [
        format!("ada change-store {READY} 0.0.0.0 done x1"),
        "ada change-store no-such-00000 0.0.0.0 refused x1".to_owned(),
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn sign_ins_are_recorded_good_and_refused_and_a_thousand_of_them_are_a_few_lines() {
    let site = site().await;
    let form = |name: &str, password: &str| format!("name={name}&password={password}");
    let nobody = site.asked_by(None);
    nobody.post("/sign-in", form("bo", "correct+horse+battery")).await;
    for _ in 0..30 {
        nobody.post("/sign-in", form("bo", "wrong+horse+battery")).await;
    }
    // A password in the wrong field.
    nobody.post("/sign-in", form("my-secret-password", "x")).await;
    site.post("/sign-out", "").await;
    let records = exported(&site.asked_by(Some("ada"))).await;
    let line = |what: &str| records.iter().map(told).find(|line| line.starts_with(what)).unwrap_or_default();
    assert_eq!(line("bo sign-in - 0.0.0.0 done"), "bo sign-in - 0.0.0.0 done x1");
    let times = |what: &str| {
        line(what).rsplit_once('x').and_then(|(_, times)| times.parse::<u32>().ok()).unwrap_or(0)
    };
    let (refused, throttled) =
        (times("bo sign-in - 0.0.0.0 refused"), times("bo sign-in - 0.0.0.0 throttled"));
    assert!(refused >= 10 && throttled > 10 && refused + throttled == 30, "{refused} {throttled}");
    assert!(line("stranger sign-in").ends_with("refused x1"));
    assert_eq!(line("ada sign-out"), "ada sign-out - 0.0.0.0 done x1");
    assert!(!records.iter().any(|record| record.to_string().contains("secret")));
}

#[tokio::test]
async fn what_was_done_is_written_within_a_moment_whoever_looks() {
    let site = site().await;
    site.post("/api/create_store", GOOD).await;
    let is_written =
        || site.cluster.kept_names("configmaps").iter().any(|name| name.starts_with("storeyard-audit-done-"));
    for _ in 0..500 {
        if is_written() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing was written");
}

#[tokio::test]
async fn the_log_is_for_admins_alone_and_what_is_looked_for_is_in_the_address() {
    let site = site().await;
    for name in ["bo", "vi"] {
        for path in ["/audit", "/audit/export"] {
            let answer = site.asked_by(Some(name)).get(path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name} {path}");
            assert!(answer.body.contains("Only admins see the audit log."));
        }
    }
    let nobody = site.asked_by(None).get("/audit?who=bo").await;
    assert_eq!((nobody.status, nobody.location()), (StatusCode::SEE_OTHER, "/sign-in?to=/audit?who=bo"));
    site.post("/api/change_store", format!("id={READY}&wish=large")).await;
    site.asked_by(Some("vi")).post("/api/delete_store", format!("id={READY}&name=x")).await;
    let page = site.get("/audit").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body.contains("Change of a store") && page.body.contains("Deletion of a store"),
        "{}",
        page.body
    );
    assert!(page.body.contains("1 to 2 of 2") && !page.body.contains("<script"));
    let page = site.get(&format!("/audit?result=refused&who=vi&of={READY}")).await.body;
    assert!(!page.contains("<b>Change of a store") && page.contains("<b>Deletion of a store"), "{page}");
    assert!(page.contains("value=\"vi\"") && page.contains("/audit/export?who=vi"));
    assert!(site.get("/audit?until=2020-01-01").await.body.contains("No match"));
}

#[tokio::test]
async fn a_log_that_cannot_be_read_does_not_look_like_an_empty_one() {
    let site = Site::with(&[]).await;
    let page = site.get("/audit").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("keeps no audit log") && !page.body.contains("Nothing was recorded"));
    assert_eq!(json!(site.cluster.kept_names("configmaps")), json!(["storeyard-sign-outs"]));
}
