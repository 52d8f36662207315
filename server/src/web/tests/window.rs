//! Logs and metrics of a store: a dashboard beside an operator that shows them, over an API server in memory.

use std::{net::SocketAddr, sync::Arc};

use app::update::Heard;
use axum::{Json, routing::get};
use fake_cluster::Cluster;
use http::StatusCode;
use k8s_openapi::api::core::v1::{Namespace, Pod, Secret};
use kube::{Api, api::PostParams};
use provisioner::{
    config::Config,
    observe::storefront::Prober,
    operator::{self, Health, Surroundings, Window},
    resource::now,
    window::{
        client::Client,
        seal::{self, Key},
    },
};
use serde_json::{Value, json};
use store::{StoreId, Vitals, vitals::Answer};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{CONFIG, READY, Site, Wait, door::of_bo, first, hear, news, the_store};

const PLACE: [&str; 3] = ["store-berg-kaffee-p3m9a", "wordpress-0", "wordpress"];
const SHOP: &str = "/stores/berg-kaffee-p3m9a";

/// One that runs until it is let go of.
struct Operator {
    _running: [AbortOnDropHandle<()>; 2],
    window: SocketAddr,
}

/// A site beside an operator, and a store of Bo's whose shop logs.
async fn site() -> (Site, Operator) {
    let cluster = Cluster::new();
    let mut store = of_bo();
    store["status"]["namespaceUid"] = json!("u-1");
    cluster.put(store);
    let labels = |more: Value| {
        let mut labels = more;
        labels["storeyard.dev/store"] = json!(READY);
        labels["storeyard.dev/platform"] = json!("storeyard");
        labels
    };
    let namespace = json!({ "metadata": { "name": PLACE[0], "labels": labels(json!({})), "annotations": { "storeyard.dev/ready-at": "2026-01-02T03:04:05.000Z" } } });
    let namespaces: Api<Namespace> = Api::all(cluster.client());
    namespaces.create(&PostParams::default(), &serde_json::from_value(namespace).unwrap()).await.unwrap();
    let pod = json!({
        "metadata": { "name": PLACE[1], "namespace": PLACE[0], "labels": labels(json!({ "app.kubernetes.io/component": "web" })) },
        "status": { "containerStatuses": [{ "name": PLACE[2], "image": "", "imageID": "", "ready": true, "restartCount": 0, "state": { "running": {} } }] },
    });
    let pods: Api<Pod> = Api::namespaced(cluster.client(), PLACE[0]);
    pods.create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
    let credentials = json!({ "metadata": { "name": "credentials", "namespace": PLACE[0] }, "data": {} });
    let secrets: Api<Secret> = Api::namespaced(cluster.client(), PLACE[0]);
    secrets.create(&PostParams::default(), &serde_json::from_value(credentials).unwrap()).await.unwrap();
    cluster.log(PLACE, "2026-11-26T12:00:00.5Z GET /shop/ HTTP/1.1");
    cluster.log(PLACE, "2026-11-26T12:00:01.5Z [php:error] <b>password=hunter22</b>");

    let line = cluster.line();
    // Where it is not known what stands in a namespace, no program is started to put it right.
    line.lose("limitranges");
    let config = Arc::new(Config::parse(&CONFIG.replace("127.0.0.1:80", "127.0.0.1:9")).unwrap());
    let (health, shutdown) = (Health::default(), CancellationToken::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let surroundings = Surroundings {
        prober: Prober::new(&config).unwrap(),
        scratch: std::env::temp_dir(),
        window: Some(address),
    };
    let running = operator::run(line.client(), config, surroundings, health.clone(), shutdown.clone());
    let showing = crate::window::serve(listener, Window::new(health.clone()), shutdown);
    let running = [running_on(running), running_on(showing)];
    let site = Site::over(Arc::clone(&cluster)).read().await.come_in().await.beside(address);
    while !health.is_ready() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    (site, Operator { _running: running, window: address })
}

fn running_on(task: impl Future<Output = ()> + Send + 'static) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(task))
}

#[tokio::test]
async fn whoever_sees_a_store_sees_what_it_logs_and_nobody_else_does() {
    let (site, _operator) = site().await;
    for person in ["ada", "bo", "vi"] {
        let page = site.asked_by(Some(person)).get(&format!("{SHOP}/logs")).await;
        assert_eq!(page.status, StatusCode::OK, "{person}: {}", page.body);
        assert!(page.body.contains("GET /shop/ HTTP/1.1") && page.body.contains("2 lines, the newest last"));
        // As text, and without what is nobody's business.
        assert!(
            page.body.contains("password=•••")
                && !page.body.contains("<b>password")
                && !page.body.contains("hunter22"),
            "{}",
            page.body
        );
    }
    for place in ["logs", "logs/since", "logs/file", "metrics"] {
        let others = site.asked_by(Some("cy")).get(&format!("{SHOP}/{place}")).await;
        assert_eq!(others.status, StatusCode::NOT_FOUND, "{place}");
        assert!(
            others.body.contains("There is no store at this address.") && !others.body.contains("Berg"),
            "{place}"
        );
        let nobody = site.asked_by(None).get(&format!("{SHOP}/{place}")).await;
        assert_eq!(nobody.location(), format!("/sign-in?to={SHOP}/{place}"));
    }
}

#[tokio::test]
async fn what_is_looked_for_is_in_the_address_and_the_file_has_the_same() {
    let (site, _operator) = site().await;
    let page = site.get(&format!("{SHOP}/logs?level=error&q=PASS")).await.body;
    assert!(page.contains(">1 line<"), "{page}");
    assert!(!page.contains("GET /shop/") && page.contains("value=\"PASS\""));
    assert!(
        site.get(&format!("{SHOP}/logs?q=hunter")).await.body.contains("No match among the newest lines")
    );
    let file = site.get(&format!("{SHOP}/logs/file?part=web")).await;
    assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"berg-kaffee-p3m9a.log.txt\"");
    assert_eq!(
        file.body,
        "2026-11-26T12:00:00.500Z web: GET /shop/ HTTP/1.1\n2026-11-26T12:00:01.500Z web: [php:error] <b>password=•••</b>\n"
    );
}

#[tokio::test]
async fn a_script_that_follows_is_told_of_a_line_when_it_is_written_and_from_where_to_read_on() {
    let (site, _operator) = site().await;
    let page = site.get(&format!("{SHOP}/logs")).await.body;
    let (_, cursor) = page.split_once("data-cursor=\"").unwrap();
    let cursor = cursor.split('"').next().unwrap().to_owned();
    let asked_by = site.asked_by(Some("bo"));
    let waiting =
        tokio::spawn(async move { asked_by.get(&format!("{SHOP}/logs/since?after={cursor}")).await });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    site.cluster.log(PLACE, "2026-11-26T12:00:02.5Z POST /cart/ HTTP/1.1");
    let told = waiting.await.unwrap();
    assert!(told.body.contains("POST /cart/") && !told.body.contains("GET /shop/"), "{}", told.body);
    assert_eq!(told.header("x-cursor"), "wordpress-0/wordpress/0@1795694402500000000");
    // Nobody's session lasts longer for what a page does by itself.
    assert_eq!(told.header("set-cookie"), "");
}

#[tokio::test]
async fn metrics_are_shown_as_far_as_they_were_measured() {
    let (site, _operator) = site().await;
    let page = site.get(&format!("{SHOP}/metrics")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(
        page.body.contains("Nothing was measured yet") && page.body.contains("aria-current=\"page\">Metrics")
    );
}

#[tokio::test]
async fn where_no_operator_shows_anything_the_page_says_so_and_does_not_look_empty() {
    let site = Site::with(&[of_bo()]).await;
    for (place, what) in [("logs", "The logs cannot be shown"), ("metrics", "The metrics cannot be shown")] {
        let page = site.get(&format!("{SHOP}/{place}")).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(page.body.contains(what) && page.body.contains("it has no window"), "{}", page.body);
    }
    let away = site.beside("127.0.0.1:9".parse().unwrap());
    assert!(away.get(&format!("{SHOP}/logs")).await.body.contains("The operator does not answer."));
}

#[tokio::test]
async fn how_a_shop_fares_is_told_to_whoever_has_the_seal() {
    let (site, operator) = site().await;
    let window = Client::new(site.stores.clone(), Some(operator.window));
    let id = StoreId::parse(READY).unwrap();
    let key = Key::new(site.access.key_for(seal::PURPOSE).unwrap());
    let vitals = window.vitals(&key, &id).await.unwrap();
    // Nothing was measured yet, and no container began anew.
    assert_eq!((vitals.restarts.times, vitals.cpu, vitals.memory), (0, None, None));
    let refused = window.vitals(&Key::new([7; 32]), &id).await.unwrap_err();
    assert!(refused.to_string().contains("without a seal"), "{refused}");
}

#[tokio::test]
async fn how_a_shop_fares_is_told_to_a_page_that_stands_already_and_once_known_is_no_news() {
    let answer = Answer { millis: 84, at: now() };
    let told = Json(Vitals { answer: Some(answer), ..Vitals::default() });
    let window = axum::Router::new().route("/vitals/{id}", get(move || async move { told }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let _window = running_on(async move { axum::serve(listener, window).await.unwrap() });
    let site = Site::with(&[of_bo()]).await.beside(address);
    let shown = first(&site, the_store()).await;
    for html in [&site.get(SHOP).await.body, &shown.html] {
        assert!(html.contains("when it was last asked") && !html.contains("84 ms"), "{html}");
    }
    let told = news(hear(&site, the_store(), Some(&shown.revision), Wait::No).await);
    assert!(told.html.contains("in 84 ms"), "{}", told.html);
    let again = hear(&site, the_store(), Some(&told.revision), Wait::No).await;
    assert!(matches!(again, Heard::Same { .. }), "{again:?}");
}

#[tokio::test]
async fn an_operator_that_is_silent_holds_up_no_document_and_a_poll_for_a_moment_only() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = Site::with(&[of_bo()]).await.beside(silent.local_addr().unwrap());
    let loaded = site.get(SHOP).await;
    assert!(loaded.body.contains("when it was last asked"), "{}", loaded.body);
    let shown = first(&site, the_store()).await;
    let asked = tokio::time::timeout(std::time::Duration::ZERO, silent.accept()).await;
    assert!(asked.is_err(), "nothing was asked for a page's first bytes");
    let asked = std::time::Instant::now();
    let told = news(hear(&site, the_store(), Some(&shown.revision), Wait::Long).await);
    assert!(asked.elapsed() < std::time::Duration::from_secs(3), "{:?}", asked.elapsed());
    let says = "is not known at this moment. The operator does not answer.";
    assert!(told.html.replace("<!>", "").contains(says), "{}", told.html);
    // It goes on not telling, which is no news.
    let again = hear(&site, the_store(), Some(&told.revision), Wait::No).await;
    assert!(matches!(again, Heard::Same { .. }), "{again:?}");
}
