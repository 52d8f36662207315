//! A program of this checkout that an image runs: compiled, and with the list of the crates that it is linked from.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::linked::NATIVE;
use crate::bill::{self, Component};
use crate::command;
use crate::env::Env;

#[derive(Debug)]
pub(super) struct Program {
    binary: PathBuf,
    crates: PathBuf,
}

impl Program {
    /// The crate and its program are called alike.
    ///
    /// # Errors
    /// It does not compile, or a crate comes without terms.
    pub(super) fn compile(env: &Env, name: &str) -> Result<Self> {
        let binary = binary(env, name, name)?;
        let linked = bill::crates(&env.paths.checkout, name, NATIVE)?;
        let crates = env.paths.stage().join(format!("crates-of-{name}.json"));
        fs::create_dir_all(env.paths.stage())?;
        fs::write(&crates, serde_json::to_vec(&linked)?)
            .with_context(|| format!("{} cannot be written", crates.display()))?;
        Ok(Self { binary, crates })
    }

    /// What is put beside the Containerfile: with the list, another one makes another image.
    pub(super) fn files(&self) -> [(PathBuf, String); 2] {
        [(self.binary.clone(), "program".to_owned()), (self.crates.clone(), "crates.json".to_owned())]
    }

    pub(super) fn crates(&self) -> Result<Vec<Component>> {
        let list = fs::read(&self.crates).with_context(|| format!("{} is gone", self.crates.display()))?;
        Ok(serde_json::from_slice(&list)?)
    }
}

/// Compiles a program for images.
pub(super) fn binary(env: &Env, package: &str, name: &str) -> Result<PathBuf> {
    env.reporter.step(&format!("compiling {name}"), &format!("build-{name}"), |step| {
        command::logged(
            step,
            std::process::Command::new("cargo")
                .args(["build", "--locked", "--release", "--package", package, "--bin", name])
                .current_dir(&env.paths.checkout)
                .env("CARGO_TARGET_DIR", env.paths.target()),
        )
    })?;
    Ok(env.paths.target().join("release").join(name))
}
