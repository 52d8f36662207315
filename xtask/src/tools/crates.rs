//! Programs that cargo installs, each in a folder of the cache that is named by its version.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::command;
use crate::paths::Paths;
use crate::progress::Reporter;

/// A program of one crate at one version.
#[derive(Debug, Clone)]
pub struct CrateProgram {
    package: &'static str,
    name: &'static str,
    version: String,
    root: PathBuf,
}

impl CrateProgram {
    pub fn new(paths: &Paths, package: &'static str, name: &'static str, version: impl Into<String>) -> Self {
        let version = version.into();
        let root = paths.bin().join(format!("{name}-{version}"));
        Self { package, name, version, root }
    }

    /// Where the program is, or will be.
    pub fn path(&self) -> PathBuf {
        self.root.join("bin").join(self.name)
    }

    pub fn is_there(&self) -> bool {
        self.path().exists()
    }

    /// Installs the program if it is missing.
    ///
    /// # Errors
    /// cargo fails.
    pub fn build(&self, paths: &Paths, reporter: &Reporter) -> Result<()> {
        if self.is_there() {
            return Ok(());
        }
        let title = format!("building {} {}", self.name, self.version);
        reporter.step(&title, &format!("tools-{}", self.name), |step| {
            // cargo puts the program in place last, so an interrupted run leaves none.
            let mut cargo = Command::new("cargo");
            cargo.args(["install", "--locked", self.package, "--bin", self.name, "--version", &self.version]);
            cargo
                .arg("--root")
                .arg(&self.root)
                .current_dir(&paths.cache)
                .env("CARGO_TARGET_DIR", paths.target().join("tools"))
                // It runs for seconds at a time, and compiling it well takes minutes.
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .env("CARGO_PROFILE_RELEASE_DEBUG", "false");
            command::logged(step, &mut cargo)
        })
    }
}
