//! What a store used, as a Prometheus tells it.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Mutex,
};

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;

use super::{
    window::{SHOP, id, shop_with},
    *,
};
use crate::window::{Metrics, Quantity, prometheus::Told};

fn named(address: &str, more: &str) -> String {
    format!(r#""prometheus": {{ "url": "{address}"{more} }}"#)
}

async fn told(window: &Window) -> (Metrics, Told) {
    let metrics = window.metrics(&id()).await.unwrap();
    let told = metrics.prometheus.clone().unwrap();
    (metrics, told)
}

fn has(metrics: &Metrics, of: Quantity) -> bool {
    metrics.series.iter().any(|series| series.of == of && !series.points.is_empty())
}

type Asked = Arc<Mutex<Vec<String>>>;

/// Answers every request so, and keeps what was asked.
async fn answering(status: &str, body: &str) -> (String, Asked) {
    let (address, asked) = answering_over(None, status, body).await;
    (format!("http://{address}"), asked)
}

async fn answering_over(tls: Option<TlsAcceptor>, status: &str, body: &str) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Asked::default();
    let length = body.len();
    let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    let keep = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let request = match &tls {
                None => answer_one(stream, &answer).await,
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => answer_one(stream, &answer).await,
                    Err(_distrusted) => continue,
                },
            };
            keep.lock().unwrap().push(request);
        }
    });
    (address, asked)
}

async fn answer_one(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &str) -> String {
    let mut request = vec![0; 4096];
    let read = stream.read(&mut request).await.unwrap_or_default();
    stream.write_all(answer.as_bytes()).await.ok();
    stream.shutdown().await.ok();
    String::from_utf8_lossy(&request[..read]).into_owned()
}

#[tokio::test]
async fn where_a_prometheus_does_not_answer_what_the_operator_remembers_is_told_and_it_is_said_so() {
    let (_cluster, operator, window) = shop_with(&named("http://127.0.0.1:9/prometheus", "")).await;
    until("asked", || window.vitals(&id()).unwrap().answer.is_some()).await;
    let (metrics, told) = told(&window).await;
    assert!(has(&metrics, Quantity::Answer));
    assert_eq!(told.troubles, ["The Prometheus at http://127.0.0.1:9/prometheus does not answer."]);
    assert!(told.quantities.is_empty());
    operator.running.abort();
}

#[tokio::test]
async fn one_that_answers_as_none_is_told_of_and_left_alone_for_a_while() {
    for (status, body, trouble) in [
        ("401 Unauthorized", "", "does not let the operator in (401 Unauthorized)"),
        ("302 Found", "<html>", "does not answer as a Prometheus does"),
        (
            "400 Bad Request",
            r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#,
            "does not do what it is asked: parse error",
        ),
    ] {
        let (address, asked) = answering(status, body).await;
        let (_cluster, operator, window) = shop_with(&named(&address, "")).await;
        let (_, first) = told(&window).await;
        let [told_of] = first.troubles.as_slice() else { panic!("{first:?}") };
        assert!(told_of.starts_with(&format!("The Prometheus at {address} {trouble}")), "{told_of}");
        let questions = asked.lock().unwrap().len();
        assert!((1..=3).contains(&questions), "{questions}");
        assert_eq!(told(&window).await.1, first);
        assert_eq!(asked.lock().unwrap().len(), questions, "it was asked again at once");
        operator.running.abort();
    }
}

#[tokio::test]
async fn it_is_asked_about_the_stores_own_namespace_and_what_it_knows_nothing_of_is_said() {
    let nothing = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
    let (address, asked) = answering("200 OK", nothing).await;
    let (_cluster, operator, window) = shop_with(&named(&address, "")).await;
    let (_, told) = told(&window).await;
    assert_eq!((told.troubles.len(), told.quantities.len()), (3, 0), "{told:?}");
    for name in [
        "container_cpu_usage_seconds_total",
        "container_memory_working_set_bytes",
        "kubelet_volume_stats_used_bytes",
    ] {
        assert!(told.troubles.iter().any(|trouble| trouble.contains(name)), "{name}: {told:?}");
    }
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|request| request.contains(&format!("namespace%3D%22{SHOP}%22"))), "{asked:?}");
    assert!(!asked.iter().any(|request| request.to_lowercase().contains("authorization")));
    operator.running.abort();
}

#[tokio::test]
async fn over_tls_it_is_told_the_token_that_the_file_has_at_that_moment_and_its_certificate_is_checked() {
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certificate.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.cert.der().clone()], key)
        .unwrap();
    let tls = TlsAcceptor::from(Arc::new(config));
    let nothing = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
    let (address, asked) = answering_over(Some(tls), "200 OK", nothing).await;
    let url = address.replace("127.0.0.1", "https://localhost");
    let folder = std::env::temp_dir().join(format!("storeyard-token-{:x}", rand::random::<u64>()));
    std::fs::create_dir_all(&folder).unwrap();
    let (ca, token) = (folder.join("ca.crt"), folder.join("token"));
    std::fs::write(&ca, certificate.cert.pem()).unwrap();

    let with_token = format!(r#", "tokenFile": "{}""#, token.display());
    let (_cluster, operator, window) = shop_with(&named(&url, &with_token)).await;
    let [missing]: [String; 1] = told(&window).await.1.troubles.try_into().unwrap();
    assert!(missing.contains("the token for it cannot be read"), "{missing}");
    operator.running.abort();
    std::fs::write(&token, "t0ken-a\n").unwrap();
    let (_cluster, operator, window) = shop_with(&named(&url, &with_token)).await;
    let [distrusted]: [String; 1] = told(&window).await.1.troubles.try_into().unwrap();
    assert!(distrusted.ends_with("does not answer."), "{distrusted}");
    assert!(asked.lock().unwrap().is_empty(), "it was told the token without knowing who it is");
    operator.running.abort();

    let with_both = format!(r#"{with_token}, "caFile": "{}""#, ca.display());
    let (_cluster, operator, window) = shop_with(&named(&url, &with_both)).await;
    for held in ["t0ken-a", "t0ken-b"] {
        std::fs::write(&token, format!("{held}\n")).unwrap();
        asked.lock().unwrap().clear();
        assert_eq!(told(&window).await.1.troubles.len(), 3);
        let asked = asked.lock().unwrap();
        let header = format!("authorization: Bearer {held}\r\n");
        assert!(asked.len() == 3 && asked.iter().all(|request| request.contains(&header)), "{asked:?}");
        assert!(!asked.iter().any(|request| request.lines().next().unwrap_or_default().contains(held)));
    }
    operator.running.abort();
    std::fs::remove_dir_all(folder).unwrap();
}

/// A Prometheus that runs until it is dropped.
struct Running {
    process: Child,
    folder: PathBuf,
    address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.process.kill().and_then(|()| self.process.wait());
        let _removed = std::fs::remove_dir_all(&self.folder);
    }
}

/// That knows what is in `metrics`, a text in the format that promtool takes.
fn prometheus(metrics: &str) -> Running {
    let [prometheus, promtool] = ["STOREYARD_PROMETHEUS", "STOREYARD_PROMTOOL"]
        .map(|name| std::env::var_os(name).expect("cargo xtask test names the programs"));
    let folder = std::env::temp_dir().join(format!("storeyard-prometheus-{:x}", rand::random::<u64>()));
    std::fs::create_dir_all(&folder).unwrap();
    let (config, text, data) = (folder.join("config.yml"), folder.join("metrics"), folder.join("data"));
    std::fs::write(&config, "{}").unwrap();
    std::fs::write(&text, metrics).unwrap();
    let made = Command::new(promtool)
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .args([&text, &data])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let process = Command::new(prometheus)
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", data.display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg("--web.external-url=http://127.0.0.1/prometheus")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Running { process, folder, address: format!("http://127.0.0.1:{port}/prometheus") }
}

/// What a kubelet told each minute of three hours: of a shop whose web server took a quarter of a core and was another pod until an hour ago, with
/// what runs beside it, of a store that is another's, and of no volume.
fn kubelet() -> String {
    const MINUTES: i64 = 180;
    let now = Timestamp::now().as_second();
    let series = |metric: &str,
                  labels: [&str; 3],
                  minutes: std::ops::Range<i64>,
                  value: &dyn Fn(i64) -> i64|
     -> String {
        let [namespace, pod, container] = labels;
        let line = |minute: i64| {
            let (at, value) = (now - (MINUTES - minute) * 60, value(minute));
            format!(
                "{metric}{{namespace=\"{namespace}\",pod=\"{pod}\",container=\"{container}\"}} {value} {at}\n"
            )
        };
        minutes.map(line).collect()
    };
    let (cpu, memory) = ("container_cpu_usage_seconds_total", "container_memory_working_set_bytes");
    let (before, web) = ("wordpress-5c6b7d8f9-klmno", "wordpress-7d9f8c6b5-abcde");
    let (hours, last) = (0..MINUTES + 1, 120..MINUTES + 1);
    let quarter = |minute: i64| 15 * minute;
    let mebibytes = |many: i64| move |_: i64| many << 20;
    [
        "# TYPE container_cpu_usage_seconds counter\n".to_owned(),
        series(cpu, [SHOP, before, "wordpress"], 0..120, &quarter),
        series(cpu, [SHOP, web, "wordpress"], last.clone(), &quarter),
        series(cpu, [SHOP, web, "cron"], last.clone(), &|minute| 60 * minute),
        series(cpu, [SHOP, web, ""], last, &|minute| 90 * minute),
        series(cpu, ["store-b-00001", "wordpress-7d9f8c6b5-fghij", "wordpress"], hours.clone(), &|minute| {
            60 * minute
        }),
        "# TYPE container_memory_working_set_bytes gauge\n".to_owned(),
        series(memory, [SHOP, "mariadb-0", "mariadb"], hours.clone(), &mebibytes(96)),
        series(memory, [SHOP, web, "wordpress"], hours, &mebibytes(312)),
        "# EOF\n".to_owned(),
    ]
    .concat()
}

#[tokio::test]
#[ignore = "needs a Prometheus: run by cargo xtask test"]
async fn what_a_real_prometheus_has_read_of_a_kubelet_is_told_of_each_part() {
    let prometheus = prometheus(&kubelet());
    let until_it_answers = async || {
        let address = prometheus.address.trim_start_matches("http://").trim_end_matches("/prometheus");
        while tokio::net::TcpStream::connect(address).await.is_err() {
            sleep(MOMENT).await;
        }
    };
    tokio::time::timeout(LONG, until_it_answers()).await.unwrap();
    let (cluster, operator, window) = shop_with(&named(&prometheus.address, "")).await;
    let workload = |name: &str, component: &str, containers: &[&str]| {
        let containers: Vec<Value> = containers.iter().map(|name| json!({ "name": name })).collect();
        json!({ "metadata": { "name": name, "namespace": SHOP }, "spec": {
            "selector": {}, "serviceName": name,
            "template": { "metadata": { "labels": { "app.kubernetes.io/component": component } }, "spec": { "containers": containers } },
        } })
    };
    let deployments: Api<Deployment> = Api::namespaced(cluster.client(), SHOP);
    let web = serde_json::from_value(workload("wordpress", WEB, &["wordpress", "cron"])).unwrap();
    deployments.create(&PostParams::default(), &web).await.unwrap();
    let stateful_sets: Api<StatefulSet> = Api::namespaced(cluster.client(), SHOP);
    let database = serde_json::from_value(workload("mariadb", DATABASE, &["mariadb"])).unwrap();
    stateful_sets.create(&PostParams::default(), &database).await.unwrap();

    let (metrics, told) = told(&window).await;
    assert_eq!(told.quantities, [Quantity::Cpu, Quantity::Memory], "{told:?}");
    let points = |of: Quantity, name: &str| {
        let found = metrics.series.iter().find(|series| series.of == of && series.name == name).unwrap();
        found.points.iter().map(|(_, value)| *value).collect::<Vec<_>>()
    };
    // At its begin and while the one pod took over from the other less is known than of three minutes.
    let cpu = points(Quantity::Cpu, "web");
    let is_quarter = |value: &&f32| (249.0..251.0).contains(*value);
    assert!((55..=61).contains(&cpu.len()) && cpu.iter().filter(is_quarter).count() >= 52, "{cpu:?}");
    assert!(cpu.iter().all(|value| (0.0..251.0).contains(value)), "{cpu:?}");
    assert!(points(Quantity::Cpu, "database").is_empty());
    assert!(points(Quantity::Memory, "web").iter().all(|value| (value - 312.0).abs() < f32::EPSILON));
    assert!(points(Quantity::Memory, "database").len() >= 60);
    let [trouble] = told.troubles.as_slice() else { panic!("{told:?}") };
    assert!(trouble.contains("knows nothing of the store's volumes"), "{trouble}");
    operator.running.abort();
}
