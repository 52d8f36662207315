//! A chart that somebody else wrote, unchanged: the one of docs/engines/bitnami-wordpress, with the images of charts/woocommerce.
//!
//! `STOREYARD_BITNAMI_CHART` names the packed chart. Where it does not, `cargo xtask test` reports what is here as skipped.

use std::process::Command;

use serde_json::{Value, json};
use store::{
    Phase, PlanName, StoreId, StoreView, Wish,
    view::{TimelineEntry, TimelineKind},
};

use crate::platform::{Platform, ada};

const DEFINITION: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/engines/bitnami-wordpress/engine.yaml");
/// What the platform's values would say.
const VALUES: &str = include_str!("../../../docs/engines/bitnami-wordpress/values.yaml");
/// Would be another one if any of it were run: by helm as a template, or by the kubelet as a variable.
const TITLE: &str = "Nord {{ .Release.Name }} $(STORE_HOST) $$";

fn chart() -> String {
    std::env::var("STOREYARD_BITNAMI_CHART")
        .expect("STOREYARD_BITNAMI_CHART names the packed chart: see docs/engines/bitnami-wordpress")
}

/// Offers the chart and nothing else.
fn offer(config: &mut Value) {
    let images = config["engines"]["woocommerce"]["images"].clone();
    config["engines"] =
        json!({ "foreign": { "chart": chart(), "definition": DEFINITION, "images": images } });
}

/// What a visitor is answered at a path, with the header.
fn ask(id: &StoreId, path: &str, more: &[&str]) -> String {
    let host = format!("store-{id}.localhost");
    let told = Command::new("curl")
        .args(["--silent", "--include", "--max-time", "20", "--resolve", &format!("{host}:80:127.0.0.1")])
        .args(more)
        .arg(format!("http://{host}{path}"))
        .output()
        .unwrap();
    String::from_utf8(told.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster and a chart: run by cargo xtask test"]
async fn a_chart_that_somebody_else_wrote_is_made_suspended_resized_and_removed_as_all_others_are() {
    let platform = Platform::started(offer).await;
    let told = platform.helm(&["show", "chart", &chart()]);
    let version = told.lines().find_map(|line| line.strip_prefix("version: ")).unwrap();
    assert!(VALUES.contains(&format!("wordpress@{version}\n")), "the engine is not for version {version}");

    let id = platform.create(TITLE).await;
    platform.until_settled(&id).await;
    let page = ask(&id, "/", &[]);
    assert!(page.contains(&format!("<title>{TITLE}</title>")), "{page}");
    let form = ["--cookie", "wordpress_test_cookie=WP%20Cookie%20check", "--data", "log=ada&testcookie=1"];
    let sign_in =
        |password: &str| ask(&id, "/wp-login.php", &[&form[..], &["--data-urlencode", password]].concat());
    let welcome = sign_in("pwd=correct horse battery");
    assert!(welcome.contains("/wp-admin/\r\n") && welcome.contains("wordpress_logged_in"), "{welcome}");
    assert!(!sign_in("pwd=correct horse").contains("wordpress_logged_in"));

    let namespace = id.namespace();
    let in_namespace = |args: &[&str]| platform.kubectl(&[&["-n", &namespace], args].concat());
    let get = |what: &str, path: &str| in_namespace(&["get", what, "-o", path]);
    assert_eq!(get("networkpolicy", "jsonpath={.items[*].metadata.name}"), "database deny-all web");
    assert_eq!(get("resourcequota/plan", "jsonpath={.status.used.persistentvolumeclaims}"), "2");
    let web = ["exec", "deployment/wordpress", "-c", "wordpress", "--"];
    let secrets = in_namespace(&[&web[..], &["ls", "/secrets", "/run/secrets/storeyard"]].concat());
    assert_eq!(
        secrets.split_whitespace().collect::<Vec<_>>(),
        ["/run/secrets/storeyard:", "auth-key", "database-password", "/secrets:"]
    );
    let picture = "/usr/share/wordpress/wp-content/uploads/kept.txt";
    in_namespace(&[&web[..], &["sh", "-c", &format!("echo kept > {picture}")]].concat());

    platform.stores.change(&id, Wish::Suspend, &ada()).await.unwrap();
    platform.until_phase(&id, Phase::Suspended).await;
    assert!(!ask(&id, "/", &[]).contains("Nord"));
    assert_eq!(get("pods", "name"), "");
    assert_eq!(get("pvc", "jsonpath={.items[*].metadata.name}"), "database wordpress");
    platform.stores.change(&id, Wish::Resume, &ada()).await.unwrap();
    platform.until_phase(&id, Phase::Ready).await;
    assert!(ask(&id, "/", &[]).contains(&format!("<title>{TITLE}</title>")));
    assert!(ask(&id, "/wp-content/uploads/kept.txt", &[]).ends_with("kept\n"));

    platform.stores.change(&id, Wish::Plan(PlanName::Medium), &ada()).await.unwrap();
    let is_larger = |view: &StoreView| {
        let is_note = |entry: &TimelineEntry| matches!(&entry.what, TimelineKind::Note { text, .. } if text.contains("The plan was changed ("));
        view.summary.phase == Phase::Ready && view.timeline.iter().any(is_note)
    };
    platform.until(&id, "larger", is_larger).await;
    let memory = "jsonpath={.spec.template.spec.containers[0].resources.limits.memory}";
    assert_eq!(
        (get("deployment/wordpress", memory), get("statefulset/mariadb", memory)),
        ("1280Mi".into(), "768Mi".into())
    );

    // What is deployed is what is wanted: nothing of the chart comes out otherwise a second time.
    platform.until_settled(&id).await;
    let before = platform.revisions(&id).len();
    tokio::time::sleep(std::time::Duration::from_secs(12)).await;
    assert_eq!(platform.revisions(&id).len(), before, "{}", platform.log());

    platform.delete(&id).await;
    platform.until_gone(&id).await;
}
