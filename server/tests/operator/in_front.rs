//! TLS that ends before the ingress controller, as at a tunnel or a load balancer: an ingress controller of the test's own, which is told of
//! https and speaks http.

use serde_json::{Value, json};
use store::{ConditionKind, StoreId};
use tokio::time::{Instant, sleep};

use crate::platform::{LONG, Platform};

/// Where everything comes from that reaches a pod of the node.
const NEAR: &str = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16";
/// What the pods and the class are called.
const DEAF: &str = "deaf";
const TRUSTING: &str = "trusting";

/// What goes with the platform's namespace, though it is in none.
fn owned(platform: &Platform, mut object: Value) -> Value {
    let uid = platform.kubectl(&["get", "namespace", &platform.namespace, "-o", "jsonpath={.metadata.uid}"]);
    let owner = json!({ "apiVersion": "v1", "kind": "Namespace", "name": platform.namespace, "uid": uid });
    object["metadata"] = json!({ "name": platform.namespace, "ownerReferences": [owner] });
    object
}

fn start_controllers(platform: &Platform) {
    let (rbac, namespace) = ("rbac.authorization.k8s.io", &platform.namespace);
    platform.apply(&owned(
        platform,
        json!({
            "apiVersion": format!("{rbac}/v1"), "kind": "ClusterRoleBinding",
            "roleRef": { "apiGroup": rbac, "kind": "ClusterRole", "name": "traefik" },
            "subjects": [{ "kind": "ServiceAccount", "name": "default", "namespace": namespace }],
        }),
    ));
    platform.apply(&owned(
        platform,
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "IngressClass",
            "spec": { "controller": "traefik.io/ingress-controller" },
        }),
    ));
    let image = "jsonpath={.spec.template.spec.containers[0].image}";
    let image = platform.kubectl(&["get", "deployment", "traefik", "-n", "traefik", "-o", image]);
    for (name, believed) in [(DEAF, "192.0.2.1"), (TRUSTING, NEAR)] {
        let args = [
            "--entrypoints.web.address=:8000".to_owned(),
            format!("--entrypoints.web.forwardedheaders.trustedips={believed}"),
            "--providers.kubernetesingress".to_owned(),
            format!("--providers.kubernetesingress.ingressclass={namespace}"),
            "--global.checknewversion=false".to_owned(),
            "--global.sendanonymoususage=false".to_owned(),
        ];
        platform.apply(&json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": { "name": name, "namespace": namespace, "labels": { "app": "controller" } },
            "spec": { "containers": [{ "name": "traefik", "image": image, "imagePullPolicy": "Never", "args": args }] },
        }));
    }
    platform.kubectl(&["wait", "pods", "--all", "--for=condition=Ready", "-n", namespace, "--timeout=60s"]);
}

/// Where one of them speaks http.
fn address(platform: &Platform, name: &str) -> String {
    let ip =
        platform.kubectl(&["get", "pod", name, "-n", &platform.namespace, "-o", "jsonpath={.status.podIP}"]);
    format!("{ip}:8000")
}

/// What a visitor is answered, head and all, who came to what is in front by that scheme.
fn visit(platform: &Platform, id: &StoreId, path: &str, came_by: &str) -> String {
    let host = format!("store-{id}.localhost");
    let told = std::process::Command::new("curl")
        .args(["--silent", "--include", "--max-time", "20", "--header", &format!("Host: {host}")])
        .args(["--header", &format!("X-Forwarded-Proto: {came_by}")])
        .arg(format!("http://{}{path}", address(platform, TRUSTING)))
        .output()
        .unwrap();
    String::from_utf8_lossy(&told.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_shop_sells_over_https_that_ends_in_front_and_says_what_the_ingress_controller_has_to_believe() {
    let mut platform = Platform::new(|_| ()).await;
    start_controllers(&platform);
    let (deaf, trusting) = (address(&platform, DEAF), address(&platform, TRUSTING));
    let namespace = platform.namespace.clone();
    platform.change(|config| {
        config["scheme"] = json!("https");
        config["ingress"] = json!({
            "className": namespace, "address": deaf, "namespace": namespace, "podLabels": { "app": "controller" },
            "tls": { "enabled": false, "inFront": true },
        });
    });
    platform.start(None);
    let id = platform.create("Behind a Tunnel").await;
    let told = platform.until(&id, "told what is not believed", |view| {
        let told = view.conditions.iter().find(|(kind, _)| *kind == ConditionKind::StorefrontReachable);
        told.is_some_and(|(_, told)| told.message.contains("X-Forwarded-Proto"))
    });
    told.await;

    platform.stop();
    platform.change(|config| config["ingress"]["address"] = json!(trusting));
    platform.start(None);
    platform.until_settled(&id).await;
    let url = format!("https://store-{id}.localhost");
    let page = visit(&platform, &id, "/", "https");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains(&url), "{page}");
    assert!(!page.contains(&url.replace("https", "http")), "a link without TLS: {page}");
    assert!(page.to_lowercase().contains("strict-transport-security: max-age="), "{page}");
    let door = visit(&platform, &id, "/wp-login.php", "https,http");
    assert!(door.starts_with("HTTP/1.1 200"), "two proxies in a row: {door}");
    let cookies: Vec<&str> =
        door.lines().filter(|line| line.to_lowercase().starts_with("set-cookie:")).collect();
    assert!(
        !cookies.is_empty() && cookies.iter().all(|cookie| cookie.to_lowercase().contains("secure")),
        "{cookies:?}"
    );
    let began = Instant::now();
    loop {
        let led = visit(&platform, &id, "/wp-admin/?a=b", "http");
        if led.starts_with("HTTP/1.1 308") && led.contains(&format!("{url}/wp-admin/?a=b\r\n")) {
            break;
        }
        assert!(began.elapsed() < LONG, "{led}");
        sleep(std::time::Duration::from_millis(500)).await;
    }
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}
