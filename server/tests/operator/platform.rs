//! A platform of its own for each test: a namespace, a configuration, and the operator as a child process. All of it goes at the end,
//! also when the test fails.

use std::{
    collections::BTreeMap,
    fs::File,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use engine::Sizes;
use kube::{
    Client,
    config::{KubeConfigOptions, Kubeconfig},
};
use provisioner::{
    config::Config,
    stores::{RequestKey, Snapshot, Stores},
};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{
    Egress, EngineKey, NewStore, NewStoreForm, Options, Person, PersonId, Phase, PlanName, RequestId, Role,
    StoreId, StoreView,
};

/// What is known of the cluster that tests may use.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Cluster {
    pub(crate) kubeconfig: PathBuf,
    /// Folders with `helm` and `kubectl`, as in `PATH`.
    pub(crate) path: String,
    /// Every engine that the platform's image has, as in the platform's configuration.
    pub(crate) engines: BTreeMap<String, Value>,
    /// Those of WooCommerce, of which stores are where a test says nothing else.
    pub(crate) images: BTreeMap<String, String>,
    /// Whether the WordPress image has WooCommerce inside.
    pub(crate) plugin: bool,
    /// As in the platform's configuration.
    pub(crate) ingress: Value,
    /// A mail server that keeps what it takes.
    #[serde(default)]
    pub(crate) mailpit: Option<PathBuf>,
}

impl Cluster {
    pub(crate) fn given() -> Self {
        let file = std::env::var("STOREYARD_TEST_CLUSTER")
            .expect("STOREYARD_TEST_CLUSTER names the file that tells of the cluster");
        serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
    }
}

pub(crate) struct Platform {
    pub(crate) cluster: Cluster,
    pub(crate) namespace: String,
    pub(crate) stores: Stores,
    config: Value,
    folder: PathBuf,
    operator: Option<Child>,
}

/// Long enough for a store on a busy machine; whoever waits longer has failed.
pub(crate) const LONG: Duration = Duration::from_secs(120);

impl Platform {
    /// A platform without an operator. `change` edits its configuration.
    pub(crate) async fn new(change: impl FnOnce(&mut Value)) -> Self {
        let cluster = Cluster::given();
        let namespace = format!("storeyard-test-{:08x}", std::process::id() ^ nanos());
        let folder = std::env::temp_dir().join(&namespace);
        std::fs::create_dir_all(&folder).unwrap();
        let mut config = json!({
            "namespace": namespace, "domainSuffix": "localhost", "scheme": "http", "ingress": cluster.ingress,
            "signIn": {"users": "users", "keys": "keys", "signOuts": "sign-outs", "idleMinutes": 60, "absoluteHours": 24},
            "deadlineSeconds": 110, "concurrency": 4, "checkSeconds": 5,
            "engines": { "woocommerce": cluster.engines["woocommerce"] },
        });
        change(&mut config);
        let kubeconfig = Kubeconfig::read_from(&cluster.kubeconfig).unwrap();
        let of_client =
            kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
        let client = Client::try_from(of_client).unwrap();
        let parsed = Arc::new(Config::parse(&config.to_string()).unwrap());
        let definition = folder.join("crd.json");
        std::fs::write(&definition, serde_json::to_vec(&provisioner::resource::definition()).unwrap())
            .unwrap();
        let kubectl = |args: &[&str]| run(&cluster, "kubectl", args);
        succeed(kubectl(&[
            "apply",
            "--server-side",
            "--force-conflicts",
            "-f",
            definition.to_str().unwrap(),
        ]));
        succeed(kubectl(&[
            "wait",
            "--for=condition=Established",
            "crd/stores.storeyard.dev",
            "--timeout=30s",
        ]));
        succeed(kubectl(&["create", "namespace", &namespace]));
        let stores = Stores::start(client, parsed);
        Self { cluster, namespace, stores, config, folder, operator: None }
    }

    pub(crate) async fn started(change: impl FnOnce(&mut Value)) -> Self {
        let mut platform = Self::new(change).await;
        platform.start(None);
        platform
    }

    /// Starts the operator, with programs of `first` before the real ones.
    pub(crate) fn start(&mut self, first: Option<&std::path::Path>) {
        assert!(self.operator.is_none(), "one operator at a time");
        let config = self.folder.join("config.json");
        std::fs::write(&config, self.config.to_string()).unwrap();
        let log = File::options().create(true).append(true).open(self.folder.join("operator.log")).unwrap();
        let first = first.map(|folder| format!("{}:", folder.display())).unwrap_or_default();
        let child = Command::new(env!("CARGO_BIN_EXE_storeyard"))
            .args([
                "operator",
                "--health-listen",
                "127.0.0.1:0",
                "--window-listen",
                "127.0.0.1:0",
                "--config",
            ])
            .arg(&config)
            .env("KUBECONFIG", &self.cluster.kubeconfig)
            .env("PATH", format!("{first}{}:/usr/bin:/bin", self.cluster.path))
            .env("RUST_LOG", "info")
            .stderr(log)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.operator = Some(child);
    }

    /// As the kernel does when it needs the memory.
    pub(crate) fn kill(&mut self) {
        let mut operator = self.operator.take().expect("an operator runs");
        operator.kill().unwrap();
        operator.wait().unwrap();
    }

    /// As Kubernetes does; the exit code.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        let mut operator = self.operator.take().expect("an operator runs");
        let pid = Pid::from_raw(i32::try_from(operator.id()).unwrap()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        operator.wait().unwrap().code()
    }

    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Value)) {
        change(&mut self.config);
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// What a plan of the platform's first engine gives.
    pub(crate) fn sizes(&self, plan: PlanName) -> Sizes {
        let engine = self.stores.config().engines.values().next().expect("the platform offers an engine");
        engine.sizes(plan).expect("the engine has the plan").clone()
    }

    /// A store of the platform's first engine.
    pub(crate) fn asked(&self, name: &str, request: u128) -> NewStore {
        let engines = self.stores.config().cards();
        form(&engines[0].key, name, request).parse(&engines).unwrap()
    }

    pub(crate) async fn create(&self, name: &str) -> StoreId {
        self.stores.create(self.asked(name, nanos().into()), &maker(), &key()).await.unwrap()
    }

    /// A store of that engine, which may reach so much.
    pub(crate) async fn create_of(&self, engine: &EngineKey, egress: Egress, name: &str) -> StoreId {
        let form = NewStoreForm { egress: egress.key().to_owned(), ..form(engine, name, nanos().into()) };
        let asked = form.parse(&self.stores.config().cards()).unwrap();
        self.stores.create(asked, &maker(), &key()).await.unwrap()
    }

    /// The store as soon as `is_so`.
    pub(crate) async fn until(
        &self,
        id: &StoreId,
        what: &str,
        is_so: impl Fn(&StoreView) -> bool,
    ) -> StoreView {
        let mut seen = None;
        let came = self.stores.until(LONG, |snapshot| {
            seen = snapshot.get(id);
            seen.as_ref().is_some_and(&is_so)
        });
        let came = came.await;
        seen.filter(|_| came).unwrap_or_else(|| {
            panic!("{id} did not become {what}: {:#?}\n{}", self.stores.snapshot().get(id), self.log())
        })
    }

    pub(crate) async fn until_phase(&self, id: &StoreId, phase: Phase) -> StoreView {
        self.until(id, &phase.to_string(), |view| {
            assert!(
                view.summary.phase == phase || view.summary.phase != Phase::Failed,
                "failed: {:?}\n{}",
                view.failure,
                self.log()
            );
            view.summary.phase == phase
        })
        .await
    }

    /// Until the store is ready, and what stands in its namespace is known to be right.
    pub(crate) async fn until_settled(&self, id: &StoreId) -> StoreView {
        let ready = self.until_phase(id, Phase::Ready).await;
        let settled = "jsonpath={.status.settled.objects}";
        let began = Instant::now();
        while self.kubectl(&["get", "store", id.as_str(), "-n", &self.namespace, "-o", settled]).is_empty() {
            assert!(began.elapsed() < LONG, "{id} does not settle\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        ready
    }

    pub(crate) async fn delete(&self, id: &StoreId) {
        let name = self.stores.snapshot().get(id).expect("the store is there").summary.name.clone();
        self.stores.delete(id, name.as_str(), &ada()).await.unwrap();
    }

    /// Waits until the Store is gone, and then sees that nothing of it is left.
    pub(crate) async fn until_gone(&self, id: &StoreId) {
        let is_gone = |snapshot: &Snapshot| snapshot.get(id).is_none() && snapshot.gone(id).is_some();
        assert!(
            self.stores.until(LONG, is_gone).await,
            "{id} did not go: {:#?}\n{}",
            self.stores.snapshot().get(id),
            self.log()
        );
        self.assert_nothing_left(id);
        let secret = id.credentials_secret();
        assert_eq!(
            self.kubectl(&[
                "get",
                "secret",
                &secret,
                "-n",
                &self.namespace,
                "--ignore-not-found",
                "-o",
                "name"
            ]),
            ""
        );
    }

    pub(crate) fn assert_nothing_left(&self, id: &StoreId) {
        let namespace = id.namespace();
        assert_eq!(self.kubectl(&["get", "namespace", &namespace, "--ignore-not-found", "-o", "name"]), "");
        let volumes = self.kubectl(&[
            "get",
            "pv",
            "-o",
            "jsonpath={range .items[*]}{.spec.claimRef.namespace}{\"\\n\"}{end}",
        ]);
        assert!(!volumes.lines().any(|claim| claim == namespace), "volumes are left: {volumes}");
    }

    pub(crate) fn kubectl(&self, args: &[&str]) -> String {
        succeed(run(&self.cluster, "kubectl", args))
    }

    pub(crate) fn helm(&self, args: &[&str]) -> String {
        succeed(run(&self.cluster, "helm", args))
    }

    /// What it complains of.
    pub(crate) fn kubectl_fails(&self, args: &[&str]) -> String {
        let output = run(&self.cluster, "kubectl", args);
        assert!(!output.status.success(), "{args:?} was not refused");
        String::from_utf8(output.stderr).unwrap()
    }

    pub(crate) fn apply(&self, manifest: &Value) {
        self.kubectl(&["apply", "-f", &self.written(manifest)]);
    }

    pub(crate) fn apply_fails(&self, manifest: &Value) -> String {
        self.kubectl_fails(&["apply", "-f", &self.written(manifest)])
    }

    fn written(&self, manifest: &Value) -> String {
        let file = self.folder.join("manifest.json");
        std::fs::write(&file, manifest.to_string()).unwrap();
        file.to_str().unwrap().to_owned()
    }

    /// Revisions that helm has written down for the store, with their states.
    pub(crate) fn revisions(&self, id: &StoreId) -> Vec<String> {
        let template =
            "jsonpath={range .items[*]}{.metadata.labels.name} {.metadata.labels.status}{\"\\n\"}{end}";
        let found =
            self.kubectl(&["get", "secrets", "-n", &id.namespace(), "-l", "owner=helm", "-o", template]);
        found.lines().map(str::to_owned).collect()
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("operator.log")).unwrap_or_default()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        if self.operator.is_none() {
            self.start(None);
        }
        let kubectl = |args: &[&str]| run(&self.cluster, "kubectl", args);
        let deleted = kubectl(&["delete", "stores", "--all", "-n", &self.namespace, "--timeout=90s"]);
        if let Some(mut operator) = self.operator.take() {
            operator.kill().ok();
            operator.wait().ok();
        }
        let gone = kubectl(&["delete", "namespace", &self.namespace, "--wait=false"]);
        if std::thread::panicking() {
            eprintln!("{}", self.log());
            return;
        }
        std::fs::remove_dir_all(&self.folder).ok();
        assert!(
            deleted.status.success() && gone.status.success(),
            "the test leaves something: {deleted:?} {gone:?}"
        );
    }
}

pub(crate) fn ada() -> PersonId {
    PersonId::parse("ada").unwrap()
}

pub(crate) fn maker() -> Person {
    Person { id: ada(), name: "Ada".to_owned(), role: Role::Admin }
}

/// By which a repeated request is known.
pub(crate) fn key() -> RequestKey {
    RequestKey::new([7; 32])
}

fn form(engine: &EngineKey, name: &str, request: u128) -> NewStoreForm {
    NewStoreForm {
        request: RequestId::new(request).as_str().to_owned(),
        name: name.to_owned(),
        engine: engine.to_string(),
        plan: "small".to_owned(),
        egress: String::new(),
        options: Options::new(),
        email: "ada@atelier.example".to_owned(),
        user: "ada".to_owned(),
        password: "correct horse battery".to_owned(),
    }
}

pub(crate) fn nanos() -> u32 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos()
}

fn run(cluster: &Cluster, program: &str, args: &[&str]) -> Output {
    Command::new(program)
        .args(args)
        .env("KUBECONFIG", &cluster.kubeconfig)
        .env("PATH", format!("{}:/usr/bin:/bin", cluster.path))
        .output()
        .unwrap()
}

fn succeed(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
