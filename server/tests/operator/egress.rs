//! What becomes of a shop's own requests when it may reach the internet and when it may not, and of its node's disk when it fills that.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use store::{Egress, Phase, StoreId, Wish, view::PodState};
use tokio::time::sleep;

use crate::{
    host::{Host, reaches},
    platform::{Platform, ada},
};

/// Of an address block for documentation, so that it is nobody's.
const PUBLIC: &str = "198.51.100.10";

/// What becomes of a request that WordPress makes, and how long that takes.
fn asks(platform: &Platform, id: &StoreId) -> (String, Duration) {
    let ask = format!(
        "require '/usr/share/wordpress/wp-load.php'; $answer = wp_remote_get('https://{PUBLIC}/', ['timeout' => 8]); \
         echo is_wp_error($answer) ? $answer->get_error_code() : 'answered';"
    );
    let began = Instant::now();
    let namespace = id.namespace();
    let told = platform.kubectl(&[
        "exec",
        "-n",
        &namespace,
        "deploy/wordpress",
        "-c",
        "wordpress",
        "--",
        "php",
        "-r",
        &ask,
    ]);
    (told, began.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_shop_asks_the_internet_where_its_store_may_and_uses_no_more_of_the_nodes_disk_than_it_may() {
    let host = Host::new(PUBLIC, &[]);
    for listener in host.listen([443]) {
        thread::spawn(move || listener.incoming().for_each(drop));
    }
    let platform = Platform::started(|config| {
        config["egress"] = json!({ "default": "none", "maximum": "internet", "ports": [443] });
    })
    .await;
    let id = platform.create("Outward").await;
    platform.until_settled(&id).await;
    assert!(!reaches(&platform, &id, PUBLIC, 443));
    let (told, took) = asks(&platform, &id);
    assert_eq!(told, "http_request_not_executed", "WordPress knows that it is no use");
    assert!(took < Duration::from_secs(6), "{took:?}");

    platform.stores.change(&id, Wish::Egress(Egress::Internet), &ada()).await.unwrap();
    until(&platform, &id, Egress::Internet).await;
    assert!(reaches(&platform, &id, PUBLIC, 443));
    let (told, _) = asks(&platform, &id);
    assert_eq!(told, "http_request_failed", "it was tried: nobody speaks TLS there");

    fill_the_disk(&platform, &id).await;

    platform.stores.change(&id, Wish::Egress(Egress::None), &ada()).await.unwrap();
    until(&platform, &id, Egress::None).await;
    assert!(!reaches(&platform, &id, PUBLIC, 443));
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

/// Temporary files above what the pod may have, and a container that does not say how much it wants: both are put off the node, and the shop
/// comes back.
async fn fill_the_disk(platform: &Platform, id: &StoreId) {
    let namespace = id.namespace();
    let web = platform.kubectl(&["get", "pods", "-n", &namespace, "-l", WEB, "-o", "name"]);
    platform.apply(&greedy(platform, &namespace));
    let full = ["fallocate", "-l", "2G", "/tmp/full"];
    platform.kubectl(
        &[&["exec", "-n", &namespace, "deploy/wordpress", "-c", "wordpress", "--"][..], &full].concat(),
    );
    for pod in [web.trim(), "pod/greedy"] {
        let evicted = "--for=jsonpath={.status.reason}=Evicted";
        platform.kubectl(&["wait", "-n", &namespace, evicted, pod, "--timeout=150s"]);
    }
    platform.kubectl(&["delete", "-n", &namespace, "pod/greedy"]);
    let back = platform
        .until(id, "ready by another pod", |view| {
            view.summary.phase == Phase::Ready && view.pods.iter().all(|pod| pod.state == PodState::Ready)
        })
        .await;
    assert!(back.pods.iter().all(|pod| format!("pod/{}", pod.name) != web.trim()), "{:?}", back.pods);
}

const WEB: &str = "app.kubernetes.io/component=web";

/// Writes more than the namespace gives a container by itself.
fn greedy(platform: &Platform, namespace: &str) -> serde_json::Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "greedy", "namespace": namespace },
        "spec": {
            "restartPolicy": "Never", "terminationGracePeriodSeconds": 1, "automountServiceAccountToken": false,
            "securityContext": { "runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": { "type": "RuntimeDefault" } },
            "containers": [{
                "name": "greedy", "image": platform.cluster.images["wordpress"],
                "command": ["bash", "-c", "fallocate -l 1100M /var/tmp/full && exec sleep 600"],
                "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
            }],
        },
    })
}

/// Until the change has been made: one that has not begun looks like one that is over.
async fn until(platform: &Platform, id: &StoreId, egress: Egress) {
    let env = "jsonpath={.spec.template.spec.containers[?(@.name==\"wordpress\")].env[?(@.name==\"EGRESS\")].value}";
    let began = Instant::now();
    while platform.kubectl(&["get", "deployment", "wordpress", "-n", &id.namespace(), "-o", env])
        != egress.key()
    {
        assert!(began.elapsed() < crate::platform::LONG, "{}", platform.log());
        sleep(Duration::from_millis(300)).await;
    }
    platform.until_settled(id).await;
    platform.until_phase(id, Phase::Ready).await;
    // The pod of before is behind the fences of before, and may be the one that is asked as long as it ends.
    let namespace = id.namespace();
    // One that was put off its node stays in the list, as failed.
    let running = "--field-selector=status.phase=Running";
    let pods = ["get", "pods", "-n", &namespace, "-l", WEB, running, "-o", "name"];
    while platform.kubectl(&pods).lines().count() != 1 {
        assert!(began.elapsed() < crate::platform::LONG, "{}", platform.log());
        sleep(Duration::from_millis(300)).await;
    }
}
