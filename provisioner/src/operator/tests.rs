//! Operators over an API server in memory.

mod prometheus;
mod window;

use std::time::Duration;

use access::{
    errand::{self, Errand, What},
    users::{User, Users},
};
use fake_cluster::{Cluster, Line};
use k8s_openapi::api::{core::v1::Secret, events::v1::Event};
use serde_json::{Value, json};
use store::{ConditionKind, Millis, PersonId, Role, State};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::*;
use crate::{
    act::target::target,
    config::tests::{EXAMPLE, example},
    observe::pods::tests::{DATABASE, WEB},
    resource::{
        FINALIZER, KEEP, ON_DELETION_ANNOTATION,
        action::{ACTION_ANNOTATION, tests::sign_in},
        progress::Progress,
    },
};

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
        Self::with_shops_at("127.0.0.1:9", cluster)
    }

    fn with_shops_at(address: &str, cluster: &Arc<Cluster>) -> Self {
        Self::with(r#""limits": {}"#, address, cluster)
    }

    /// With one more field in its configuration.
    fn with(field: &str, address: &str, cluster: &Arc<Cluster>) -> Self {
        let line = cluster.line();
        // Where it is not known what stands in a namespace, no program is started to put it right.
        line.lose("limitranges");
        let config = EXAMPLE
            .replace("127.0.0.1:80", address)
            .replace(r#""concurrency""#, &format!(r#""operatorLease": "{LEASE}", {field}, "concurrency""#));
        let config = Arc::new(Config::parse(&config).unwrap());
        let prober = Prober::new(&config).unwrap();
        let (health, shutdown) = (Health::default(), CancellationToken::new());
        let running = run_under(
            TERMS,
            line.client(),
            config,
            Surroundings { prober, scratch: std::env::temp_dir(), window: "192.0.2.7:8083".parse().ok() },
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
            "title": "Shop", "engine": "woocommerce", "plan": "huge",
            "admin": { "user": "ada", "email": "ada@example.com" },
        },
    })
}

/// A Store that was made, as its status tells.
fn ready(name: &str) -> Value {
    let mut progress =
        Progress { attempt: 1, ready: Some(Millis(1)), generation: Some(1), ..Progress::default() };
    for kind in ConditionKind::ALL {
        progress.see(kind, State::Done, "", Millis(1));
    }
    progress.settle(false, Millis(1));
    let mut store = not_understood(name);
    store["spec"]["plan"] = json!("small");
    store["status"] = serde_json::to_value(progress.write(Some(1))).unwrap();
    store
}

/// What a shop consists of that runs and is as it is wanted, as far as the operator looks at it.
async fn run_shop(cluster: &Arc<Cluster>, id: &str) {
    let namespace = format!("store-{id}");
    let config = example();
    let store: Store = serde_json::from_value(cluster.get(id).unwrap()).unwrap();
    let release = target(&store.wanted(&config).unwrap(), &config, None).release;
    let revision = json!({ "metadata": {
        "name": format!("sh.helm.release.v1.{namespace}.v1"), "namespace": namespace,
        "labels": { "owner": "helm", "name": namespace, "status": "deployed", "version": "1", "storeyard-values": release.id },
    } });
    let secrets: Api<Secret> = Api::namespaced(cluster.client(), &namespace);
    secrets.create(&PostParams::default(), &serde_json::from_value(revision).unwrap()).await.unwrap();
    let of_store = |labels: Value| {
        let mut labels = labels;
        labels["storeyard.dev/store"] = json!(id);
        labels["storeyard.dev/platform"] = json!("storeyard");
        labels
    };
    let ground = json!({ "metadata": {
        "name": namespace, "labels": of_store(json!({})), "annotations": { "storeyard.dev/ready-at": "2026-01-02T03:04:05.000Z" },
    } });
    let namespaces: Api<Namespace> = Api::all(cluster.client());
    namespaces.create(&PostParams::default(), &serde_json::from_value(ground).unwrap()).await.unwrap();
    let pods: Api<Pod> = Api::namespaced(cluster.client(), &namespace);
    for part in [DATABASE, WEB] {
        let pod = json!({
            "metadata": { "name": part, "namespace": namespace, "labels": of_store(json!({ "app.kubernetes.io/component": part })) },
            "status": { "conditions": [{ "type": "PodScheduled", "status": "True" }, { "type": "Ready", "status": "True" }] },
        });
        pods.create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
    }
}

/// Where every shop answers that it sells nothing yet.
async fn shops() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _read = stream.read(&mut request).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]").await.ok();
        }
    });
    address
}

/// The Events about a Store, in order.
async fn events(cluster: &Arc<Cluster>, store: &str) -> Vec<(String, String, String)> {
    let events: Api<Event> = Api::namespaced(cluster.client(), "storeyard");
    let mut all = events.list(&ListParams::default()).await.unwrap().items;
    all.retain(|event| event.regarding.as_ref().is_some_and(|about| about.uid.as_deref() == Some(store)));
    all.sort_by_key(|event| event.event_time.as_ref().map(|time| time.0));
    let text = |text: Option<String>| text.unwrap_or_default();
    all.into_iter().map(|event| (text(event.type_), text(event.reason), text(event.note))).collect()
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
async fn the_lease_tells_what_the_nodes_have_left_and_takes_it_back_when_nobody_can_tell() {
    let cluster = cluster();
    let node = |name: &str| json!({ "metadata": { "name": name }, "status": { "allocatable": { "cpu": "2", "memory": "2Gi" } } });
    cluster.place("nodes", node("a"));
    let pod = json!({
        "metadata": { "name": "other", "namespace": "elsewhere" },
        "spec": { "nodeName": "a", "containers": [{ "name": "c", "resources": { "requests": { "cpu": "1500m", "memory": "1Gi" } } }] },
    });
    cluster.place("pods", pod);
    let told = || {
        let lease = cluster.placed("leases", LEASE).unwrap();
        lease["metadata"]["annotations"]["storeyard.dev/left-on-nodes"].as_str().map(str::to_owned)
    };
    let operator = Operator::over(&cluster).ready().await;
    until("told", || told().is_some()).await;
    assert_eq!(told().as_deref(), Some("500m/1024Mi"));
    operator.running.abort();

    // The next one finds no nodes to look at, and does not go on telling what that one saw.
    let next = Operator::over(&cluster);
    next.line.lose("nodes");
    until("taken back", || told().is_none()).await;
    next.running.abort();
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

#[tokio::test]
async fn what_becomes_of_a_store_is_told_as_events_on_it() {
    let cluster = cluster();
    cluster.put(ready("a-00001"));
    let operator = Operator::with_shops_at(&shops().await, &cluster).ready().await;
    let phase = |name: &str| cluster.get(name).unwrap()["status"]["phase"].clone();
    until("degraded", || phase("a-00001") == "Degraded").await;
    run_shop(&cluster, "a-00001").await;
    until("ready again", || phase("a-00001") == "Ready").await;
    until("told", || operator.line.written().iter().filter(|what| *what == "POST events/").count() == 2)
        .await;
    let events = events(&cluster, "a-00001").await;
    let [(kind, reason, note), (recovered, again, _)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((kind.as_str(), reason.as_str()), ("Warning", "Degraded"));
    assert!(note.starts_with("The namespace was deleted by someone else."), "{note}");
    assert_eq!((recovered.as_str(), again.as_str()), ("Normal", "Recovered"));
    operator.running.abort();
}

#[tokio::test]
async fn what_was_asked_for_long_ago_is_not_done_and_that_is_told_once() {
    let cluster = cluster();
    let action = sign_in(Millis(now().0 - 61_000));
    let mut store = ready("a-00001");
    store["metadata"]["annotations"] = json!({ (ACTION_ANNOTATION): action.written() });
    cluster.put(store);
    run_shop(&cluster, "a-00001").await;
    let operator = Operator::with_shops_at(&shops().await, &cluster).ready().await;
    let acted = || cluster.get("a-00001").unwrap()["status"]["action"].clone();
    until("told", || !acted().is_null()).await;
    let told = acted();
    assert_eq!(told["id"], action.id.to_string());
    assert!(
        told["refused"].as_str().unwrap().starts_with("It was asked for more than a minute ago"),
        "{told}"
    );

    // Another one is heard of at once, and the same one is not told of again.
    let next = sign_in(Millis(1));
    let mut store = cluster.get("a-00001").unwrap();
    store["metadata"]["annotations"] = json!({ (ACTION_ANNOTATION): next.written() });
    cluster.put(store);
    until("told of the next one", || acted()["id"] == next.id.to_string()).await;
    let told = acted();
    cluster.put(cluster.get("a-00001").unwrap());
    sleep(Duration::from_secs(1)).await;
    assert_eq!(acted(), told);
    operator.running.abort();
}

#[tokio::test]
async fn an_operator_that_begins_anew_over_a_ready_store_writes_nothing() {
    let cluster = cluster();
    cluster.put(ready("a-00001"));
    run_shop(&cluster, "a-00001").await;
    let shops = shops().await;
    let first = Operator::with_shops_at(&shops, &cluster).ready().await;
    let store = || cluster.get("a-00001").unwrap();
    until("seen", || store()["status"]["pods"].as_array().is_some_and(|pods| pods.len() == 2)).await;
    assert_eq!(store()["status"]["phase"], "Ready");
    first.shutdown.cancel();
    first.running.await.unwrap();
    let before = store();
    let second = Operator::with_shops_at(&shops, &cluster).ready().await;
    until("held", || !holder(&cluster).is_empty()).await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(store(), before);
    assert!(!second.wrote("a-00001"));
    second.running.abort();
}

const LARGE_ONCE: &str =
    r#""limits": {"roles": {"member": {"stores": 1}}, "users": {"bo": {"plans": {"large": 1}}}}"#;

/// Users as their Secret has them.
fn users(cluster: &Cluster, roles: &[(&str, Role)]) {
    let hash = access::Password::parse("correct horse battery").unwrap().hash();
    let entry = |(name, role): &(&str, Role)| {
        let user = User { role: *role, hash: hash.clone() };
        ((*name).to_owned(), json!(user.written()))
    };
    cluster.keep("secrets", "storeyard-users", Value::Object(roles.iter().map(entry).collect()));
}

/// A Store that somebody wrote by hand and nobody has worked on.
fn by_hand(name: &str, owner: &str) -> Value {
    let mut store = not_understood(name);
    store["spec"]["plan"] = json!("small");
    store["spec"]["owner"] = json!(owner);
    store
}

#[tokio::test]
async fn of_two_stores_of_somebody_who_may_have_one_one_is_made_and_the_other_says_why_it_is_not() {
    let cluster = cluster();
    users(&cluster, &[("ada", Role::Member), ("bo", Role::Admin)]);
    let names = ["a-00001", "a-00002", "b-00001", "b-00002"];
    for name in names {
        cluster.put(by_hand(name, if name.starts_with('a') { "ada" } else { "bo" }));
    }
    let operator = Operator::with(LARGE_ONCE, "127.0.0.1:9", &cluster).ready().await;
    let status = |name: &str| cluster.get(name).unwrap()["status"].clone();
    let is_begun = |name: &&str| !status(name)["startedAt"].is_null();
    let is_refused = |name: &&str| status(name)["phase"] == "Failed";
    until("decided", || names.iter().filter(|name| is_begun(name) || is_refused(name)).count() == 4).await;
    let begun: Vec<_> = names.iter().filter(|name| is_begun(name)).collect();
    assert_eq!(begun.len(), 3, "{begun:?}");
    let (made, refused) = if is_begun(&names[0]) { (names[0], names[1]) } else { (names[1], names[0]) };
    let told = status(refused)["failure"]["sentence"].clone();
    assert_eq!(
        told,
        "ada may have 1 store, and has 1. Delete one of them, or ask an admin for more. Then retry."
    );

    // The place is free again.
    cluster.remove(made);
    let mut again = cluster.get(refused).unwrap();
    again["metadata"]["annotations"] = json!({ "storeyard.dev/retry": "2026-11-26T12:00:00.000Z" });
    cluster.put(again);
    until("begun", || is_begun(&refused)).await;
    operator.running.abort();
}

#[tokio::test]
async fn of_two_stores_that_are_to_have_a_plan_of_which_there_may_be_one_the_other_keeps_its_own() {
    let cluster = cluster();
    let names = ["b-00001", "b-00002"];
    for name in names {
        let mut store = ready(name);
        store["spec"]["owner"] = json!("bo");
        cluster.put(store);
        run_shop(&cluster, name).await;
    }
    let operator = Operator::with(LARGE_ONCE, &shops().await, &cluster).ready().await;
    let status = |name: &str| cluster.get(name).unwrap()["status"].clone();
    until("known", || names.iter().all(|name| status(name)["release"]["plan"] == "small")).await;
    for name in names {
        let mut store = cluster.get(name).unwrap();
        store["spec"]["plan"] = json!("large");
        store["metadata"]["generation"] = json!(2);
        cluster.put(store);
    }
    let grows = |name: &&str| status(name)["change"]["to"]["plan"] == "large";
    let is_refused = |name: &&str| !status(name)["refused"].is_null();
    until("decided", || names.iter().all(|name| grows(name) || is_refused(name))).await;
    assert_eq!(names.iter().filter(|name| grows(name)).count(), 1);
    let refused = names.iter().find(|name| is_refused(name)).unwrap();
    let told = status(refused)["refused"]["sentence"].to_string();
    assert!(
        told.contains("The plan is not changed: bo may have 1 store with the plan Large, and has 1."),
        "{told}"
    );
    assert_eq!(status(refused)["phase"], "Ready");
    operator.running.abort();
}

#[tokio::test]
async fn a_store_that_is_to_leave_its_shop_goes_alone() {
    let cluster = cluster();
    let mut store = ready("a-00001");
    store["metadata"]["finalizers"] = json!([FINALIZER]);
    store["metadata"]["annotations"] = json!({ ON_DELETION_ANNOTATION: KEEP });
    cluster.put(store.clone());
    run_shop(&cluster, "a-00001").await;
    store["metadata"]["deletionTimestamp"] = json!("2026-01-02T03:04:05Z");
    cluster.put(store);
    let operator = Operator::over(&cluster).ready().await;
    until("gone", || cluster.get("a-00001").is_none()).await;
    let released = || operator.line.written().iter().any(|what| what == "POST events/");
    until("told", released).await;
    let events = events(&cluster, "a-00001").await;
    assert_eq!(events.iter().map(|(_, reason, _)| reason.as_str()).collect::<Vec<_>>(), ["Released"]);
    // Beside what an operator writes for itself there was nothing but that the Store may go.
    let written = operator.line.written();
    let is_own =
        |what: &String| ["leases/", "events/", "selfsubjectreviews/"].iter().any(|own| what.contains(own));
    let of_shops: Vec<&String> = written.iter().filter(|what| !is_own(what)).collect();
    assert_eq!(of_shops, ["PATCH stores/a-00001"]);
    operator.running.abort();
}

#[tokio::test]
async fn what_is_asked_for_of_the_users_is_done_by_the_operator_that_acts_and_goes() {
    let cluster = cluster();
    users(&cluster, &[("ada", Role::Admin), ("el", Role::Admin)]);
    let operator = Operator::over(&cluster).ready().await;
    let secrets: Api<Secret> = Api::namespaced(cluster.client(), "storeyard");
    let id = |name: &str| PersonId::parse(name).unwrap();
    // Each takes the other away in the same moment, and the platform is not left without an admin.
    for (by, user) in [("ada", "el"), ("el", "ada")] {
        let errand = Errand::new(id(by), id(user), What::Remove, now());
        secrets.create(&PostParams::default(), &errand.secret("storeyard-users")).await.unwrap();
    }
    until("done", || cluster.kept_names("secrets") == ["storeyard-users"]).await;
    let kept = secrets.get("storeyard-users").await.unwrap();
    assert_eq!(Users::read(&kept).iter().count(), 1);
    let refused: Vec<String> =
        errand::answers(&kept).into_iter().filter_map(|answer| answer.refused).collect();
    assert!(matches!(refused.as_slice(), [told] if told.contains("Only an admin")), "{refused:?}");
    operator.running.abort();
}
