//! The operator and helm may be killed at any instant.

use std::{os::unix::fs::PermissionsExt, time::Duration};

use store::{ConditionKind, Phase, State, StoreId, view::TimelineKind};
use tokio::time::sleep;

use crate::platform::Platform;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn an_operator_that_is_killed_over_and_over_makes_one_store_and_removes_it() {
    let mut platform = Platform::started(|_| {}).await;
    let id = platform.create("Often killed").await;
    // Moments in the namespace, in helm, and in the wait for the workloads.
    for moment in [300, 700, 1500, 3000] {
        sleep(Duration::from_millis(moment)).await;
        platform.kill();
        platform.start(None);
    }
    let ready = platform.until_phase(&id, Phase::Ready).await;
    assert_eq!(ready.attempt, 1);
    assert_one_is_deployed(&platform, &id);

    platform.delete(&id).await;
    for moment in [200, 800, 2000] {
        sleep(Duration::from_millis(moment)).await;
        platform.kill();
        platform.start(None);
    }
    platform.until_gone(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn an_operator_that_is_asked_to_end_lets_helm_finish() {
    let mut platform = Platform::started(|_| {}).await;
    let id = platform.create("Orderly").await;
    platform
        .until(&id, "released", |view| {
            view.conditions.get(ConditionKind::ReleaseDeployed).state == State::InProgress
        })
        .await;
    assert_eq!(platform.stop(), Some(0));
    let revisions = platform.revisions(&id);
    assert!(revisions.iter().all(|revision| revision.ends_with(" deployed")), "{revisions:?}");
    platform.start(None);
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_release_whose_helm_was_killed_is_recovered() {
    let mut platform = Platform::new(|_| {}).await;
    // The real helm, killed for the first time it is used as soon as it has written down that it is at work.
    let folder = platform.folder().join("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let script = r#"#!/bin/sh
real=$(PATH=${PATH#*:} command -v helm)
once=$(dirname "$0")/once
if [ "$1" != upgrade ] || [ -e "$once" ]; then exec "$real" "$@"; fi
touch "$once"
while [ $# -gt 0 ]; do [ "$1" = --namespace ] && namespace=$2; args="$args $1"; shift; done
cat > "$once.values"
mkfifo "$once.seen"
kubectl get secrets -n "$namespace" --watch -o name > "$once.seen" & watch=$!
exec 3< "$once.seen"
# The store's own Secret is there before: once it is seen, so is what comes next, and at once. Until the pods are ready it is at work.
read -r _ <&3
"$real" $args --wait < "$once.values" & helm=$!
while read -r name <&3; do
  case $name in *helm.release*) kill -9 "$helm" "$watch"; break ;; esac
done
exit 137
"#;
    let helm = folder.join("helm");
    std::fs::write(&helm, script).unwrap();
    std::fs::set_permissions(&helm, std::fs::Permissions::from_mode(0o755)).unwrap();
    platform.start(Some(&folder));
    let id = platform.create("Locked").await;
    let ready = platform.until_phase(&id, Phase::Ready).await;
    let is_noted = ready.timeline.iter().any(
        |entry| matches!(&entry.what, TimelineKind::Note { text, .. } if text.contains("A helm was killed")),
    );
    assert!(is_noted, "{:#?}", ready.timeline);
    assert_one_is_deployed(&platform, &id);
    assert!(!platform.log().contains("another operation"));
}

/// Of the release one revision counts, and none is held to be at work any more. Others may have failed before it: a quota is charged for what
/// a helm was about to make when it was killed, and refuses the next one until it is counted anew.
fn assert_one_is_deployed(platform: &Platform, id: &StoreId) {
    let revisions = platform.revisions(id);
    let deployed = format!("{} deployed", id.release());
    assert_eq!(revisions.iter().filter(|revision| **revision == deployed).count(), 1, "{revisions:?}");
    assert!(revisions.iter().all(|revision| !revision.contains("pending")), "{revisions:?}");
}
