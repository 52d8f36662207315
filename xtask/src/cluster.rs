//! A Kubernetes cluster as seen through `kubectl` and `helm`.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::command;
use crate::env::Env;
use crate::interrupt;
use crate::tools::on_path;

/// The context's name in the embedded cluster's kubeconfig.
pub const EMBEDDED: &str = "storeyard";

/// How long a service may go without endpoints whose pods are ready.
const ENDPOINTS: Duration = Duration::from_secs(30);

/// One cluster: by kubeconfig and context, both always named to the programs.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// None: where kubectl looks by itself.
    pub kubeconfig: Option<PathBuf>,
    pub context: String,
    pub kubectl: PathBuf,
    pub helm: PathBuf,
}

impl Cluster {
    /// The cluster that xtask runs on this machine.
    pub fn embedded(env: &Env) -> Self {
        Self {
            kubeconfig: Some(env.paths.kubeconfig()),
            context: EMBEDDED.to_owned(),
            kubectl: env.tools.kubectl(),
            helm: env.tools.helm(),
        }
    }

    /// A cluster of the user's own kubeconfig, by the user's own programs where those are new enough.
    ///
    /// # Errors
    /// They have to be made, and cannot be.
    pub fn named(env: &Env, context: &str) -> Result<Self> {
        let (kubectl, helm) = match (on_path::kubectl(), on_path::helm()) {
            (Some(kubectl), Some(helm)) => (kubectl, helm),
            (kubectl, helm) => {
                env.tools.build_for_images(&env.paths, &env.reporter)?;
                (kubectl.unwrap_or_else(|| env.tools.kubectl()), helm.unwrap_or_else(|| env.tools.helm()))
            }
        };
        Ok(Self { kubeconfig: None, context: context.to_owned(), kubectl, helm })
    }

    pub fn kubectl(&self) -> Command {
        let mut kubectl = Command::new(&self.kubectl);
        if let Some(kubeconfig) = &self.kubeconfig {
            kubectl.arg("--kubeconfig").arg(kubeconfig);
        }
        kubectl.arg("--context").arg(&self.context);
        kubectl
    }

    pub fn helm(&self) -> Command {
        let mut helm = Command::new(&self.helm);
        if let Some(kubeconfig) = &self.kubeconfig {
            helm.arg("--kubeconfig").arg(kubeconfig);
        }
        helm.arg("--kube-context").arg(&self.context);
        helm
    }

    /// Whether the API server is there and well.
    ///
    /// # Errors
    /// kubectl cannot be started.
    pub fn answers(&self) -> Result<bool> {
        command::succeeds(self.kubectl().args(["--request-timeout", "3s", "get", "--raw", "/readyz"]))
    }

    /// Reads with `kubectl get ... -o json`.
    ///
    /// # Errors
    /// The API server refuses or does not answer.
    pub fn get(&self, arguments: &[&str]) -> Result<Value> {
        let text = command::output(self.kubectl().arg("get").args(arguments).args(["-o", "json"]))?;
        serde_json::from_str(&text).context("kubectl's answer is no JSON")
    }

    /// What a service answers by way of the API server, which does not ask who it is. A pod that is ready is an endpoint of its service only a
    /// moment later, and is waited for.
    ///
    /// # Errors
    /// It has no endpoints for 30 s, or does not answer well.
    pub fn ask_service(&self, namespace: &str, service: &str, path: &str) -> Result<String> {
        let path = format!("/api/v1/namespaces/{namespace}/services/{service}/proxy/{path}");
        with_endpoints(|| command::output(self.kubectl().args(["get", "--raw", &path])))
    }

    /// Applies manifests on the server's side.
    ///
    /// # Errors
    /// The API server refuses one.
    pub fn apply(&self, manifests: &str) -> Result<()> {
        let mut apply = self.kubectl();
        apply.args([
            "apply",
            "--server-side",
            "--force-conflicts",
            "--field-manager",
            "storeyard-xtask",
            "-f",
            "-",
        ]);
        command::output_with_input(&mut apply, Some(manifests)).map(drop)
    }
}

/// Asks again as long as the API server knows no endpoints.
fn with_endpoints(mut ask: impl FnMut() -> Result<String>) -> Result<String> {
    let started = Instant::now();
    loop {
        let answer = ask();
        let is_early = |error: &anyhow::Error| format!("{error:#}").contains("no endpoints available");
        if !answer.as_ref().is_err_and(is_early) || started.elapsed() > ENDPOINTS {
            return answer;
        }
        interrupt::sleep(Duration::from_millis(200))?;
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    /// Answers in turn, as kubectl ends.
    fn asked(answers: &[Result<&str, &str>]) -> Result<String> {
        let mut answers = answers.iter();
        with_endpoints(|| match answers.next().expect("asked too often") {
            Ok(answer) => Ok((*answer).to_owned()),
            Err(error) => {
                Err(anyhow!("Error from server {error}").context("kubectl ended with exit status: 1"))
            }
        })
    }

    #[test]
    fn a_service_is_asked_again_until_it_has_endpoints() {
        let early = r#"(ServiceUnavailable): no endpoints available for service "pebble""#;
        assert_eq!(asked(&[Err(early), Err(early), Ok("a certificate")]).unwrap(), "a certificate");
    }

    #[test]
    fn a_service_that_refuses_is_asked_once() {
        let refused =
            asked(&[Err("(NotFound): the server could not find the requested resource")]).unwrap_err();
        assert!(format!("{refused:#}").contains("NotFound"), "{refused:#}");
    }
}
