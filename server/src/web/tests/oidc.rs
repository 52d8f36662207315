//! Signing in at an identity provider, a real one.

mod provider;

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use http::{StatusCode, header};
use serde_json::{Value, json};

use super::{Answer, CONFIG, Cluster, GOOD, Site, ready};
use provider::{CALLBACK, Provider, SECRET};

/// The configuration with that provider, and with what is otherwise than usual in `signIn`.
fn config(issuer: &str, otherwise: Value) -> String {
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let secret = std::env::temp_dir().join(format!("storeyard-oidc-{}-{number}", std::process::id()));
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let mut config: Value = serde_json::from_str(CONFIG).unwrap();
    let sign_in = config["signIn"].as_object_mut().unwrap();
    sign_in.insert(
        "oidc".into(),
        json!({
            "name": "Example", "issuer": issuer, "clientId": "storeyard", "clientSecretFile": secret, "callback": CALLBACK,
            "scopes": ["email", "groups"], "groupClaims": ["groups"],
            "roles": {"admin": ["platform"], "member": ["makers"]}, "hours": 12, "contact": "the platform team"
        }),
    );
    merge(&mut config["signIn"], otherwise);
    config.to_string()
}

fn merge(into: &mut Value, other: Value) {
    match (into, other) {
        (Value::Object(into), Value::Object(other)) => {
            for (key, value) in other {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, other) => *into = other,
    }
}

async fn site(provider: &Provider) -> Site {
    site_with(provider, json!({})).await
}

async fn site_with(provider: &Provider, otherwise: Value) -> Site {
    let cluster = Cluster::new();
    cluster.put(ready());
    Site::of(cluster, &config(&provider.issuer, otherwise)).read().await.come_in().await.asked_by(None)
}

/// The same site to a browser that keeps what the answer has it keep.
fn browser(site: &Site, answer: &Answer) -> Site {
    let kept = answer.headers.get_all(header::SET_COOKIE).iter();
    let pairs = kept.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
    Site { cookie: Some(pairs.collect::<Vec<_>>().join("; ")), ..site.asked_by(None) }
}

/// Begins, and is led to the provider.
async fn begin(site: &Site) -> (Site, String) {
    let begun = site.get("/sign-in/oidc?to=%2Fstores%2Fnew").await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    (browser(site, &begun), begun.location().to_owned())
}

/// All the way, and what the dashboard answers at its end.
async fn sign_in(site: &Site, provider: &Provider, name: &str) -> Answer {
    let (browser, url) = begin(site).await;
    browser.get(&provider.visit(&url, name).await).await
}

/// Nobody was signed in, for a reason that the page tells.
#[track_caller]
fn assert_refused(answer: &Answer, status: StatusCode, sentence: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.body.contains(sentence), "{}", answer.body);
    let kept = answer.headers.get_all(header::SET_COOKIE).iter();
    assert!(!kept.into_iter().any(|cookie| cookie.to_str().unwrap().starts_with("storeyard=")));
}

#[tokio::test]
async fn whoever_signs_in_at_the_provider_is_in_with_the_role_of_their_group() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    let page = site.get("/sign-in?to=/stores/new").await;
    assert!(
        page.body.contains(r#"href="/sign-in/oidc?to=%2Fstores%2Fnew""#) && page.body.contains("Example")
    );

    let (begun, url) = begin(&site).await;
    for part in
        ["code_challenge_method=S256", "response_type=code", "nonce=", "state=", "scope=openid+email+groups"]
    {
        assert!(url.contains(part), "{part} is not in {url}");
    }
    assert!(!url.contains(SECRET));
    let answer = begun.get(&provider.visit(&url, "ada").await).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/stores/new"));
    let cookies: Vec<_> =
        answer.headers.get_all(header::SET_COOKIE).iter().map(|kept| kept.to_str().unwrap()).collect();
    assert!(
        cookies
            .iter()
            .any(|cookie| cookie.starts_with("storeyard=") && cookie.contains("HttpOnly; SameSite=Lax"))
    );
    assert!(
        cookies
            .iter()
            .any(|cookie| cookie.starts_with("storeyard-attempt=;") && cookie.contains("Max-Age=0"))
    );

    let stores = browser(&site, &answer).get("/stores").await;
    assert_eq!(stores.status, StatusCode::OK);
    assert!(
        stores.body.contains("ada@example.com") && stores.body.contains("Berg Kaffee"),
        "an admin sees every store"
    );
    let bo = browser(&site, &sign_in(&site, &provider, "bo").await).get("/stores").await;
    assert!(
        bo.body.contains("bo@example.com") && !bo.body.contains("Berg Kaffee"),
        "a member sees their own"
    );
}

#[tokio::test]
async fn a_sign_in_that_began_at_one_replica_ends_at_another() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    let other = Site::of(Arc::clone(&site.cluster), &config(&provider.issuer, json!({}))).come_in().await;
    let (begun, url) = begin(&site).await;
    let there = Site { cookie: begun.cookie, ..other.asked_by(None) };
    let answer = there.get(&provider.visit(&url, "ada").await).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(browser(&site, &answer).get("/stores").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_group_that_only_userinfo_tells_counts() {
    let Some(provider) = Provider::start() else { return };
    provider.be(json!({"tells": "userinfo", "anew": true})).await;
    let site = site(&provider).await;
    let ada = browser(&site, &sign_in(&site, &provider, "ada").await).get("/stores").await;
    assert!(ada.body.contains("ada@example.com") && ada.body.contains("Berg Kaffee"));
}

#[tokio::test]
async fn who_has_no_group_with_a_role_is_told_whom_to_ask() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    let answer = sign_in(&site, &provider, "nobody").await;
    assert_refused(&answer, StatusCode::FORBIDDEN, "Example says that you are nobody@example.com");
    assert!(answer.body.contains("Ask the platform team"));
}

#[tokio::test]
async fn an_answer_with_another_state_or_to_another_browser_is_refused() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    let (begun, url) = begin(&site).await;
    let callback = provider.visit(&url, "ada").await;
    let (other, _) = begin(&site).await;
    let made_up = Site { cookie: Some("storeyard-attempt=made-up".into()), ..site.asked_by(None) };
    for stranger in [&site, &other, &made_up] {
        assert_refused(&stranger.get(&callback).await, StatusCode::BAD_REQUEST, "not in this browser");
    }
    let state = begun.get(&callback.replace("state=", "state=x")).await;
    assert_refused(&state, StatusCode::BAD_REQUEST, "begun too long ago");
    let session = Site {
        cookie: Some(site.cookie_of("ada").replace("storeyard=", "storeyard-attempt=")),
        ..site.asked_by(None)
    };
    assert_refused(&session.get(&callback).await, StatusCode::BAD_REQUEST, "not in this browser");
    // What was refused to them was not used up.
    assert_eq!(begun.get(&callback).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_token_with_another_nonce_and_a_code_of_another_browser_are_refused() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    let (begun, url) = begin(&site).await;
    let nonce = begun.get(&provider.visit(&url.replace("nonce=", "nonce=x"), "ada").await).await;
    assert_refused(&nonce, StatusCode::FORBIDDEN, "cannot be trusted");

    let (_, url) = begin(&site).await;
    let (victim, of_victim) = begin(&site).await;
    let code_of =
        |callback: &str| callback.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let theirs = provider.visit(&of_victim, "bo").await;
    let injected = theirs.replace(&code_of(&theirs), &code_of(&provider.visit(&url, "ada").await));
    assert_refused(&victim.get(&injected).await, StatusCode::BAD_REQUEST, "Sign in anew");
}

#[tokio::test]
async fn a_callback_that_is_replayed_signs_nobody_in() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    let (begun, url) = begin(&site).await;
    let callback = provider.visit(&url, "ada").await;
    let first = begun.get(&callback).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    assert_refused(
        &browser(&site, &first).get(&callback).await,
        StatusCode::BAD_REQUEST,
        "it has ended already",
    );
    assert_refused(&begun.get(&callback).await, StatusCode::BAD_REQUEST, "it has ended already");
}

#[tokio::test]
async fn a_code_and_a_token_that_ran_out_are_refused() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    let (begun, url) = begin(&site).await;
    let callback = provider.visit(&url, "ada").await;
    provider.be(json!({"seconds": 120})).await;
    assert_refused(&begun.get(&callback).await, StatusCode::BAD_REQUEST, "begun too long ago");

    // A provider whose clock is behind gives tokens that are past their time.
    provider.be(json!({"seconds": -7200})).await;
    let answer = sign_in(&site, &provider, "ada").await;
    assert_refused(&answer, StatusCode::FORBIDDEN, "cannot be trusted");
}

#[tokio::test]
async fn an_answer_of_another_provider_and_one_without_a_code_are_refused() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    let (begun, url) = begin(&site).await;
    let callback = provider.visit(&url, "ada").await;
    let other = callback.split("&iss=").next().unwrap().to_owned() + "&iss=https%3A%2F%2Fevil.example";
    assert_refused(&begun.get(&other).await, StatusCode::FORBIDDEN, "cannot be trusted");

    let state = url.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let declined =
        format!("/sign-in/oidc/callback?error=access_denied&error_description=%3Cb%3Emine&state={state}");
    let declined = begun.get(&declined).await;
    assert_refused(&declined, StatusCode::FORBIDDEN, "Example did not sign you in");
    assert!(!declined.body.contains("mine"), "what was in the address is not on the page");
}

#[tokio::test]
async fn a_group_that_was_taken_away_counts_at_the_next_sign_in_which_comes() {
    let Some(provider) = Provider::start() else { return };
    let site = site_with(&provider, json!({"oidc": {"hours": 1}})).await;
    let ada = browser(&site, &sign_in(&site, &provider, "ada").await);
    provider.be(json!({"groups": {"ada": ["others"]}})).await;
    assert_eq!(ada.get("/stores").await.status, StatusCode::OK, "until then");
    assert_refused(&sign_in(&site, &provider, "ada").await, StatusCode::FORBIDDEN, "none of your groups");

    let sealed =
        ada.cookie.as_deref().unwrap().split("storeyard=").nth(1).unwrap().split(';').next().unwrap();
    let session = site.access.open(sealed).unwrap();
    let after = |minutes: i64| store::Millis(session.issued.0 + minutes * 60_000);
    let used = access::Session { seen: after(59), ..session.clone() };
    assert!(site.access.holder(&used, after(59)).is_some());
    assert!(site.access.holder(&used, after(60)).is_none(), "in use, and over all the same");
}

#[tokio::test]
async fn sessions_end_where_the_roles_are_decided_otherwise_or_the_provider_is_none_any_more() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    let ada = browser(&site, &sign_in(&site, &provider, "ada").await);
    let asked_of = |other: Site| Site { cookie: ada.cookie.clone(), ..other };
    let fewer = config(&provider.issuer, json!({"oidc": {"roles": {"admin": ["others"]}}}));
    for config in [fewer.as_str(), CONFIG] {
        let other = asked_of(Site::of(Arc::clone(&site.cluster), config).read().await.come_in().await);
        assert_eq!(other.get("/stores").await.status, StatusCode::SEE_OTHER);
    }
    let same = config(&provider.issuer, json!({"oidc": {"contact": "somebody else"}}));
    let same = asked_of(Site::of(Arc::clone(&site.cluster), &same).read().await.come_in().await);
    assert_eq!(same.get("/stores").await.status, StatusCode::OK);
}

#[tokio::test]
async fn keys_that_the_provider_has_changed_are_read_anew() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    assert_eq!(sign_in(&site, &provider, "ada").await.status, StatusCode::SEE_OTHER);
    provider.be(json!({"anew": true})).await;
    // Not more often than that, whoever sends what nobody has signed.
    assert_refused(&sign_in(&site, &provider, "ada").await, StatusCode::FORBIDDEN, "cannot be trusted");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(sign_in(&site, &provider, "ada").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn while_the_provider_is_away_local_users_come_in_and_it_is_said() {
    let Some(mut provider) = Provider::start() else { return };
    provider.kill();
    let site = site(&provider).await;
    assert_refused(
        &site.get("/sign-in/oidc").await,
        StatusCode::SERVICE_UNAVAILABLE,
        "Example does not answer",
    );
    let local = site.submit("/sign-in", "/sign-in", "name=bo&password=correct+horse+battery").await;
    assert_eq!(local.status, StatusCode::SEE_OTHER);

    let provider = provider.back();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(sign_in(&site, &provider, "ada").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_provider_is_trusted_by_an_authority_that_is_named_and_by_no_other() {
    let folder = std::env::temp_dir().join(format!("storeyard-oidc-{}-tls", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let Some(provider) = Provider::with_tls(&folder) else { return };
    let named = site_with(&provider, json!({"oidc": {"caFile": folder.join("cert.pem")}})).await;
    assert!(begin(&named).await.1.starts_with(&provider.issuer));
    let not_named = site(&provider).await;
    let refused = not_named.get("/sign-in/oidc").await;
    assert_refused(&refused, StatusCode::SERVICE_UNAVAILABLE, "does not answer");
}

#[tokio::test]
async fn a_provider_that_accepts_and_says_nothing_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let site = Site::of(Cluster::new(), &config(&issuer, json!({}))).come_in().await.asked_by(None);
    let began = Instant::now();
    assert_refused(&site.get("/sign-in/oidc").await, StatusCode::SERVICE_UNAVAILABLE, "does not answer");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_secret_that_is_wrong_or_missing_and_an_issuer_that_is_misspelt_are_said() {
    let Some(provider) = Provider::start() else { return };
    let missing = site_with(&provider, json!({"oidc": {"clientSecretFile": "/nowhere"}})).await;
    assert_refused(&missing.get("/sign-in/oidc").await, StatusCode::BAD_GATEWAY, "Tell the platform team");
    let misspelt = site_with(&provider, json!({"oidc": {"issuer": format!("{}/", provider.issuer)}})).await;
    assert_refused(&misspelt.get("/sign-in/oidc").await, StatusCode::BAD_GATEWAY, "Tell the platform team");
    let wrong = std::env::temp_dir().join(format!("storeyard-oidc-{}-wrong", std::process::id()));
    std::fs::write(&wrong, "guessed").unwrap();
    let wrong = site_with(&provider, json!({"oidc": {"clientSecretFile": wrong}})).await;
    assert_refused(
        &sign_in(&wrong, &provider, "ada").await,
        StatusCode::BAD_GATEWAY,
        "Tell the platform team",
    );
}

#[tokio::test]
async fn a_sign_in_leads_to_no_other_site() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    for to in ["https://evil.example", "//evil.example", "/sign-in", "/stores/\\evil"] {
        let begun = site.get(&format!("/sign-in/oidc?to={}", app::links::escaped(to))).await;
        let callback = provider.visit(begun.location(), "ada").await;
        let answer = browser(&site, &begun).get(&callback).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/stores"), "{to}");
    }
}

#[tokio::test]
async fn a_namesake_has_none_of_anybodys_stores() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    let bo = browser(&site, &sign_in(&site, &provider, "bo").await);
    assert_eq!(bo.post("/api/create_store", GOOD).await.status, StatusCode::OK);
    let mine = site.cluster.names().into_iter().find(|name| name.starts_with("atelier")).unwrap();
    let owner = site.cluster.get(&mine).unwrap()["spec"]["owner"].as_str().unwrap().to_owned();
    assert!(owner.starts_with("oidc.") && !owner.contains("bo@"), "{owner}");
    assert!(bo.get("/stores").await.body.contains("Atelier Nord"));
    // The same address at the provider, and the same name here.
    let namesake = browser(&site, &sign_in(&site, &provider, "namesake").await);
    assert!(namesake.get("/stores").await.body.contains("bo@example.com"));
    for stranger in [namesake, site.asked_by(Some("bo"))] {
        assert!(!stranger.get("/stores").await.body.contains("Atelier Nord"));
        assert_eq!(stranger.get(&format!("/stores/{mine}")).await.status, StatusCode::NOT_FOUND);
    }
    // Nor has a local user with that very id, whoever put them there.
    let mut users = super::users();
    users[&owner] = users["bo"].clone();
    site.cluster.keep("secrets", "storeyard-users", users);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let form = format!("name={owner}&password=correct+horse+battery");
    assert_eq!(site.post("/sign-in", form).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn where_nobody_has_a_password_the_provider_is_the_only_way() {
    let Some(provider) = Provider::start() else { return };
    let site = site_with(&provider, json!({"local": false})).await;
    let page = site.get("/sign-in").await;
    assert!(page.body.contains("/sign-in/oidc") && !page.body.contains("type=\"password\""));
    let local = site.submit("/sign-in", "/sign-in", "name=bo&password=correct+horse+battery").await;
    assert_refused(&local, StatusCode::FORBIDDEN, "Nobody signs in with a password here");
    assert_eq!(site.asked_by(Some("ada")).get("/stores").await.status, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&site, &provider, "ada").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn before_there_is_any_user_the_provider_is_a_way_in_and_the_first_is_made_as_ever() {
    let cluster = Cluster::new();
    cluster.keep("secrets", "storeyard-users", json!({}));
    let site = Site::of(cluster, &config("http://127.0.0.1:9", json!({}))).come_in().await.asked_by(None);
    assert_eq!(site.get("/stores").await.location(), "/sign-in?to=/stores");
    let page = site.get("/sign-in").await;
    assert!(page.body.contains("/sign-in/oidc") && page.body.contains("href=\"/set-up\""));
    assert!(!page.body.contains("type=\"password\""));
    assert_eq!(site.get("/set-up").await.status, StatusCode::OK);
}

#[tokio::test]
async fn whoever_signs_out_is_out_here_and_is_told_where_they_may_still_be_in() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    let ada = browser(&site, &sign_in(&site, &provider, "ada").await);
    let out = ada.submit("/sign-out", "/stores", "").await;
    assert_eq!(out.location(), "/sign-in?left=yes");
    assert_eq!(ada.get("/stores").await.status, StatusCode::SEE_OTHER);
    let page = site.get(out.location()).await;
    assert!(page.body.contains(&format!("href=\"{}/session/end?client_id=storeyard\"", provider.issuer)));
    assert!(!site.get("/sign-in").await.body.contains("/session/end"));

    let everywhere = browser(&site, &sign_in(&site, &provider, "ada").await);
    let other = browser(&site, &sign_in(&site, &provider, "ada").await);
    everywhere.submit("/sign-out-everywhere", "/stores", "").await;
    assert_eq!(other.get("/stores").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn codes_that_are_made_up_are_put_off() {
    let Some(provider) = Provider::start() else { return };
    let site = site(&provider).await;
    let (begun, url) = begin(&site).await;
    let state = url.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let mut answers = Vec::new();
    for n in 0..25 {
        answers
            .push(begun.get(&format!("/sign-in/oidc/callback?code=made-up-{n}&state={state}")).await.status);
    }
    assert_eq!(answers[0], StatusCode::BAD_REQUEST);
    assert_eq!(answers[24], StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn without_a_provider_nothing_of_it_is_there() {
    let site = Site::with(&[]).await.asked_by(None);
    assert_refused(&site.get("/sign-in/oidc").await, StatusCode::NOT_FOUND, "Nobody signs in that way here");
    assert_refused(
        &site.get("/sign-in/oidc/callback?code=a&state=b").await,
        StatusCode::NOT_FOUND,
        "that way",
    );
    assert!(!site.get("/sign-in").await.body.contains("oidc"));
}
