//! What a store reaches beyond itself, tried from inside its pods against hosts that stand on the other side of the node.

use std::{
    fs::File,
    net::{SocketAddr, TcpListener, TcpStream},
    os::fd::AsFd,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use serde_json::json;
use store::{Egress, Phase, StoreId, Wish};
use tokio::time::sleep;

use crate::platform::{Platform, ada, nanos};

/// Of an address block for documentation, so that it is nobody's.
const PUBLIC: &str = "198.51.100.10";
const PRIVATE: &str = "10.213.77.10";
/// Where clouds tell a machine about itself.
const METADATA: &str = "169.254.169.254";
const PORTS: [u16; 3] = [443, 587, 8443];

/// A host behind a cable of its own, that takes connections at all of these addresses and ports. It goes with the test.
struct Host {
    name: String,
}

impl Host {
    fn new() -> Self {
        let name = format!("sy{:08x}", nanos());
        let host = Self { name: name.clone() };
        for line in [
            format!("netns add {name}"),
            format!("link add {name} type veth peer name out netns {name}"),
            format!("addr add 198.51.100.1/24 dev {name}"),
            format!("link set {name} up"),
            format!("-n {name} addr add {PUBLIC}/24 dev out"),
            format!("-n {name} addr add {PRIVATE}/32 dev out"),
            format!("-n {name} addr add {METADATA}/32 dev out"),
            format!("-n {name} link set lo up"),
            format!("-n {name} link set out up"),
            format!("-n {name} route add default via 198.51.100.1"),
            format!("route add {PRIVATE} via {PUBLIC}"),
            format!("route add {METADATA} via {PUBLIC}"),
        ] {
            ip(&line);
        }
        // The node lets pods go nowhere beyond itself: this cable is the one exception.
        for way in ["-i", "-o"] {
            succeed("iptables", &format!("-I FORWARD 1 {way} {name} -j ACCEPT"));
        }
        let namespace = File::open(format!("/run/netns/{name}")).unwrap();
        let listening = thread::spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            PORTS.map(|port| TcpListener::bind(("0.0.0.0", port)).unwrap())
        });
        // A listener stays where it was made, whichever thread it is used from.
        for listener in listening.join().unwrap() {
            thread::spawn(move || listener.incoming().for_each(drop));
        }
        host
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let name = &self.name;
        for way in ["-i", "-o"] {
            succeed("iptables", &format!("-D FORWARD {way} {name} -j ACCEPT"));
        }
        // The cable goes with its end in the namespace, and the routes with the cable.
        ip(&format!("link del {name}"));
        ip(&format!("netns del {name}"));
    }
}

fn ip(line: &str) {
    succeed("ip", line);
}

fn succeed(program: &str, line: &str) {
    let told = Command::new(program).args(line.split(' ')).output().unwrap();
    assert!(told.status.success(), "{program} {line}: {}", String::from_utf8_lossy(&told.stderr));
}

/// Whether the store's web server can open a connection.
fn reaches(platform: &Platform, id: &StoreId, address: &str, port: u16) -> bool {
    let probe = "echo @fsockopen($argv[1], (int) $argv[2], $code, $message, 2) ? 'open' : 'closed';";
    let namespace = id.namespace();
    let pod =
        ["exec", "-n", &namespace, "deploy/wordpress", "-c", "wordpress", "--", "php", "-r", probe, address];
    let told = platform.kubectl(&[&pod[..], &[&port.to_string()]].concat());
    match told.as_str() {
        "open" => true,
        "closed" => false,
        other => panic!("the probe did not run: {other}"),
    }
}

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
async fn a_store_reaches_public_addresses_where_it_may_and_private_ones_never() {
    let _host = Host::new();
    for address in [PUBLIC, PRIVATE, METADATA] {
        for port in PORTS {
            let there: SocketAddr = format!("{address}:{port}").parse().unwrap();
            assert!(
                TcpStream::connect_timeout(&there, Duration::from_secs(2)).is_ok(),
                "{there} is not there"
            );
        }
    }
    let platform = Platform::started(|config| {
        config["egress"] = json!({ "default": "none", "maximum": "internet", "ports": [443, 587] });
    })
    .await;
    let id = platform.create("Outward").await;
    platform.until_settled(&id).await;
    let api_server = platform.kubectl(&[
        "get",
        "service",
        "kubernetes",
        "-n",
        "default",
        "-o",
        "jsonpath={.spec.clusterIP}",
    ]);
    let node = platform.kubectl(&[
        "get",
        "endpointslices",
        "-n",
        "default",
        "-l",
        "kubernetes.io/service-name=kubernetes",
        "-o",
        "jsonpath={.items[0].endpoints[0].addresses[0]} {.items[0].ports[0].port}",
    ]);
    let (node, node_port) = node.split_once(' ').unwrap();
    let node_port = node_port.parse().unwrap();
    let ingress = platform.kubectl(&[
        "get",
        "pods",
        "-A",
        "-l",
        "app=traefik",
        "-o",
        "jsonpath={.items[0].status.podIP}",
    ]);
    let closed_for_ever = [
        (PUBLIC, 8443),
        (PRIVATE, 443),
        (METADATA, 443),
        (api_server.as_str(), 443),
        (node, node_port),
        (ingress.as_str(), 8000),
    ];
    let is_closed = |what: &str| {
        for (address, port) in closed_for_ever {
            assert!(!reaches(&platform, &id, address, port), "{what}: {address}:{port} is reached");
        }
    };

    is_closed("closed");
    assert!(!reaches(&platform, &id, PUBLIC, 443));
    let (told, took) = asks(&platform, &id);
    assert_eq!(told, "http_request_not_executed", "WordPress knows that it is no use");
    assert!(took < Duration::from_secs(6), "{took:?}");

    platform.stores.change(&id, Wish::Egress(Egress::Internet), &ada()).await.unwrap();
    until(&platform, &id, Egress::Internet).await;
    for port in [443, 587] {
        assert!(reaches(&platform, &id, PUBLIC, port), "{port}");
    }
    is_closed("open");
    assert!(reaches(&platform, &id, "mariadb", 3306), "its own database");
    let (told, _) = asks(&platform, &id);
    assert_eq!(told, "http_request_failed", "it was tried: nobody speaks TLS there");

    platform.stores.change(&id, Wish::Egress(Egress::None), &ada()).await.unwrap();
    until(&platform, &id, Egress::None).await;
    assert!(!reaches(&platform, &id, PUBLIC, 443));
    platform.delete(&id).await;
    platform.until_gone(&id).await;
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
}
