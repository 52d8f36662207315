//! An identity provider for a trial that speaks https: on a host of its own, behind a cable, as it would be in somebody's network.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::certificate;
use crate::command::{self, Running};
use crate::env::Env;
use crate::progress;
use crate::trial::Trial;

/// The host, and the node's end of the cable to it.
const NAME: &str = "storeyard-id";
/// Of an address block for documentation, so that they are nobody's.
const ADDRESS: &str = "198.51.100.18";
const NODE: &str = "198.51.100.17";
const SECRET: &str = "known to the provider";
/// The Secret and the `ConfigMap` with what the dashboard has of it.
const OBJECTS: &str = "example-id";

#[derive(Debug)]
pub(super) struct Provider {
    program: Running,
    issuer: String,
    /// By which the browser knows it.
    pub(super) certificate: PathBuf,
}

impl Provider {
    /// Starts it for the trial's dashboard as that will be over https.
    ///
    /// # Errors
    /// The host cannot be made, the program ends, or the cluster refuses what it is told.
    pub(super) fn start(env: &Env, trial: &Trial) -> Result<Self> {
        let folder = env.paths.stage().join(NAME);
        fs::create_dir_all(&folder)?;
        let certificate = folder.join("cert.pem");
        certificate::make(&folder.join("key.pem"), &certificate, &format!("IP:{ADDRESS}"))?;
        let authority = fs::read_to_string(&certificate)?;
        let namespace = trial.namespace();
        let metadata = json!({"name": OBJECTS, "namespace": namespace});
        trial.cluster().apply(
            &json!({"apiVersion": "v1", "kind": "List", "items": [
                {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"client-secret": SECRET}},
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"ca.crt": authority}},
            ]})
            .to_string(),
        )?;

        disconnect()?;
        connect()?;
        let callback = format!("https://{}/sign-in/oidc/callback", trial.host());
        let mut program = Command::new("ip");
        program
            .args(["netns", "exec", NAME, "node", "provider/main.mjs", &callback, SECRET, "0"])
            .arg(&folder)
            .arg(ADDRESS)
            .current_dir(env.paths.checkout.join("end2end"))
            .stderr(progress::append(&env.paths.logs().join("test-provider.log"))?);
        let (program, issuer) =
            command::start_telling(&mut program, "http").context("the identity provider")?;
        Ok(Self { program, issuer, certificate })
    }

    /// What the dashboard is told of it.
    pub(super) fn values(&self) -> Value {
        json!({"signIn": {"oidc": {
            "issuer": self.issuer, "name": "Example ID", "clientId": "storeyard",
            "credentials": OBJECTS, "caConfigMap": OBJECTS, "scopes": ["email", "groups"], "groupClaims": ["groups"],
            "roles": {"admin": ["platform"], "member": ["makers"]}, "to": {"cidrs": [format!("{ADDRESS}/32")]},
        }}})
    }

    /// Ends it, and takes its host away.
    ///
    /// # Errors
    /// Something stays.
    pub(super) fn end(mut self) -> Result<()> {
        self.program.end()?;
        disconnect()
    }
}

fn connect() -> Result<()> {
    for line in [
        format!("netns add {NAME}"),
        format!("link add {NAME} type veth peer name out netns {NAME}"),
        format!("address add {NODE}/30 dev {NAME}"),
        format!("link set {NAME} up"),
        format!("-n {NAME} address add {ADDRESS}/30 dev out"),
        format!("-n {NAME} link set lo up"),
        format!("-n {NAME} link set out up"),
        format!("-n {NAME} route add default via {NODE}"),
    ] {
        command::output(Command::new("ip").args(line.split(' ')))?;
    }
    // The node lets pods go nowhere beyond itself: this cable is an exception.
    for way in ["-i", "-o"] {
        command::output(Command::new("iptables").args(["-w", "-I", "FORWARD", "1"]).args(accepted(way)))?;
    }
    Ok(())
}

/// Also what a run that was cut off has left.
fn disconnect() -> Result<()> {
    for way in ["-i", "-o"] {
        while command::succeeds(Command::new("iptables").args(["-w", "-D", "FORWARD"]).args(accepted(way)))? {
        }
    }
    // The cable goes with its end in the namespace.
    for line in [format!("link delete {NAME}"), format!("netns delete {NAME}")] {
        command::succeeds(Command::new("ip").args(line.split(' ')))?;
    }
    Ok(())
}

fn accepted(way: &str) -> [&str; 4] {
    [way, NAME, "-j", "ACCEPT"]
}
