//! What every answer carries, whoever asks for whatever by whichever method.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;

use super::{door::of_bo, *};

/// Who asks, in the order of the statuses below.
const WHO: [Option<&str>; 4] = [None, Some("vi"), Some("bo"), Some("ada")];

/// Each of the router's routes, an address of it, and how it is answered when it is got, and when an empty form is posted to it. By any
/// other method there is nothing.
const TABLE: [(&str, &str, [u16; 4], [u16; 4]); 33] = [
    ("/", "/", [303, 307, 307, 307], NONE),
    // Nothing is selected in it.
    ("/stores", "/stores", [303, 200, 200, 200], [303, 422, 422, 422]),
    ("/stores/new", "/stores/new", [303, 403, 200, 200], NONE),
    ("/stores/{id}", "/stores/berg-kaffee-p3m9a", [303, 200, 200, 200], NONE),
    ("/stores/{id}/delete", "/stores/berg-kaffee-p3m9a/delete", [303, 403, 200, 200], NONE),
    // No operator shows them here.
    ("/stores/{id}/logs", "/stores/berg-kaffee-p3m9a/logs?q=x", [303, 503, 503, 503], NONE),
    ("/stores/{id}/logs/since", "/stores/berg-kaffee-p3m9a/logs/since?after=", [303, 503, 503, 503], NONE),
    ("/stores/{id}/logs/file", "/stores/berg-kaffee-p3m9a/logs/file", [303, 503, 503, 503], NONE),
    ("/stores/{id}/metrics", "/stores/berg-kaffee-p3m9a/metrics", [303, 503, 503, 503], NONE),
    ("/api/poll", "/api/poll", NONE, [400; 4]),
    ("/api/preview_address", "/api/preview_address", NONE, [401, 403, 422, 422]),
    ("/api/find_anything", "/api/find_anything", NONE, [401, 200, 200, 200]),
    ("/api/create_store", "/api/create_store", NONE, [401, 403, 422, 422]),
    ("/api/delete_store", "/api/delete_store", NONE, [401, 404, 404, 404]),
    ("/api/retry_store", "/api/retry_store", NONE, [401, 404, 404, 404]),
    ("/api/change_store", "/api/change_store", NONE, [401, 404, 404, 404]),
    ("/api/open_admin", "/api/open_admin", NONE, [401, 404, 404, 404]),
    ("/api/set_password", "/api/set_password", NONE, [401, 404, 404, 404]),
    ("/api/set_mail", "/api/set_mail", NONE, [401, 404, 404, 404]),
    ("/api/dismiss_jobs", "/api/dismiss_jobs", NONE, [401, 400, 400, 400]),
    ("/api/remove_stray", "/api/remove_stray", NONE, [401, 403, 403, 404]),
    ("/sign-in", "/sign-in", [200, 303, 303, 303], [403; 4]),
    ("/set-up", "/set-up", [303; 4], [422; 4]),
    // Nobody signs in that way here.
    ("/sign-in/oidc", "/sign-in/oidc", [404; 4], NONE),
    ("/sign-in/oidc/callback", "/sign-in/oidc/callback?code=x&state=y", [404; 4], NONE),
    ("/language", "/language", NONE, [303; 4]),
    ("/sign-out", "/sign-out", NONE, [303; 4]),
    ("/sign-out-everywhere", "/sign-out-everywhere", NONE, [303; 4]),
    // None is kept here.
    ("/activity", "/activity?who=ada", [303, 200, 200, 200], NONE),
    ("/audit", "/audit?who=ada", [303, 403, 403, 404], NONE),
    ("/audit/export", "/audit/export", [303, 403, 403, 404], NONE),
    ("/users", "/users", [303, 403, 403, 200], [303, 403, 403, 422]),
    ("/account", "/account", [303, 200, 200, 200], [303, 403, 403, 403]),
];

/// Addresses of no route: files, and nothing. How they are answered when they are got, and by any other method.
const FILES: [(&str, u16, u16); 4] = [
    ("/favicon.svg", 200, 405),
    ("/pkg/storeyard.css", 200, 405),
    ("/pkg/storeyard.css?v=0011", 404, 404),
    ("/nowhere", 404, 405),
];

const NONE: [u16; 4] = [405; 4];

/// As they stand on each answer.
const FIXED: [(&str, &str); 8] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-robots-tag", "noindex"),
    (
        "content-security-policy",
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-…'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         object-src 'none'; base-uri 'none'; form-action 'self' SCHEME://*.localhost; frame-ancestors 'none'",
    ),
];

/// What tells strangers of the server, or opens it to other sites.
const NEVER: [&str; 5] =
    ["server", "x-powered-by", "via", "access-control-allow-origin", "access-control-allow-credentials"];

/// The routes that the router itself tells of.
fn routes(router: &Router) -> BTreeSet<String> {
    let told = format!("{router:?}");
    let paths = told.split("RouteId(").filter_map(|rest| rest.split_once("): \"")?.1.split('"').next());
    let is_files = |path: &str| path.contains("{*") || path.contains("__private__");
    paths.filter(|path| !is_files(path)).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_table_of_routes_is_whole() {
    let site = Site::with(&[]).await;
    let table: BTreeSet<String> = TABLE.iter().map(|(route, ..)| (*route).to_owned()).collect();
    assert_eq!(routes(&site.router), table);
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_it() {
    for scheme in ["http", "https"] {
        let config = CONFIG.replace(r#""scheme": "http""#, &format!(r#""scheme": "{scheme}""#));
        let cluster = Cluster::new();
        cluster.put(of_bo());
        let site = Site::of(cluster, &config).read().await.come_in().await;
        let mut nonces = BTreeSet::new();
        for (_, address, got, posted) in TABLE {
            for (person, (got, posted)) in WHO.into_iter().zip(got.into_iter().zip(posted)) {
                for (method, status) in methods(got, posted, 405) {
                    let answer = ask(&site, person, &method, address, scheme).await;
                    let what = format!("{method} {scheme} {address} as {person:?}: {}", answer.body);
                    assert_eq!(answer.status.as_u16(), status, "{what}");
                    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
                    assert!(method != "HEAD" || answer.body.is_empty(), "{what}");
                    assert_protected(&answer, scheme, &what);
                    assert!(nonces.insert(answer.header("content-security-policy").to_owned()), "{what}");
                }
            }
        }
        for (address, got, otherwise) in FILES {
            for (method, status) in methods(got, otherwise, otherwise) {
                let answer = ask(&site, None, &method, address, scheme).await;
                let what = format!("{method} {scheme} {address}");
                assert_eq!(answer.status.as_u16(), status, "{what}");
                assert_protected(&answer, scheme, &what);
                let kept = if status == 200 { "public, max-age=3600" } else { "no-store" };
                assert_eq!(answer.header("cache-control"), kept, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn whoever_is_led_to_https_is_protected_too_and_told_nothing_that_only_tls_may_say() {
    let config = CONFIG.replace(r#""scheme": "http""#, r#""scheme": "https""#);
    let site = Site::of(Cluster::new(), &config).read().await;
    let request = Request::get("/stores").header(header::HOST, "dashboard.localhost");
    let led = site.send(request.header("x-forwarded-proto", "http").body(Body::empty()).unwrap()).await;
    assert_eq!((led.status.as_u16(), led.location()), (308, "https://dashboard.localhost/stores"));
    for (name, expected) in FIXED.into_iter().filter(|(name, _)| *name != "content-security-policy") {
        assert_eq!(led.header(name), expected, "{name}");
    }
    assert_eq!(led.header("strict-transport-security"), "");
}

/// Every method with the status that it is answered by.
fn methods(got: u16, posted: u16, otherwise: u16) -> BTreeMap<String, u16> {
    let others = ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW"].map(|method| (method, otherwise));
    let known = [("GET", got), ("HEAD", got), ("POST", posted)];
    known.into_iter().chain(others).map(|(method, status)| (method.to_owned(), status)).collect()
}

async fn ask(site: &Site, person: Option<&str>, method: &str, address: &str, scheme: &str) -> Answer {
    let mut site = site.asked_by(person);
    if scheme == "https" {
        site.cookie = site.cookie.map(|cookie| format!("__Host-{cookie}"));
    }
    let request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(address);
    let request = request.header(header::CONTENT_TYPE, FORM).header(header::ACCEPT, "application/json");
    site.send(request.body(Body::empty()).unwrap()).await
}

fn assert_protected(answer: &Answer, scheme: &str, what: &str) {
    for (name, expected) in FIXED {
        let values: Vec<_> = answer.headers.get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{name} of {what}");
        assert_eq!(
            without_nonce(answer.header(name)),
            expected.replace("SCHEME", scheme),
            "{name} of {what}"
        );
    }
    let only_tls = if scheme == "https" { "max-age=31536000" } else { "" };
    assert_eq!(answer.header("strict-transport-security"), only_tls, "{what}");
    for name in NEVER {
        assert!(!answer.headers.contains_key(name), "{name} of {what}");
    }
    for cookie in answer.headers.get_all(header::SET_COOKIE) {
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.contains("; HttpOnly; SameSite=Lax") && cookie.contains("; Path=/"),
            "{cookie} of {what}"
        );
        assert_eq!(cookie.contains("; Secure"), scheme == "https", "{cookie} of {what}");
    }
    for (statuses, name) in [(&[405][..], header::ALLOW), (&[429, 503], header::RETRY_AFTER)] {
        let is_needed = statuses.contains(&answer.status.as_u16());
        assert_eq!(is_needed, answer.headers.contains_key(&name), "{name} of {what}");
    }
}

/// The policy with the part that is drawn anew left out.
fn without_nonce(policy: &str) -> String {
    let Some((before, rest)) = policy.split_once("'nonce-") else { return policy.to_owned() };
    let (nonce, after) = rest.split_once('\'').unwrap();
    assert!(nonce.len() >= 22, "{nonce} can be guessed");
    format!("{before}'nonce-…'{after}")
}
