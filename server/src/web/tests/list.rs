//! The list: what it is narrowed down to, and to whom.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Site, store};

fn of(owner: Option<&str>, id: &str, name: &str, plan: &str) -> Value {
    let mut store = store(id, name, "Done");
    store["spec"]["owner"] = json!(owner);
    store["spec"]["plan"] = json!(plan);
    store
}

async fn site() -> Site {
    Site::with(&[
        of(Some("ada"), "atelier-nord", "Atelier Nord", "large"),
        of(Some("bo"), "berg-kaffee", "Berg Kaffee", "small"),
        of(None, "casa-verde", "Casa Verde", "small"),
    ])
    .await
}

/// The page there, without the marks between its parts.
async fn page(site: &Site, address: &str) -> String {
    site.get(address).await.body.replace("<!>", "")
}

/// Which of the stores are rows of the list at that address.
async fn rows(site: &Site, address: &str) -> Vec<&'static str> {
    let page = page(site, address).await;
    let is_row = |name: &&str| page.contains(&format!("<bdi>{name}</bdi></a>"));
    ["Atelier Nord", "Berg Kaffee", "Casa Verde"].into_iter().filter(is_row).collect()
}

#[tokio::test]
async fn a_list_is_narrowed_down_by_owner_engine_and_plan_and_by_all_at_once() {
    let site = site().await;
    for (query, expected) in [
        ("", &["Atelier Nord", "Berg Kaffee", "Casa Verde"][..]),
        ("?owner=bo", &["Berg Kaffee"]),
        ("?owner=-", &["Casa Verde"]),
        ("?plan=small", &["Berg Kaffee", "Casa Verde"]),
        ("?engine=woocommerce&plan=large&owner=ada&q=nord&show=ready&sort=name", &["Atelier Nord"]),
        ("?engine=medusa", &[]),
        ("?owner=bo&plan=large", &[]),
        // As a form without a script has it, and as nobody has written it.
        ("?q=&owner=&engine=&plan=small", &["Berg Kaffee", "Casa Verde"]),
        ("?owner=No%20One&engine=%00&plan=huge", &["Atelier Nord", "Berg Kaffee", "Casa Verde"]),
    ] {
        assert_eq!(rows(&site, &format!("/stores{query}")).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_list_says_whose_a_store_is_to_whoever_sees_others() {
    let site = site().await;
    for (person, is_told) in [("ada", true), ("vi", true), ("bo", false)] {
        let page = page(&site.asked_by(Some(person)), "/stores").await;
        assert_eq!(page.contains("Owner</th>"), is_told, "{person}");
        assert_eq!(page.contains("<select name=\"owner\""), is_told, "{person}");
        // A viewer has no stores of their own.
        assert_eq!(page.contains(&format!("/stores?owner={person}\"")), person == "ada", "{person}");
    }
}

#[tokio::test]
async fn no_filter_shows_what_one_does_not_see() {
    let bo = site().await.asked_by(Some("bo"));
    assert_eq!(rows(&bo, "/stores").await, ["Berg Kaffee"]);
    for query in ["?owner=ada", "?owner=-", "?plan=large"] {
        assert_eq!(rows(&bo, &format!("/stores{query}")).await, [""; 0], "{query}");
    }
    let page = bo.get("/stores?plan=large").await.body;
    assert!(page.contains("No match") && !page.contains("Atelier"), "{page}");
}

#[tokio::test]
async fn a_list_without_a_match_says_what_was_asked_for_and_leads_to_less() {
    let page = site().await.get("/stores?q=nord&show=attention&owner=ada&plan=large&sort=name").await.body;
    for (told, without) in [
        ("“nord” in the name or address", "show=attention&amp;plan=large&amp;owner=ada&amp;sort=name"),
        ("Needs attention", "q=nord&amp;plan=large&amp;owner=ada&amp;sort=name"),
        ("Owner: You", "q=nord&amp;show=attention&amp;plan=large&amp;sort=name"),
        ("Plan: Large", "q=nord&amp;show=attention&amp;owner=ada&amp;sort=name"),
    ] {
        assert!(page.contains(told), "{told} is not in {page}");
        assert!(page.contains(&format!("href=\"/stores?{without}\"")), "{without} is not in {page}");
    }
    assert!(page.contains("href=\"/stores?sort=name\""), "nothing is asked for any more");
}

#[tokio::test]
async fn the_way_back_from_a_store_leads_to_the_list_that_it_was_opened_from() {
    let site = site().await;
    let list = site.get("/stores?q=berg&owner=bo").await.body;
    let store = "/stores/berg-kaffee?from=q%3Dberg%26owner%3Dbo";
    assert!(list.contains(&format!("href=\"{store}\"")), "{list}");
    let crumb = |page: &str| {
        let (before, _) = page.split_once(" class=\"crumb\"").unwrap();
        before.rsplit("<a ").next().unwrap().to_owned()
    };
    assert!(crumb(&site.get(store).await.body).contains("href=\"/stores?q=berg&amp;owner=bo\""));
    for from in ["", "?from=%2F%2Fevil.example", "?from=%22%3E%3Cscript%3E", "?from=%23%0a"] {
        let crumb = crumb(&site.get(&format!("/stores/berg-kaffee{from}")).await.body);
        assert!(crumb.contains("href=\"/stores\""), "{from}: {crumb}");
    }
}
