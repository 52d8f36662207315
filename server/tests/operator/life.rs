//! A store's whole life.

use provisioner::stores::StoresError;
use store::{ConditionKind, Phase, State, view::TimelineKind};

use crate::platform::{LONG, Platform, ada, key, nanos};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_store_is_made_kept_and_removed() {
    let platform = Platform::started(|_| {}).await;

    // The same request twice is one store; the same name twice is two.
    let request = u128::from(nanos());
    let id =
        platform.stores.create(platform.asked("Ben's “Café” №1", request), &ada(), &key()).await.unwrap();
    assert_eq!(
        platform.stores.create(platform.asked("Ben's “Café” №1", request), &ada(), &key()).await.unwrap(),
        id
    );
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
    assert!(!format!("{ready:?}").contains("horse"));
    for entry in &ready.timeline {
        eprintln!("{:>6} {:?}", entry.at.since(ready.summary.created).0, entry.what);
    }
    for (kind, condition) in ready.conditions.iter() {
        eprintln!("{kind}: {:?}", condition.took(ready.ready.unwrap()));
    }
    eprintln!("create -> Ready: {}", ready.made_in().unwrap());
    assert_eq!(platform.revisions(&id), [format!("{} deployed", id.release())]);

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
