//! A way in to a shop's admin that does not need its password.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use provisioner::stores::StoresError;
use store::{Account, AdminPassword, Phase, StoreId, Wish};

use crate::{
    address::run_in_shop,
    platform::{Platform, ada},
};

/// Where a browser that begins there comes to, what it is shown, and with which status.
fn follow(url: &str) -> String {
    let told = Command::new("curl")
        .args([
            "--silent",
            "--globoff",
            "--location",
            "--cookie",
            "",
            "--max-time",
            "60",
            "--write-out",
            "\n%{url_effective} %{http_code}",
            url,
        ])
        .output()
        .unwrap();
    String::from_utf8_lossy(&told.stdout).into_owned()
}

fn assert_signed_in(platform: &Platform, id: &StoreId, url: &str) {
    let came = follow(url);
    assert!(
        came.contains("id=\"wpadminbar\"") || came.contains("id='wpadminbar'"),
        "{came}\n{}",
        platform.log()
    );
    assert!(came.ends_with(&format!("\nhttp://store-{id}.localhost/wp-admin/ 200")), "{came}");
}

fn assert_turned_away(url: &str) {
    let came = follow(url);
    assert!(came.contains("Not signed in") && came.ends_with(" 403"), "{came}");
}

/// All that is told of a store anywhere but to the person.
fn told(platform: &Platform, id: &StoreId) -> String {
    let namespace = id.namespace();
    let own = ["-n", &platform.namespace, "-o", "yaml"];
    [
        platform.kubectl(&["logs", "-n", &namespace, "deployment/wordpress", "--all-containers", "--prefix"]),
        platform.kubectl(&["logs", "-n", &namespace, "statefulset/mariadb", "--all-containers"]),
        platform.kubectl(&[&["get", "store", id.as_str()][..], &own].concat()),
        platform.kubectl(&[&["get", "events"][..], &own].concat()),
        platform.kubectl(&["get", "events,pods", "-n", &namespace, "-o", "yaml"]),
        platform.log(),
    ]
    .concat()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_sign_in_is_for_whoever_asked_once_and_for_a_minute_and_leaves_no_trace() {
    let platform = Platform::started(|_| {}).await;
    let id = platform.create("Way in").await;
    platform.until_settled(&id).await;

    let began = Instant::now();
    let url = platform.stores.sign_in(&id, &ada()).await.unwrap();
    eprintln!("asked -> let in: {} ms", began.elapsed().as_millis());
    assert_signed_in(&platform, &id, &url);
    assert_turned_away(&url);
    let (_, token) = url.split_once("token=").unwrap();
    assert_eq!(token.len(), 64);
    let told = told(&platform, &id);
    assert!(told.contains("kubectl exec --stdin --quiet"), "it is on the timeline");
    assert!(told.contains("/wp-admin/ HTTP") && !told.contains("storeyard-sign-in.php"), "{told}");
    assert!(!told.contains(token));

    // Of two who come with it at once, one gets in.
    let url = platform.stores.sign_in(&id, &ada()).await.unwrap();
    let both: Vec<_> = (0..2)
        .map(|_| {
            std::thread::spawn({
                let url = url.clone();
                move || follow(&url)
            })
        })
        .collect();
    let came = both.into_iter().map(|one| one.join().unwrap());
    assert_eq!(came.filter(|came| came.ends_with("/wp-admin/ 200")).count(), 1);

    // One that was not used in time.
    let url = platform.stores.sign_in(&id, &ada()).await.unwrap();
    let rows = "option_name LIKE 'storeyard\\\\_sign\\\\_in\\\\_%'";
    let aged = run_in_shop(
        &platform,
        &id,
        &format!(
            "echo $wpdb->query(\"UPDATE wp_options SET option_value = CONCAT(UNIX_TIMESTAMP() - 1, SUBSTRING(option_value, 11)) WHERE {rows}\");"
        ),
    );
    assert_eq!(aged, "1");
    assert_turned_away(&url);
    let count = format!("echo $wpdb->get_var(\"SELECT COUNT(*) FROM wp_options WHERE {rows}\");");
    assert_eq!(run_in_shop(&platform, &id, &count), "0");
    for made_up in ["", "?token=", "?token[]=1", &format!("?token={}", "0".repeat(64))] {
        assert_turned_away(&format!("http://store-{id}.localhost/storeyard-sign-in.php{made_up}"));
    }

    // The shop has its own users: one who is no administrator there any more is not let in.
    run_in_shop(
        &platform,
        &id,
        "wp_insert_user(['user_login' => 'bo', 'user_pass' => 'correct horse battery', 'role' => 'administrator']);
         get_user_by('login', 'ada')->set_role('subscriber');",
    );
    match platform.stores.sign_in(&id, &ada()).await {
        Err(StoresError::NotDone(sentence)) => {
            assert_eq!(sentence.to_string(), "The shop has no administrator “ada”. It has bo.");
        }
        other => panic!("{other:?}\n{}", platform.log()),
    }

    // Where nothing runs, nobody waits.
    platform.stores.change(&id, Wish::Suspend, &ada()).await.unwrap();
    platform.until_phase(&id, Phase::Suspended).await;
    let refused = platform.stores.sign_in(&id, &ada()).await;
    assert!(matches!(refused, Err(StoresError::Away(Phase::Suspended))), "{refused:?}");
}

/// Whether the shop's own form takes them.
fn signs_in(id: &StoreId, user: &str, password: &str) -> bool {
    let told = Command::new("curl")
        .args(["--silent", "--max-time", "60", "--cookie", "wordpress_test_cookie=WP%20Cookie%20check"])
        .args(["--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}", "--data-urlencode"])
        .arg(format!("log={user}"))
        .args(["--data-urlencode", &format!("pwd={password}"), "--data", "testcookie=1"])
        .arg(format!("http://store-{id}.localhost/wp-login.php"))
        .output()
        .unwrap();
    match String::from_utf8_lossy(&told.stdout).as_ref() {
        "200 " => false,
        led if led.starts_with("302 ") && led.ends_with("/wp-admin/") => true,
        other => panic!("the form answers neither yes nor no: {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_new_password_is_the_one_that_counts_and_lasts_and_is_kept_nowhere() {
    const OLD: &str = "correct horse battery";
    const NEW: &str = r#"it's-"another"\horse &<é>%41+"#;
    let platform = Platform::started(|_| {}).await;
    let id = platform.create("Lost password").await;
    platform.until_settled(&id).await;
    assert!(signs_in(&id, "ada", OLD) && !signs_in(&id, "ada", NEW));
    let sessions = "echo count(WP_Session_Tokens::get_instance(get_user_by('login', 'ada')->ID)->get_all());";
    assert_eq!(run_in_shop(&platform, &id, sessions), "1");

    let account = |name: &str| Account::parse(name).unwrap();
    let new = AdminPassword::parse(NEW).unwrap();
    platform.stores.set_password(&id, account("ada"), &new, &ada()).await.unwrap();
    assert_eq!(run_in_shop(&platform, &id, sessions), "0", "whoever was in is out");
    assert!(signs_in(&id, "ada", NEW) && !signs_in(&id, "ada", OLD));
    until_no_secret_is_left(&platform).await;
    let told = told(&platform, &id);
    assert!(told.contains("<stdin: a new password>") && !told.contains("another"), "{told}");

    // Nobody by that name: nothing changes, and nothing is left.
    match platform.stores.set_password(&id, account("eve"), &AdminPassword::parse(OLD).unwrap(), &ada()).await
    {
        Err(StoresError::NotDone(sentence)) => {
            assert_eq!(sentence.to_string(), "The shop has no administrator “eve”. It has ada.");
        }
        other => panic!("{other:?}\n{}", platform.log()),
    }
    until_no_secret_is_left(&platform).await;

    // The set-up of another pod does not bring back what was typed when the store was made.
    platform.kubectl(&["rollout", "restart", "deployment/wordpress", "-n", &id.namespace()]);
    platform.kubectl(&["rollout", "status", "deployment/wordpress", "-n", &id.namespace(), "--timeout=120s"]);
    platform.until_settled(&id).await;
    assert!(signs_in(&id, "ada", NEW) && !signs_in(&id, "ada", OLD));

    // What a dashboard left behind that died in between goes with the store.
    let left = format!("store-{id}-action-{}", "0".repeat(32));
    platform.apply(&serde_json::json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": left, "namespace": platform.namespace, "labels": {
            "storeyard.dev/store": id, "app.kubernetes.io/managed-by": "storeyard", "app.kubernetes.io/component": "action",
        } },
    }));
    platform.delete(&id).await;
    platform.until_gone(&id).await;
    assert_eq!(secrets(&platform), "");
}

fn secrets(platform: &Platform) -> String {
    let of_actions = "app.kubernetes.io/component=action";
    platform.kubectl(&["get", "secrets", "-n", &platform.namespace, "-l", of_actions, "-o", "name"])
}

async fn until_no_secret_is_left(platform: &Platform) {
    let began = Instant::now();
    while !secrets(platform).is_empty() {
        assert!(began.elapsed() < Duration::from_secs(20), "{}", platform.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
