//! The way in to a shop's admin that needs no password, and the way to another one.

use http::{StatusCode, header};
use serde_json::{Value, json};
use store::{
    StoreId,
    view::{Ask, TimelineKind},
};

use super::{READY, Site, acting, ready, store};

const FORM: &str = "id=berg-kaffee-p3m9a";
const PAGE: &str = "/stores/berg-kaffee-p3m9a";
const WAY_IN: &str = "http://store-berg-kaffee-p3m9a.localhost/storeyard-sign-in.php?token=";

fn action(site: &Site) -> Value {
    let store = site.cluster.get(READY).unwrap();
    let text = store["metadata"]["annotations"]["storeyard.dev/action"].as_str().unwrap_or("null").to_owned();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn whoever_may_change_a_store_is_led_into_its_admin_by_a_token_that_nothing_else_is_told() {
    let site = Site::with(&[ready()]).await;
    let _operator = acting(&site.cluster, None);
    let led = site.submit("/api/open_admin", PAGE, FORM).await;
    assert_eq!(led.status, StatusCode::FOUND, "{}", led.body);
    let token = led.location().strip_prefix(WAY_IN).unwrap();
    assert_eq!(token.len(), 64);
    assert!(!led.body.contains(token));
    assert_eq!(led.header(header::CACHE_CONTROL), "no-store");
    // Chromium holds the policy against where a form is led on to as well.
    let policy = led.header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("form-action 'self' http://*.localhost;"), "{policy}");

    let asked = action(&site);
    assert_eq!(asked["account"], "ada");
    assert_eq!(asked["what"]["signIn"]["digest"].as_str().unwrap().len(), 64);
    assert!(!site.cluster.all().iter().any(|store| store.to_string().contains(token)));
    let timeline = site.stores.snapshot().get(&StoreId::parse(READY).unwrap()).unwrap().timeline;
    let told = timeline.into_iter().filter_map(|entry| match entry.what {
        TimelineKind::Asked { what, by } => Some((what, by.to_string())),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [(Ask::SignIn, "ada".to_owned())]);

    let again = site.submit("/api/open_admin", PAGE, FORM).await;
    assert_ne!(again.location(), led.location());
}

#[tokio::test]
async fn what_the_shop_says_against_it_is_told_with_and_without_a_script() {
    let site = Site::with(&[ready()]).await;
    let _operator = acting(&site.cluster, Some("The shop has no administrator “ada”."));
    let answer = site.post("/api/open_admin", FORM).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.header(header::LOCATION), "");
    let led = site.submit("/api/open_admin", PAGE, FORM).await;
    let page = site.get(led.location()).await.body;
    assert!(page.contains("The shop has no administrator “ada”."), "{}", led.location());
}

#[tokio::test]
async fn nobody_is_let_in_where_no_shop_runs() {
    for state in ["Pending", "InProgress", "Failed", "Stopped"] {
        let site = Site::with(&[store(READY, "Berg Kaffee", state)]).await;
        let answer = site.post("/api/open_admin", FORM).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{state}");
        assert!(answer.body.contains("lets nobody in"), "{state}: {}", answer.body);
        assert_eq!(action(&site), Value::Null, "{state}");
    }
}

#[tokio::test]
async fn of_two_at_once_one_is_let_in_and_an_action_that_nobody_took_up_holds_up_no_other_for_long() {
    let now = provisioner::resource::now().0;
    for (age, status) in [(0, StatusCode::CONFLICT), (61_000, StatusCode::OK)] {
        let mut store = ready();
        let before = json!({
            "id": "0".repeat(32), "at": now - age, "account": "ada", "what": {"signIn": {"digest": "0".repeat(64)}},
        });
        store["metadata"]["annotations"]["storeyard.dev/action"] = json!(before.to_string());
        let site = Site::with(&[store]).await;
        let operator = (age > 0).then(|| acting(&site.cluster, None));
        let answer = site.post("/api/open_admin", FORM).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert_eq!(action(&site)["id"] == before["id"], operator.is_none());
    }
}

#[tokio::test]
async fn the_button_is_there_for_whoever_may_press_it_and_a_link_for_all_others() {
    const BUTTON: &str = "action=\"/api/open_admin\"";
    const LINK: &str = "href=\"http://store-berg-kaffee-p3m9a.localhost/wp-admin/\"";
    let mut of_bo = ready();
    of_bo["spec"]["owner"] = json!("bo");
    for (state, person, has_button, has_link) in [
        ("Done", "bo", true, false),
        ("Lost", "bo", true, false),
        ("Done", "vi", false, true),
        ("Stopped", "bo", false, false),
        ("InProgress", "bo", false, false),
    ] {
        let mut store = of_bo.clone();
        store["status"] = super::store(READY, "Berg Kaffee", state)["status"].clone();
        let page = Site::with(&[store]).await.asked_by(Some(person)).get(PAGE).await.body;
        assert_eq!(
            (page.contains(BUTTON), page.contains(LINK)),
            (has_button, has_link),
            "{state} as {person}"
        );
    }
}

const PASSWORD: &str = "id=berg-kaffee-p3m9a&account=bo&password=another+horse+battery";

/// The Secrets of actions, by name and content.
fn secrets(site: &Site) -> Vec<(String, Value)> {
    let names = site.cluster.kept_names("secrets").into_iter().filter(|name| name.contains("-action-"));
    names.map(|name| (name.clone(), site.cluster.kept("secrets", &name).unwrap())).collect()
}

#[tokio::test]
async fn a_new_password_is_in_a_secret_of_the_action_and_nowhere_else() {
    let site = Site::with(&[ready()]).await;
    let _operator = acting(&site.cluster, None);
    let set = site.post("/api/set_password", PASSWORD).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.body);
    let asked = action(&site);
    assert_eq!((&asked["account"], &asked["what"]), (&json!("bo"), &json!("setPassword")));
    let [(name, secret)] = secrets(&site).try_into().unwrap();
    assert_eq!(name, format!("store-{READY}-action-{}", asked["id"].as_str().unwrap()));
    assert_eq!(secret["data"], json!({"password": "YW5vdGhlciBob3JzZSBiYXR0ZXJ5"}));
    assert_eq!(secret["metadata"]["labels"]["storeyard.dev/store"], READY);
    assert!(!site.cluster.all().iter().any(|store| store.to_string().contains("horse")));
    let led = site.submit("/api/set_password", PAGE, PASSWORD).await;
    assert_eq!((led.status, led.location()), (StatusCode::FOUND, PAGE));
    assert!(site.get(PAGE).await.body.contains("A new password for an administrator"));
}

#[tokio::test]
async fn what_cannot_be_a_password_or_an_administrator_is_told_and_put_nowhere() {
    let site = Site::with(&[ready()]).await;
    for (from, to, sentence) in [
        ("another+horse+battery", "short", "At least 12 characters"),
        ("another+horse+battery", "", "Give a password"),
        ("account=bo", "account=", "Say which administrator"),
        ("account=bo", "account=a%0Ab", "No administrator is called that"),
    ] {
        let answer = site.post("/api/set_password", PASSWORD.replace(from, to)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{to}");
        assert!(answer.body.contains(sentence), "{}", answer.body);
    }
    let away = Site::with(&[store(READY, "Berg Kaffee", "Stopped")]).await;
    assert_eq!(away.post("/api/set_password", PASSWORD).await.status, StatusCode::CONFLICT);
    for site in [&site, &away] {
        assert_eq!((secrets(site).len(), action(site)), (0, Value::Null));
    }
}
