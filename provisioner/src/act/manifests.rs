//! What stands around a store's chart: the namespace, its fences and its limits.

use std::{collections::BTreeMap, fmt};

use engine::{
    Engine, Part, Resources, Sizes,
    size::{Amounts, Cpu, EphemeralStorage, Memory},
    values::amounts,
};
use k8s_openapi::api::core::v1::Secret;
use serde_json::{Value, json};
use store::{Egress, Millis, StoreId, mail::MailPort};

use crate::{
    config::{Config, EgressRules, Tls},
    relay::Relay,
    resource::{
        MAIL_VERSION_ANNOTATION, MANAGED_BY_LABEL, MANAGER, Outward, PLATFORM_LABEL, READY_ANNOTATION,
        STORE_LABEL, rfc3339,
    },
};

/// The Secret in the store's namespace that the chart reads.
pub const CREDENTIALS: &str = "credentials";
/// What limits the store, by its plan.
pub const PLAN: &str = "plan";
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

/// What the store may use at most. There is room for one more of its largest pods, while one is replaced, and for a job.
pub fn limits(id: &StoreId, engine: &Engine, sizes: &Sizes, tls: &Tls) -> Vec<Value> {
    let node_ports = if tls.is_per_shop() { SOLVERS } else { 0 };
    let pods: Vec<Vec<Resources>> = engine.parts.iter().map(|part| part.containers(sizes)).collect();
    let sum = |of: fn(&Resources) -> u32| {
        let pods = || pods.iter().map(|pod| pod.iter().map(of).sum::<u32>());
        pods().sum::<u32>() + pods().max().unwrap_or_default() + of(&JOB)
    };
    let largest =
        |of: fn(&Resources) -> u32| pods.iter().flatten().chain([&JOB]).map(of).max().unwrap_or_default();
    let quota = json!({
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata(id, PLAN),
        "spec": { "hard": {
            "requests.cpu": Cpu(sum(|r| r.requests.cpu.0)).to_string(),
            "requests.memory": Memory(sum(|r| r.requests.memory.0)).to_string(),
            "limits.cpu": Cpu(sum(|r| r.limits.cpu.0)).to_string(),
            "limits.memory": Memory(sum(|r| r.limits.memory.0)).to_string(),
            "requests.ephemeral-storage": EphemeralStorage(sum(|r| on_disk(r.requests, JOB.requests))).to_string(),
            "limits.ephemeral-storage": EphemeralStorage(sum(|r| on_disk(r.limits, JOB.limits))).to_string(),
            "requests.storage": sizes.disk().to_string(),
            "persistentvolumeclaims": sizes.volumes.len().to_string(),
            "pods": (2 * pods.len() + MORE_PODS).to_string(), "count/jobs.batch": JOBS.to_string(),
            "services.loadbalancers": "0", "services.nodeports": node_ports.to_string(),
        } },
    });
    let range = json!({
        "apiVersion": "v1", "kind": "LimitRange", "metadata": metadata(id, PLAN),
        "spec": { "limits": [{
            "type": "Container",
            "defaultRequest": amounts(&JOB.requests),
            "default": amounts(&JOB.limits),
            "max": {
                "cpu": Cpu(largest(|r| r.limits.cpu.0)).to_string(),
                "memory": Memory(largest(|r| r.limits.memory.0)).to_string(),
                "ephemeral-storage": EphemeralStorage(largest(|r| on_disk(r.limits, JOB.limits))).to_string(),
            },
        }] },
    });
    vec![quota, range]
}

/// What of the node's own disk a container has, which is the namespace's default where its engine does not say.
fn on_disk(amounts: Amounts, default: Amounts) -> u32 {
    amounts.ephemeral_storage.or(default.ephemeral_storage).map_or(0, |storage| storage.0)
}

/// A container that does not say what it needs, such as one that a person starts to look into something.
const JOB: Resources = Resources {
    requests: Amounts { cpu: Cpu(10), memory: Memory(96), ephemeral_storage: Some(EphemeralStorage(16)) },
    limits: Amounts { cpu: Cpu(500), memory: Memory(256), ephemeral_storage: Some(EphemeralStorage(1024)) },
};
const JOBS: u8 = 8;
/// Pods beside a second one of each part: jobs, and what proves whose the host is.
const MORE_PODS: usize = 4;

/// Nothing in and nothing out, but for: the ingress controller to what is public, each part to those it reaches and then to the cluster's
/// DNS; where the store may reach the internet, the parts that need it to public addresses; what sends mail to the server that takes it,
/// where it is said where that is; and where certificates are issued for each
/// shop, the ingress controller to the pod that proves whose the host is.
pub fn policies(id: &StoreId, engine: &Engine, outward: Outward<'_>, config: &Config) -> Vec<Value> {
    let ingress = &config.ingress;
    let policy = |name: &str, spec: Value| json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata(id, name), "spec": spec });
    let pods = |part: &Part| json!({ "podSelector": { "matchLabels": part.labels } });
    let controller = json!({ "namespaceSelector": in_namespace(&ingress.namespace), "podSelector": { "matchLabels": ingress.pod_labels } });
    let dns = json!({
        "to": [{ "namespaceSelector": in_namespace("kube-system"), "podSelector": { "matchLabels": { "k8s-app": "kube-dns" } } }],
        "ports": [{ "protocol": "UDP", "port": 53 }, { "protocol": "TCP", "port": 53 }],
    });
    let of_part = |part: &Part| {
        let visitors = part.public.then(|| controller.clone());
        let from: Vec<Value> = visitors.into_iter().chain(engine.reaching(part).map(pods)).collect();
        let reached = part.reaches.iter().filter_map(|name| engine.part(name));
        let to: Vec<Value> = reached
            .filter_map(|other| Some(json!({ "to": [pods(other)], "ports": [tcp(other.port?)] })))
            .collect();
        let mut spec = json!({ "podSelector": { "matchLabels": part.labels }, "policyTypes": ["Ingress"] });
        if let Some(port) = part.port.filter(|_| !from.is_empty()) {
            spec["ingress"] = json!([{ "from": from, "ports": [tcp(port)] }]);
        }
        let internet = (part.egress && outward.egress == Egress::Internet).then(|| internet(&config.egress));
        let mail = outward.mail.filter(|_| part.mail).map(mail);
        let beyond = internet.into_iter().flatten().chain(mail.into_iter().flatten());
        let to: Vec<Value> = to.into_iter().chain(beyond).collect();
        if !to.is_empty() {
            spec["policyTypes"] = json!(["Ingress", "Egress"]);
            spec["egress"] = to.into_iter().chain([dns.clone()]).collect();
        }
        policy(&part.name, spec)
    };
    let solver = ingress.tls.is_per_shop().then(|| {
        policy(
            "certificate-solver",
            json!({
                "podSelector": { "matchLabels": { SOLVER.0: SOLVER.1 } }, "policyTypes": ["Ingress"],
                "ingress": [{ "from": [controller], "ports": [tcp(SOLVER_PORT)] }],
            }),
        )
    });
    let nobody = policy("deny-all", json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] }));
    std::iter::once(nobody).chain(engine.parts.iter().map(of_part)).chain(solver).collect()
}

/// What is nobody's on the internet: private, shared, link-local, loopback, multicast and reserved addresses, and those of the sixth version in
/// which one of the fourth hides (RFC 6890, RFC 6598, RFC 6052). A cloud's metadata is link-local. What is mapped from the fourth goes as that.
#[rustfmt::skip]
const NOT_PUBLIC: [&str; 16] = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "::/96", "64:ff9b::/96", "64:ff9b:1::/48",
    "fc00::/7", "fe80::/10", "ff00::/8",
];

/// Public addresses of each version of the protocol, at the platform's ports.
fn internet(rules: &EgressRules) -> [Value; 2] {
    let closed =
        || NOT_PUBLIC.iter().map(ToString::to_string).chain(rules.closed.iter().map(ToString::to_string));
    ["0.0.0.0/0", "::/0"].map(|all| {
        let is_of_version = |block: &String| block.contains(':') == all.contains(':');
        let except: Vec<String> = closed().filter(is_of_version).collect();
        let ports: Vec<Value> = rules.ports.iter().map(|port| tcp(*port)).collect();
        json!({ "to": [{ "ipBlock": { "cidr": all, "except": except } }], "ports": ports })
    })
}

/// To the mail server: to the addresses that are named, and to pods of this cluster at their own port.
fn mail(relay: &Relay) -> Vec<Value> {
    let to = &relay.to;
    let blocks: Vec<Value> = to.cidrs.iter().map(|cidr| json!({ "ipBlock": { "cidr": cidr } })).collect();
    let at = |peers: Vec<Value>, port: MailPort| json!({ "to": peers, "ports": [tcp(port.get())] });
    let pods = json!({ "namespaceSelector": in_namespace(&to.namespace), "podSelector": { "matchLabels": to.pod_labels } });
    let addresses = (!blocks.is_empty()).then(|| at(blocks, relay.port));
    let pods = (!to.namespace.is_empty()).then(|| at(vec![pods], to.pod_port.unwrap_or(relay.port)));
    addresses.into_iter().chain(pods).collect()
}

fn in_namespace(name: &str) -> Value {
    json!({ "matchLabels": { "kubernetes.io/metadata.name": name } })
}

fn tcp(port: u16) -> Value {
    json!({ "protocol": "TCP", "port": port })
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

/// What a store's own Secret holds.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// In the clear.
    pub data: BTreeMap<String, String>,
    /// Of the Secret that the mail server's user and password come from.
    pub mail_version: Option<String>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.data.keys()).finish()
    }
}

pub fn credentials(id: &StoreId, keys: &Keys) -> Value {
    let mut metadata = metadata(id, CREDENTIALS);
    if let Some(version) = &keys.mail_version {
        metadata["annotations"] = json!({ MAIL_VERSION_ANNOTATION: version });
    }
    json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "stringData": keys.data })
}

pub(super) fn metadata(id: &StoreId, name: &str) -> Value {
    json!({ "name": name, "namespace": id.namespace(), "labels": { STORE_LABEL: id, MANAGED_BY_LABEL: MANAGER } })
}

#[cfg(test)]
mod tests {
    use store::PlanName;

    use super::*;
    use crate::{
        config::tests::{engine_of, example},
        relay::tests::relay,
    };

    fn engine() -> Engine {
        engine_of(&mut example()).definition.clone()
    }

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
        let engine = engine();
        for (plan, sizes) in &engine.plans {
            let quota = &limits(&id(), &engine, sizes, &Tls::default())[0]["spec"]["hard"];
            let hard: Memory = quota["limits.memory"].as_str().unwrap().parse().unwrap();
            let pod = |name: &str| engine.part(name).unwrap().containers(sizes);
            let twice = pod("web").into_iter().chain(pod("web")).chain(pod("database"));
            let containers: Vec<Resources> = twice.chain([JOB]).collect();
            let asked: u32 = containers.iter().map(|container| container.limits.memory.0).sum();
            assert!(hard.0 >= asked, "{plan}");
            let hard: EphemeralStorage = quota["limits.ephemeral-storage"].as_str().unwrap().parse().unwrap();
            let asked: u32 = containers.iter().map(|container| on_disk(container.limits, JOB.limits)).sum();
            assert!(hard.0 >= asked, "{plan}");
            assert_eq!(quota["services.loadbalancers"], "0");
        }
    }

    #[test]
    fn every_chart_has_room_for_a_second_pod_of_all_that_visitors_reach() {
        type Measure = (&'static str, fn(&Resources) -> u32);
        const MEASURES: [Measure; 4] = [
            ("requests.cpu", |r| r.requests.cpu.0),
            ("requests.memory", |r| r.requests.memory.0),
            ("limits.cpu", |r| r.limits.cpu.0),
            ("limits.memory", |r| r.limits.memory.0),
        ];
        let charts = std::fs::read_dir("../charts").unwrap().map(|entry| entry.unwrap().path());
        let texts = charts.filter_map(|chart| std::fs::read_to_string(chart.join("engine.yaml")).ok());
        let engines: Vec<Engine> = texts.map(|text| Engine::parse(&text).unwrap()).collect();
        assert!(engines.len() > 1);
        for engine in &engines {
            for (plan, sizes) in &engine.plans {
                let quota = &limits(&id(), engine, sizes, &Tls::default())[0]["spec"]["hard"];
                for (name, of) in MEASURES {
                    let sum = |parts: &mut dyn Iterator<Item = &Part>| -> u32 {
                        parts.flat_map(|part| part.containers(sizes)).map(|container| of(&container)).sum()
                    };
                    let asked = sum(&mut engine.parts.iter())
                        + sum(&mut engine.parts.iter().filter(|part| part.public));
                    let hard = quota[name].as_str().unwrap().trim_end_matches(char::is_alphabetic);
                    assert!(hard.parse::<u32>().unwrap() >= asked, "{} {plan} {name}", engine.admin_path);
                }
            }
        }
    }

    /// What a small store asks for.
    fn small(of: fn(&Resources) -> u32) -> u32 {
        let engine = engine();
        // The set-up runs before the web server, with the same request, so the pod asks for the larger of the two.
        let sizes = &engine.plans[&PlanName::Small];
        engine.parts.iter().flat_map(|part| part.containers(sizes)).map(|container| of(&container)).sum()
    }

    #[test]
    fn forty_small_stores_at_rest_fit_a_machine_of_two_cores_and_24_gib() {
        // What kubeadm's control plane, DNS, network, volumes, ingress and the platform itself ask for, with some to spare.
        const SYSTEM_CPU: u32 = 1000;
        const SYSTEM_MEMORY: u32 = 2048;
        assert!(40 * small(|r| r.requests.cpu.0) + SYSTEM_CPU <= 2000);
        assert!(40 * small(|r| r.requests.memory.0) + SYSTEM_MEMORY <= 24 * 1024);
    }

    #[test]
    fn a_store_is_promised_at_least_what_one_at_rest_was_measured_at() {
        assert!(small(|r| r.requests.cpu.0) >= 4 && small(|r| r.requests.memory.0) >= 360);
    }

    #[test]
    fn the_chart_asks_for_the_scheduler_what_the_quota_counts() {
        let chart = include_str!("../../../charts/woocommerce/templates/wordpress.yaml");
        let engine = engine();
        let Resources { requests, limits } = engine.part("web").unwrap().helpers[0].resources;
        let resources = format!(
            "requests: {{cpu: {}, memory: {}, ephemeral-storage: {}}}\n            limits: {{cpu: {}, memory: {}, ephemeral-storage: {}}}",
            requests.cpu,
            requests.memory,
            requests.ephemeral_storage.unwrap(),
            limits.cpu,
            limits.memory,
            limits.ephemeral_storage.unwrap()
        );
        assert!(chart.contains(&resources), "{resources}");
    }

    #[test]
    fn no_container_of_a_plan_is_above_its_own_maximum() {
        let engine = engine();
        for sizes in engine.plans.values() {
            let max = &limits(&id(), &engine, sizes, &Tls::default())[1]["spec"]["limits"][0]["max"];
            let max: Memory = max["memory"].as_str().unwrap().parse().unwrap();
            assert!(sizes.parts.values().all(|part| part.limits.memory <= max));
        }
    }

    #[test]
    fn a_container_that_does_not_say_what_it_leaves_on_the_nodes_disk_has_the_default() {
        let mut engine = engine();
        let silent = |resources: &mut Resources| {
            resources.requests.ephemeral_storage = None;
            resources.limits.ephemeral_storage = None;
        };
        for part in &mut engine.parts {
            part.helpers.iter_mut().for_each(|helper| silent(&mut helper.resources));
        }
        let mut sizes = engine.plans[&PlanName::Small].clone();
        sizes.parts.values_mut().for_each(silent);
        let [quota, range] = <[Value; 2]>::try_from(limits(&id(), &engine, &sizes, &Tls::default())).unwrap();
        assert_eq!(range["spec"]["limits"][0]["default"]["ephemeral-storage"], "1024Mi");
        // Three containers, the larger pod's two again, and a job.
        assert_eq!(quota["spec"]["hard"]["limits.ephemeral-storage"], "6144Mi");
    }

    #[test]
    fn a_larger_plan_has_more_of_everything() {
        let engine = engine();
        let plans: Vec<&Sizes> = engine.plans.values().collect();
        assert_eq!(plans.len(), PlanName::ALL.len());
        for pair in plans.windows(2) {
            for (less, more) in pair[0].parts.values().zip(pair[1].parts.values()) {
                assert!(less.requests.cpu < more.requests.cpu && less.limits.memory < more.limits.memory);
            }
            assert!(pair[0].volumes.values().zip(pair[1].volumes.values()).all(|(less, more)| less < more));
        }
    }

    #[test]
    fn nothing_reaches_a_store_but_the_ingress_controller() {
        let policies = policies(&id(), &engine(), Outward::default(), &example());
        let spec = |name: &str| {
            let named = policies.iter().find(|policy| policy["metadata"]["name"] == name);
            named.unwrap()["spec"].clone()
        };
        assert_eq!(spec("deny-all"), json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] }));
        let from = &spec("web")["ingress"][0]["from"];
        assert_eq!(from.as_array().map(Vec::len), Some(1));
        assert_eq!(from[0]["podSelector"]["matchLabels"]["app"], "traefik");
        assert_eq!(from[0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], "traefik");
        let database = spec("database");
        assert_eq!(
            database["ingress"],
            json!([{
                "from": [{ "podSelector": { "matchLabels": { "app.kubernetes.io/component": "web" } } }],
                "ports": [{ "protocol": "TCP", "port": 3306 }],
            }])
        );
        assert!(database.get("egress").is_none());
        assert_eq!(policies.len(), 3);
    }

    #[test]
    fn a_part_that_reaches_nothing_goes_nowhere_and_one_that_reaches_something_may_ask_for_its_address() {
        let policies = policies(&id(), &engine(), Outward::default(), &example());
        let goes_out = |policy: &&Value| policy["spec"]["egress"].is_array();
        let names: Vec<&Value> =
            policies.iter().filter(goes_out).map(|policy| &policy["metadata"]["name"]).collect();
        assert_eq!(names, ["web"]);
        let web = policies.iter().find(goes_out).unwrap();
        assert_eq!(web["spec"]["egress"][0]["ports"][0]["port"], 3306);
        assert_eq!(web["spec"]["egress"][1]["ports"][0]["port"], 53);
    }

    #[test]
    fn a_store_that_may_reach_the_internet_reaches_public_addresses_at_the_platforms_ports_and_only_where_a_part_needs_it()
     {
        let mut config = example();
        config.egress.ports = vec![443, 587];
        config.egress.closed = vec!["203.0.113.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
        let rules = |name: &str| {
            let policies =
                policies(&id(), &engine(), Outward { egress: Egress::Internet, mail: None }, &config);
            let policy = policies.iter().find(|policy| policy["metadata"]["name"] == name).unwrap();
            policy["spec"]["egress"].as_array().cloned().unwrap_or_default()
        };
        assert_eq!(rules("database"), Vec::<Value>::new());
        let web = rules("web");
        let [four, six] = ["0.0.0.0/0", "::/0"]
            .map(|all| web.iter().find(|rule| rule["to"][0]["ipBlock"]["cidr"] == all).unwrap().clone());
        for rule in [&four, &six] {
            assert_eq!(rule["ports"], json!([tcp(443), tcp(587)]));
        }
        let closes = |rule: &Value, address: &str| {
            let address: std::net::IpAddr = address.parse().unwrap();
            let except = rule["to"][0]["ipBlock"]["except"].as_array().unwrap();
            except.iter().any(|net| net.as_str().unwrap().parse::<ipnet::IpNet>().unwrap().contains(&address))
        };
        for address in [
            "10.96.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "203.0.113.9",
        ] {
            assert!(closes(&four, address), "{address}");
        }
        for address in ["::1", "64:ff9b::a00:1", "fd00::1", "fe80::1", "ff02::1", "2001:db8::1"] {
            assert!(closes(&six, address), "{address}");
        }
        assert!(!closes(&four, "198.51.100.7") && !closes(&six, "2600::1"));
        assert!(web.iter().any(|rule| rule["ports"][0]["port"] == 53), "names are asked for");
    }

    #[test]
    fn what_sends_mail_reaches_the_server_at_its_port_and_nobody_else_does() {
        let rules = |relay: &Relay, name: &str| {
            let outward = Outward { egress: Egress::None, mail: Some(relay) };
            let policies = policies(&id(), &engine(), outward, &example());
            let policy = policies.into_iter().find(|policy| policy["metadata"]["name"] == name).unwrap();
            policy["spec"]["egress"].as_array().cloned().unwrap_or_default()
        };
        let near = relay(&json!({ "to": { "cidrs": ["192.0.2.7/32", "2001:db8::7/128"] } }));
        let web = rules(&near, "web");
        assert_eq!(rules(&near, "database"), Vec::<Value>::new());
        let blocks =
            json!([{ "ipBlock": { "cidr": "192.0.2.7/32" } }, { "ipBlock": { "cidr": "2001:db8::7/128" } }]);
        assert_eq!(web[1], json!({ "to": blocks, "ports": [tcp(587)] }));
        let pods = relay(
            &json!({ "to": { "namespace": "mail", "podLabels": { "app": "relay" }, "podPort": 1025 } }),
        );
        let web = rules(&pods, "web");
        assert_eq!(web[1]["ports"], json!([tcp(1025)]));
        assert_eq!(
            web[1]["to"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"],
            "mail"
        );
        assert_eq!(web[1]["to"][0]["podSelector"]["matchLabels"], json!({ "app": "relay" }));
        assert_eq!(rules(&relay(&json!({})), "web").len(), 2, "its own database and names");
    }

    #[test]
    fn cert_manager_can_prove_whose_a_host_is_where_each_shop_has_a_certificate_of_its_own() {
        let mut config = example();
        let engine = engine();
        let node_ports = |tls: &Tls| {
            let limits = limits(&id(), &engine, &engine.plans[&PlanName::Small], tls);
            limits[0]["spec"]["hard"]["services.nodeports"].clone()
        };
        assert_eq!(node_ports(&config.ingress.tls), "0");
        config.ingress.tls.enabled = true;
        assert_ne!(node_ports(&config.ingress.tls), "0");
        let with_solver = policies(&id(), &engine, Outward::default(), &config);
        let solver = &with_solver[3]["spec"];
        assert_eq!(solver["podSelector"]["matchLabels"]["acme.cert-manager.io/http01-solver"], "true");
        assert_eq!(solver["ingress"][0]["from"][0]["podSelector"]["matchLabels"]["app"], "traefik");
        assert_eq!(solver["ingress"][0]["ports"][0]["port"], 8089);
        config.ingress.tls.secret_name = "wildcard".into();
        assert_eq!(
            (node_ports(&config.ingress.tls), policies(&id(), &engine, Outward::default(), &config).len()),
            (json!("0"), 3)
        );
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
