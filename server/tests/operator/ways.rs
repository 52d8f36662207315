//! What a store's pods reach and who reaches them: `charts/platform/ci/ways.txt` is the table, and every line of it is tried from every part of
//! every engine's stores.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
};

use engine::Part;
use provisioner::engines::OfferedEngine;
use serde_json::{Value, json};
use store::{Egress, StoreId};

use crate::{
    host::{Host, succeed},
    platform::{Cluster, Platform},
};

const TABLE: &str = include_str!("../../../charts/platform/ci/ways.txt");
/// Each line of `$@` is a number, a way, an address and a port; what is told is the numbers of those that were open. So few at a time that a
/// small part has the memory for it.
const PROBE: &str = r#"
try() {
    case $2 in
        tcp) timeout "$PATIENCE" bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$3" "$4" ;;
        udp) timeout "$PATIENCE" bash -c 'exec 3<>"/dev/udp/$0/$1"; echo here >&3; read -r -n 1 <&3' "$3" "$4" ;;
        name) timeout "$PATIENCE" getent hosts "$3" ;;
    esac >/dev/null 2>&1 && echo "$1"
}
begun=0
for line; do
    try $line &
    if [ $((begun += 1)) -eq 12 ]; then begun=0; wait; fi
done
wait
"#;
/// What is let through is there at once; a busy machine is given more time for what was not.
const PATIENCE: [&str; 2] = ["4", "15"];
/// Of an address block for documentation, so that it is nobody's.
const PUBLIC: &str = "198.51.100.14";
const PRIVATE: &str = "10.213.77.10";
/// Where clouds tell a machine about itself.
const METADATA: &str = "169.254.169.254";
/// The platform opens two of them.
const PORTS: [u16; 3] = [80, 443, 587];
/// Where names are asked for, and where browsers speak without TCP.
const UDP_PORTS: [u16; 2] = [53, 443];
const OUTSIDE: &str = "outside";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn stores_of_every_engine_reach_and_are_reached_as_the_table_of_ways_says() {
    let host = Host::new(PUBLIC, &[PRIVATE, METADATA]);
    for listener in host.listen(PORTS) {
        thread::spawn(move || listener.incoming().for_each(drop));
    }
    UDP_PORTS.into_iter().for_each(|port| host.echo(port));
    let platform = Platform::started(|config| {
        config["engines"] = json!(Cluster::given().engines);
        config["egress"] = json!({ "default": "none", "maximum": "internet", "ports": [443, 587] });
    })
    .await;
    let mut places = Vec::new();
    let engines: Vec<_> = platform.stores.config().engines.values().cloned().collect();
    for engine in &engines {
        let mut made = Vec::new();
        for egress in Egress::ALL {
            made.push((egress, platform.create_of(&engine.key, egress, "Outward").await));
        }
        for (egress, id) in made {
            platform.until_settled(&id).await;
            places.extend(places_of(&platform, &id, engine, egress));
        }
    }
    start_outside(&platform);
    let open = OpenNode::new(&platform, "10250,2379,2380");
    let ways = &Ways::of(&platform, &places);
    let askers = places.iter().map(Some).chain([None]);
    let outcomes: Vec<Outcome> = thread::scope(|scope| {
        let asking: Vec<_> = askers.map(|asker| scope.spawn(move || ways.ask(asker))).collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    drop(open);

    let wrong: Vec<&str> = outcomes.iter().flat_map(|outcome| &outcome.wrong).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let tried: BTreeSet<_> = outcomes.iter().flat_map(|outcome| &outcome.tried).copied().collect();
    ways.assert_all(&tried);

    let stores: BTreeSet<&StoreId> = places.iter().map(|place| &place.store).collect();
    for id in &stores {
        platform.delete(id).await;
    }
    for id in stores {
        platform.until_gone(id).await;
    }
}

/// Who asks, in the order of the table's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Asking {
    UnderNone,
    UnderInternet,
    Within,
    Alone,
    Outside,
}

impl Asking {
    const ALL: [Self; 5] = [Self::UnderNone, Self::UnderInternet, Self::Within, Self::Alone, Self::Outside];

    fn of(asker: Option<&Place>) -> Self {
        match asker {
            None => Self::Outside,
            Some(Place { part, egress: Egress::None, .. }) if part.egress => Self::UnderNone,
            Some(Place { part, egress: Egress::Internet, .. }) if part.egress => Self::UnderInternet,
            Some(Place { part, .. }) if part.reaches.is_empty() => Self::Alone,
            Some(_) => Self::Within,
        }
    }
}

/// A part of a store, where it runs.
struct Place {
    store: StoreId,
    egress: Egress,
    part: Part,
    pod: String,
    address: String,
    services: Vec<Service>,
}

/// One port of a Service that leads to a part.
struct Service {
    name: String,
    address: String,
    port: String,
}

struct Row {
    line: &'static str,
    to: &'static str,
    way: &'static str,
    port: &'static str,
    /// As the columns are; none where nothing is promised.
    open: [Option<bool>; Asking::ALL.len()],
}

impl Row {
    fn read(line: &'static str) -> Self {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [to, way, port, open @ ..] = &words[..] else { panic!("no row: {line}") };
        let open: Vec<Option<bool>> = open.iter().map(|word| outcome(word)).collect();
        let open = open.try_into().unwrap_or_else(|_| panic!("an outcome a column: {line}"));
        Self { line, to, way, port, open }
    }

    /// What it means by a part of a store: addresses with ports.
    fn of_place(&self, place: &Place) -> Vec<(String, String)> {
        let services = place.services.iter();
        match (self.way, self.port) {
            ("name", _) => services
                .map(|it| format!("{}.{}.svc.cluster.local", it.name, place.store.namespace()))
                .map(|name| (name, "-".to_owned()))
                .collect(),
            (_, "part") => {
                place.part.port.map(|port| (place.address.clone(), port.to_string())).into_iter().collect()
            }
            (_, "service") => services.map(|it| (it.address.clone(), it.port.clone())).collect(),
            _ => panic!("neither a part nor its services: {}", self.line),
        }
    }
}

/// The table, and where everything is that it names.
struct Ways<'a> {
    platform: &'a Platform,
    places: &'a [Place],
    /// What is no part of a store, by name.
    others: BTreeMap<&'static str, String>,
    rows: Vec<Row>,
}

/// What came of asking from one pod.
struct Outcome {
    tried: Vec<(usize, Asking)>,
    wrong: Vec<String>,
}

/// One line of the table at one address.
struct Attempt {
    row: usize,
    open: bool,
    address: String,
    port: String,
}

impl<'a> Ways<'a> {
    fn of(platform: &'a Platform, places: &'a [Place]) -> Self {
        let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let rows: Vec<Row> = lines.map(Row::read).collect();
        let names: BTreeSet<&str> = rows.iter().map(|row| row.to).filter(|to| !is_of_stores(to)).collect();
        let others = names.into_iter().map(|name| (name, address(platform, name))).collect();
        Self { platform, places, others, rows }
    }

    /// Tries every row from there; what was not as promised once more.
    fn ask(&self, asker: Option<&Place>) -> Outcome {
        let attempts = self.attempts(asker);
        let tried = attempts.iter().map(|attempt| (attempt.row, Asking::of(asker))).collect();
        let mut wrong = self.wrong(asker, attempts, PATIENCE[0]);
        if !wrong.is_empty() {
            wrong = self.wrong(asker, wrong, PATIENCE[1]);
        }
        let from = asker.map_or(OUTSIDE, |place| place.pod.as_str());
        let words = |Attempt { row, open, address, port }| {
            let state = if open { "closed" } else { "open" };
            format!("{address} ({port}) is {state} to {from}: {}", self.rows[row].line)
        };
        Outcome { tried, wrong: wrong.into_iter().map(words).collect() }
    }

    /// A row that nobody tried promises nothing.
    fn assert_all(&self, tried: &BTreeSet<(usize, Asking)>) {
        for (n, row) in self.rows.iter().enumerate() {
            for asking in Asking::ALL.into_iter().filter(|asking| row.open[*asking as usize].is_some()) {
                assert!(tried.contains(&(n, asking)), "not tried from {asking:?}: {}", row.line);
            }
        }
    }

    fn attempts(&self, asker: Option<&Place>) -> Vec<Attempt> {
        let promised = self
            .rows
            .iter()
            .enumerate()
            .filter_map(|(row, it)| it.open[Asking::of(asker) as usize].map(|open| (row, it, open)));
        let attempts = promised.flat_map(|(row, it, open)| {
            let to = self.targets(it, asker).into_iter();
            to.map(move |(address, port)| Attempt { row, open, address, port })
        });
        attempts.collect()
    }

    /// Addresses with ports that a row means for whoever asks.
    fn targets(&self, row: &Row, asker: Option<&Place>) -> Vec<(String, String)> {
        if let Some(address) = self.others.get(row.to) {
            return vec![(address.clone(), row.port.to_owned())];
        }
        let is_meant = |place: &&Place| match (row.to, asker) {
            ("other", asker) => asker.is_none_or(|asker| asker.store != place.store),
            (_, None) => false,
            (_, Some(asker)) if asker.store != place.store => false,
            ("own-itself", Some(asker)) => asker.pod == place.pod,
            (_, Some(asker)) if asker.pod == place.pod => false,
            ("own-reached", Some(asker)) => asker.part.reaches.contains(&place.part.name),
            ("own-unreached", Some(asker)) => !asker.part.reaches.contains(&place.part.name),
            _ => panic!("no part of a store is meant: {}", row.line),
        };
        self.places.iter().filter(is_meant).flat_map(|place| row.of_place(place)).collect()
    }

    /// Those of the attempts that did not come out as promised.
    fn wrong(&self, asker: Option<&Place>, attempts: Vec<Attempt>, patience: &str) -> Vec<Attempt> {
        let line =
            |(n, it): (usize, &Attempt)| format!("{n} {} {} {}", self.rows[it.row].way, it.address, it.port);
        let lines: Vec<String> = attempts.iter().enumerate().map(line).collect();
        let probe = format!("PATIENCE={patience}{PROBE}");
        let namespace =
            asker.map_or_else(|| self.platform.namespace.clone(), |place| place.store.namespace());
        let pod = asker.map_or(OUTSIDE, |place| place.pod.as_str());
        let exec = ["exec", "-n", &namespace, pod, "--", "bash", "-c", &probe, "probe"];
        let args: Vec<&str> = exec.into_iter().chain(lines.iter().map(String::as_str)).collect();
        let told = self.platform.kubectl(&args);
        let reached: BTreeSet<usize> = told.lines().map(|number| number.parse().unwrap()).collect();
        let attempts = attempts.into_iter().enumerate();
        attempts.filter(|(n, it)| it.open != reached.contains(n)).map(|(_, attempt)| attempt).collect()
    }
}

/// Whether a row's name is about parts of stores.
fn is_of_stores(to: &str) -> bool {
    to == "other" || to.starts_with("own-")
}

fn outcome(word: &str) -> Option<bool> {
    match word {
        "open" => Some(true),
        "closed" => Some(false),
        "-" => None,
        other => panic!("“{other}” is no outcome"),
    }
}

/// A pod of a namespace without policies, with the programs of a store's.
fn start_outside(platform: &Platform) {
    let image = &platform.cluster.images["wordpress"];
    let namespace = &platform.namespace;
    let image = format!("--image={image}");
    platform.kubectl(&["run", OUTSIDE, "-n", namespace, &image, "--command", "--", "sleep", "900"]);
    let ready = "--for=condition=Ready";
    platform.kubectl(&["wait", "-n", namespace, ready, "pod/outside", "--timeout=60s"]);
}

/// Every part of a store.
fn places_of(platform: &Platform, id: &StoreId, engine: &OfferedEngine, egress: Egress) -> Vec<Place> {
    let get = |args: &[&str]| -> Value {
        let namespace = id.namespace();
        let args = [&["get", "-n", &namespace, "-o", "json"], args].concat();
        serde_json::from_str(&platform.kubectl(&args)).unwrap()
    };
    let services = get(&["services"]);
    let place = |part: &Part| {
        let labels: Vec<String> = part.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let pods = get(&["pods", "-l", &labels.join(","), "--field-selector=status.phase=Running"]);
        let pod = &pods["items"][0];
        let text = |path: &str| pod.pointer(path).and_then(Value::as_str).unwrap().to_owned();
        Place {
            store: id.clone(),
            egress,
            part: part.clone(),
            pod: text("/metadata/name"),
            address: text("/status/podIP"),
            services: services_of(&services, &pod["metadata"]["labels"]),
        }
    };
    engine.definition.parts.iter().map(place).collect()
}

/// Those that lead to pods with these labels.
fn services_of(services: &Value, labels: &Value) -> Vec<Service> {
    let leads_there = |service: &&Value| {
        let selector = service["spec"]["selector"].as_object();
        selector.is_some_and(|selector| selector.iter().all(|(name, value)| labels[name] == *value))
    };
    let ports = |service: &Value| -> Vec<Service> {
        let text = |path: &str| service.pointer(path).and_then(Value::as_str).unwrap().to_owned();
        let ports = service["spec"]["ports"].as_array().unwrap();
        let port = |port: &Value| Service {
            name: text("/metadata/name"),
            address: text("/spec/clusterIP"),
            port: port["port"].to_string(),
        };
        ports.iter().map(port).collect()
    };
    services["items"].as_array().unwrap().iter().filter(leads_there).flat_map(ports).collect()
}

fn address(platform: &Platform, name: &str) -> String {
    match name {
        "public" => PUBLIC.to_owned(),
        "private" => PRIVATE.to_owned(),
        "metadata" => METADATA.to_owned(),
        "dashboard" => of_installed(platform, "pods", "web", "{.items[0].status.podIP}"),
        "dashboard-service" => of_installed(platform, "services", "web", "{.items[0].spec.clusterIP}"),
        "operator" => of_installed(platform, "pods", "operator", "{.items[0].status.podIP}"),
        "ingress" => pod(platform, "traefik", "app=traefik"),
        "ingress-service" => service(platform, "traefik", "traefik"),
        "api-server" => service(platform, "default", "kubernetes"),
        "api-server-name" => "kubernetes.default.svc.cluster.local".to_owned(),
        "dns" => pod(platform, "kube-system", "k8s-app=kube-dns"),
        "node" => node(platform),
        other => panic!("nobody knows where {other} is"),
    }
}

fn pod(platform: &Platform, namespace: &str, labels: &str) -> String {
    let running = "--field-selector=status.phase=Running";
    let found = "jsonpath={.items[0].status.podIP}";
    platform.kubectl(&["get", "pods", "-n", namespace, "-l", labels, running, "-o", found])
}

fn service(platform: &Platform, namespace: &str, name: &str) -> String {
    platform.kubectl(&["get", "service", name, "-n", namespace, "-o", "jsonpath={.spec.clusterIP}"])
}

/// Of a platform that is installed in the cluster: these tests' own runs beside it.
fn of_installed(platform: &Platform, kind: &str, component: &str, path: &str) -> String {
    let labels = format!("app.kubernetes.io/name=storeyard,app.kubernetes.io/component={component}");
    let found = platform.kubectl(&["get", kind, "-A", "-l", &labels, "-o", &format!("jsonpath={path}")]);
    assert!(!found.is_empty(), "no platform is installed in the cluster");
    found
}

fn node(platform: &Platform) -> String {
    let internal = "jsonpath={.items[0].status.addresses[?(@.type==\"InternalIP\")].address}";
    platform.kubectl(&["get", "nodes", "-o", internal])
}

/// The embedded node lets pods reach the API server and nothing else of its own. Without that, what is between a store and the kubelet are the
/// store's policies alone, which is what is to be seen.
struct OpenNode {
    rule: String,
}

impl OpenNode {
    fn new(platform: &Platform, ports: &str) -> Self {
        let node = node(platform);
        let rule = format!("STOREYARD-FROM-PODS -d {node}/32 -p tcp -m multiport --dports {ports} -j ACCEPT");
        succeed("iptables", &format!("-I {rule}"));
        Self { rule }
    }
}

impl Drop for OpenNode {
    fn drop(&mut self) {
        succeed("iptables", &format!("-D {}", self.rule));
    }
}
