//! buildah, with storage of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::{Resource, getrlimit};
use serde::Deserialize;
use store::Millis;

use super::{Image, REPOSITORY, packages};
use crate::command;
use crate::paths::Paths;
use crate::progress::Step;

const SUITE: &str = "trixie";
/// Label of an image that was sent to a registry: what it is called there.
const SENT: &str = "dev.storeyard.sent";
/// The public image, under the short name that Debian's buildah resolves.
const PUBLIC_BASE: &str = "debian:trixie-slim";
/// How long a registry may take for the base before it is made here instead.
const PULL: Duration = Duration::from_secs(60);
/// How long a registry may take to answer at all.
const ANSWER: Duration = Duration::from_secs(8);

/// Whom this machine trusts, as Debian has it.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Which layers of earlier builds a build may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layers {
    Kept,
    /// None: every step is run.
    Anew,
}

/// buildah's storage and programs.
#[derive(Debug)]
pub struct Buildah {
    storage: PathBuf,
    stage: PathBuf,
}

impl Buildah {
    pub fn new(paths: &Paths) -> Self {
        Self { storage: paths.cache.join("buildah"), stage: paths.stage() }
    }

    /// Reference of the Debian base image that Containerfiles start from.
    pub fn base() -> String {
        format!("{REPOSITORY}/debian:{SUITE}")
    }

    /// Makes an image of a few files and no distribution.
    ///
    /// # Errors
    /// buildah fails.
    pub fn from_files(
        &self,
        step: &Step,
        reference: &str,
        files: &[(&Path, &str)],
        entrypoint: &[&str],
    ) -> Result<()> {
        let container = command::output(self.run("from").arg("scratch"))?;
        let container = container.trim();
        for (from, to) in files {
            command::logged(step, self.run("copy").arg(container).arg(from).arg(to))?;
        }
        command::logged(
            step,
            self.run("config")
                .args(["--env", "PATH=/usr/local/bin:/bin", "--entrypoint"])
                .arg(serde_json::to_string(entrypoint)?)
                .arg(container),
        )?;
        command::logged(step, self.run("commit").args(["--rm", container, reference]))
    }

    /// Builds a Containerfile on the Debian base.
    ///
    /// # Errors
    /// buildah fails.
    pub fn from_containerfile(
        &self,
        step: &Step,
        reference: &str,
        file: &Path,
        context: &Path,
        layers: Layers,
    ) -> Result<()> {
        self.ensure_base(step)?;
        step.detail("");
        command::logged(
            step,
            self.run("build")
                .args(["--isolation", "chroot", "--layers"])
                // A build of pages has thousands of files open at once, and says of those beyond the limit that they are not there.
                .arg(format!("--ulimit=nofile={0}:{0}", open_files()))
                .args((layers == Layers::Anew).then_some("--no-cache"))
                .args(authorities())
                .arg("--build-arg")
                .arg(format!("BASE={}", Self::base()))
                .args(["--tag", reference, "--file"])
                .arg(file)
                .arg(context),
        )
    }

    /// Writes an image to an OCI archive.
    ///
    /// # Errors
    /// buildah fails.
    pub fn archive(&self, step: &Step, reference: &str, archive: &Path) -> Result<()> {
        if archive.exists() {
            fs::remove_file(archive)?;
        }
        step.detail("writing its archive");
        command::logged(
            step,
            self.run("push")
                .arg("--disable-compression")
                .arg(reference)
                .arg(format!("oci-archive:{}:{reference}", archive.display())),
        )
    }

    /// Sends an image to a registry, as one of its own. An image that a kubelet has once pulled it starts under no name under which it was
    /// imported, unless a registry confirms that one too; so what is pulled has to be another one than what is imported.
    /// A registry on this machine is spoken to without TLS, and gets layers as they are.
    ///
    /// # Errors
    /// buildah fails.
    pub fn send(&self, step: &Step, image: &Image, reference: &str, is_here: bool) -> Result<()> {
        let is_built = command::succeeds(self.run("inspect").args(["--type", "image", &image.reference]))?;
        // To unpack an archive takes most of a minute, and what was built here is here still.
        let container =
            if is_built { self.container(&image.reference)? } else { self.container_of(&image.archive)? };
        container.set_label(SENT, reference)?;
        let sent = format!("{REPOSITORY}/sent-{}:{SUITE}", image.name);
        container.commit(step, &sent)?;
        let mut push = self.run("push");
        if is_here {
            push.args(["--tls-verify=false", "--disable-compression"]);
        }
        push.arg(&sent).arg(format!("docker://{reference}"));
        command::logged(step, &mut push)?;
        command::logged(step, self.run("rmi").arg(&sent))
    }

    /// A container of an image in the storage, to look into and to add to.
    ///
    /// # Errors
    /// There is no such image.
    pub fn container(&self, image: &str) -> Result<Container<'_>> {
        let id = command::output(self.run("from").args(["--pull=never", image]))?;
        Ok(Container { buildah: self, id: id.trim().to_owned() })
    }

    /// A container of the image in an archive.
    ///
    /// # Errors
    /// buildah cannot read it.
    pub fn container_of(&self, archive: &Path) -> Result<Container<'_>> {
        self.container(&self.pull_archive(archive)?)
    }

    /// The id of the image in an archive.
    fn pull_archive(&self, archive: &Path) -> Result<String> {
        let pulled = command::output(
            self.run("pull").arg("--quiet").arg(format!("oci-archive:{}", archive.display())),
        )?;
        Ok(pulled.trim().to_owned())
    }

    fn ensure_base(&self, step: &Step) -> Result<()> {
        if command::succeeds(self.run("inspect").args(["--type", "image", &Self::base()]))? {
            return Ok(());
        }
        self.make_base(step)
    }

    /// Makes the Debian base with the newest packages, and forgets whatever was built on an older one.
    ///
    /// # Errors
    /// Neither a registry nor Debian has it.
    pub fn renew_base(&self, step: &Step) -> Result<()> {
        self.make_base(step)?;
        let base = self.base_listed()?;
        let all: Vec<Listed> = serde_json::from_str(&command::output(self.run("images").arg("--json"))?)?;
        // Archives hold all that is in use, so that what is built on an older base is of no more use here.
        let old = all.into_iter().map(|image| image.id).filter(|id| *id != base.id);
        let old: Vec<String> = old.collect();
        if old.is_empty() {
            return Ok(());
        }
        step.detail("removing what was built on the old one");
        command::logged(step, self.run("rmi").arg("--force").args(old))
    }

    /// When the Debian base was made.
    ///
    /// # Errors
    /// There is none.
    pub fn base_made(&self) -> Result<Millis> {
        Ok(Millis(self.base_listed()?.created.saturating_mul(1000)))
    }

    fn base_listed(&self) -> Result<Listed> {
        let base = Self::base();
        let listed: Vec<Listed> =
            serde_json::from_str(&command::output(self.run("images").args(["--json", &base]))?)?;
        listed.into_iter().next().with_context(|| format!("there is no image {base}"))
    }

    fn make_base(&self, step: &Step) -> Result<()> {
        step.detail("asking a registry for the Debian base");
        let container = if self.pull_base(step)? {
            let container = self.container(PUBLIC_BASE)?;
            // The registry's may be older than the newest packages.
            step.detail("bringing the Debian base to the newest packages");
            for program in [&packages::UPDATE[..], &packages::UPGRADE, &packages::FORGET] {
                container.output_as_root(program)?;
            }
            container
        } else {
            step.detail("making the Debian base with mmdebstrap");
            self.bootstrapped(step)?
        };
        container.commit(step, &Self::base())
    }

    /// A container with a Debian of its own in it.
    fn bootstrapped(&self, step: &Step) -> Result<Container<'_>> {
        fs::create_dir_all(&self.stage)?;
        let archive = self.stage.join("debian.tar");
        command::logged(
            step,
            Command::new("mmdebstrap")
                .args(["--variant=minbase", "--include=ca-certificates", SUITE])
                .arg(&archive),
        )?;
        let container = self.container("scratch")?;
        command::logged(step, self.run("add").arg(&container.id).arg(&archive).arg("/"))?;
        command::logged(step, self.run("config").args(["--cmd", "bash", &container.id]))?;
        fs::remove_file(&archive).with_context(|| format!("{} cannot be removed", archive.display()))?;
        Ok(container)
    }

    /// Whether a registry had the public base image; it is asked for its manifest first, which is small.
    fn pull_base(&self, step: &Step) -> Result<bool> {
        let within = |limit: Duration, name: &str| {
            let buildah = self.run(name);
            let mut timed = Command::new("timeout");
            timed.arg(limit.as_secs().to_string()).arg(buildah.get_program()).args(buildah.get_args());
            timed
        };
        if !command::succeeds(within(ANSWER, "manifest").args(["inspect", PUBLIC_BASE]))? {
            return Ok(false);
        }
        let pulled = command::logged(
            step,
            within(PULL, "pull").args(["--policy", "always", "--retry", "0", PUBLIC_BASE]),
        );
        Ok(pulled.is_ok())
    }

    fn run(&self, name: &str) -> Command {
        let mut buildah = Command::new("buildah");
        buildah
            .arg("--root")
            .arg(self.storage.join("storage"))
            .arg("--runroot")
            .arg(self.storage.join("run"))
            .arg(name)
            .env("BUILDAH_ISOLATION", "chroot");
        buildah
    }
}

/// As many files as xtask itself may have open: not even root may allow more here than that.
fn open_files() -> u64 {
    getrlimit(Resource::Nofile).maximum.unwrap_or(1 << 20)
}

/// Gives a build what this machine trusts, under the name that a step of it may ask for: it may reach a registry through a proxy with an
/// authority of its own. It is no part of an image.
fn authorities() -> Option<String> {
    Path::new(AUTHORITIES).exists().then(|| format!("--secret=id=authorities,src={AUTHORITIES}"))
}

/// An image, as buildah lists it.
#[derive(Debug, Deserialize)]
struct Listed {
    id: String,
    /// In seconds.
    created: i64,
}

/// A container that was made from an image, and is to be committed or removed.
#[derive(Debug)]
pub struct Container<'a> {
    buildah: &'a Buildah,
    id: String,
}

impl Container<'_> {
    /// What a program of the image prints.
    ///
    /// # Errors
    /// It cannot be started or fails.
    pub fn output(&self, program: &[&str]) -> Result<String> {
        let mut run = self.buildah.run("run");
        command::output(run.args(["--isolation", "chroot", &self.id, "--"]).args(program))
    }

    /// As [`Container::output`], by a program that runs as root whoever the image runs as.
    ///
    /// # Errors
    /// As [`Container::output`].
    pub fn output_as_root(&self, program: &[&str]) -> Result<String> {
        let mut run = self.buildah.run("run");
        command::output(run.args(["--isolation", "chroot", "--user", "0:0", &self.id, "--"]).args(program))
    }

    /// Adds a file that everyone may read.
    ///
    /// # Errors
    /// buildah fails.
    pub fn add(&self, file: &Path, inside: &str) -> Result<()> {
        let mut copy = self.buildah.run("copy");
        copy.args(["--chmod", "0644", "--chown", "0:0", &self.id]).arg(file).arg(inside);
        command::output(&mut copy).map(drop)
    }

    /// # Errors
    /// buildah fails.
    pub fn set_label(&self, name: &str, value: &str) -> Result<()> {
        let label = format!("{name}={value}");
        command::output(self.buildah.run("config").args(["--label", &label, &self.id])).map(drop)
    }

    /// The labels of the image, by name.
    ///
    /// # Errors
    /// buildah fails.
    pub fn labels(&self) -> Result<BTreeMap<String, String>> {
        let printed = command::output(self.buildah.run("inspect").args(["--type", "container", &self.id]))?;
        let told: serde_json::Value = serde_json::from_str(&printed)?;
        let labels = told.pointer("/OCIv1/config/Labels").cloned().unwrap_or_default();
        Ok(serde_json::from_value::<Option<_>>(labels)?.unwrap_or_default())
    }

    /// Makes an image of it, and removes it.
    ///
    /// # Errors
    /// buildah fails.
    pub fn commit(self, step: &Step, reference: &str) -> Result<()> {
        command::logged(step, self.buildah.run("commit").args(["--rm", &self.id, reference]))
    }

    /// # Errors
    /// buildah fails.
    pub fn remove(self) -> Result<()> {
        command::output(self.buildah.run("rm").arg(&self.id)).map(drop)
    }
}
