//! What is under way for whoever looks: on every page, and nobody else's.

use std::time::Duration;

use app::update::{Heard, Page, View, Wait};
use http::{StatusCode, header};
use provisioner::resource::{now, rfc3339};
use serde_json::{Value, json};
use store::{Millis, StoreId};

use super::{Answer, READY, Site, door::of_bo, first, hear, news, store, the_list};

const MADE: &str = "casa-verde-0qk4z";

/// A store of Bo's in that state, into which it came a moment ago.
fn of_bo_in(state: &str, phase: &str) -> Value {
    let mut store = store(MADE, "Casa Verde", state);
    store["spec"]["owner"] = json!("bo");
    store["status"]["phase"] = json!(phase);
    store["status"]["phaseSince"] = json!(rfc3339(now()));
    let was = |phase: &str| json!({ "at": now().0, "what": { "phase": { "phase": phase } } });
    store["status"]["timeline"] = json!([was("Provisioning"), was(phase)]);
    store
}

fn on_its_way() -> Value {
    of_bo_in("InProgress", "Provisioning")
}

/// The name of each store in the tray of a page, and of its state.
fn told(tray: &str) -> Vec<(String, String)> {
    let after = |text: &str, mark: &str| {
        text.split_once(mark).map(|(_, rest)| rest.split('<').next().unwrap_or_default().to_owned())
    };
    let rows = tray.split("<li").skip(1);
    rows.filter_map(|row| Some((after(row, "<bdi>")?, after(row, "\"><span>")?))).collect()
}

fn made() -> (String, String) {
    ("Casa Verde".to_owned(), "Provisioning".to_owned())
}

#[tokio::test]
async fn what_is_under_way_is_on_every_page_of_whose_it_is_and_on_nobody_elses() {
    let site = Site::with(&[of_bo(), on_its_way()]).await;
    let missing = View::Store(StoreId::parse("no-such-00000").unwrap());
    let bo = site.asked_by(Some("bo"));
    for view in [the_list(), View::Store(StoreId::parse(READY).unwrap()), View::New, View::Nowhere, missing] {
        let page = first(&bo, view.clone()).await;
        assert_eq!((told(&page.tray), page.jobs), (vec![made()], 1), "{view:?}: {}", page.tray);
        assert!(page.title.starts_with("(1) "), "{}", page.title);
        assert_eq!(page.icon, "/favicon-jobs-1.svg");
        assert!(page.tray.contains("Namespace · "), "{}", page.tray);
        for other in ["ada", "cy", "vi"] {
            let page = first(&site.asked_by(Some(other)), view.clone()).await;
            assert_eq!((page.tray.as_str(), page.jobs), ("", 0), "{other} at {view:?}");
            assert!(!page.title.starts_with('('), "{}", page.title);
        }
    }
    for path in ["/stores", "/stores/new", "/account", "/stores/berg-kaffee-p3m9a/logs"] {
        let page = bo.get(path).await.body;
        assert!(page.contains("<title>(1) "), "{path}: {page}");
        let (_, tray) = page.split_once("<div id=\"tray\">").unwrap();
        assert_eq!(told(tray.split("<template").next().unwrap()), [made()], "{path}");
    }
}

#[tokio::test]
async fn whoever_asks_for_something_of_anothers_store_is_told_how_it_goes_too() {
    let site = Site::with(&[of_bo()]).await;
    site.post("/api/delete_store", format!("id={READY}&name=Berg+Kaffee")).await;
    for person in ["ada", "bo"] {
        let page = first(&site.asked_by(Some(person)), the_list()).await;
        assert_eq!(told(&page.tray), [("Berg Kaffee".to_owned(), "Deleting".to_owned())], "{person}");
        assert!(page.tray.contains("uninstalling the release"), "{}", page.tray);
    }
    site.cluster.remove(READY);
    let id = StoreId::parse(READY).unwrap();
    assert!(site.stores.until(Duration::from_secs(5), |snapshot| snapshot.gone(&id).is_some()).await);
    let page = first(&site, the_list()).await;
    // Nobody saw that all of it went.
    assert_eq!(told(&page.tray), [("Berg Kaffee".to_owned(), "No record any more".to_owned())]);
    assert_eq!((page.jobs, page.icon.as_str()), (0, "/favicon.svg"));
}

#[tokio::test]
async fn a_change_elsewhere_is_news_and_leaves_a_form_as_it_is() {
    let site = Site::with(&[on_its_way()]).await.asked_by(Some("bo"));
    let form = first(&site, View::New).await;
    assert!(form.html.contains("Create store"));
    let change = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        site.cluster.put(of_bo_in("Done", "Ready"));
    };
    let (next, ()) = tokio::join!(hear(&site, View::New, Some(&form.revision), Wait::Long), change);
    let next = news(next);
    assert_eq!((next.html.as_str(), next.jobs), ("", 0));
    assert_eq!(told(&next.tray), [("Casa Verde".to_owned(), "Ready".to_owned())]);
    assert_eq!(next.title, "New store · Storeyard");
    let said = |page: &Page| page.sayings.iter().map(|saying| saying.sentence.clone()).collect::<Vec<_>>();
    assert_eq!(
        (said(&form), said(&next)),
        (vec!["Casa Verde is provisioning.".into()], vec!["Casa Verde is ready.".into()])
    );
    let same = hear(&site, View::New, Some(&next.revision), Wait::No).await;
    assert!(matches!(same, Heard::Same { .. }), "{same:?}");
}

#[tokio::test]
async fn how_a_job_ended_is_told_for_ten_minutes() {
    let ago = |seconds: i64| {
        let mut store = of_bo_in("Done", "Ready");
        store["status"]["phaseSince"] = json!(rfc3339(Millis(now().0 - seconds * 1_000)));
        store
    };
    for (seconds, is_told) in [(590, true), (601, false)] {
        let site = Site::with(&[ago(seconds)]).await.asked_by(Some("bo"));
        assert_eq!(told(&first(&site, the_list()).await.tray).len(), usize::from(is_told), "{seconds} s");
    }
    // It came to be ready by itself.
    let mut healed = of_bo_in("Done", "Ready");
    healed["status"]["timeline"][0]["what"]["phase"]["phase"] = json!("Degraded");
    let site = Site::with(&[healed]).await.asked_by(Some("bo"));
    assert_eq!(first(&site, the_list()).await.tray, "");
}

#[tokio::test]
async fn what_was_dismissed_is_told_no_more_in_that_browser() {
    let mut site = Site::with(&[of_bo_in("Done", "Ready")]).await.asked_by(Some("bo"));
    let before = first(&site, the_list()).await;
    let (_, until) = before.tray.split_once("name=\"until\" value=\"").unwrap();
    let until = until.split('"').next().unwrap();
    let answer: Answer = site.post("/api/dismiss_jobs", format!("until={until}")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let cookie = answer.header(header::SET_COOKIE).to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"),
        "{cookie}"
    );
    let kept = cookie.split(';').next().unwrap();
    let session = site.cookie.clone().unwrap();
    site.cookie = Some(format!("{session}; {kept}"));
    let after = news(hear(&site, the_list(), Some(&before.revision), Wait::No).await);
    assert_eq!(after.tray, "");
    // What ends afterwards is told.
    let mut later = of_bo_in("Done", "Ready");
    later["status"]["phaseSince"] = json!(rfc3339(Millis(until.parse::<i64>().unwrap() + 5_000)));
    site.cluster.put(later);
    let since = |snapshot: &provisioner::stores::Snapshot| {
        snapshot.row(&StoreId::parse(MADE).unwrap()).is_some_and(|row| row.since.0 > until.parse().unwrap())
    };
    assert!(site.stores.until(Duration::from_secs(5), since).await);
    assert_eq!(told(&first(&site, the_list()).await.tray).len(), 1);
}

#[tokio::test]
async fn without_a_script_one_is_led_back_to_where_one_was() {
    let site = Site::with(&[of_bo_in("Done", "Ready")]).await.asked_by(Some("bo"));
    let answer = site.submit("/api/dismiss_jobs", "/account", "until=1").await;
    assert_eq!((answer.status, answer.location().trim_end_matches('?')), (StatusCode::FOUND, "/account"));
}
