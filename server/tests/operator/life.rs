//! A store's whole life.

use std::collections::BTreeSet;

use provisioner::stores::StoresError;
use serde_json::json;
use store::{AdminPassword, ConditionKind, Phase, State, StoreId, StoreView, view::TimelineKind};

use crate::{
    planted::{self, Watch},
    platform::{LONG, Platform, ada, key, maker, nanos},
};

/// That nobody else has, and that looks in every spelling as itself.
const ADMIN_PASSWORD: &str = "a-planted-password-of-an-admin";
const MAIL_PASSWORD: &str = "a-planted-password-for-mail";

/// By a mail server that wants a password.
async fn started_with_mail() -> Platform {
    let mut platform = Platform::new(|config| {
        config["mail"] = json!({
            "mode": "smtp", "host": "192.0.2.25", "port": 587, "tls": "starttls", "from": "shops@example.com",
            "credentials": "mail", "to": { "cidrs": ["192.0.2.25/32"] },
        });
    })
    .await;
    platform.apply(&json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "mail", "namespace": platform.namespace },
        "stringData": { "user": "shops", "password": MAIL_PASSWORD },
    }));
    platform.start(None);
    platform
}

/// What is secret of a store that was made is where it has to be, and nowhere else.
fn assert_secrets_are_kept(platform: &Platform, id: &StoreId, watch: Watch) {
    let shown = watch.end();
    assert!(shown.is_empty(), "shown to everybody on the node: {shown:?}");
    let places =
        |places: &[&str]| -> BTreeSet<String> { places.iter().map(|place| (*place).to_owned()).collect() };
    let credentials = format!("platform: Secret {}.data.admin-password", id.credentials_secret());
    let found = planted::objects_with(platform, id, &[ADMIN_PASSWORD]);
    assert_eq!(found, places(&[&credentials, "store: Secret credentials.data.admin-password"]));
    // What was applied by hand is kept beside it by `kubectl apply`.
    let by_hand =
        "platform: Secret mail.metadata.annotations.kubectl.kubernetes.io/last-applied-configuration";
    let mut found = planted::objects_with(platform, id, &[MAIL_PASSWORD]);
    found.remove(by_hand);
    assert_eq!(
        found,
        places(&["platform: Secret mail.data.password", "store: Secret credentials.data.mail-password"])
    );

    let secrets = planted::secrets_of(platform, id);
    assert!(secrets.len() >= 5, "{} secrets", secrets.len());
    let secrets: Vec<&str> =
        secrets.iter().map(String::as_str).chain([ADMIN_PASSWORD, MAIL_PASSWORD]).collect();
    assert_eq!(planted::logs_with(platform, id, &secrets), [] as [&str; 0]);
    let elsewhere: Vec<String> = planted::objects_with(platform, id, &secrets)
        .into_iter()
        .filter(|place| !place.contains(": Secret ") || place.contains("sh.helm.release"))
        .collect();
    assert_eq!(elsewhere, [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_store_is_made_kept_and_removed() {
    let platform = started_with_mail().await;
    let watch = Watch::begin(&[ADMIN_PASSWORD, MAIL_PASSWORD]);
    let asked = |request| {
        let mut asked = platform.asked("Ben's “Café” №1", request);
        asked.password = AdminPassword::parse(ADMIN_PASSWORD).unwrap();
        asked
    };

    // The same request twice is one store; the same name twice is two.
    let request = u128::from(nanos());
    let id = platform.stores.create(asked(request), &maker(), &key()).await.unwrap();
    assert_eq!(platform.stores.create(asked(request), &maker(), &key()).await.unwrap(), id);
    let ready = platform.until_phase(&id, Phase::Ready).await;
    for (kind, condition) in ready.conditions.iter() {
        assert_eq!(condition.state, State::Done, "{kind}: {condition:?}");
        assert!(condition.took(ready.ready.unwrap()).is_some(), "{kind} has no time");
    }
    let commands: Vec<&str> = ready
        .timeline
        .iter()
        .filter_map(|entry| match &entry.what {
            TimelineKind::Command { line, exit: Some(0), .. } => Some(line.as_str()),
            _ => None,
        })
        .collect();
    assert!(commands.iter().any(|line| line.starts_with("helm upgrade --install")), "{commands:?}");
    assert!(!format!("{ready:?}").contains(ADMIN_PASSWORD));
    assert_secrets_are_kept(&platform, &id, watch);
    for entry in &ready.timeline {
        eprintln!("{:>6} {:?}", entry.at.since(ready.summary.created).0, entry.what);
    }
    for (kind, condition) in ready.conditions.iter() {
        eprintln!("{kind}: {:?}", condition.took(ready.ready.unwrap()));
    }
    eprintln!("create -> Ready: {}", ready.made_in().unwrap());
    assert_eq!(platform.revisions(&id), [format!("{} deployed", id.release())]);

    // What its volumes hold is counted in its own pods.
    let is_measured = |view: &StoreView| view.volumes.iter().all(|volume| volume.used.is_some());
    let measured = platform.until(&id, "measured", is_measured).await.volumes;
    let names: Vec<String> = measured.iter().map(|volume| volume.title.to_string()).collect();
    assert_eq!(names, ["database", "uploads"]);
    assert!(measured.iter().all(|volume| volume.used < Some(1024)), "{measured:?}");

    // What kubectl says agrees.
    let ready_in_kubectl =
        ["wait", "--for=condition=Ready", &format!("store/{id}"), "-n", &platform.namespace, "--timeout=5s"];
    platform.kubectl(&ready_in_kubectl);

    // A shop that goes down is told, and one that comes back too.
    let namespace = id.namespace();
    platform.kubectl(&["scale", "deployment/wordpress", "-n", &namespace, "--replicas=0"]);
    let degraded = platform.until_phase(&id, Phase::Degraded).await;
    assert_eq!(degraded.conditions.get(ConditionKind::WorkloadsReady).state, State::Lost);
    platform.kubectl(&["scale", "deployment/wordpress", "-n", &namespace, "--replicas=1"]);
    platform.until_phase(&id, Phase::Ready).await;

    // Deletion needs the name, is shown, and may be asked for twice.
    let wrong = platform.stores.delete(&id, "another", &ada()).await;
    assert!(matches!(wrong, Err(StoresError::NameMismatch { .. })), "{wrong:?}");
    platform.delete(&id).await;
    platform.until(&id, "Deleting", |view| !view.removal.is_empty()).await;
    platform.delete(&id).await;
    platform.until_gone(&id).await;
    let told = platform.kubectl(&[
        "get",
        "events",
        "-n",
        &platform.namespace,
        "-o",
        "jsonpath={range .items[*]}{.involvedObject.name} {.reason}{\"\\n\"}{end}",
    ]);
    for reason in ["Created", "Deployed", "Degraded", "Recovered", "Deleted"] {
        assert!(told.lines().any(|line| line == format!("{id} {reason}")), "{reason} is not told: {told}");
    }
    let last = platform.stores.snapshot().gone(&id).unwrap().view.clone();
    assert!(last.removal.iter().all(|(_, step)| step.state == State::Done), "{:?}", last.removal);
    assert!(matches!(
        platform.stores.delete(&id, "Ben's “Café” №1", &ada()).await,
        Err(StoresError::NotFound(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_store_that_is_deleted_while_it_is_made_goes() {
    let platform = Platform::started(|_| {}).await;
    let id = platform.create("Hasty").await;
    platform
        .until(&id, "released", |view| {
            view.conditions.get(ConditionKind::ReleaseDeployed).state == State::InProgress
        })
        .await;
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn an_operator_holds_the_lease_for_as_long_as_it_lives() {
    let mut platform = Platform::new(|config| config["operatorLease"] = "operator".into()).await;
    platform.apply(&serde_json::json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": "operator", "namespace": platform.namespace},
    }));
    let told = |platform: &Platform, what: &str| {
        let path = format!("jsonpath={{.spec.{what}}}");
        platform.kubectl(&["get", "lease", "operator", "-n", &platform.namespace, "-o", &path])
    };
    let renewed = |platform: &Platform| told(platform, "renewTime");
    assert_eq!(renewed(&platform), "");
    platform.start(None);
    let began = std::time::Instant::now();
    while renewed(&platform).is_empty() {
        assert!(began.elapsed() < LONG, "{}", platform.log());
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    assert!(!told(&platform, "holderIdentity").is_empty());
    platform.stop();
    assert_eq!(told(&platform, "holderIdentity"), "", "the next one need not wait");
    let last = renewed(&platform);
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;
    assert_eq!(renewed(&platform), last);
}
