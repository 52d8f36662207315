//! Who comes in, and what each of them is refused.

use std::{collections::BTreeSet, sync::Arc};

use axum::body::Body;
use http::{Request, StatusCode, header};
use leptos::server_fn::axum::server_fn_paths;
use provisioner::config::Config;
use serde_json::{Value, json};
use store::ListQuery;

use super::{CONFIG, Cluster, FORM, GOOD, READY, Site, View, Wait, poll, ready, store};

const RIGHT: &str = "name=bo&password=correct+horse+battery&to=/stores/new";

const MAIL: &str = "id=berg-kaffee-p3m9a&host=smtp.example.com&port=465&tls=tls&from=shop@example.com&user=shop&password=battery+staple";

/// A store of Bo's, who is a member.
pub(super) fn of_bo() -> Value {
    let mut store = ready();
    store["spec"]["owner"] = json!("bo");
    store
}

/// What each may do with Bo's store and in general: nobody, another member, a viewer, Bo.
const TABLE: [(&str, &str, [u16; 4]); 12] = [
    ("/api/poll", "", [401, 200, 200, 200]),
    ("/api/preview_address", "name=Atelier", [401, 200, 403, 200]),
    ("/api/find_anything", "text=berg", [401, 200, 200, 200]),
    ("/api/create_store", GOOD, [401, 200, 403, 200]),
    ("/api/delete_store", "id=berg-kaffee-p3m9a&name=Berg+Kaffee", [401, 404, 403, 200]),
    ("/api/retry_store", "id=berg-kaffee-p3m9a", [401, 404, 403, 200]),
    ("/api/change_store", "id=berg-kaffee-p3m9a&wish=suspend", [401, 404, 403, 200]),
    ("/api/open_admin", "id=berg-kaffee-p3m9a", [401, 404, 403, 200]),
    (
        "/api/set_password",
        "id=berg-kaffee-p3m9a&account=ada&password=another+horse+battery",
        [401, 404, 403, 200],
    ),
    // What it asks for cannot be: the store does not reach the internet.
    ("/api/set_mail", MAIL, [401, 404, 403, 409]),
    ("/api/dismiss_jobs", "until=1", [401, 200, 200, 200]),
    // For admins alone.
    ("/api/remove_stray", "id=berg-kaffee-p3m9a", [401, 403, 403, 403]),
];

#[tokio::test]
async fn every_function_is_refused_to_whom_it_should_be() {
    let table: BTreeSet<&str> = TABLE.iter().map(|(path, ..)| *path).collect();
    let registered: BTreeSet<&str> = server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(registered, table, "every server function has a row");

    for (path, body, expected) in TABLE {
        for (person, expected) in [None, Some("cy"), Some("vi"), Some("bo")].into_iter().zip(expected) {
            let mut store = of_bo();
            if path == "/api/retry_store" {
                store["status"]["conditions"][5]["reason"] = json!("Failed");
            }
            let site = Site::with(&[store]).await.asked_by(person);
            let _operator = super::acting(&site.cluster, None);
            let answer = match path {
                "/api/poll" => site.send(poll(View::List(ListQuery::default()), None, Wait::No)).await,
                _ => site.post(path, body).await,
            };
            assert_eq!(answer.status.as_u16(), expected, "{path} as {person:?}: {}", answer.body);
            if expected != 200 {
                assert_eq!(site.cluster.names().len(), 1, "{path} as {person:?}");
                let secrets = site.cluster.kept_names("secrets");
                assert!(!secrets.iter().any(|name| name.contains("-action-")), "{path} as {person:?}");
                let kept = site.cluster.get(READY).unwrap();
                assert!(kept["metadata"]["deletionTimestamp"].is_null(), "{path} as {person:?}");
                assert!(
                    kept["metadata"]["annotations"]["storeyard.dev/retry"].is_null(),
                    "{path} as {person:?}"
                );
                assert!(
                    kept["metadata"]["annotations"]["storeyard.dev/action"].is_null(),
                    "{path} as {person:?}"
                );
                assert_ne!(kept["spec"]["running"], false, "{path} as {person:?}");
            }
        }
    }
}

#[tokio::test]
async fn nobody_is_led_to_the_sign_in_and_sees_nothing() {
    let site = Site::with(&[ready()]).await.asked_by(None);
    for (path, to) in [
        ("/stores", "/sign-in?to=/stores"),
        ("/", "/sign-in?to=/"),
        ("/stores/new", "/sign-in?to=/stores/new"),
        ("/stores/berg-kaffee-p3m9a", "/sign-in?to=/stores/berg-kaffee-p3m9a"),
        ("/stores?q=a%26b&sort=name", "/sign-in?to=/stores?q=a%2526b%26sort=name"),
    ] {
        let answer = site.get(path).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, to));
        assert!(!answer.body.contains("Berg"));
    }
    assert_eq!(site.get("/sign-in").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_member_sees_their_own_stores_and_to_them_there_are_no_others() {
    let site = Site::with(&[of_bo(), store("casa-verde-0qk4z", "Casa Verde", "Done")]).await;
    let list = site.asked_by(Some("bo")).get("/stores").await.body;
    assert!(list.contains("Berg Kaffee") && !list.contains("Casa Verde"));
    let others = site.asked_by(Some("cy")).get(&format!("/stores/{READY}")).await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
    assert!(!others.body.contains("Berg"));
    for person in ["ada", "vi"] {
        let list = site.asked_by(Some(person)).get("/stores").await.body;
        assert!(list.contains("Berg Kaffee") && list.contains("Casa Verde"), "{person}");
    }
}

#[tokio::test]
async fn a_viewer_is_shown_no_button_that_would_be_refused() {
    let site = Site::with(&[ready()]).await.asked_by(Some("vi"));
    assert!(!site.get("/stores").await.body.contains("New store</a>"));
    assert!(!site.get(&format!("/stores/{READY}")).await.body.contains("Delete…"));
    assert_eq!(site.get("/stores/new").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_store_is_its_makers() {
    let site = Site::with(&[]).await.asked_by(Some("bo"));
    assert_eq!(site.post("/api/create_store", GOOD).await.status, StatusCode::OK);
    let id = site.cluster.names().remove(0);
    assert_eq!(site.cluster.get(&id).unwrap()["spec"]["owner"], "bo");
}

#[tokio::test]
async fn a_sign_in_is_a_new_session_that_scripts_and_other_sites_cannot_use() {
    let site = Site::with(&[]).await.asked_by(None);
    let answer = site.submit("/sign-in", "/sign-in", RIGHT).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/stores/new"));
    let cookie = answer.header(header::SET_COOKIE);
    for part in ["storeyard=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{part} is not in the cookie");
    }
    let again = site.submit("/sign-in", "/sign-in", RIGHT).await;
    assert_ne!(again.header(header::SET_COOKIE), cookie);
    assert_eq!(with_cookie(&site, cookie).get("/stores").await.status, StatusCode::OK);
}

#[tokio::test]
async fn under_tls_the_cookie_is_for_this_host_and_for_tls_alone() {
    let config = CONFIG.replace(r#""scheme": "http""#, r#""scheme": "https""#);
    let site = Site::of(Cluster::new(), &config).come_in().await.asked_by(None);
    let answer = site.submit("/sign-in", "/sign-in", RIGHT).await;
    let cookie = answer.header(header::SET_COOKIE);
    assert!(cookie.starts_with("__Host-storeyard=") && cookie.contains("Secure"));
}

#[tokio::test]
async fn under_tls_browsers_are_told_to_use_nothing_else() {
    let config = CONFIG.replace(r#""scheme": "http""#, r#""scheme": "https""#);
    let site = Site::of(Cluster::new(), &config).come_in().await.asked_by(None);
    for path in ["/sign-in", "/stores", "/favicon.svg", "/nowhere"] {
        let told = site.get(path).await;
        assert_eq!(told.header(header::STRICT_TRANSPORT_SECURITY), "max-age=31536000", "{path}");
    }
    let plain = Site::with(&[]).await.asked_by(None);
    assert_eq!(plain.get("/sign-in").await.header(header::STRICT_TRANSPORT_SECURITY), "");
}

#[tokio::test]
async fn a_wrong_password_and_a_name_that_nobody_has_are_answered_alike() {
    let site = Site::with(&[]).await.asked_by(None);
    let wrong = site.submit("/sign-in", "/sign-in", "name=bo&password=wrong+horse+battery").await;
    let unknown = site.submit("/sign-in", "/sign-in", "name=xy&password=wrong+horse+battery").await;
    assert_eq!((wrong.status, unknown.status), (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN));
    assert_eq!(wrong.body.replace("\"bo\"", "\"xy\""), unknown.body);
    assert!(wrong.header(header::SET_COOKIE).is_empty());
    assert!(!wrong.body.contains("wrong horse"));
}

#[tokio::test]
async fn many_tries_are_put_off() {
    let site = Site::with(&[]).await.asked_by(None);
    guess_until_put_off(&site, "bo").await;
    // The right password does not tell that it is right meanwhile.
    assert_eq!(site.submit("/sign-in", "/sign-in", RIGHT).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_right_password_is_no_try() {
    let site = Site::with(&[]).await.asked_by(None);
    for n in 0..25 {
        let status = site.submit("/sign-in", "/sign-in", RIGHT).await.status;
        assert_eq!(status, StatusCode::SEE_OTHER, "sign-in {n}");
    }
}

#[tokio::test]
async fn a_browser_that_signed_in_before_gets_in_while_others_guess_from_its_address() {
    let site = Site::with(&[]).await.asked_by(None);
    let known = with_all_cookies(&site, &site.submit("/sign-in", "/sign-in", RIGHT).await);
    known.submit("/sign-out", "/stores", "").await;
    guess_until_put_off(&site, "bo").await;
    assert_eq!(known.submit("/sign-in", "/sign-in", RIGHT).await.status, StatusCode::SEE_OTHER);

    // It is known for Bo and for nobody else, and guesses there count as well.
    guess_until_put_off(&site, "ada").await;
    assert!(guess_until_put_off(&known, "ada").await < 5, "counted with everybody's");
    guess_until_put_off(&known, "bo").await;
}

#[tokio::test]
async fn the_first_user_is_made_while_others_try_to_sign_in() {
    let cluster = Cluster::new();
    let site = Site::of_nobody(Arc::clone(&cluster), Arc::new(Config::parse(CONFIG).unwrap()));
    while !site.access.is_ready() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    for _ in 0..25 {
        site.post("/sign-in", "name=&password=wrong").await;
    }
    let form = format!("token={}&name=ada&password=correct+horse+battery", token(&cluster));
    assert_eq!(site.post("/set-up", form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn whoever_signs_in_and_out_all_day_fills_nothing_up() {
    let site = Site::with(&[]).await.asked_by(None);
    for n in 0..30 {
        let signed_in = site.submit("/sign-in", "/sign-in", RIGHT).await;
        let inside = with_cookie(&site, signed_in.header(header::SET_COOKIE));
        assert_eq!(inside.get("/stores").await.status, StatusCode::OK, "session {n}");
        inside.submit("/sign-out", "/stores", "").await;
        // Once more, it has nothing to end.
        inside.submit("/sign-out", "/stores", "").await;
        assert_eq!(inside.get("/stores").await.status, StatusCode::SEE_OTHER, "session {n}");
    }
    let kept = site.cluster.kept("configmaps", "storeyard-sign-outs").unwrap();
    assert!(kept["data"].as_object().unwrap().len() < 10, "{kept}");
}

#[tokio::test]
async fn a_session_that_was_ended_opens_nothing_any_more() {
    let site = Site::with(&[]).await;
    let other = site.asked_by(Some("ada"));
    assert_eq!(site.submit("/sign-out", "/stores", "").await.location(), "/sign-in");
    assert_eq!(site.get("/stores").await.status, StatusCode::SEE_OTHER);
    assert_eq!(other.get("/stores").await.status, StatusCode::OK);
    assert!(
        site.cluster.kept("configmaps", "storeyard-sign-outs").unwrap()["data"].as_object().unwrap().len()
            == 1
    );

    assert_eq!(other.submit("/sign-out-everywhere", "/stores", "").await.location(), "/sign-in");
    assert_eq!(other.get("/stores").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn whoever_was_removed_is_out_at_once() {
    let site = Site::with(&[]).await.asked_by(Some("bo"));
    assert_eq!(site.get("/stores").await.status, StatusCode::OK);
    let mut users = super::users();
    users.as_object_mut().unwrap().remove("bo");
    site.cluster.keep("secrets", "storeyard-users", users);
    let out = async {
        while site.get("/stores").await.status == StatusCode::OK {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), out).await.unwrap();
}

#[tokio::test]
async fn a_cookie_that_was_made_up_is_nobodys() {
    let site = Site::with(&[]).await;
    for cookie in ["storeyard=", "storeyard=ada", "storeyard=%00%ff", "=;;=", "storeyard"] {
        assert_eq!(with_cookie(&site, cookie).get("/stores").await.status, StatusCode::SEE_OTHER, "{cookie}");
    }
    let other = Site::with(&[]).await;
    let foreign = with_cookie(&site, &other.cookie_of("ada"));
    assert_eq!(foreign.get("/stores").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_sign_in_leads_nowhere_else() {
    let site = Site::with(&[]).await.asked_by(None);
    for to in ["https://evil.example", "//evil.example", "/sign-in", "/stores/%0d%0aX: y", "/stores/\\evil"] {
        let body = format!("name=bo&password=correct+horse+battery&to={to}");
        let request = Request::post("/sign-in").header(header::CONTENT_TYPE, FORM).body(Body::from(body));
        let location = site.send(request.unwrap()).await.location().to_owned();
        assert!(location == "/stores" || location.starts_with("/stores/"), "{to} leads to {location}");
        assert!(!location.contains("evil"), "{to} leads to {location}");
    }
}

#[tokio::test]
async fn another_site_cannot_sign_anybody_in_or_out() {
    let site = Site::with(&[]).await;
    for path in ["/sign-in", "/sign-out", "/sign-out-everywhere", "/set-up"] {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, FORM)
            .header(header::ORIGIN, "http://elsewhere.example")
            .header("sec-fetch-site", "cross-site");
        assert_eq!(site.send(request.body(Body::from(RIGHT)).unwrap()).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(site.get("/stores").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_first_user_is_made_with_the_token_and_once() {
    let cluster = Cluster::new();
    let site = Site::of_nobody(Arc::clone(&cluster), Arc::new(Config::parse(CONFIG).unwrap()));
    while !site.access.is_ready() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(site.get("/stores").await.location(), "/set-up");
    assert_eq!(site.get("/sign-in").await.location(), "/set-up");

    let form = |token: &str| format!("token={token}&name=ada&password=correct+horse+battery");
    let wrong = site.post("/set-up", form("00000000000000000000000000000000")).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(cluster.kept("secrets", "storeyard-users").is_none());

    let token = token(&cluster);
    let made = site.post("/set-up", form(&token)).await;
    assert_eq!((made.status, made.location()), (StatusCode::SEE_OTHER, "/stores"));
    assert_eq!(
        with_cookie(&site, made.header(header::SET_COOKIE)).get("/stores").await.status,
        StatusCode::OK
    );
    assert!(!cluster.kept("secrets", "storeyard-users").unwrap().to_string().contains("horse"));

    assert_eq!(site.post("/set-up", form(&token)).await.status, StatusCode::CONFLICT);
    assert_eq!(site.get("/set-up").await.location(), "/stores");
}

/// How many guesses that took.
async fn guess_until_put_off(site: &Site, name: &str) -> usize {
    for n in 0..100 {
        let answer = site.post("/sign-in", format!("name={name}&password=wrong")).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert!((1..=6).any(|wait| answer.body.contains(&format!("Wait {wait} s"))), "{}", answer.body);
            return n;
        }
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "guess {n}");
    }
    panic!("a hundred guesses at {name}'s password were looked at");
}

/// The token for the first user.
fn token(cluster: &Cluster) -> String {
    let keys = cluster.kept("secrets", "storeyard-keys").unwrap();
    let token: k8s_openapi::ByteString =
        serde_json::from_value(keys["data"]["set-up-token"].clone()).unwrap();
    String::from_utf8(token.0).unwrap()
}

/// Asked with all that the answer has the browser keep.
fn with_all_cookies(site: &Site, answer: &super::Answer) -> Site {
    let kept = answer.headers.get_all(header::SET_COOKIE).iter();
    let pairs = kept.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
    Site { cookie: Some(pairs.collect::<Vec<_>>().join("; ")), ..site.asked_by(None) }
}

/// Asked with what `set_cookie` has the browser keep.
fn with_cookie(site: &Site, set_cookie: &str) -> Site {
    let cookie = set_cookie.split(';').next().unwrap_or_default().to_owned();
    Site { cookie: Some(cookie), ..site.asked_by(None) }
}
