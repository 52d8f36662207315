//! Certificates: that visitors are shown the right one, whoever brings it.

use std::{process::Command, time::Duration};

use rcgen::{CertifiedKey, KeyPair};
use serde_json::{Value, json};
use store::{ConditionKind, Phase, StoreId, Wish};
use tokio::time::{Instant, sleep};

use crate::platform::{LONG, Platform, ada};

/// What a pod of cert-manager's answers that proves whose a host is, and where.
const PROOF: &str = "a-token.a-thumbprint";
const CHALLENGE: &str = "/.well-known/acme-challenge/a-token";
/// Two labels, since a wildcard needs them behind it, and other ones in each test: the ingress shows any certificate that it has for a name,
/// also one of a test beside this.
type Domain = &'static str;

fn wildcard(domain: Domain) -> CertifiedKey<KeyPair> {
    rcgen::generate_simple_self_signed([format!("*.{domain}")]).unwrap()
}

/// A platform over https that trusts these, and what differs from test to test.
async fn platform(
    domain: Domain,
    trusted: &[&CertifiedKey<KeyPair>],
    change: impl FnOnce(&mut Value),
) -> Platform {
    let mut platform = Platform::new(|_| ()).await;
    let authorities = platform.folder().join("authorities.crt");
    let pem: String = trusted.iter().map(|certificate| certificate.cert.pem()).collect();
    std::fs::write(&authorities, pem).unwrap();
    platform.change(|config| {
        config["domainSuffix"] = json!(domain);
        config["scheme"] = json!("https");
        config["ingress"]["address"] = json!("127.0.0.1:443");
        config["ingress"]["annotations"] = json!({ "traefik.ingress.kubernetes.io/router.tls": "true" });
        config["ingress"]["tls"] = json!({ "enabled": true, "caFile": authorities });
        change(config);
    });
    platform.start(None);
    platform
}

/// The platform's Secret, as `kubectl create secret tls` makes it.
fn secret(platform: &Platform, certificate: &CertifiedKey<KeyPair>) -> Value {
    tls_secret(&json!({ "name": "wildcard", "namespace": platform.namespace }), certificate)
}

/// The store's own, as cert-manager makes it.
fn issue(platform: &Platform, id: &StoreId, certificate: &CertifiedKey<KeyPair>) {
    let by = json!({ "cert-manager.io/issuer-name": "letsencrypt" });
    let metadata =
        json!({ "name": format!("store-{id}-tls"), "namespace": id.namespace(), "annotations": by });
    platform.apply(&tls_secret(&metadata, certificate));
}

fn tls_secret(metadata: &Value, certificate: &CertifiedKey<KeyPair>) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": metadata,
        "stringData": { "tls.crt": certificate.cert.pem(), "tls.key": certificate.signing_key.serialize_pem() },
    })
}

/// Whether a visitor who trusts nothing else is shown that certificate, and the shop.
fn is_shown(platform: &Platform, host: &str, certificate: &CertifiedKey<KeyPair>) -> bool {
    told(platform, host, certificate) == "200"
}

/// The status that a visitor is told who trusts nothing else than that certificate: 000 where it is another.
fn told(platform: &Platform, host: &str, certificate: &CertifiedKey<KeyPair>) -> String {
    let file = platform.folder().join("trusted.crt");
    std::fs::write(&file, certificate.cert.pem()).unwrap();
    let told = Command::new("curl")
        .args(["--silent", "--output", "/dev/null", "--max-time", "10", "--write-out", "%{http_code}"])
        .args(["--resolve", &format!("{host}:443:127.0.0.1"), &format!("https://{host}/"), "--cacert"])
        .arg(&file)
        .output()
        .unwrap();
    String::from_utf8_lossy(&told.stdout).into_owned()
}

async fn until_shown(platform: &Platform, host: &str, certificate: &CertifiedKey<KeyPair>) {
    let began = Instant::now();
    while !is_shown(platform, host, certificate) {
        assert!(began.elapsed() < LONG, "the certificate is not shown\n{}", platform.log());
        sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn one_certificate_of_the_platforms_is_every_shops_and_so_is_the_one_that_follows_it() {
    let domain = "all.localhost";
    let (first, next) = (wildcard(domain), wildcard(domain));
    let platform = platform(domain, &[&first, &next], |config| {
        config["ingress"]["tls"]["secretName"] = json!("wildcard");
        config["checkSeconds"] = json!(2);
    })
    .await;

    let id = platform.create("One of Many").await;
    let missing = platform.until(&id, "told what is missing", |view| {
        let told = view.conditions.iter().find(|(kind, _)| *kind == ConditionKind::CredentialsReady);
        told.is_some_and(|(_, told)| told.message.contains("The Secret wildcard"))
    });
    assert_ne!(missing.await.summary.phase, Phase::Failed);
    platform.apply(&secret(&platform, &first));
    platform.until_settled(&id).await;
    let host = host_of(&id, domain);
    assert!(is_shown(&platform, &host, &first) && !is_shown(&platform, &host, &next));

    platform.apply(&secret(&platform, &next));
    until_shown(&platform, &host, &next).await;

    platform.kubectl(&["delete", "secret", "certificate", "-n", &id.namespace()]);
    until_shown(&platform, &host, &next).await;
    let found = || platform.kubectl(&["get", "secrets", "-n", &id.namespace(), "-o", "name"]);
    let began = Instant::now();
    while !found().contains("secret/certificate") {
        assert!(began.elapsed() < LONG, "the copy does not come back\n{}", platform.log());
        sleep(Duration::from_millis(500)).await;
    }
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

/// As cert-manager has it for HTTP-01: a pod, a Service of a node port, and a path of the host.
fn prove(platform: &Platform, id: &StoreId, domain: Domain) {
    let image = "jsonpath={.spec.template.spec.containers[0].image}";
    let image = platform.kubectl(&["get", "deployment", "wordpress", "-n", &id.namespace(), "-o", image]);
    let metadata = json!({
        "name": "cm-acme-http-solver", "namespace": id.namespace(),
        "labels": { "acme.cert-manager.io/http01-solver": "true" },
    });
    let answer = format!("<?php echo '{PROOF}';");
    platform.apply(&json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
        "spec": {
            "automountServiceAccountToken": false,
            "securityContext": { "runAsNonRoot": true, "runAsUser": 33, "seccompProfile": { "type": "RuntimeDefault" } },
            "containers": [{
                "name": "acmesolver", "image": image,
                "command": ["sh", "-c", "printf %s \"$ANSWER\" > /tmp/answer.php && exec php -S 0.0.0.0:8089 /tmp/answer.php"],
                "env": [{ "name": "ANSWER", "value": answer }],
                "ports": [{ "containerPort": 8089 }],
                "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
                "volumeMounts": [{ "name": "tmp", "mountPath": "/tmp" }],
            }],
            "volumes": [{ "name": "tmp", "emptyDir": {} }],
        },
    }));
    platform.apply(&json!({
        "apiVersion": "v1", "kind": "Service", "metadata": metadata,
        "spec": { "type": "NodePort", "selector": metadata["labels"], "ports": [{ "port": 8089 }] },
    }));
    let backend = json!({ "service": { "name": "cm-acme-http-solver", "port": { "number": 8089 } } });
    platform.apply(&json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata,
        "spec": { "ingressClassName": "traefik", "rules": [{
            "host": host_of(id, domain), "http": { "paths": [{ "path": CHALLENGE, "pathType": "ImplementationSpecific", "backend": backend }] },
        }] },
    }));
}

async fn until_proven(id: &StoreId, domain: Domain) {
    let began = Instant::now();
    let address = format!("http://127.0.0.1{CHALLENGE}");
    let mut said = String::new();
    while said != PROOF {
        assert!(began.elapsed() < LONG, "the ingress does not lead to what proves whose the host is: {said}");
        sleep(Duration::from_millis(500)).await;
        let host = format!("Host: {}", host_of(id, domain));
        let told =
            Command::new("curl").args(["--silent", "--max-time", "5", "--header", &host, &address]).output();
        said = String::from_utf8_lossy(&told.unwrap().stdout).into_owned();
    }
}

fn host_of(id: &StoreId, domain: Domain) -> String {
    format!("store-{id}.{domain}")
}

async fn until_named(platform: &Platform, id: &StoreId, kind: ConditionKind, secret: &str) {
    let named = |view: &store::StoreView| {
        let told = view.conditions.iter().find(|(told, _)| *told == kind);
        told.is_some_and(|(_, told)| told.message.contains(secret))
    };
    platform.until(id, "told which certificate it waits for", named).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_store_waits_for_the_certificate_that_cert_manager_is_to_bring_and_says_so() {
    let domain = "proven.localhost";
    let issued = wildcard(domain);
    let platform = platform(domain, &[&issued], |_| ()).await;
    let id = platform.create("Proven").await;
    until_named(&platform, &id, ConditionKind::StorefrontReachable, &format!("the Secret store-{id}-tls"))
        .await;
    prove(&platform, &id, domain);
    until_proven(&id, domain).await;
    issue(&platform, &id, &issued);
    platform.until_settled(&id).await;
    let host = host_of(&id, domain);
    assert!(is_shown(&platform, &host, &issued));

    platform.stores.change(&id, Wish::Suspend, &ada()).await.unwrap();
    platform.until_phase(&id, Phase::Suspended).await;
    let began = Instant::now();
    while is_shown(&platform, &host, &issued) {
        assert!(began.elapsed() < LONG, "a shop that is suspended answers\n{}", platform.log());
        sleep(Duration::from_millis(500)).await;
    }
    assert_ne!(
        told(&platform, &host, &issued),
        "000",
        "what says that it is suspended is shown under another"
    );
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_certificate_outlives_the_try_that_failed_and_is_the_next_ones() {
    let domain = "twice.localhost";
    let issued = wildcard(domain);
    let mut right = Value::Null;
    let mut platform = platform(domain, &[&issued], |config| {
        let image = &mut config["engines"]["woocommerce"]["images"]["wordpress"];
        right = std::mem::replace(image, json!("localhost/nowhere:1"));
        config["deadlineSeconds"] = json!(15);
    })
    .await;
    let id = platform.create("Tried Twice").await;
    platform
        .until(&id, "given its limits", |view| {
            view.conditions
                .iter()
                .any(|(kind, told)| kind == ConditionKind::CredentialsReady && told.state.is_over())
        })
        .await;
    issue(&platform, &id, &issued);
    platform.until(&id, "failed", |view| view.summary.phase == Phase::Failed).await;
    assert_eq!(
        platform.kubectl(&["get", "namespace", &id.namespace(), "--ignore-not-found", "-o", "name"]),
        ""
    );

    platform.stop();
    platform.change(|config| {
        config["engines"]["woocommerce"]["images"]["wordpress"] = right;
        config["deadlineSeconds"] = json!(110);
    });
    platform.start(None);
    platform.stores.retry(&id, &ada()).await.unwrap();
    // What is seen of it may still be that it failed.
    platform.until(&id, "Ready", |view| view.summary.phase == Phase::Ready).await;
    platform.until_settled(&id).await;
    assert!(is_shown(&platform, &host_of(&id, domain), &issued), "another one would have to be issued");
    platform.delete(&id).await;
    platform.until_gone(&id).await;
    let left = platform.kubectl(&["get", "secrets", "-n", &platform.namespace, "-o", "name"]);
    assert!(!left.contains("-certificate"), "{left}");
}
