//! What is secret is in no page, address, log, Store, argument or environment of the dashboard: it is in the Secrets alone.

use k8s_openapi::ByteString;
use serde_json::Value;

use crate::process::{HASH, PASSWORD, Web};

const ADMINS: &str = "a-planted-password-of-an-admin";
const WRONG: &str = "a-planted-password-that-is-wrong";
const MAILS: &str = "a-planted-password-for-mail";

/// What a Secret of the cluster has under that key, in the clear.
fn kept(web: &Web, secret: &str, key: &str) -> Vec<u8> {
    let value = web.cluster.kept("secrets", secret).unwrap()["data"][key].clone();
    serde_json::from_value::<ByteString>(value).unwrap().0
}

fn encoded(bytes: &[u8]) -> String {
    serde_json::to_value(ByteString(bytes.to_vec())).unwrap().as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_secret_is_in_the_secrets_alone() {
    let web = Web::start("planted").await;
    let from = "203.0.113.1";
    let mut told = vec![web.try_to_sign_in("ada", WRONG, "", from).await.0];
    let ada = web.sign_in("ada", from).await;
    let form = |email: &str| {
        format!(
            "request=0123456789abcdef0123456789abcdef&name=Atelier&engine=woocommerce&plan=small&email={email}&user=ada&password={ADMINS}"
        )
    };
    for email in ["nonsense", "ada%40atelier.example"] {
        let answer = web.submit("/api/create_store", &form(email), &ada, from).await;
        let led: Vec<String> = answer.headers("location").map(str::to_owned).collect();
        assert_eq!(led.len(), 1, "{answer:?}");
        let path = led[0].trim_start_matches("http://dashboard.localhost");
        told.push(web.get(path, &ada, from).await.0);
        told.push(answer.0);
    }
    let id = web.cluster.names().into_iter().find(|name| name.starts_with("atelier-")).unwrap();
    let mail =
        format!("id={id}&host=smtp.example.com&port=465&tls=tls&from=a@example.com&user=a&password={MAILS}");
    told.push(web.submit("/api/set_mail", &mail, &ada, from).await.0);
    for page in ["/stores", "/stores/new", &format!("/stores/{id}"), &format!("/stores/{id}/delete")] {
        let page = web.get(page, &ada, from).await;
        assert_eq!(page.status(), 200);
        told.push(page.0);
    }
    let stores = serde_json::to_string(&web.cluster.all()).unwrap();
    told.extend([stores, web.log(), web.shown("cmdline"), web.shown("environ")]);

    let key = kept(&web, "keys", "session-key");
    let token = String::from_utf8(kept(&web, "keys", "set-up-token")).unwrap();
    let spaced = PASSWORD.replace('+', " ");
    let key = encoded(&key);
    let secrets = [ADMINS, WRONG, MAILS, PASSWORD, spaced.as_str(), HASH, token.as_str(), key.as_str()];
    let spelt = secrets.iter().flat_map(|secret| [(*secret).to_owned(), encoded(secret.as_bytes())]);
    for secret in spelt {
        for told in &told {
            assert!(!told.contains(&secret), "{secret} is in {told}");
        }
    }
    let with_it = |name: &String| {
        let secret: Value = web.cluster.kept("secrets", name).unwrap();
        secret.to_string().contains(&encoded(ADMINS.as_bytes()))
    };
    let with_it: Vec<String> = web.cluster.kept_names("secrets").into_iter().filter(with_it).collect();
    assert_eq!(with_it, [format!("store-{id}-credentials")]);
}
