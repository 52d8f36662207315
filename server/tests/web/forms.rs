//! Forms that are sent again, from elsewhere, about what is another's, or full of what no form is made for.

use futures::future::join_all;

use crate::process::{STORE, Web, head};

const NEW: &str = "request=0123456789abcdef0123456789abcdef&name=Atelier+Nord&engine=woocommerce&plan=small&email=ada%40atelier.example&user=ada&password=correct+horse+battery";

/// Every function that changes something, with a form about Bo's store.
const FORMS: [(&str, &str); 9] = [
    ("/api/delete_store", "id=berg-kaffee-p3m9a&name=Berg+Kaffee"),
    ("/api/retry_store", "id=berg-kaffee-p3m9a"),
    ("/api/change_store", "id=berg-kaffee-p3m9a&wish=suspend"),
    ("/api/open_admin", "id=berg-kaffee-p3m9a"),
    ("/api/set_password", "id=berg-kaffee-p3m9a&account=ada&password=another+horse+battery"),
    (
        "/api/set_mail",
        "id=berg-kaffee-p3m9a&host=smtp.example.com&port=465&tls=tls&from=a@example.com&user=a&password=b",
    ),
    ("/api/remove_stray", "id=berg-kaffee-p3m9a"),
    ("/stores", "id=berg-kaffee-p3m9a&do=suspend"),
    ("/stores", "id=berg-kaffee-p3m9a&name=Berg+Kaffee&do=delete&count=1"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_forty_times_at_once_is_one_store() {
    let web = Web::start("again").await;
    let bo = web.sign_in("bo", "203.0.113.1").await;
    let answers = join_all((0..40).map(|_| web.submit("/api/create_store", NEW, &bo, "203.0.113.1"))).await;
    let mut led: Vec<&str> = answers.iter().flat_map(|answer| answer.headers("location")).collect();
    led.dedup();
    assert_eq!(led.len(), 1, "{led:?}");
    assert!(led[0].starts_with("/stores/atelier-nord-"), "{led:?}");
    assert_eq!(web.cluster.names().len(), 2);
    // Another person who came by the form has not made it with it, and is not told whose it is.
    let cy = web.sign_in("cy", "203.0.113.2").await;
    let others = web.submit("/api/create_store", NEW, &cy, "203.0.113.2").await;
    assert!(!others.0.contains("atelier-nord") && !others.0.contains("Atelier"), "{others:?}");
    assert_eq!(web.cluster.names().len(), 2);
    web.assert_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_of_anothers_store_is_asked_of_none() {
    let web = Web::start("others").await;
    let cy = web.sign_in("cy", "203.0.113.2").await;
    let before = web.cluster.get(STORE).unwrap();
    for (path, form) in FORMS {
        let script = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nCookie: {cy}\r\n",
            form.len()
        );
        let theirs = web.say(format!("{}{form}", head("POST", path, &script))).await;
        let refused = if path == "/api/remove_stray" { 403 } else { 404 };
        assert_eq!(theirs.status(), refused, "{path}: {theirs:?}");
        assert!(!theirs.0.contains("Berg"), "{path}: {theirs:?}");
    }
    for page in ["", "/delete"] {
        let page = web.get(&format!("/stores/{STORE}{page}"), &cy, "").await;
        assert_eq!(page.status(), 404);
        assert!(!page.0.contains("Berg"), "{page:?}");
    }
    assert_eq!(web.cluster.get(STORE).unwrap(), before, "nothing of it was written");
}

/// Where a request says that it comes from, and whether it is taken.
const FROM: [(&str, bool); 16] = [
    ("Origin: http://dashboard.localhost\r\nSec-Fetch-Site: same-origin\r\n", true),
    ("Origin: http://dashboard.localhost\r\n", true),
    ("Sec-Fetch-Site: same-origin\r\n", true),
    // What no page of another site has a browser send: typed by the person, and a program that says nothing.
    ("Sec-Fetch-Site: none\r\n", true),
    ("", true),
    ("Referer: http://dashboard.localhost/stores\r\n", true),
    ("Origin: http://store-evil-00000.localhost\r\nSec-Fetch-Site: same-site\r\n", false),
    ("Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n", false),
    ("Origin: https://evil.example\r\n", false),
    ("Origin: null\r\n", false),
    ("Origin: null\r\nSec-Fetch-Site: cross-site\r\n", false),
    ("Sec-Fetch-Site: cross-site\r\n", false),
    ("Sec-Fetch-Site: same-site\r\n", false),
    ("Sec-Fetch-Site: nonsense\r\n", false),
    ("Origin: http://dashboard.localhost.evil.example\r\n", false),
    ("Origin: http://dashboard.localhost:8080\r\n", false),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_another_site_has_a_browser_send_is_refused() {
    let web = Web::start("cross-site").await;
    let bo = web.sign_in("bo", "203.0.113.1").await;
    let others =
        [("/api/create_store", NEW), ("/api/preview_address", "name=x"), ("/sign-in", ""), ("/set-up", "")];
    for (path, form) in FORMS.into_iter().chain(others) {
        for (from, _) in FROM.into_iter().filter(|(_, is_taken)| !is_taken) {
            let headers = format!(
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nCookie: {bo}\r\n{from}",
                form.len()
            );
            let answer = web.say(format!("{}{form}", head("POST", path, &headers))).await;
            assert_eq!(answer.status(), 403, "{path} from {from:?}: {answer:?}");
            assert!(answer.0.contains("another site"), "{path} from {from:?}: {answer:?}");
        }
    }
    for (from, _) in FROM.into_iter().filter(|(_, is_taken)| *is_taken) {
        let headers = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\nCookie: {bo}\r\n{from}"
        );
        let answer = web.say(head("POST", "/api/preview_address", &headers) + "name=x").await;
        assert_eq!(answer.status(), 200, "{from:?}: {answer:?}");
    }
    assert_eq!(web.cluster.names(), [STORE]);
}

/// What is typed into each field: none of it is a reason to break.
fn odd_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "%00",
        "a%00b",
        "%FF%FE",
        "%ED%A0%80",
        "%C0%80",
        "%",
        "%zz",
        "%E2%80%AEgpj.exe",
        "%E2%80%8B",
        "%EF%BB%BFshop",
        "%F0%9F%8E%89",
        "%EF%B7%BA",
        "%C4%B0",
        "%E2%84%AA",
        "%CC%81%CC%81%CC%81",
        "%0d%0aSet-Cookie:+x=y",
        "..%2f..%2fetc",
        "%24%7Bjndi:ldap%7D",
        "%7B%7B7*7%7D%7D",
        "%27;drop+table",
        "%3Cscript%3E",
        "xn--80ak6aa92e",
        "-",
        "kube-system",
    ]
    .map(str::to_owned)
    .into();
    texts.push("x".repeat(60_000));
    texts.push("%EF%B7%BA".repeat(6_000));
    texts.push("a%CC%81".repeat(8_000));
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_typed_is_answered_in_a_few_kilobytes_and_breaks_nothing() {
    let web = Web::start("odd").await;
    let bo = web.sign_in("bo", "203.0.113.1").await;
    let fields = |form: &str| form.split('&').map(str::to_owned).collect::<Vec<_>>();
    let mut wrong = Vec::new();
    for (path, form) in FORMS.into_iter().chain([
        ("/api/create_store", NEW),
        ("/api/create_store", "options%5Blanguage%5D=x&request=0123456789abcdef0123456789abcdef&name=Atelier&engine=woocommerce&plan=small&email=a%40b.example&user=ada&password=correct+horse+battery"),
        ("/api/preview_address", "name=x"),
        ("/api/find_anything", "text=x"),
        ("/api/dismiss_jobs", "until=1"),
        ("/sign-in", "name=x&to=y"),
        ("/set-up", "name=x&password=y&token=z"),
    ]) {
        let fields = fields(form);
        for at in 0..fields.len() {
            for (n, text) in odd_texts().into_iter().enumerate() {
                let key = fields[at].split('=').next().unwrap();
                let mut odd = fields.clone();
                odd[at] = format!("{key}={text}");
                let answer = web.submit(path, &odd.join("&"), &bo, &format!("10.{at}.{n}.1")).await;
                let location = answer.headers("location").map(str::len).max().unwrap_or_default();
                let is_answered = (200..500).contains(&answer.status()) || answer.status() == 503 && path == "/sign-in";
                if !is_answered || location > 8_192 {
                    let shown: String = text.chars().take(20).collect();
                    wrong.push(format!("{path} {key}={shown}: {}, led to {location} bytes", answer.status()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for name in web.cluster.names() {
        let is_label =
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(is_label && name.len() <= 48, "{name}");
    }
    assert!(!web.log().contains("panicked"), "{}", web.log());
    web.assert_well().await;
}
