//! A Store as the operator leaves it.

use serde_json::{Value, json};

const STEPS: [&str; 6] = [
    "NamespaceReady",
    "QuotaApplied",
    "CredentialsReady",
    "ReleaseDeployed",
    "WorkloadsReady",
    "StorefrontReachable",
];
/// When it was asked for, in milliseconds.
const ASKED: i64 = 1_790_000_000_000;

/// One that was made as it usually is, and whose steps are all in `state` now.
pub fn store(id: &str, name: &str, state: &str) -> Value {
    let mut conditions: Vec<Value> = STEPS
        .iter()
        .map(|kind| {
            json!({
                "type": kind, "status": "True", "reason": state, "message": "",
                "startedAt": "2026-09-21T14:13:20.000Z", "lastTransitionTime": "2026-09-21T14:13:21.000Z",
            })
        })
        .collect();
    conditions.push(json!({ "type": "Ready", "status": "True", "reason": "Ready", "message": "", "lastTransitionTime": "2026-09-21T14:13:38.000Z" }));
    json!({
        "metadata": {
            "name": id, "generation": 1, "labels": { "storeyard.dev/request": "00000000000000000000000000000000" },
            "annotations": { "storeyard.dev/requested-at": "2026-09-21T14:13:20.000Z" },
        },
        "spec": {
            "title": name, "engine": "woocommerce", "plan": "small",
            "admin": { "user": "ada", "email": "ada@atelier.example" },
        },
        "status": {
            "phase": "Ready", "phaseSince": "2026-09-21T14:13:38.000Z", "conditions": conditions, "removal": [], "attempt": 1,
            "pods": [
                { "name": "mariadb-0", "state": "ready", "detail": "" },
                { "name": "wordpress-5d8c7b9f6-x2k4q", "state": "ready", "detail": "" },
            ],
            "timeline": timeline(id), "timelineDropped": 0, "startedAt": "2026-09-21T14:13:20.004Z",
            "deadline": "2026-09-21T14:23:20.004Z", "readyAt": "2026-09-21T14:13:38.000Z", "observedGeneration": 1,
        },
    })
}

fn timeline(id: &str) -> Vec<Value> {
    let phase = |at: i64, phase: &str| json!({ "at": ASKED + at, "what": { "phase": { "phase": phase } } });
    let command = |at: i64, line: &str| json!({ "at": ASKED + at, "what": { "command": { "line": line, "took": 210, "exit": 0, "complaint": "" } } });
    let apply = "kubectl apply --server-side --force-conflicts --validate=ignore --field-manager storeyard -f - < <stdin: NetworkPolicies, Secret>";
    let helm = format!(
        "helm upgrade --install store-{id} /srv/storeyard/charts/woocommerce --namespace store-{id} --values - --reset-values --history-max 3 --labels storeyard-values=0123456789abcdef --timeout 90s --hide-notes < <stdin: values>"
    );
    vec![
        phase(0, "Queued"),
        phase(4, "Provisioning"),
        command(5, apply),
        command(300, apply),
        command(310, apply),
        command(600, &helm),
        phase(18_000, "Ready"),
        command(18_100, apply),
    ]
}
