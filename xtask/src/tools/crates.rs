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
    lock: Lock,
    effort: Effort,
    root: PathBuf,
}

/// Which versions its dependencies get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Those of the lock file that the crate comes with.
    Own,
    /// The newest that fit, where the crate's lock file names some that registries lack.
    Newest,
}

/// How well it is compiled. Neither is as well as for a release: such a program runs for seconds at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    None,
    Little,
}

impl Effort {
    fn opt_level(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Little => "1",
        }
    }
}

impl CrateProgram {
    pub fn new(
        paths: &Paths,
        package: &'static str,
        name: &'static str,
        version: impl Into<String>,
        (lock, effort): (Lock, Effort),
    ) -> Self {
        let version = version.into();
        let root = paths.bin().join(format!("{name}-{version}"));
        Self { package, name, version, lock, effort, root }
    }

    /// Where the program is, or will be.
    pub fn path(&self) -> PathBuf {
        self.root.join("bin").join(self.name)
    }

    pub fn name(&self) -> &'static str {
        self.name
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
            cargo.args(["install", self.package, "--bin", self.name, "--version", &self.version]);
            if self.lock == Lock::Own {
                cargo.arg("--locked");
            }
            cargo
                .arg("--root")
                .arg(&self.root)
                .current_dir(&paths.cache)
                .env("CARGO_TARGET_DIR", paths.target().join("tools"))
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.effort.opt_level())
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .env("CARGO_PROFILE_RELEASE_DEBUG", "false");
            command::logged(step, &mut cargo)
        })
    }
}
