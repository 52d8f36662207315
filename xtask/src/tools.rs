//! The programs that are no Debian packages: the node's, from Go modules or as they were released, and those that check.

pub mod cargo_deny;
pub mod crates;
pub mod debian;
pub mod definitions;
pub mod families;
pub mod gitleaks;
pub mod kube_score;
pub mod mailpit;
pub mod on_path;
pub mod pebble;
pub mod released;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

pub use crates::CrateProgram;
pub use families::{FAMILIES, Family};
pub use released::Released;

use crate::command;
use crate::key::Key;
use crate::paths::Paths;
use crate::progress::{Reporter, Step};
use released::{CARGO_DENY, PACKAGES};

/// Goes into every key: raise it when the way of building changes.
const RECIPE: &str = "1";
const GO_FLAGS: &str = "-s -w";

/// The programs of one family: built, or to be built, at `folder`.
#[derive(Debug, Clone)]
pub struct Built {
    pub family: &'static Family,
    /// As in the family's go.mod: `v1.37.2`.
    pub version: String,
    /// Hash of go.mod, go.sum and build flags.
    pub key: String,
    pub folder: PathBuf,
}

impl Built {
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn is_there(&self) -> bool {
        self.folder.is_dir()
    }
}

/// A program, and what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub path: PathBuf,
    pub module: &'static str,
    pub version: String,
    /// Changes with the program.
    pub key: String,
}

/// Every program the node and the build need.
#[derive(Debug, Clone)]
pub struct Tools {
    families: Vec<Built>,
    released: Vec<Released>,
    cargo_deny: Released,
    cargo_deny_built: CrateProgram,
    pub gitleaks: Built,
    pub kube_score: Built,
    pub mailpit: Built,
    pub pebble: Built,
}

impl Tools {
    /// Says where the tools of this checkout are, or will be.
    ///
    /// # Errors
    /// A go.mod or Cargo.lock cannot be read, or lacks the version.
    pub fn locate(paths: &Paths) -> Result<Self> {
        let families = FAMILIES.iter().map(|family| locate(paths, family)).collect::<Result<_>>()?;
        // They were released for this one, which is said with their hashes; elsewhere all is built.
        let packages = if cfg!(target_arch = "x86_64") { &PACKAGES[..] } else { &[] };
        let released = packages.iter().map(|package| Released::locate(paths, package));
        Ok(Self {
            families,
            released: released.collect::<Result<_>>()?,
            cargo_deny: Released::locate(paths, &CARGO_DENY)?,
            cargo_deny_built: cargo_deny::locate(paths),
            gitleaks: locate(paths, &gitleaks::FAMILY)?,
            kube_score: locate(paths, &kube_score::FAMILY)?,
            mailpit: locate(paths, &mailpit::FAMILY)?,
            pebble: locate(paths, &pebble::FAMILY)?,
        })
    }

    /// # Panics
    /// Never for a name of [`FAMILIES`].
    pub fn family(&self, name: &str) -> &Built {
        self.families
            .iter()
            .find(|built| built.family.name == name)
            .expect("every family of FAMILIES was located")
    }

    /// A program as it was released where that one was downloaded, and else as it is built, or to be built.
    ///
    /// # Panics
    /// Never for a program of a family in [`FAMILIES`].
    pub fn made(&self, family: &str, program: &str) -> Made {
        for released in self.released.iter().filter(|released| released.is_there()) {
            let found = released.package.programs.iter().find(|found| found.name == program);
            if let Some((found, go)) = found.and_then(|found| Some((found, found.go.as_ref()?))) {
                let (path, key) = (released.program(program), released.key.clone());
                return Made { path, module: go.module, version: found.version.to_owned(), key };
            }
        }
        let built = self.family(family);
        let (module, version) = (built.family.module, built.version.clone());
        Made { path: built.program(program), module, version, key: built.key.clone() }
    }

    pub fn helm(&self) -> PathBuf {
        self.made("helm", "helm").path
    }

    pub fn kubectl(&self) -> PathBuf {
        self.made("kubectl", "kubectl").path
    }

    /// What is still to be made, by name.
    pub fn missing(&self) -> Vec<String> {
        let families = self.only_built().filter(|built| !built.is_there());
        let names = families.map(|built| built.family.name.to_owned());
        let released = self.released.iter().filter(|released| !self.is_made(released));
        let released = released.map(|released| released.package.name.to_owned());
        names.chain(released).collect()
    }

    /// Whether programs are missing that are to be had in no other way than by compiling them.
    pub fn has_to_compile(&self) -> bool {
        self.only_built().any(|built| !built.is_there())
    }

    /// Families whose programs are to be had in no other way.
    fn only_built(&self) -> impl Iterator<Item = &Built> {
        let is_released = |name: &str| self.released.iter().any(|released| released.is_of(name));
        self.families.iter().filter(move |built| !is_released(built.family.name))
    }

    fn is_made(&self, released: &Released) -> bool {
        released.is_there() || released.families().all(|name| self.family(name).is_there())
    }

    /// Makes the node's programs that are missing.
    ///
    /// # Errors
    /// A build fails.
    pub fn build_node_programs(&self, paths: &Paths, reporter: &Reporter) -> Result<()> {
        self.released.iter().try_for_each(|released| self.ensure_released(paths, released, reporter))?;
        self.only_built().try_for_each(|built| ensure(paths, built, reporter))
    }

    /// Makes those programs that are missing of what goes into Storeyard's own images, and of what talks to a cluster.
    ///
    /// # Errors
    /// A build fails.
    pub fn build_for_images(&self, paths: &Paths, reporter: &Reporter) -> Result<()> {
        for name in ["helm", "kubectl"] {
            match self.released.iter().find(|released| released.is_of(name)) {
                Some(released) => self.ensure_released(paths, released, reporter)?,
                None => ensure(paths, self.family(name), reporter)?,
            }
        }
        Ok(())
    }

    /// Downloads a package, and builds its programs where that cannot be done.
    fn ensure_released(&self, paths: &Paths, released: &Released, reporter: &Reporter) -> Result<()> {
        if self.is_made(released) || download(released, reporter)? {
            return Ok(());
        }
        released.families().try_for_each(|name| ensure(paths, self.family(name), reporter))
    }

    /// What says which dependencies are allowed: downloaded, built, or missing as yet.
    pub fn cargo_deny(&self) -> PathBuf {
        let downloaded = self.cargo_deny.is_there().then(|| self.cargo_deny.program("cargo-deny"));
        downloaded.unwrap_or_else(|| self.cargo_deny_built.path())
    }

    /// Makes it, if it is missing.
    ///
    /// # Errors
    /// It can neither be downloaded nor built.
    pub fn build_cargo_deny(&self, paths: &Paths, reporter: &Reporter) -> Result<()> {
        let is_there = self.cargo_deny.is_there() || self.cargo_deny_built.is_there();
        if is_there || download(&self.cargo_deny, reporter)? {
            return Ok(());
        }
        self.cargo_deny_built.build(paths, reporter)
    }

    /// Builds what looks for secrets, if it is missing.
    ///
    /// # Errors
    /// The build fails.
    pub fn build_gitleaks(&self, paths: &Paths, reporter: &Reporter) -> Result<()> {
        ensure(paths, &self.gitleaks, reporter)
    }

    /// Builds what looks at the charts, if it is missing.
    ///
    /// # Errors
    /// The build fails.
    pub fn build_kube_score(&self, paths: &Paths, reporter: &Reporter) -> Result<()> {
        ensure(paths, &self.kube_score, reporter)
    }

    /// Builds the ACME server, if it is missing.
    ///
    /// # Errors
    /// The build fails.
    pub fn build_pebble(&self, paths: &Paths, reporter: &Reporter) -> Result<()> {
        ensure(paths, &self.pebble, reporter)
    }

    /// Builds the mail server of the tests, if it is missing.
    ///
    /// # Errors
    /// The build fails.
    pub fn build_mailpit(&self, paths: &Paths, reporter: &Reporter) -> Result<()> {
        ensure(paths, &self.mailpit, reporter)
    }
}

/// Whether a package was downloaded; what cannot be is built, and the user is told why.
fn download(released: &Released, reporter: &Reporter) -> Result<bool> {
    let title = format!("downloading {}", released.title());
    let log = format!("tools-{}-released", released.package.name);
    let Err(error) = reporter.step(&title, &log, |step| released.download(step)) else { return Ok(true) };
    crate::interrupt::check()?;
    fs::remove_dir_all(half_made(&released.folder))?;
    reporter.note(format!("{} cannot be downloaded, and is built instead: {error:#}", released.title()));
    Ok(false)
}

fn locate(paths: &Paths, family: &'static Family) -> Result<Built> {
    let module = paths.checkout.join(family.folder);
    let read = |file: &str| {
        let path = module.join(file);
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
    };
    let (go_mod, go_sum) = (read("go.mod")?, read("go.sum")?);
    let version = families::version_in(&go_mod, family.module)
        .with_context(|| format!("{}/go.mod requires no {}", module.display(), family.module))?;
    let key = Key::new().part(RECIPE).part(&go_mod).part(go_sum).part((family.ldflags)(&version)).short();
    let folder = paths.bin().join(format!("{}-{key}", family.name));
    Ok(Built { family, version, key, folder })
}

fn ensure(paths: &Paths, built: &Built, reporter: &Reporter) -> Result<()> {
    if built.is_there() {
        return Ok(());
    }
    let title = format!("building {} {} from its Go module", built.family.name, built.version);
    reporter.step(&title, &format!("tools-{}", built.family.name), |step| build(paths, built, step))
}

fn build(paths: &Paths, built: &Built, step: &Step) -> Result<()> {
    let family = built.family;
    let module = paths.checkout.join(family.folder);
    let half_made = half_made(&built.folder);
    fs::create_dir_all(&half_made)?;

    let mut go = go(&module);
    go.args(["build", "-trimpath", "-ldflags"])
        .arg(format!("{GO_FLAGS} {}", (family.ldflags)(&built.version)).trim_end())
        .arg("-o")
        .arg(path_of_folder(&half_made))
        .args(family.programs.iter().map(|program| program.package));
    command::logged(step, &mut go)?;

    for program in family.programs {
        let made = half_made.join(program.go_name());
        fs::rename(&made, half_made.join(program.name))
            .with_context(|| format!("go build made no {}", made.display()))?;
    }
    if !family.folders.is_empty() {
        let source = command::output(go_list(&module).args(["{{.Dir}}", family.module]))?;
        for (from, to) in family.folders {
            copy_folder(&Path::new(source.trim()).join(from), &half_made.join(to))?;
        }
    }
    put_in_place(&half_made, &built.folder)
}

fn put_in_place(half_made: &Path, folder: &Path) -> Result<()> {
    fs::rename(half_made, folder).with_context(|| format!("{} cannot be put in place", folder.display()))
}

fn go(module: &Path) -> Command {
    // It stands back behind what runs beside it: tests measure time.
    let mut go = Command::new("nice");
    go.arg("go").current_dir(module).env("CGO_ENABLED", "0").env("GOWORK", "off").env("GOOS", "linux");
    go
}

fn go_list(module: &Path) -> Command {
    let mut list = go(module);
    list.args(["list", "-m", "-f"]);
    list
}

/// `go build -o` takes a folder only when it ends in a slash.
fn path_of_folder(folder: &Path) -> PathBuf {
    folder.join("")
}

/// Where something is made before it is renamed to `folder`, which thereby is always whole.
fn half_made(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.half-made"))
}

/// Removes what an interrupted run left. Only under the lock and before anything is made, so that nobody is at work there.
///
/// # Errors
/// Something cannot be removed.
pub fn remove_half_made(bin: &Path) -> Result<()> {
    for entry in fs::read_dir(bin)? {
        let path = entry?.path();
        if path.file_name().map(OsStr::to_string_lossy).is_some_and(|name| name.ends_with(".half-made")) {
            fs::remove_dir_all(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
        }
    }
    Ok(())
}

/// Copies the files below `from`; module folders are read-only, the copies are not.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for file in crate::key::files_below(from)? {
        let target = to.join(file.strip_prefix(from).unwrap_or(&file));
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&target, fs::read(&file)?)
            .with_context(|| format!("{} cannot be written", target.display()))?;
    }
    Ok(())
}
