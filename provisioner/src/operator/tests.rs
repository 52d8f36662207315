//! Operators over an API server in memory.

use std::time::Duration;

use fake_cluster::{Cluster, Line};
use serde_json::{Value, json};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::*;
use crate::config::tests::EXAMPLE;

const LEASE: &str = "storeyard-operator";
/// As the real ones, but for whoever waits for a test.
const TERMS: Terms = Terms {
    lasts: Duration::from_secs(3),
    margin: Duration::from_millis(800),
    renew: Duration::from_millis(400),
    look: Duration::from_millis(200),
};
const LONG: Duration = Duration::from_secs(30);
const MOMENT: Duration = Duration::from_millis(20);

struct Operator {
    line: Arc<Line>,
    health: Health,
    shutdown: CancellationToken,
    running: JoinHandle<()>,
}

impl Operator {
    fn over(cluster: &Arc<Cluster>) -> Self {
        let line = cluster.line();
        let config = EXAMPLE
            .replace("127.0.0.1:80", "127.0.0.1:9")
            .replace(r#""concurrency""#, &format!(r#""operatorLease": "{LEASE}", "concurrency""#));
        let config = Arc::new(Config::parse(&config).unwrap());
        let visitor = Visitor::new(&config).unwrap();
        let (health, shutdown) = (Health::default(), CancellationToken::new());
        let running = run_under(
            TERMS,
            line.client(),
            config,
            visitor,
            std::env::temp_dir(),
            health.clone(),
            shutdown.clone(),
        );
        Self { line, health, shutdown, running: tokio::spawn(running) }
    }

    async fn ready(self) -> Self {
        until("ready", || self.health.is_ready()).await;
        self
    }

    /// Whether it changed something of the Store.
    fn wrote(&self, store: &str) -> bool {
        self.line.written().iter().any(|what| what.ends_with(&format!(" stores/{store}")))
    }
}

fn cluster() -> Arc<Cluster> {
    let cluster = Cluster::new();
    cluster.place("leases", json!({ "metadata": { "name": LEASE } }));
    cluster
}

/// A Store about which there is something to say, and nothing else to do.
fn not_understood(name: &str) -> Value {
    json!({
        "metadata": { "name": name, "uid": name, "generation": 1 },
        "spec": {
            "name": "Shop", "engine": "woocommerce", "plan": "huge", "requestId": "", "attempt": 1,
            "admin": { "user": "ada", "email": "ada@example.com" },
        },
    })
}

fn is_told(cluster: &Cluster, store: &str) -> bool {
    let conditions = cluster.get(store).unwrap_or_default()["status"]["conditions"].clone();
    conditions.to_string().contains("NotUnderstood")
}

fn holder(cluster: &Cluster) -> String {
    let lease = cluster.placed("leases", LEASE).unwrap();
    lease["spec"]["holderIdentity"].as_str().unwrap_or_default().to_owned()
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < LONG, "not {what}");
        sleep(MOMENT).await;
    }
}

#[tokio::test]
async fn of_two_operators_one_acts_and_the_other_does_when_that_one_is_gone() {
    let cluster = cluster();
    cluster.put(not_understood("a-00001"));
    let first = Operator::over(&cluster).ready().await;
    until("told of", || is_told(&cluster, "a-00001")).await;
    let held = holder(&cluster);
    assert!(!held.is_empty());

    let second = Operator::over(&cluster).ready().await;
    cluster.put(not_understood("a-00002"));
    until("told of", || is_told(&cluster, "a-00002")).await;
    sleep(2 * TERMS.lasts).await;
    assert_eq!(second.line.written(), ["POST selfsubjectreviews/"]);
    assert_eq!(holder(&cluster), held);

    // As when it is killed: without a word.
    first.running.abort();
    let died = Instant::now();
    cluster.put(not_understood("a-00003"));
    until("told of", || is_told(&cluster, "a-00003")).await;
    assert!(died.elapsed() < TERMS.lasts + 10 * TERMS.look, "{:?}", died.elapsed());
    assert!(second.wrote("a-00003") && holder(&cluster) != held);
    second.running.abort();
}

#[tokio::test]
async fn an_operator_that_is_asked_to_end_leaves_its_place_at_once() {
    let cluster = cluster();
    let first = Operator::over(&cluster).ready().await;
    until("held", || !holder(&cluster).is_empty()).await;
    let second = Operator::over(&cluster).ready().await;
    first.shutdown.cancel();
    first.running.await.unwrap();
    let ended = Instant::now();
    cluster.put(not_understood("a-00001"));
    until("told of", || is_told(&cluster, "a-00001")).await;
    assert!(ended.elapsed() < TERMS.lasts - TERMS.renew, "{:?}", ended.elapsed());
    assert!(second.wrote("a-00001"));

    second.shutdown.cancel();
    second.running.await.unwrap();
    let lease = cluster.placed("leases", LEASE).unwrap();
    assert!(holder(&cluster).is_empty() && !lease["spec"]["renewTime"].is_null(), "{lease}");
}

#[tokio::test]
async fn an_operator_that_cannot_renew_its_lease_acts_on_nothing_though_it_reaches_the_stores() {
    let cluster = cluster();
    let first = Operator::over(&cluster).ready().await;
    until("held", || !holder(&cluster).is_empty()).await;
    let second = Operator::over(&cluster).ready().await;
    let held = holder(&cluster);
    first.line.lose("leases");
    sleep(TERMS.lasts - TERMS.margin).await;
    // Its own clock says so before the other one may begin.
    cluster.put(not_understood("a-00001"));
    until("told of", || is_told(&cluster, "a-00001")).await;
    assert!(second.wrote("a-00001") && !first.wrote("a-00001"));

    // It is back, and waits.
    first.line.lose_nothing();
    cluster.put(not_understood("a-00002"));
    until("told of", || is_told(&cluster, "a-00002")).await;
    sleep(2 * TERMS.lasts).await;
    assert!(second.wrote("a-00002") && !first.wrote("a-00002"));
    assert!(first.health.is_ready() && holder(&cluster) != held);

    // It takes over again when it may, and looks anew at what the other one has done.
    second.running.abort();
    cluster.put(not_understood("a-00003"));
    until("told of", || is_told(&cluster, "a-00003")).await;
    assert!(first.wrote("a-00003") && !first.wrote("a-00002"));
    first.running.abort();
}

#[tokio::test]
async fn without_a_lease_to_hold_nothing_is_acted_on() {
    let cluster = Cluster::new();
    cluster.put(not_understood("a-00001"));
    let operator = Operator::over(&cluster).ready().await;
    sleep(Duration::from_secs(1)).await;
    assert!(!operator.wrote("a-00001"));
    cluster.place("leases", json!({ "metadata": { "name": LEASE } }));
    until("told of", || is_told(&cluster, "a-00001")).await;
    operator.running.abort();
}
