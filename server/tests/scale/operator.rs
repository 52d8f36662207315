//! The operator as a process over a fake cluster, with programs that only tell that they were run.

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use fake_cluster::Cluster;
use serde_json::json;
use tokio::{net::TcpListener, time::sleep};

use crate::usage;

/// An operator of its own for each test.
pub(crate) struct Operator {
    pub(crate) cluster: Arc<Cluster>,
    folder: PathBuf,
    process: Child,
}

impl Operator {
    pub(crate) async fn over(cluster: Arc<Cluster>, name: &str) -> Self {
        Self::with(CONFIG, cluster, name).await
    }

    pub(crate) async fn with(config: &str, cluster: Arc<Cluster>, name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(Arc::clone(&cluster).serve(listener));
        let folder = std::env::temp_dir().join(format!("storeyard-scale-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "fake",
            "clusters": [{ "name": "fake", "cluster": { "server": address } }],
            "users": [{ "name": "fake", "user": {} }],
            "contexts": [{ "name": "fake", "context": { "cluster": "fake", "user": "fake" } }],
        });
        std::fs::write(folder.join("kubeconfig"), kubeconfig.to_string()).unwrap();
        std::fs::write(folder.join("config.json"), config).unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_storeyard"))
            .args(["operator", "--health-listen", "127.0.0.1:0", "--config"])
            .arg(folder.join("config.json"))
            .env("KUBECONFIG", folder.join("kubeconfig"))
            .env("PATH", programs(&folder))
            .env("RUST_LOG", "warn")
            .stderr(log)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { cluster, folder, process }
    }

    /// The most memory that it ever had, in MiB.
    pub(crate) fn peak(&self) -> u64 {
        usage::peak(&self.process)
    }

    /// For how long it has used a core.
    pub(crate) fn busy(&self) -> Duration {
        usage::busy(&self.process)
    }

    /// A line for each program that it began, and one for each that ended.
    pub(crate) fn commands(&self) -> Vec<String> {
        commands(&self.folder)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
    }

    pub(crate) fn assert_runs(&mut self) {
        assert!(self.process.try_wait().unwrap().is_none(), "the operator has ended");
    }

    pub(crate) async fn until(&mut self, what: &str, limit: Duration, is_so: impl Fn(&Cluster) -> bool) {
        let began = Instant::now();
        while !is_so(&self.cluster) {
            let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(self.process.try_wait().unwrap().is_none(), "the operator has ended\n{}", log());
            assert!(
                began.elapsed() < limit,
                "not {what} after {limit:?}, with {} MiB\n{}\n{}",
                self.peak(),
                self.cluster.names().first().and_then(|name| self.cluster.get(name)).unwrap_or_default(),
                log()
            );
            sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

pub(crate) fn commands(folder: &Path) -> Vec<String> {
    let written = std::fs::read_to_string(folder.join("commands")).unwrap_or_default();
    written.lines().map(str::to_owned).collect()
}

/// A `PATH` with a `helm` and a `kubectl` that do nothing but write down when they begin and end, after they were answered where a test
/// answers them: the real ones would take their work to
/// a cluster that has room for a hundred stores.
fn programs(folder: &Path) -> String {
    const SCRIPT: &str = r#"#!/bin/sh
echo "began ${0##*/} $*" >> "${0%/*}/../commands"
cat > /dev/null
sleep 0.1
answered="${0%/*}/../answered"
while [ -e "$answered" ] && ! grep -qxF -- "${0##*/} $*" "$answered"; do sleep 0.05; done
echo "ended ${0##*/} $*" >> "${0%/*}/../commands"
"#;
    let bin = folder.join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    for name in ["helm", "kubectl"] {
        std::fs::write(bin.join(name), SCRIPT).unwrap();
        std::fs::set_permissions(bin.join(name), Permissions::from_mode(0o755)).unwrap();
    }
    format!("{}:/usr/bin:/bin", bin.display())
}

pub(crate) const CONFIG: &str = r#"{
    "namespace": "storeyard", "domainSuffix": "localhost", "scheme": "http",
    "ingress": {"className": "traefik", "address": "127.0.0.1:9", "namespace": "traefik", "podLabels": {"app": "traefik"}},
    "signIn": {"users": "users", "keys": "keys", "signOuts": "sign-outs", "idleMinutes": 60, "absoluteHours": 24},
    "deadlineSeconds": 600, "concurrency": 4, "checkSeconds": 60,
    "engines": {"woocommerce": {"chart": "../charts/woocommerce", "images": {"wordpress": "localhost/w:1", "mariadb": "localhost/m:1"}}}}"#;
