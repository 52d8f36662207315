//! A registry as a team has one, on loopback, where the node's containerd and whoever pushes speak plain HTTP to it.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::command::{self, Running};
use crate::env::Env;
use crate::interrupt;
use crate::progress::Step;
use crate::tools::debian::REGISTRY;
use crate::up;

const START: Duration = Duration::from_secs(20);

/// Runs until it is stopped; what it keeps is in its folder.
#[derive(Debug)]
pub(super) struct Registry {
    process: Running,
    authority: String,
}

impl Registry {
    /// # Errors
    /// It does not come up.
    pub(super) fn start(env: &Env, step: &Step, folder: &Path) -> Result<Self> {
        let authority = free_address()?;
        let file = folder.join("registry.json");
        fs::write(&file, configuration(&authority, &folder.join("registry")).to_string())?;
        let mut program = Command::new(REGISTRY.ensure(env)?);
        program.arg("serve").arg(&file).stdout(step.log()?).stderr(step.log()?);
        let mut registry = Self { process: command::start(&mut program)?, authority };
        match registry.answers() {
            Ok(()) => Ok(registry),
            Err(error) => {
                registry.process.end()?;
                Err(error)
            }
        }
    }

    /// Host and port.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// # Errors
    /// It cannot be ended.
    pub(super) fn stop(mut self) -> Result<()> {
        self.process.end()
    }

    fn answers(&mut self) -> Result<()> {
        let started = Instant::now();
        while !up::status(&self.authority, &self.authority, "/v2/").is_ok_and(|status| status == 200) {
            if let Some(status) = self.process.finished()? {
                bail!("the registry ended with {status}");
            }
            if started.elapsed() > START {
                bail!("the registry did not answer within {} s", START.as_secs());
            }
            interrupt::sleep(Duration::from_millis(100))?;
        }
        Ok(())
    }
}

/// One that nobody listens on: of those that are given out to whoever asks, above all ports of the node's services.
fn free_address() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("loopback has no free port")?;
    Ok(listener.local_addr()?.to_string())
}

/// Which is YAML too.
fn configuration(address: &str, folder: &Path) -> Value {
    json!({
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": true}},
        "storage": {"filesystem": {"rootdirectory": folder}},
        "http": {"addr": address},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_listens_on_loopback_alone_and_keeps_all_in_its_folder() {
        let address = free_address().unwrap();
        let told = configuration(&address, Path::new("/stage/registry"));
        assert!(told["http"]["addr"].as_str().unwrap().starts_with("127.0.0.1:"));
        assert_eq!(told["storage"]["filesystem"]["rootdirectory"], "/stage/registry");
    }
}
