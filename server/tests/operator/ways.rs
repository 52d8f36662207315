//! What a store's pods reach and who reaches them: `charts/platform/ci/ways.txt` is the table, and every line of it is tried.

use store::StoreId;

use crate::{host::succeed, platform::Platform};

const TABLE: &str = include_str!("../../../charts/platform/ci/ways.txt");
/// Each line of `$@` is a number, a way, an address and a port; what is told is the numbers of those that were open.
const PROBE: &str = r#"
try() {
    case $2 in
        tcp) timeout "$PATIENCE" bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$3" "$4" ;;
        udp) timeout "$PATIENCE" bash -c 'exec 3<>"/dev/udp/$0/$1"; echo here >&3; read -r -n 1 <&3' "$3" "$4" ;;
        name) timeout "$PATIENCE" getent hosts "$3" ;;
    esac >/dev/null 2>&1 && echo "$1"
}
for line; do try $line & done
wait
"#;
/// What is let through is there at once; a busy machine is given more time for what was not.
const PATIENCE: [&str; 2] = ["4", "15"];

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    WebUnderNone,
    WebUnderInternet,
    Database,
    Outside,
}

/// Everything that the table names, by address.
pub(crate) struct Ways<'a> {
    platform: &'a Platform,
    id: &'a StoreId,
    rows: Vec<Row>,
}

struct Row {
    line: &'static str,
    way: &'static str,
    address: String,
    port: &'static str,
    /// As the columns are; none where nothing is promised.
    open: [Option<bool>; 4],
}

impl<'a> Ways<'a> {
    /// `beyond`: addresses that are not the cluster's, by name.
    pub(crate) fn of(
        platform: &'a Platform,
        id: &'a StoreId,
        other: &StoreId,
        beyond: &[(&str, &str)],
    ) -> Self {
        let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let row = |line: &'static str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [name, way, port, open @ ..] = &words[..] else { panic!("no row: {line}") };
            let open: Vec<Option<bool>> = open.iter().map(|word| outcome(word)).collect();
            let given = beyond.iter().find(|(known, _)| known == name);
            let address = given
                .map_or_else(|| address(platform, id, other, name), |(_, address)| (*address).to_owned());
            let open = open.try_into().unwrap_or_else(|_| panic!("four outcomes: {line}"));
            Row { line, way, address, port, open }
        };
        Self { platform, id, rows: lines.map(row).collect() }
    }

    /// Tries every row from there.
    pub(crate) fn assert_from(&self, from: Asking) {
        let mut wrong = self.wrong(from, PATIENCE[0]);
        if !wrong.is_empty() {
            wrong = self.wrong(from, PATIENCE[1]);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    fn wrong(&self, from: Asking, patience: &str) -> Vec<String> {
        let asked = self.rows.iter().enumerate().filter(|(_, row)| row.open[from as usize].is_some());
        let lines: Vec<String> =
            asked.map(|(n, row)| format!("{n} {} {} {}", row.way, row.address, row.port)).collect();
        let probe = format!("PATIENCE={patience}{PROBE}");
        let pod = self.pod(from);
        let exec: Vec<&str> =
            ["exec"].into_iter().chain(pod.iter().map(String::as_str)).chain(["--"]).collect();
        let args: Vec<&str> = exec
            .into_iter()
            .chain(["bash", "-c", &probe, "probe"])
            .chain(lines.iter().map(String::as_str))
            .collect();
        let told = self.platform.kubectl(&args);
        let reached: Vec<usize> = told.lines().map(|number| number.parse().unwrap()).collect();
        let is_wrong = |(n, row): &(usize, &Row)| {
            row.open[from as usize].is_some_and(|open| open != reached.contains(n))
        };
        let words = |(n, row): (usize, &Row)| {
            let state = if reached.contains(&n) { "open" } else { "closed" };
            format!("{} ({}) is {state} to {from:?}: {}", row.address, row.port, row.line)
        };
        self.rows.iter().enumerate().filter(is_wrong).map(words).collect()
    }

    fn pod(&self, from: Asking) -> [String; 5] {
        let (namespace, pod, container) = match from {
            Asking::WebUnderNone | Asking::WebUnderInternet => {
                (self.id.namespace(), "deploy/wordpress", "wordpress")
            }
            Asking::Database => (self.id.namespace(), "statefulset/mariadb", "mariadb"),
            Asking::Outside => (self.platform.namespace.clone(), OUTSIDE, OUTSIDE),
        };
        ["-n".to_owned(), namespace, pod.to_owned(), "-c".to_owned(), container.to_owned()]
    }
}

fn outcome(word: &str) -> Option<bool> {
    match word {
        "open" => Some(true),
        "closed" => Some(false),
        "-" => None,
        other => panic!("“{other}” is no outcome"),
    }
}

const OUTSIDE: &str = "outside";

/// A pod of a namespace without policies, with the programs of a store's.
pub(crate) fn start_outside(platform: &Platform) {
    let image = &platform.cluster.images["wordpress"];
    let namespace = &platform.namespace;
    let image = format!("--image={image}");
    platform.kubectl(&["run", OUTSIDE, "-n", namespace, &image, "--command", "--", "sleep", "900"]);
    let ready = "--for=condition=Ready";
    platform.kubectl(&["wait", "-n", namespace, ready, "pod/outside", "--timeout=60s"]);
}

fn address(platform: &Platform, id: &StoreId, other: &StoreId, name: &str) -> String {
    let component = |id: &StoreId, component: &str| {
        pod(platform, &id.namespace(), &format!("app.kubernetes.io/component={component}"))
    };
    match name {
        "own-web" => component(id, "web"),
        "own-database" => component(id, "database"),
        "own-web-service" => service(platform, &id.namespace(), "wordpress"),
        "own-database-service" => service(platform, &id.namespace(), "mariadb"),
        "other-web" => component(other, "web"),
        "other-database" => component(other, "database"),
        "other-web-service" => service(platform, &other.namespace(), "wordpress"),
        "other-database-service" => service(platform, &other.namespace(), "mariadb"),
        "other-web-name" => format!("wordpress.{}.svc.cluster.local", other.namespace()),
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
pub(crate) struct OpenNode {
    rule: String,
}

impl OpenNode {
    pub(crate) fn new(platform: &Platform, ports: &str) -> Self {
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
