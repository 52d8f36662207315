//! What the platform's processes reach: both the API server, the operator also the shops by way of the ingress controller, and the
//! dashboard the operator's window and nothing else. Their image has a `kubectl`, which asks whatever it is pointed at.

use anyhow::{Result, bail};

use crate::command;
use crate::trial::Trial;

/// What is let through answers at once; what is not never does.
const PATIENCE: &str = "5s";
/// How `kubectl` tells of an answer that is no answer of an API server, or one that asks who it is.
const ANSWERED: [&str; 2] = ["Error from server", "You must be logged in to the server"];
/// How it tells of none: Go's ways to say that a limit of time was reached.
const SILENT: [&str; 3] = ["deadline exceeded", "i/o timeout", "Client.Timeout exceeded"];
/// How the `kubectl` outside says that the one in the pod ran at all: it might not have reached the pod, and complains alike then.
const RAN: &str = "command terminated with exit code";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    ApiServer,
    IngressController,
    Window,
}

pub(super) const REACHES: [(&str, Target, bool); 5] = [
    ("web", Target::ApiServer, true),
    ("web", Target::Window, true),
    ("operator", Target::ApiServer, true),
    ("operator", Target::IngressController, true),
    ("web", Target::IngressController, false),
];

/// # Errors
/// It reaches what it should not, or does not reach what it should.
pub(super) fn check(trial: &Trial, process: &str, target: Target, expected: bool) -> Result<()> {
    let server = match target {
        // It says that this is not how one speaks to it, which needs no name to be known there.
        Target::ApiServer => "http://kubernetes.default.svc:443".to_owned(),
        Target::IngressController => {
            let config = trial.config()?;
            format!("http://{}", config["ingress"]["address"].as_str().unwrap_or_default())
        }
        Target::Window => format!("http://{}", window(trial)?),
    };
    let deployment = format!("deployment/{}-{process}", trial.namespace());
    let mut kubectl = trial.cluster().kubectl();
    kubectl.args(["exec", "-n", trial.namespace(), &deployment, "--", "kubectl"]);
    kubectl.args(["--server", &server, "--request-timeout", PATIENCE]);
    let asked = command::output(kubectl.args(["get", "--raw", "/version"]));
    match (outcome(&asked), expected) {
        (Some(true), true) | (Some(false), false) => Ok(()),
        (Some(true), false) => bail!("it was answered"),
        (Some(false) | None, _) => asked.map(drop),
    }
}

/// Where the operator's Lease says that it is.
fn window(trial: &Trial) -> Result<String> {
    let lease = format!("lease/{}-operator", trial.namespace());
    let told = r"jsonpath={.metadata.annotations.storeyard\.dev/window}";
    let mut kubectl = trial.cluster().kubectl();
    command::output(kubectl.args(["get", &lease, "-n", trial.namespace(), "-o", told]))
}

/// Whether it was answered; nothing where it was not asked.
fn outcome(asked: &Result<String>) -> Option<bool> {
    let Err(error) = asked else { return Some(true) };
    let complaint = format!("{error:#}");
    if !complaint.contains(RAN) {
        return None;
    }
    if ANSWERED.iter().any(|word| complaint.contains(word)) {
        return Some(true);
    }
    SILENT.iter().any(|word| complaint.contains(word)).then_some(false)
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn an_answer_is_told_from_silence_and_both_from_a_failure_to_ask() {
        let failed = |complaint: &str| outcome(&Err(anyhow!("{complaint}").context("kubectl ended with 1")));
        let said = |complaint: &str| failed(&format!("{complaint}\n{RAN} 1"));
        assert_eq!(outcome(&Ok("{}".into())), Some(true));
        assert_eq!(said("Error from server (NotFound): the server could not find"), Some(true));
        assert_eq!(said("error: You must be logged in to the server (Unauthorized)"), Some(true));
        let silence = [
            "Unable to connect to the server: context deadline exceeded",
            "Unable to connect to the server: dial tcp 10.0.0.1:80: i/o timeout",
            "Unable to connect to the server: net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
        ];
        for complaint in silence {
            assert_eq!(said(complaint), Some(false), "{complaint}");
            assert_eq!(failed(complaint), None, "{complaint}");
        }
        assert_eq!(said("exec: \"kubectl\": executable file not found"), None);
    }
}
