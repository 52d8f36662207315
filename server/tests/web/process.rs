//! The web process over a fake cluster, and a client that sends what no library would.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use fake_cluster::Cluster;
use k8s_openapi::ByteString;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};

use crate::usage;

/// Bo's.
pub(crate) const STORE: &str = "berg-kaffee-p3m9a";
/// Of everybody.
pub(crate) const PASSWORD: &str = "correct+horse+battery";
pub(crate) const HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$A67jYPPZFHIoNiFUknmnpg$SGATKjjWtUXJ+vnTLg2DQm/Gugqz6b/RHPZbgzT136Y";
/// A quarter of what the chart gives.
const MOST_MEMORY: u64 = 64;
/// As the chart has it.
const ALLOCATOR: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "1048576");
/// What stands beside the site's folder and is none of anybody's business.
pub(crate) const BESIDE: &str = "beside-the-site";

/// A dashboard of its own for each test.
pub(crate) struct Web {
    pub(crate) cluster: Arc<Cluster>,
    pub(crate) address: SocketAddr,
    name: &'static str,
    folder: PathBuf,
    process: Child,
}

/// What came back on a connection until it ended.
#[derive(Debug)]
pub(crate) struct Answer(pub(crate) String);

impl Web {
    pub(crate) async fn start(name: &'static str) -> Self {
        Self::with(name, &[]).await
    }

    /// With something else in its environment.
    pub(crate) async fn with(name: &'static str, environment: &[(&str, &str)]) -> Self {
        let cluster = Cluster::new();
        let entry =
            |role: &str| json!(ByteString(json!({ "role": role, "hash": HASH }).to_string().into_bytes()));
        let users = json!({ "ada": entry("admin"), "bo": entry("member"), "cy": entry("member") });
        cluster.keep("secrets", "users", users);
        cluster.keep("configmaps", "sign-outs", json!({}));
        let mut store = fake_cluster::store(STORE, "Berg Kaffee", "Done");
        store["spec"]["owner"] = json!("bo");
        cluster.put(store);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(Arc::clone(&cluster).serve(listener));

        let folder = std::env::temp_dir().join(format!("storeyard-web-{}-{name}", std::process::id()));
        std::fs::create_dir_all(folder.join("site/pkg")).unwrap();
        for file in ["pkg/storeyard.css", "pkg/storeyard.js", "pkg/storeyard.wasm", "favicon.svg"] {
            std::fs::write(folder.join("site").join(file), "of the site").unwrap();
        }
        std::fs::write(folder.join("beside"), BESIDE).unwrap();
        std::fs::write(folder.join("kubeconfig"), kubeconfig(&api).to_string()).unwrap();
        std::fs::write(folder.join("config.json"), CONFIG).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_storeyard"))
            .args(["web", "--listen", "127.0.0.1:0", "--health-listen", "127.0.0.1:0", "--config"])
            .arg(folder.join("config.json"))
            .arg("--site-root")
            .arg(folder.join("site"))
            .env("KUBECONFIG", folder.join("kubeconfig"))
            .env(ALLOCATOR.0, ALLOCATOR.1)
            .env("RUST_BACKTRACE", "0")
            .envs(environment.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let addresses = listening(lines, folder.join("log"));
        let (health, address) = (addresses.recv().unwrap(), addresses.recv().unwrap());
        let web = Self { cluster, address, name, folder, process };
        let ready = async {
            while status_at(health, "/readyz").await != Some(200) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(20), ready).await.unwrap();
        web
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends it on a connection of its own and reads what comes until the connection ends.
    pub(crate) async fn say(&self, request: impl AsRef<[u8]>) -> Answer {
        let stream = self.connect().await;
        let (mut from, mut to) = stream.into_split();
        let request = request.as_ref().to_vec();
        // What is refused early is not read to its end.
        let sending = tokio::spawn(async move {
            let sent = to.write_all(&request).await;
            (sent, to)
        });
        let mut answer = Vec::new();
        let read = timeout(Duration::from_secs(60), from.read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "{}: no end after {:?}", self.name, String::from_utf8_lossy(&answer));
        sending.abort();
        Answer(String::from_utf8_lossy(&answer).into_owned())
    }

    /// Asked by somebody whom the ingress controller tells to be `from`.
    pub(crate) async fn get(&self, path: &str, cookie: &str, from: &str) -> Answer {
        self.say(head("GET", path, &format!("Cookie: {cookie}\r\nX-Forwarded-For: {from}\r\n"))).await
    }

    /// As a browser sends a form without a script.
    pub(crate) async fn submit(&self, path: &str, form: &str, cookie: &str, from: &str) -> Answer {
        let headers = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nAccept: text/html\r\n\
             Referer: http://dashboard.localhost/stores/new\r\nCookie: {cookie}\r\nX-Forwarded-For: {from}\r\n",
            form.len()
        );
        self.say(format!("{}{form}", head("POST", path, &headers))).await
    }

    pub(crate) async fn try_to_sign_in(
        &self,
        name: &str,
        password: &str,
        cookie: &str,
        from: &str,
    ) -> Answer {
        self.submit("/sign-in", &format!("name={name}&password={password}"), cookie, from).await
    }

    /// What the browser of that person then sends.
    pub(crate) async fn sign_in(&self, name: &str, from: &str) -> String {
        let answer = self.try_to_sign_in(name, PASSWORD, "", from).await;
        assert_eq!(answer.status(), 303, "{answer:?}");
        let cookies = answer.headers("set-cookie").map(|cookie| cookie.split(';').next().unwrap().to_owned());
        cookies.collect::<Vec<_>>().join("; ")
    }

    /// The most memory that it ever had, in MiB.
    pub(crate) fn peak(&self) -> u64 {
        usage::peak(&self.process)
    }

    /// For how long it has used a core.
    pub(crate) fn busy(&self) -> Duration {
        usage::busy(&self.process)
    }

    /// It runs, it answers somebody else soon, and it has never had more memory than it is given.
    pub(crate) async fn assert_well(&self) {
        let began = Instant::now();
        let answer = self.get("/sign-in", "", "198.51.100.200").await;
        let took = began.elapsed();
        assert_eq!(answer.status(), 200, "{}: {answer:?}", self.name);
        assert!(took < Duration::from_secs(2), "{}: others wait {took:?}", self.name);
        let peak = self.peak();
        eprintln!("{}: others waited {took:?}, peak {peak} MiB", self.name);
        assert!(peak <= MOST_MEMORY, "{}: {peak} MiB", self.name);
    }

    /// What everybody on the machine can see of it.
    pub(crate) fn shown(&self, what: &str) -> String {
        let bytes = std::fs::read(format!("/proc/{}/{what}", self.process.id())).unwrap();
        assert!(!bytes.is_empty());
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

impl Answer {
    /// 0 where the connection ended without one.
    pub(crate) fn status(&self) -> u16 {
        let line = self.0.split("\r\n").next().unwrap_or_default();
        line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn headers(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let head = self.0.split("\r\n\r\n").next().unwrap_or_default();
        let pairs = head.split("\r\n").filter_map(|line| line.split_once(": "));
        pairs.filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// How many answers came on the connection.
    pub(crate) fn count(&self) -> usize {
        self.0.matches("HTTP/1.1 ").count()
    }
}

/// A request's head, on a connection that ends with it.
pub(crate) fn head(method: &str, path: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: dashboard.localhost\r\nConnection: close\r\n{headers}\r\n")
}

async fn status_at(address: SocketAddr, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(head("GET", path, "").as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    Some(Answer(answer).status())
}

/// The addresses that the process tells of in its log, which is written down.
fn listening(
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
    log: PathBuf,
) -> std::sync::mpsc::Receiver<SocketAddr> {
    use std::io::Write;
    let (tell, told) = std::sync::mpsc::channel();
    let mut log = std::fs::File::create(log).unwrap();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            if entry["message"] == "listening" {
                let _heard = tell.send(entry["address"].as_str().unwrap().parse().unwrap());
            }
            writeln!(log, "{line}").unwrap();
        }
    });
    told
}

fn kubeconfig(server: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "fake",
        "clusters": [{ "name": "fake", "cluster": { "server": server } }],
        "users": [{ "name": "fake", "user": {} }],
        "contexts": [{ "name": "fake", "context": { "cluster": "fake", "user": "fake" } }],
    })
}

const CONFIG: &str = r#"{
    "namespace": "storeyard", "domainSuffix": "localhost", "scheme": "http", "behindIngress": true,
    "ingress": {"className": "traefik", "address": "127.0.0.1:9", "namespace": "traefik", "podLabels": {"app": "traefik"}},
    "signIn": {"users": "users", "keys": "keys", "signOuts": "sign-outs", "idleMinutes": 60, "absoluteHours": 24},
    "deadlineSeconds": 600, "concurrency": 4, "checkSeconds": 60,
    "engines": {"woocommerce": {"chart": "../charts/woocommerce", "images": {"wordpress": "localhost/w:1", "mariadb": "localhost/m:1"}}}}"#;

#[test]
fn the_allocator_is_told_here_what_the_chart_tells_it() {
    let chart = include_str!("../../../charts/platform/templates/web.yaml");
    assert!(chart.contains(&format!("{{name: {}, value: \"{}\"}}", ALLOCATOR.0, ALLOCATOR.1)));
}
