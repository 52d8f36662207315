//! The activity page: who sees what of what has happened, and that it is found.

use std::{sync::Arc, time::Duration};

use http::StatusCode;
use serde_json::json;
use store::StoreId;

use super::{Answer, Cluster, GOOD, READY, Site, door::of_bo, store};

/// With an audit log, and a store of Bo's.
async fn site() -> Site {
    let cluster = Cluster::new();
    cluster.put(of_bo());
    Site::audited(cluster).await
}

/// Another replica of it.
async fn over(site: &Site) -> Site {
    Site::audited(Arc::clone(&site.cluster)).await
}

/// The rows of the page at `path`, as they are read.
async fn rows(site: &Site, path: &str) -> Vec<String> {
    let page: Answer = site.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}");
    let Some((_, list)) = page.body.split_once("<ol class=\"log\">") else { return Vec::new() };
    let list = list.split("</ol>").next().unwrap();
    let text = |html: &str| {
        let mut text = String::new();
        let mut is_text = true;
        for c in html.chars() {
            match c {
                '<' => is_text = false,
                '>' => is_text = true,
                c if is_text => text.push(c),
                _ => {}
            }
        }
        text
    };
    // Without the time, which is in an element of its own.
    list.split("</time>").skip(1).map(|row| text(row.split("</li>").next().unwrap())).collect()
}

#[tokio::test]
async fn what_was_asked_for_and_what_became_of_it_is_told_together_the_newest_first() {
    let site = site().await;
    site.post("/api/change_store", format!("id={READY}&wish=large")).await;
    assert_eq!(
        rows(&site, "/activity").await,
        [
            "Change of a store: large Berg Kaffeeada · Done",
            "Ready Berg KaffeeStoreyard",
            "Provisioning Berg KaffeeStoreyard",
            "Queued Berg KaffeeStoreyard",
        ]
    );
    let page = site.get("/activity").await.body;
    assert!(page.contains("<a href=\"/stores/berg-kaffee-p3m9a\">") && !page.contains("<script"));
    assert!(!page.contains("kubectl"), "commands are on the store's own page");
    for (query, expected) in [
        ("who=ada", 1),
        ("who=bo", 0),
        ("store=KAFFEE", 4),
        ("store=nothing", 0),
        ("what=change-store", 1),
        ("what=asked", 1),
        ("what=became", 3),
        ("what=ready", 1),
        ("what=nonsense", 4),
        ("page=2", 4),
        ("page=99999999999999999999", 4),
    ] {
        assert_eq!(rows(&site, &format!("/activity?{query}")).await.len(), expected, "{query}");
    }
    assert!(site.get("/activity?what=failed").await.body.contains("No match"));
}

#[tokio::test]
async fn each_sees_what_has_happened_to_the_stores_that_they_see() {
    let site = site().await;
    // Bo makes one, and the admin deletes it.
    let bo = site.asked_by(Some("bo"));
    let made: StoreId = bo.post("/api/create_store", GOOD).await.told();
    site.post("/api/delete_store", format!("id={made}&name=Atelier+Nord")).await;
    site.cluster.remove(made.as_str());
    let gone = |snapshot: &provisioner::stores::Snapshot| snapshot.row(&made).is_none();
    assert!(site.stores.until(Duration::from_secs(5), gone).await);
    // Cy is refused what is Bo's.
    site.asked_by(Some("cy")).post("/api/delete_store", format!("id={READY}&name=x")).await;

    let asked = "/activity?what=asked";
    let all = rows(&site, asked).await;
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all.iter().any(|row| row.contains("cy · Refused")), "{all:?}");
    let bos = rows(&bo, asked).await;
    assert_eq!(bos.len(), 2, "{bos:?}");
    assert!(bos[0].starts_with("Deletion of a store") && bos[0].ends_with("ada · Done"), "{bos:?}");
    assert_eq!(rows(&bo, "/activity?what=became").await.len(), 3);
    // Another replica, that never knew of the store, knows by the log whose it was.
    let other = over(&site).await.asked_by(Some("bo"));
    assert_eq!(rows(&other, asked).await.len(), 2);

    let cy = site.asked_by(Some("cy"));
    assert!(rows(&cy, "/activity").await.is_empty());
    assert!(!cy.get("/activity").await.body.contains("berg-kaffee"));
    let vi = rows(&site.asked_by(Some("vi")), "/activity").await;
    assert!(vi.len() == 5 && !vi.iter().any(|row| row.contains("Refused")), "{vi:?}");
    let nobody = site.asked_by(None).get("/activity?who=bo").await;
    assert_eq!((nobody.status, nobody.location()), (StatusCode::SEE_OTHER, "/sign-in?to=/activity?who=bo"));
}

#[tokio::test]
async fn where_no_log_is_kept_stores_tell_who_asked() {
    let site = Site::with(&[of_bo()]).await;
    site.asked_by(Some("bo")).post("/api/change_store", format!("id={READY}&wish=large")).await;
    let told = |snapshot: &provisioner::stores::Snapshot| {
        snapshot.get(&StoreId::parse(READY).unwrap()).is_some_and(|view| {
            view.timeline.iter().any(|entry| matches!(entry.what, store::view::TimelineKind::Asked { .. }))
        })
    };
    assert!(site.stores.until(Duration::from_secs(5), told).await);
    assert_eq!(rows(&site, "/activity?who=bo&what=change-store").await, ["Another plan Berg Kaffeebo"]);
}

#[tokio::test]
async fn more_than_a_page_is_told_page_by_page() {
    let stores: Vec<_> = (0..50)
        .map(|n| {
            let mut store = store(&format!("shop-{n:02}-aaaaa"), &format!("Shop {n:02}"), "Done");
            for entry in store["status"]["timeline"].as_array_mut().unwrap() {
                entry["at"] = json!(entry["at"].as_i64().unwrap() + n * 100_000);
            }
            store
        })
        .collect();
    let site = Site::with(&stores).await;
    let (first, second) = (rows(&site, "/activity").await, rows(&site, "/activity?page=2").await);
    assert_eq!((first.len(), second.len()), (100, 50));
    assert_eq!(
        (first[0].as_str(), second[49].as_str()),
        ("Ready Shop 49Storeyard", "Queued Shop 00Storeyard")
    );
    let page = site.get("/activity?what=became").await.body;
    assert!(page.contains("href=\"/activity?what=became&amp;page=2\"") && !page.contains("Newer"), "{page}");
}

#[tokio::test]
async fn what_cannot_be_read_does_not_look_like_nothing() {
    let site = Site::with(&[]).await.over_a_cluster_that_is_down();
    let page = site.get("/activity").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.body.contains("The activity cannot be read") && !page.body.contains("Nothing has happened"));
}
