//! How many stores somebody may have: told before anything is filled in, and refused by whichever replica is asked.

use std::sync::Arc;

use fake_cluster::Cluster;
use http::StatusCode;
use serde_json::{Value, json};

use super::{CONFIG, GOOD, Site, store};

/// A platform on which a member may have two stores, of them one that is large, and an admin as many as they like.
async fn site(stores: &[Value]) -> Site {
    let cluster = Cluster::new();
    for store in stores {
        cluster.put(store.clone());
    }
    let limits = r#""limits": {"roles": {"member": {"stores": 2, "plans": {"large": 1}}}}, "engines""#;
    let site = Site::of(Arc::clone(&cluster), &CONFIG.replace(r#""engines""#, limits));
    site.read().await.come_in().await
}

fn of(owner: &str, id: &str, plan: &str) -> Value {
    let mut store = store(id, "Berg Kaffee", "Done");
    store["spec"]["owner"] = json!(owner);
    store["spec"]["plan"] = json!(plan);
    store
}

fn form(request: u32, plan: &str) -> String {
    GOOD.replace("0123456789abcdef0123456789abcdef", &format!("{request:032x}"))
        .replace("plan=small", &format!("plan={plan}"))
}

#[tokio::test]
async fn the_form_tells_what_is_left_and_is_not_there_where_nothing_is() {
    let site =
        site(&[of("bo", "a-00000", "large"), of("cy", "c-00000", "small"), of("cy", "c-00001", "small")])
            .await;
    let page = site.asked_by(Some("bo")).get("/stores/new").await.body;
    assert!(page.contains("You have 1 of 2 stores. Of the plan Large, 1 of 1."), "{page}");
    assert!(
        page.contains("You may have 1 store with the plan Large, and have 1.")
            && page.contains("Create store")
    );
    let page = site.asked_by(Some("cy")).get("/stores/new").await.body;
    assert!(
        page.contains("You may have 2 stores, and have 2. Delete one of them, or ask an admin for more."),
        "{page}"
    );
    assert!(!page.contains("Create store") && !page.contains("<form id=\"new-store\""));
    let page = site.get("/stores/new").await.body;
    assert!(page.contains("Create store") && !page.contains("You have"));
}

#[tokio::test]
async fn whoever_has_all_they_may_have_is_refused_by_name_of_the_limit_and_nothing_is_made() {
    let site =
        site(&[of("cy", "c-00000", "small"), of("cy", "c-00001", "small"), of("bo", "a-00000", "large")])
            .await;
    let refused = site.asked_by(Some("cy")).post("/api/create_store", form(1, "small")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("You may have 2 stores, and have 2."), "{}", refused.body);
    let refused = site.asked_by(Some("bo")).post("/api/create_store", form(2, "large")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("You may have 1 store with the plan Large, and have 1."),
        "{}",
        refused.body
    );
    assert_eq!((site.cluster.names().len(), site.cluster.kept_names("secrets").len()), (3, 2));
    assert_eq!(
        site.asked_by(Some("bo")).post("/api/create_store", form(3, "small")).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn of_many_forms_at_once_as_many_become_stores_as_may_be() {
    let site = Arc::new(site(&[]).await.asked_by(Some("bo")));
    let sent: Vec<_> = (0..12)
        .map(|n| {
            let site = Arc::clone(&site);
            tokio::spawn(async move { site.post("/api/create_store", form(n, "small")).await.status })
        })
        .collect();
    let mut made = 0;
    for answer in sent {
        match answer.await.unwrap() {
            StatusCode::OK => made += 1,
            status => assert_eq!(status, StatusCode::CONFLICT),
        }
    }
    assert_eq!((made, site.cluster.names().len()), (2, 2));
    // The same form again is the store that came of it, and a deleted store leaves its place.
    let again: Vec<_> =
        futures::future::join_all((0..12).map(|n| site.post("/api/create_store", form(n, "small")))).await;
    assert_eq!(again.iter().filter(|answer| answer.status == StatusCode::OK).count(), 2);
    let id = site.cluster.names().remove(0);
    site.post("/api/delete_store", format!("id={id}&name=Atelier+Nord")).await;
    assert_eq!(site.post("/api/create_store", form(99, "small")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_plan_of_which_the_owner_has_enough_is_refused_to_the_owner_and_to_an_admin() {
    let site = site(&[of("bo", "a-00000", "large"), of("bo", "b-00000", "small")]).await;
    for (who, told) in
        [("bo", "You may have 1 store"), ("ada", "bo may have 1 store with the plan Large, and has 1.")]
    {
        let refused = site.asked_by(Some(who)).post("/api/change_store", "id=b-00000&wish=large").await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.body.contains(told), "{}", refused.body);
    }
    assert_eq!(site.cluster.get("b-00000").unwrap()["spec"]["plan"], "small");
    let changed = site.post("/api/change_store", "id=b-00000&wish=medium").await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
}
