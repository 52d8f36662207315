//! A team that has a k3s, and what it does there.

use std::collections::BTreeMap;
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::super::certificate;
use super::Tested;
use super::page::{self, Page};
use super::previous::{self, Given};
use super::registry::Registry;
use crate::cluster::{Cluster, EMBEDDED};
use crate::command;
use crate::env::Env;
use crate::images::node as node_images;
use crate::images::platform::PlatformImages;
use crate::interrupt;
use crate::lock;
use crate::node::Containerd;
use crate::node::containerd::path_with;
use crate::node::layout::{fill, references};
use crate::platform::{self, Installation};
use crate::progress::Step;
use crate::trial;
use crate::up;
use crate::workloads;

/// As the README calls the context, the registry, and the store of docs/store.yaml.
const CONTEXT: &str = "my-k3s";
const REGISTRY: &str = "registry.example.com/storeyard";
const STORE: &str = "atelier-nord";
/// The Secret of values-prod-wildcard.yaml, and the ConfigMap with whom it is signed by.
const CERTIFICATE: &str = "wildcard";
const AUTHORITY: &str = "authority";
const TRAEFIK: (&str, &str) = ("kube-system", "deployment/traefik");

const READY: Duration = Duration::from_secs(120);
const ANSWER: Duration = Duration::from_secs(30);
/// What one block of the README's commands may take.
const LONG: &str = "180s";
const GONE: &str = "60s";
/// Between two visits.
const PAUSE: Duration = Duration::from_millis(100);
/// Whose the store becomes.
const OWNER: &str = "grace";

#[derive(Debug)]
pub(super) struct Team<'a> {
    env: &'a Env,
    cluster: &'a Cluster,
    /// Of the platform, as the node has it without a registry.
    image: String,
    page: Page,
    /// Of release and namespace.
    name: String,
    store: String,
    /// For what the team has of its own: values, credentials, certificates, a registry.
    folder: PathBuf,
    registry: Registry,
    /// Where Traefik listens.
    ingress: String,
    /// Of the chart that was pushed.
    version: String,
    /// Whether what is installed is of an earlier chart.
    is_previous: bool,
}

impl<'a> Team<'a> {
    /// Starts the registry and Traefik, after removing what an earlier run left.
    ///
    /// # Errors
    /// Something does not come up, or the cluster refuses something.
    pub(super) fn new(env: &'a Env, cluster: &'a Cluster, images: &PlatformImages) -> Result<Self> {
        let folder = env.paths.stage().join("k3s");
        remove_folder(&folder)?;
        fs::create_dir_all(&folder)?;
        let name = trial::claim(env, cluster)?;
        let page = Page::read(&env.paths.checkout)?;
        let store = format!("{STORE}-{}", name.rsplit('-').next().unwrap_or_default());
        let (registry, ingress) = env.reporter.step("what a team with a k3s has", "test-k3s", |step| {
            write_credentials(env, cluster, &folder)?;
            let registry = Registry::start(env, step, &folder)?;
            match install_traefik(env, cluster, step) {
                Ok(ingress) => Ok((registry, ingress)),
                Err(error) => {
                    registry.stop()?;
                    remove_traefik(env, cluster)?;
                    Err(error)
                }
            }
        })?;
        let image = images.platform.reference.clone();
        let version = String::new();
        let is_previous = false;
        let team =
            Self { env, cluster, image, page, name, store, folder, registry, ingress, version, is_previous };
        team.write_values()?;
        Ok(team)
    }

    /// Takes away all that is left, in the cluster and in the node.
    ///
    /// # Errors
    /// Something stays.
    pub(super) fn remove(self) -> Result<()> {
        trial::remove(self.env, self.cluster, &self.name)?;
        self.kubectl(&["delete", "namespace", &self.namespace_of_store(), "--ignore-not-found"])?;
        remove_traefik(self.env, self.cluster)?;
        Containerd::new(self.env).remove_images_of(self.registry.authority())?;
        self.registry.stop()?;
        remove_folder(&self.folder)
    }

    pub(super) fn installs(&mut self, step: &Step) -> Result<Tested> {
        self.prepare()?;
        step.detail("cargo xtask up");
        let told = self.follow(&self.page.blocks("Install.")?.concat())?;
        ensure!(told.contains("one-time token"), "no token for the first user was told");
        let (_, version) = told.split_once(" --version ").context("no version of a chart was told")?;
        version.lines().next().unwrap_or_default().clone_into(&mut self.version);
        step.detail("its dashboard");
        self.await_answer(&self.dashboard(), up::DOOR)?;
        Ok(Tested::Passed)
    }

    pub(super) fn uninstalls(&mut self, step: &Step) -> Result<Tested> {
        let [stores_first, _] = self.ways_to_uninstall()?;
        self.follow(&stores_first)?;
        step.detail("nothing is left");
        self.nothing_is_left()?;
        Ok(Tested::Passed)
    }

    pub(super) fn makes_a_store(&mut self, step: &Step) -> Result<Tested> {
        self.prepare()?;
        let charts = self.folder.join("charts");
        let values = self.file("storeyard.yaml");
        let older = previous::chart(self.env, self.cluster, &charts, &values)?;
        self.is_previous = older.is_some();
        let present = || Given { chart: self.env.paths.checkout.join("charts/platform"), values };
        step.detail("the platform");
        self.install_by_hand(&older.unwrap_or_else(present))?;
        self.await_platform(step)?;
        step.detail("its store");
        let text = fs::read_to_string(self.env.paths.checkout.join("docs/store.yaml"))?;
        fs::write(self.file("store.yaml"), text.replace(STORE, &self.store))?;
        self.follow(&self.page.command("First store.", "kubectl")?)?;
        self.await_store("condition=Ready")?;
        self.await_answer(&self.shop(), "/")?;
        Ok(Tested::Passed)
    }

    /// While somebody keeps asking the shop: until the new operator has looked at the store, as it does at a change of whose it is.
    pub(super) fn upgrades(&mut self, step: &Step) -> Result<Tested> {
        let upgrade = self.page.blocks("By helm alone")?.concat();
        let pods = self.pods_of_store()?;
        self.while_visited(step, || {
            self.follow(&upgrade)?;
            self.await_platform(step)?;
            let whose = format!(r#"{{"spec":{{"owner":"{OWNER}"}}}}"#);
            let store = format!("store/{}", self.store);
            self.kubectl(&["patch", &store, "-n", &self.name, "--type", "merge", "--patch", &whose])?;
            let generation = ["get", &store, "-n", &self.name, "-o", "jsonpath={.metadata.generation}"];
            let generation = command::output(self.cluster.kubectl().args(generation))?;
            self.await_store(&format!("jsonpath={{.status.observedGeneration}}={generation}"))
        })?;
        self.await_store("condition=Ready")?;
        ensure!(self.pods_of_store()? == pods, "the shop's pods are others than before");
        if self.is_previous {
            return Ok(Tested::Passed);
        }
        Ok(Tested::InPart(
            "from an earlier chart: the checkout's history has none that takes today's values and makes other objects",
        ))
    }

    pub(super) fn backs_up(&mut self, _: &Step) -> Result<Tested> {
        self.follow(&self.page.blocks("Backup.")?.concat())?;
        for (name, told) in
            [("platform.yaml", "kind: Store"), ("shop.sql", "wp_options"), ("uploads.tar", "uploads/")]
        {
            let content = fs::read(self.file(name))?;
            ensure!(
                content.windows(told.len()).any(|part| part == told.as_bytes()),
                "{name} has no {told}, and {} bytes",
                content.len()
            );
        }
        Ok(Tested::Passed)
    }

    pub(super) fn keeps_the_shop(&mut self, step: &Step) -> Result<Tested> {
        let [_, shops_stay] = self.ways_to_uninstall()?;
        let pods = self.pods_of_store()?;
        self.while_visited(step, || self.follow(&shops_stay).map(drop))?;
        ensure!(self.pods_of_store()? == pods, "the shop's pods are others than before");
        let namespace = self.namespace_of_store();
        step.detail("the shop is removed by hand");
        self.kubectl(&["delete", "namespace", &namespace, "--timeout", GONE])?;
        self.nothing_is_left()?;
        Ok(Tested::Passed)
    }

    /// Does something under a visitor who asks the shop again and again, and has to be answered well each time.
    fn while_visited(&self, step: &Step, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let ended = AtomicBool::new(false);
        thread::scope(|scope| {
            let visitor = scope.spawn(|| self.visit(step, &ended));
            let worked = work();
            ended.store(true, Ordering::Release);
            let visited = visitor.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked));
            worked.and(visited)
        })
    }

    fn visit(&self, step: &Step, ended: &AtomicBool) -> Result<()> {
        let mut asked = 0_u32;
        // Once more afterwards.
        let mut is_last = false;
        while !is_last {
            is_last = ended.load(Ordering::Acquire);
            let status = self.status(&self.shop(), "/")?;
            ensure!(status == 200, "visitor {asked} was answered with status {status}");
            asked += 1;
            step.detail(format!("{asked} visitors"));
            interrupt::sleep(PAUSE)?;
        }
        Ok(())
    }

    /// How often each container was started, by its pod's own id.
    fn pods_of_store(&self) -> Result<BTreeMap<String, u64>> {
        let pods = self.cluster.get(&["pods", "-n", &self.namespace_of_store()])?;
        let pods = pods["items"].as_array().context("kubectl's answer is no list")?;
        ensure!(!pods.is_empty(), "the shop has no pods");
        let started = pods.iter().map(|pod| {
            let id = pod.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default();
            let statuses = pod.pointer("/status/containerStatuses").and_then(Value::as_array);
            let starts = statuses.into_iter().flatten().filter_map(|status| status["restartCount"].as_u64());
            (id.to_owned(), starts.sum())
        });
        Ok(started.collect())
    }

    fn await_store(&self, what: &str) -> Result<()> {
        let (store, limit) = (format!("store/{}", self.store), format!("{}s", READY.as_secs()));
        self.kubectl(&["wait", "-n", &self.name, &store, &format!("--for={what}"), "--timeout", &limit])
    }

    /// With the platform's image under the name that the node has it by: an upgrade then brings another one, as each does.
    fn install_by_hand(&self, Given { chart, values }: &Given) -> Result<()> {
        let mut helm = self.cluster.helm();
        helm.args(["install", &self.name]).arg(chart).args(["--namespace", &self.name]);
        // The definition of Stores is the cluster's, which others use too. An upgrade renews it before all else.
        helm.args(["--skip-crds", "--values"]).arg(values);
        helm.arg("--set-string").arg(format!("image={}", self.image));
        command::output(&mut helm).map(drop)
    }

    /// What has to be in its namespace before the platform: the certificate for all hosts, by an authority of the team's.
    fn prepare(&self) -> Result<()> {
        let (certificate, key) = (self.file("certificate.pem"), self.file("key.pem"));
        if !certificate.exists() {
            certificate::make(&key, &certificate, &format!("DNS:*.{}", self.domain()))?;
        }
        trial::make_namespace(self.cluster, &self.name)?;
        let (certificate, key) = (certificate.display(), key.display());
        self.kubectl(&[
            "create",
            "secret",
            "tls",
            CERTIFICATE,
            "-n",
            &self.name,
            &format!("--cert={certificate}"),
            &format!("--key={key}"),
        ])?;
        let authority = format!("--from-file=ca.crt={certificate}");
        self.kubectl(&["create", "configmap", AUTHORITY, "-n", &self.name, &authority])
    }

    fn write_values(&self) -> Result<()> {
        let values = serde_json::json!({
            "domainSuffix": self.domain(),
            "ingress": {"tls": {"caConfigMap": AUTHORITY}},
        });
        fs::write(self.file("shops.yaml"), values.to_string()).context("values cannot be written")
    }

    /// Runs commands of the README as they stand there, with the team's names in them.
    fn follow(&self, commands: &str) -> Result<String> {
        let registry = format!("{}/storeyard", self.registry.authority());
        let file = |name: &str| self.file(name).display().to_string();
        let values = "charts/platform/values-prod.yaml";
        // helm speaks TLS to every registry unless it is told otherwise, to one on loopback too.
        let chart = format!("oci://{registry}/charts/platform --plain-http");
        let words = [
            (CONTEXT, format!("{CONTEXT} --name {}", self.name)),
            (REGISTRY, registry),
            // The node does not say that it is a k3s, so what k3s brings is named. And of the ways to certificates, one.
            (
                values,
                format!(
                    "charts/platform/values-k3s.yaml --values {values} --values charts/platform/values-prod-wildcard.yaml"
                ),
            ),
            ("oci://registry.example.com/storeyard/charts/platform", chart),
            ("VERSION", self.version.clone()),
            ("storeyard", self.name.clone()),
            ("storeyard.dev/platform=storeyard", format!("storeyard.dev/platform={}", self.name)),
            ("store-ID", self.namespace_of_store()),
            ("shops.yaml", file("shops.yaml")),
            ("storeyard.yaml", file("storeyard.yaml")),
            ("docs/store.yaml", file("store.yaml")),
            ("platform.yaml", file("platform.yaml")),
            ("shop.sql", file("shop.sql")),
            ("uploads.tar", file("uploads.tar")),
        ];
        let programs = [&self.cluster.kubectl, &self.cluster.helm];
        let folders: Vec<&Path> = programs.iter().filter_map(|program| program.parent()).collect();
        let mut bash = Command::new("timeout");
        bash.args([LONG, "bash", "-euo", "pipefail", "-c", &page::fill(commands, &words)])
            .current_dir(&self.env.paths.checkout)
            .env("KUBECONFIG", self.file("kubeconfig"))
            .env("PATH", path_with(&folders)?)
            .env(lock::HOLDER, std::process::id().to_string());
        command::output(&mut bash)
    }

    fn ways_to_uninstall(&self) -> Result<[String; 2]> {
        let blocks = self.page.blocks("Uninstall.")?;
        blocks.try_into().ok().context("the README has not two ways to uninstall")
    }

    fn await_platform(&self, step: &Step) -> Result<()> {
        let names = platform::deployments(self.cluster, &Installation::named(&self.name))?;
        let names: Vec<(&str, &str)> = names.iter().map(|name| (self.name.as_str(), name.as_str())).collect();
        workloads::wait(self.cluster, step, &names, READY)
    }

    fn await_answer(&self, host: &str, path: &str) -> Result<()> {
        let started = Instant::now();
        loop {
            match self.status(host, path) {
                Ok(status) if up::is_answer(status) => return Ok(()),
                answer if started.elapsed() > ANSWER => {
                    let answer = answer.with_context(|| format!("{host} did not answer"))?;
                    bail!("{host} answered with status {answer}");
                }
                _ => interrupt::sleep(Duration::from_millis(300))?,
            }
        }
    }

    /// By its certificate and Traefik, as a visitor's browser asks.
    fn status(&self, host: &str, path: &str) -> Result<u16> {
        up::status_over_tls(&self.file("certificate.pem"), &self.ingress, host, path)
    }

    /// Of the platform and of its store, in all the cluster.
    fn nothing_is_left(&self) -> Result<()> {
        let label = format!("app.kubernetes.io/instance={}", self.name);
        let kinds =
            "clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings";
        let left = command::output(self.cluster.kubectl().args(["get", kinds, "-l", &label, "-o", "name"]))?;
        ensure!(left.trim().is_empty(), "these are left: {left}");
        for namespace in [&self.name, &self.namespace_of_store()] {
            let left = ["get", "namespace", namespace, "--ignore-not-found", "-o", "name"];
            let left = command::output(self.cluster.kubectl().args(left))?;
            ensure!(left.trim().is_empty(), "{namespace} is left");
        }
        let started = Instant::now();
        // Whoever provides volumes removes them afterwards.
        while self.has_volumes()? {
            ensure!(started.elapsed() < READY, "volumes of {} are left", self.namespace_of_store());
            interrupt::sleep(Duration::from_millis(500))?;
        }
        Ok(())
    }

    fn has_volumes(&self) -> Result<bool> {
        let volumes = ["get", "persistentvolumes", "-o", "jsonpath={.items[*].spec.claimRef.namespace}"];
        let namespaces = command::output(self.cluster.kubectl().args(volumes))?;
        Ok(namespaces.split_whitespace().any(|namespace| namespace == self.namespace_of_store()))
    }

    fn kubectl(&self, arguments: &[&str]) -> Result<()> {
        command::output(self.cluster.kubectl().args(arguments)).map(drop)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn domain(&self) -> String {
        trial::domain(&self.name)
    }

    fn dashboard(&self) -> String {
        format!("dashboard.{}", self.domain())
    }

    fn shop(&self) -> String {
        format!("{}.{}", self.namespace_of_store(), self.domain())
    }

    fn namespace_of_store(&self) -> String {
        format!("store-{}", self.store)
    }
}

fn traefik(env: &Env) -> Result<String> {
    let images: BTreeMap<String, String> = references(&node_images::plan(env)?).collect();
    fill(include_str!("../../../../cluster/k3s/traefik.yaml"), &images)
}

/// The address of its Service.
fn install_traefik(env: &Env, cluster: &Cluster, step: &Step) -> Result<String> {
    cluster.apply(&traefik(env)?)?;
    workloads::wait(cluster, step, &[TRAEFIK], READY)?;
    let address = ["-n", TRAEFIK.0, "get", "service", "traefik", "-o", "jsonpath={.spec.clusterIP}"];
    command::output(cluster.kubectl().args(address))
}

fn remove_traefik(env: &Env, cluster: &Cluster) -> Result<()> {
    let mut delete = cluster.kubectl();
    delete.args(["delete", "--ignore-not-found", "--filename", "-"]);
    command::output_with_input(&mut delete, Some(&traefik(env)?)).map(drop)
}

/// Of the same administrator, under the context's name that the README uses.
fn write_credentials(env: &Env, cluster: &Cluster, folder: &Path) -> Result<()> {
    let file = folder.join("kubeconfig");
    // With its rights: the owner's alone.
    fs::copy(env.paths.kubeconfig(), &file)?;
    let mut kubectl = Command::new(&cluster.kubectl);
    kubectl.arg("--kubeconfig").arg(&file).args(["config", "rename-context", EMBEDDED, CONTEXT]);
    command::output(&mut kubectl).map(drop)
}

fn remove_folder(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(folder).with_context(|| format!("{} cannot be removed", folder.display()))
}
