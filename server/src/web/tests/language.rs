//! In which language a page is told, and how one chooses.

use store::Language;

use super::*;

/// As a browser that has chosen it.
fn with_choice(site: &Site, language: Language) -> Site {
    let mut site = site.asked_by(Some("ada"));
    site.cookie = site.cookie.map(|cookie| format!("{cookie}; language={}", language.key()));
    site
}

async fn preferring(site: &Site, path: &str, accept: &str) -> Answer {
    let request = Request::get(path).header(header::ACCEPT, "text/html");
    site.send(request.header(header::ACCEPT_LANGUAGE, accept).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_kind_of_page_is_in_the_language_that_the_browser_prefers() {
    let site = Site::with(&[ready()]).await;
    for (person, path, german) in [
        (None, "/sign-in", "Anmelden"),
        (Some("ada"), "/stores", "Abmelden"),
        (Some("ada"), "/nowhere", "Abmelden"),
        (Some("ada"), "/account", "Abmelden"),
        (Some("vi"), "/users", "Abmelden"),
    ] {
        let site = site.asked_by(person);
        let page = preferring(&site, path, "de-AT, en;q=0.5").await;
        assert!(
            page.body.contains("<html lang=\"de\"") && page.body.contains(german),
            "{path}: {}",
            page.body
        );
        let page = preferring(&site, path, "fr, en;q=0.5").await;
        assert!(
            page.body.contains("<html lang=\"en\"") && !page.body.contains(german),
            "{path}: {}",
            page.body
        );
    }
}

#[tokio::test]
async fn a_choice_outranks_what_the_browser_prefers_and_leads_back_to_where_it_was_made() {
    let site = Site::with(&[ready()]).await;
    let chosen = site.submit("/language", "/stores?q=berg", "language=de").await;
    assert_eq!((chosen.status, chosen.location()), (StatusCode::SEE_OTHER, "/stores?q=berg"));
    let cookie = chosen.header(header::SET_COOKIE);
    assert!(cookie.starts_with("language=de; ") && cookie.contains("Max-Age=31536000"), "{cookie}");
    let page = preferring(&with_choice(&site, Language::German), "/stores", "en").await;
    assert!(page.body.contains("<html lang=\"de\""));
    let page = preferring(&with_choice(&site, Language::English), "/stores", "de").await;
    assert!(page.body.contains("<html lang=\"en\""));
}

#[tokio::test]
async fn a_choice_leads_nowhere_but_to_a_page_of_ours_and_what_is_no_language_is_not_kept() {
    let site = Site::with(&[]).await;
    for from in
        ["http://evil.example/", "http://x//evil.example", "nonsense", "http://x/api/poll", "/\\evil.example"]
    {
        let request =
            Request::post("/language").header(header::CONTENT_TYPE, FORM).header(header::REFERER, from);
        let answer = site.send(request.body(Body::from("language=klingon")).unwrap()).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/stores"), "{from}");
        assert!(!answer.header(header::SET_COOKIE).contains("language"), "{from}");
    }
    let strange = site.asked_by(None).submit("/language", "/sign-in?to=/stores", "language=de").await;
    assert_eq!(strange.location(), "/sign-in?to=/stores");
}

#[tokio::test]
async fn a_page_that_is_followed_changes_with_the_language_alone() {
    let site = Site::with(&[ready()]).await;
    let asked = |language, since| {
        let site = with_choice(&site, language);
        async move {
            let view = View::Store(StoreId::parse(READY).unwrap());
            site.send(poll(view, since, Wait::No)).await.told::<Heard>()
        }
    };
    let Heard::News(english) = asked(Language::English, None).await else { panic!("no page") };
    let again = asked(Language::English, Some(english.revision.clone())).await;
    assert!(matches!(again, Heard::Same { .. }));
    let Heard::News(german) = asked(Language::German, Some(english.revision.clone())).await else {
        panic!("no other page")
    };
    assert_eq!((english.language, german.language), (Language::English, Language::German));
}
