//! Programs for tests that Debian has. Each is taken out of its package instead of installed with it, since the package starts a server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{half_made, put_in_place};
use crate::command;
use crate::env::Env;
use crate::key;
use crate::progress::Step;

/// `promtool`, which reads rules and metrics as Prometheus does.
pub const PROMTOOL: Program = Program { name: "promtool", package: "prometheus", inside: "usr/bin/promtool" };
/// Prometheus itself, to be asked as the operator asks one.
pub const PROMETHEUS: Program =
    Program { name: "prometheus", package: "prometheus", inside: "usr/bin/prometheus" };
/// distribution's registry, which takes images and charts, and hands them out.
pub const REGISTRY: Program =
    Program { name: "registry", package: "docker-registry", inside: "usr/bin/docker-registry" };

#[derive(Debug)]
pub struct Program {
    name: &'static str,
    package: &'static str,
    /// Where the package has it.
    inside: &'static str,
}

impl Program {
    /// Where it is, downloaded where it is missing.
    ///
    /// # Errors
    /// Debian's package cannot be had.
    pub fn ensure(&self, env: &Env) -> Result<PathBuf> {
        let folder = env.paths.bin().join(self.name);
        if !folder.is_dir() {
            let title = format!("downloading {} from the Debian package {}", self.name, self.package);
            env.reporter.step(&title, self.name, |step| self.download(&folder, step))?;
        }
        Ok(folder.join(self.name))
    }

    fn download(&self, folder: &Path, step: &Step) -> Result<()> {
        let half_made = half_made(folder);
        let unpacked = half_made.join("unpacked");
        fs::create_dir_all(&unpacked)?;
        command::logged(step, Command::new("apt-get").arg("update"))?;
        command::logged(
            step,
            Command::new("apt-get").args(["download", self.package]).current_dir(&half_made),
        )?;
        let mut packages = key::files_below(&half_made)?.into_iter();
        let package = packages.next().context("apt-get left no package")?;
        command::logged(step, Command::new("dpkg-deb").arg("--extract").arg(&package).arg(&unpacked))?;
        fs::rename(unpacked.join(self.inside), half_made.join(self.name))
            .with_context(|| format!("the package {} has no {}", self.package, self.inside))?;
        fs::remove_file(&package)?;
        fs::remove_dir_all(&unpacked)?;
        put_in_place(&half_made, folder)
    }
}
