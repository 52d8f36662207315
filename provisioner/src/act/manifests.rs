//! What stands around a store's chart: the namespace, its fences and its limits.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Secret;
use serde_json::{Value, json};
use store::{Millis, Plan, StoreId, plan::Resources};

use crate::{
    config::{Config, Ingress, Tls},
    resource::{
        COMPONENT_LABEL, MANAGED_BY_LABEL, MANAGER, PLATFORM_LABEL, READY_ANNOTATION, STORE_LABEL, rfc3339,
    },
};

/// The Secret in the store's namespace that the chart reads.
pub const CREDENTIALS: &str = "credentials";
/// What limits the store, by its plan.
pub const PLAN: &str = "plan";
/// Components of the chart's pods.
pub const WEB: &str = "web";
pub const DATABASE: &str = "database";
const WEB_PORT: u16 = 8080;
const DATABASE_PORT: u16 = 3306;
/// The pod that cert-manager makes to prove whose a host is: its label, its value, and where it listens.
const SOLVER: (&str, &str) = ("acme.cert-manager.io/http01-solver", "true");
const SOLVER_PORT: u16 = 8089;
/// A host is proven by one, and another for the next certificate may come before it has gone. Their Services have node ports,
/// unless the issuer says otherwise; nothing leads from a node to the pod but what the policies let in.
const SOLVERS: u8 = 2;
/// The kinds of Secret with which images are pulled.
const PULL_SECRETS: [&str; 2] = ["kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"];

/// A ServiceAccount, as the one that is to be given rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub namespace: String,
}

impl Account {
    /// From the user name under which the API server knows it.
    pub fn parse(user: &str) -> Option<Self> {
        let (namespace, name) = user.strip_prefix("system:serviceaccount:")?.split_once(':')?;
        Some(Self { name: name.to_owned(), namespace: namespace.to_owned() })
    }
}

/// Labels of the namespace that say whose it is.
pub fn ownership(id: &StoreId, platform: &str) -> BTreeMap<String, String> {
    [(STORE_LABEL, id.as_str()), (PLATFORM_LABEL, platform), (MANAGED_BY_LABEL, MANAGER)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// The namespace, and the operator's rights in it. `account` is none where the operator has rights of its own. `ready`: when the shop in
/// it first answered.
pub fn namespace(
    id: &StoreId,
    config: &Config,
    account: Option<&Account>,
    ready: Option<Millis>,
) -> Vec<Value> {
    let mut labels = ownership(id, &config.namespace);
    for mode in ["enforce", "audit", "warn"] {
        labels.insert(format!("pod-security.kubernetes.io/{mode}"), "restricted".to_owned());
    }
    let annotations: BTreeMap<&str, String> =
        ready.into_iter().map(|ready| (READY_ANNOTATION, rfc3339(ready))).collect();
    let namespace = json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": { "name": id.namespace(), "labels": labels, "annotations": annotations },
    });
    let binding = account.filter(|_| !config.store_manager_role.is_empty()).map(|account| {
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": metadata(id, "store-manager"),
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": config.store_manager_role },
            "subjects": [{ "kind": "ServiceAccount", "name": account.name, "namespace": account.namespace }],
        })
    });
    std::iter::once(namespace).chain(binding).collect()
}

/// What the store may use at most. There is room for one more web pod while one is replaced, and for a job.
pub fn limits(id: &StoreId, plan: Plan, tls: &Tls) -> Vec<Value> {
    let size = plan.size();
    let node_ports = if tls.is_per_shop() { SOLVERS } else { 0 };
    let all = [size.web, CRON, size.database, size.web, CRON, JOB];
    let sum = |part: fn(&Resources) -> u32| all.iter().map(part).sum::<u32>();
    let largest = |part: fn(&Resources) -> u32| all.iter().map(part).max().unwrap_or_default();
    let quota = json!({
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata(id, PLAN),
        "spec": { "hard": {
            "requests.cpu": cpu(sum(|r| r.cpu_request)), "requests.memory": memory(sum(|r| r.memory_request)),
            "limits.cpu": cpu(sum(|r| r.cpu_limit)), "limits.memory": memory(sum(|r| r.memory_limit)),
            "requests.storage": gibibytes(size.uploads + size.database_volume),
            "persistentvolumeclaims": "2", "pods": "8", "count/jobs.batch": "8",
            "services.loadbalancers": "0", "services.nodeports": node_ports.to_string(),
        } },
    });
    let range = json!({
        "apiVersion": "v1", "kind": "LimitRange", "metadata": metadata(id, PLAN),
        "spec": { "limits": [{
            "type": "Container",
            "defaultRequest": { "cpu": cpu(JOB.cpu_request), "memory": memory(JOB.memory_request) },
            "default": { "cpu": cpu(JOB.cpu_limit), "memory": memory(JOB.memory_limit) },
            "max": { "cpu": cpu(largest(|r| r.cpu_limit)), "memory": memory(largest(|r| r.memory_limit)) },
        }] },
    });
    vec![quota, range]
}

/// What the chart gives the container beside the web server that calls the shop's scheduled tasks.
const CRON: Resources = Resources { cpu_request: 1, cpu_limit: 100, memory_request: 16, memory_limit: 32 };

/// A container that does not say what it needs, such as one that a person starts to look into something.
const JOB: Resources = Resources { cpu_request: 10, cpu_limit: 500, memory_request: 96, memory_limit: 256 };

/// Nothing in and nothing out, but for: the ingress controller to the web pods, these to the database and to the cluster's DNS;
/// and where certificates are issued for each shop, the ingress controller to the pod that proves whose the host is.
pub fn policies(id: &StoreId, ingress: &Ingress) -> Vec<Value> {
    let policy = |name: &str, spec: Value| json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata(id, name), "spec": spec });
    let pods = |component: &str| json!({ "matchLabels": { COMPONENT_LABEL: component } });
    let in_namespace = |name: &str| json!({ "matchLabels": { "kubernetes.io/metadata.name": name } });
    let controller = json!({ "namespaceSelector": in_namespace(&ingress.namespace), "podSelector": { "matchLabels": ingress.pod_labels } });
    let dns = json!({ "namespaceSelector": in_namespace("kube-system"), "podSelector": { "matchLabels": { "k8s-app": "kube-dns" } } });
    let database_ports = json!([{ "protocol": "TCP", "port": DATABASE_PORT }]);
    let solver = ingress.tls.is_per_shop().then(|| {
        policy(
            "certificate-solver",
            json!({
                "podSelector": { "matchLabels": { SOLVER.0: SOLVER.1 } }, "policyTypes": ["Ingress"],
                "ingress": [{ "from": [controller], "ports": [{ "protocol": "TCP", "port": SOLVER_PORT }] }],
            }),
        )
    });
    let always = [
        policy("deny-all", json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] })),
        policy(
            WEB,
            json!({
                "podSelector": pods(WEB), "policyTypes": ["Ingress", "Egress"],
                "ingress": [{ "from": [controller], "ports": [{ "protocol": "TCP", "port": WEB_PORT }] }],
                "egress": [
                    { "to": [{ "podSelector": pods(DATABASE) }], "ports": database_ports },
                    { "to": [dns], "ports": [{ "protocol": "UDP", "port": 53 }, { "protocol": "TCP", "port": 53 }] },
                ],
            }),
        ),
        policy(
            DATABASE,
            json!({
                "podSelector": pods(DATABASE), "policyTypes": ["Ingress"],
                "ingress": [{ "from": [{ "podSelector": pods(WEB) }], "ports": database_ports }],
            }),
        ),
    ];
    always.into_iter().chain(solver).collect()
}

/// What a Secret of the platform's is called in a store's namespace, where the chart's own has a fixed name.
pub fn pull_secret_name(name: &str) -> String {
    format!("pull-{name}")
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "The Secret {name} is of the type {kind}, with which no image can be pulled: make it with `kubectl create secret docker-registry`."
)]
pub struct NotForPulling {
    name: String,
    kind: String,
}

/// The copy of a Secret of the platform's with which the store's images are pulled.
pub fn pull_secret(id: &StoreId, name: &str, of_platform: &Secret) -> Result<Value, NotForPulling> {
    let kind = of_platform.type_.as_deref().unwrap_or("Opaque");
    if !PULL_SECRETS.contains(&kind) {
        return Err(NotForPulling { name: name.to_owned(), kind: kind.to_owned() });
    }
    let metadata = metadata(id, &pull_secret_name(name));
    Ok(
        json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind, "data": of_platform.data }),
    )
}

/// `data`: what the keys hold, in the clear.
pub fn credentials(id: &StoreId, data: &BTreeMap<String, String>) -> Value {
    json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata(id, CREDENTIALS), "type": "Opaque", "stringData": data })
}

fn metadata(id: &StoreId, name: &str) -> Value {
    json!({ "name": name, "namespace": id.namespace(), "labels": { STORE_LABEL: id, MANAGED_BY_LABEL: MANAGER } })
}

pub(crate) fn cpu(thousandths: u32) -> String {
    format!("{thousandths}m")
}

pub(crate) fn memory(mebibytes: u32) -> String {
    format!("{mebibytes}Mi")
}

pub(crate) fn gibibytes(number: u32) -> String {
    format!("{number}Gi")
}

#[cfg(test)]
mod tests {
    use store::plan::Size;

    use super::*;
    use crate::config::tests::example;

    fn id() -> StoreId {
        StoreId::parse("atelier-nord-x7k2q").unwrap()
    }

    #[test]
    fn a_namespace_says_whose_it_is_and_admits_restricted_pods_only() {
        let labels = &namespace(&id(), &example(), None, None)[0]["metadata"]["labels"];
        assert_eq!(labels[STORE_LABEL], "atelier-nord-x7k2q");
        assert_eq!(labels[PLATFORM_LABEL], "storeyard");
        assert_eq!(labels["pod-security.kubernetes.io/enforce"], "restricted");
    }

    #[test]
    fn the_operator_is_given_its_rights_in_the_namespace_only_if_it_is_a_service_account() {
        let account = Account::parse("system:serviceaccount:storeyard:storeyard-operator").unwrap();
        let manifests = namespace(&id(), &example(), Some(&account), None);
        assert_eq!(manifests[1]["roleRef"]["name"], "storeyard-store-manager");
        assert_eq!(manifests[1]["subjects"][0]["name"], "storeyard-operator");
        assert_eq!(namespace(&id(), &example(), None, None).len(), 1);
        assert_eq!(Account::parse("kubernetes-admin"), None);
    }

    #[test]
    fn every_plan_leaves_room_for_a_second_web_pod_and_a_job() {
        for plan in Plan::ALL {
            let size = plan.size();
            let quota = &limits(&id(), plan, &Tls::default())[0]["spec"]["hard"];
            let hard: u32 = quota["limits.memory"].as_str().unwrap().trim_end_matches("Mi").parse().unwrap();
            assert!(
                hard >= 2 * (size.web.memory_limit + CRON.memory_limit)
                    + size.database.memory_limit
                    + JOB.memory_limit,
                "{plan}"
            );
            assert_eq!(quota["services.loadbalancers"], "0");
        }
    }

    #[test]
    fn forty_small_stores_at_rest_fit_a_machine_of_two_cores_and_24_gib() {
        // What kubeadm's control plane, DNS, network, volumes, ingress and the platform itself ask for, with some to spare.
        const SYSTEM_CPU: u32 = 1000;
        const SYSTEM_MEMORY: u32 = 2048;
        // The set-up runs before the web server, with the same request, so the pod asks for the larger of the two.
        let Size { web, database, .. } = Plan::Small.size();
        let sum = |part: fn(&Resources) -> u32| [web, CRON, database].iter().map(part).sum::<u32>();
        assert!(40 * sum(|r| r.cpu_request) + SYSTEM_CPU <= 2000);
        assert!(40 * sum(|r| r.memory_request) + SYSTEM_MEMORY <= 24 * 1024);
    }

    #[test]
    fn a_store_is_promised_at_least_what_one_at_rest_was_measured_at() {
        let Size { web, database, .. } = Plan::Small.size();
        let sum = |part: fn(&Resources) -> u32| [web, CRON, database].iter().map(part).sum::<u32>();
        assert!(sum(|r| r.cpu_request) >= 4 && sum(|r| r.memory_request) >= 360);
    }

    #[test]
    fn the_chart_asks_for_the_scheduler_what_the_quota_counts() {
        let chart = include_str!("../../../charts/woocommerce/templates/wordpress.yaml");
        let resources = format!(
            "requests: {{cpu: {}, memory: {}}}\n            limits: {{cpu: {}, memory: {}}}",
            cpu(CRON.cpu_request),
            memory(CRON.memory_request),
            cpu(CRON.cpu_limit),
            memory(CRON.memory_limit)
        );
        assert!(chart.contains(&resources), "{resources}");
    }

    #[test]
    fn no_container_of_a_plan_is_above_its_own_maximum() {
        for plan in Plan::ALL {
            let max = &limits(&id(), plan, &Tls::default())[1]["spec"]["limits"][0]["max"];
            assert_eq!(
                max["memory"],
                memory(plan.size().web.memory_limit.max(plan.size().database.memory_limit))
            );
        }
    }

    #[test]
    fn nothing_reaches_a_store_but_the_ingress_controller() {
        let policies = policies(&id(), &example().ingress);
        assert_eq!(policies[0]["spec"], json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] }));
        let web = &policies[1]["spec"];
        let from = &web["ingress"][0]["from"];
        assert_eq!(from.as_array().map(Vec::len), Some(1));
        assert_eq!(from[0]["podSelector"]["matchLabels"]["app"], "traefik");
        assert_eq!(from[0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], "traefik");
        let database = &policies[2]["spec"];
        assert_eq!(
            database["ingress"][0]["from"],
            json!([{ "podSelector": { "matchLabels": { COMPONENT_LABEL: "web" } } }])
        );
        assert!(database.get("egress").is_none());
        assert_eq!(policies.len(), 3);
    }

    #[test]
    fn cert_manager_can_prove_whose_a_host_is_where_each_shop_has_a_certificate_of_its_own() {
        let mut ingress = example().ingress;
        let node_ports =
            |tls: &Tls| limits(&id(), Plan::Small, tls)[0]["spec"]["hard"]["services.nodeports"].clone();
        assert_eq!(node_ports(&ingress.tls), "0");
        ingress.tls.enabled = true;
        assert_ne!(node_ports(&ingress.tls), "0");
        let solver = &policies(&id(), &ingress)[3]["spec"];
        assert_eq!(solver["podSelector"]["matchLabels"]["acme.cert-manager.io/http01-solver"], "true");
        assert_eq!(solver["ingress"][0]["from"], policies(&id(), &ingress)[1]["spec"]["ingress"][0]["from"]);
        assert_eq!(solver["ingress"][0]["ports"][0]["port"], 8089);
        ingress.tls.secret_name = "wildcard".into();
        assert_eq!((node_ports(&ingress.tls), policies(&id(), &ingress).len()), (json!("0"), 3));
    }

    #[test]
    fn a_pull_secret_is_copied_with_its_type_and_another_is_refused() {
        let secret = |kind: &str| -> Secret {
            serde_json::from_value(json!({ "metadata": { "name": "registry" }, "type": kind, "data": { ".dockerconfigjson": "e30=" } })).unwrap()
        };
        let copy = pull_secret(&id(), "registry", &secret("kubernetes.io/dockerconfigjson")).unwrap();
        assert_eq!(copy["metadata"]["name"], "pull-registry");
        assert_eq!(copy["metadata"]["namespace"], "store-atelier-nord-x7k2q");
        assert_eq!(copy["data"][".dockerconfigjson"], "e30=");
        let refused = pull_secret(&id(), "token", &secret("kubernetes.io/service-account-token"));
        assert!(refused.unwrap_err().to_string().contains("docker-registry"));
    }
}
