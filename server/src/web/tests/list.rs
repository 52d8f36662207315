//! The list: what it is narrowed down to, and to whom.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Site, store};

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

/// The page there.
async fn page(site: &Site, address: &str) -> String {
    site.get(address).await.body
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

/// As the list's form sends it, without a script and with one.
async fn ask(site: &Site, form: impl Into<String>) -> Answer {
    site.submit("/stores", "/stores", form.into().leak()).await
}

fn is_going(site: &Site, id: &str) -> bool {
    !site.cluster.get(id).unwrap()["metadata"]["deletionTimestamp"].is_null()
}

fn runs(site: &Site, id: &str) -> bool {
    site.cluster.get(id).unwrap()["spec"]["running"] != false
}

#[tokio::test]
async fn what_all_of_the_selected_can_be_asked_for_is_asked_and_leads_back_to_the_list_as_it_was() {
    let site = site().await;
    let form = "q=&owner=bo&sort=name&id=atelier-nord&id=berg-kaffee&do=suspend";
    let answer = ask(&site, form).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/stores?owner=bo&sort=name"));
    let runs = ["atelier-nord", "berg-kaffee", "casa-verde"].map(|id| runs(&site, id));
    assert_eq!(runs, [false, false, true], "what was not selected is left alone");
    let by = site.cluster.get("berg-kaffee").unwrap()["metadata"]["annotations"].to_string();
    assert!(by.contains("ada"), "{by}");
}

#[tokio::test]
async fn what_is_not_done_is_told_by_name_with_the_reason_and_the_others_are_done() {
    let mut failed = of(Some("bo"), "demo", "Demo & Co", "small");
    failed["status"] = store("demo", "Demo", "Failed")["status"].clone();
    let site = Site::with(&[failed, of(Some("bo"), "berg-kaffee", "Berg Kaffee", "small")]).await;
    let answer = ask(&site, "id=demo&id=berg-kaffee&id=no-such-00000&do=retry&show=attention").await;
    assert_eq!(answer.status, StatusCode::OK);
    let told = &answer.body;
    for part in [
        "Tried again: 1 of 3 stores",
        "Not tried again",
        "<bdi>Berg Kaffee</bdi></a>: Only a failed store can be retried, and this one is ready.",
        "no-such-00000</span>: There is no store no-such-00000 any more.",
        "<bdi>Demo &amp; Co</bdi>",
        "href=\"/stores?show=attention\"",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    assert!(site.cluster.get("demo").unwrap()["metadata"]["annotations"]["storeyard.dev/retry"].is_string());
    let none = ask(&site, "id=berg-kaffee&do=retry").await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    assert!(none.body.contains("Not tried again: 1 store"), "{}", none.body);
}

#[tokio::test]
async fn of_a_selection_only_what_is_ones_own_to_change_is_changed_and_what_one_does_not_see_is_not_named() {
    let site = site().await;
    let bo = site.asked_by(Some("bo"));
    for verb in ["suspend", "delete", "delete&count=3"] {
        let form = format!(
            "id=atelier-nord&name=Atelier+Nord&id=casa-verde&name=Casa+Verde&id=berg-kaffee&name=Berg+Kaffee&do={verb}"
        );
        let answer = ask(&bo, form).await;
        assert_eq!(answer.status, StatusCode::OK, "{verb}: {}", answer.body);
        let told = &answer.body;
        for id in ["atelier-nord", "casa-verde"] {
            assert!(
                told.contains(&format!("{id}</span>: There is no store {id} any more.")),
                "{verb}: {told}"
            );
            assert!(runs(&site, id) && !is_going(&site, id), "{verb}: {id}");
        }
        assert!(!told.contains("Atelier") && !told.contains("Casa"), "{verb}: {told}");
    }
    assert!(!runs(&site, "berg-kaffee") && is_going(&site, "berg-kaffee"));
}

#[tokio::test]
async fn a_viewer_can_select_nothing_and_is_refused_for_each_store() {
    let site = site().await;
    let vi = site.asked_by(Some("vi"));
    let list = vi.get("/stores").await.body;
    assert!(list.contains("Berg Kaffee") && !list.contains("type=\"checkbox\""), "{list}");
    assert!(site.get("/stores").await.body.contains("type=\"checkbox\""));
    let before = site.cluster.all();
    for verb in ["suspend", "resume", "retry", "delete", "delete&count=2"] {
        let form = format!("id=atelier-nord&name=Atelier+Nord&id=berg-kaffee&name=Berg+Kaffee&do={verb}");
        let answer = ask(&vi, form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{verb}");
        assert_eq!(answer.body.matches("You may look at this store and not change it.").count(), 2, "{verb}");
    }
    let nobody = ask(&site.asked_by(None), "id=berg-kaffee&do=suspend").await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
    assert!(nobody.location().starts_with("/sign-in"), "{}", nobody.location());
    assert_eq!(site.cluster.all(), before, "nothing of it was written");
}

#[tokio::test]
async fn several_stores_are_deleted_once_their_number_is_typed() {
    let site = site().await;
    let page = ask(&site, "id=atelier-nord&id=berg-kaffee&sort=name&do=delete").await;
    assert_eq!(page.status, StatusCode::OK);
    for part in [
        "<h1>Delete 2 stores</h1>",
        "This cannot be undone.",
        "store-berg-kaffee.localhost",
        "name=\"id\" value=\"atelier-nord\"",
        "name=\"name\" value=\"Atelier Nord\"",
        "name=\"sort\" value=\"name\"",
    ] {
        assert!(page.body.contains(part), "{part} is not in {}", page.body);
    }
    let confirmed = "id=atelier-nord&name=Atelier+Nord&id=berg-kaffee&name=Berg+Kaffee&sort=name&do=delete";
    for wrong in ["1", "3", "", "two", "Atelier+Nord"] {
        let again = ask(&site, format!("{confirmed}&count={wrong}")).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(again.body.contains("Type 2, the number of stores, to delete them."), "{}", again.body);
    }
    assert!(!is_going(&site, "atelier-nord") && !is_going(&site, "berg-kaffee"));
    let done = ask(&site, format!("{confirmed}&count=+2+")).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/stores?sort=name"));
    let going = ["atelier-nord", "berg-kaffee", "casa-verde"].map(|id| is_going(&site, id));
    assert_eq!(going, [true, true, false]);

    let again = ask(&site, "id=berg-kaffee&id=casa-verde&do=delete").await;
    assert!(again.body.contains("<h1>Delete 1 store</h1>"), "{}", again.body);
    assert!(again.body.contains("Berg Kaffee</bdi></a>: It is being deleted already."));
}

#[tokio::test]
async fn a_store_that_has_another_name_than_was_confirmed_is_not_deleted() {
    let site = site().await;
    let form = "id=atelier-nord&name=Atelier+Nord&id=berg-kaffee&name=Teehaus&do=delete&count=2";
    let answer = ask(&site, form).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("It has another name than the one you confirmed."), "{}", answer.body);
    assert!(is_going(&site, "atelier-nord") && !is_going(&site, "berg-kaffee"));
    // Neither is one whose name nobody has seen.
    let unseen = ask(&site, "id=berg-kaffee&do=delete&count=1").await;
    assert_eq!((unseen.status, is_going(&site, "berg-kaffee")), (StatusCode::CONFLICT, false));
}

#[tokio::test]
async fn a_selection_of_nothing_of_too_much_or_for_what_is_not_known_is_refused_whole() {
    let site = site().await;
    let before = site.cluster.all();
    let many = (0..51).map(|n| format!("id=s{n}&")).collect::<String>();
    for (form, sentence) in [
        ("do=suspend".to_owned(), "No store is selected."),
        (format!("{many}do=suspend"), "At most 50 stores can be selected at once"),
        ("id=berg-kaffee&do=explode".to_owned(), "This is nothing that can be asked of stores."),
        ("id=berg-kaffee".to_owned(), "This is nothing that can be asked of stores."),
        ("id=berg-kaffee&id=..&do=suspend".to_owned(), "This is nothing that can be asked of stores."),
    ] {
        let answer = ask(&site, form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{sentence}");
        assert!(answer.body.contains(sentence), "{sentence} is not in {}", answer.body);
    }
    assert_eq!(site.cluster.all(), before, "nothing of it was written");
}
