//! Container images, each kept as one archive named by the hash of what goes in.

mod brought;
pub mod buildah;
pub(crate) mod carried;
pub mod engines;
mod given;
pub mod linked;
pub mod node;
mod npm;
mod packages;
pub mod platform;
mod program;
pub(crate) mod recipe;
mod woocommerce;
mod wp_cli;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use store::Versions;

pub use buildah::Buildah;
pub use packages::{Packages, Record, now};

use crate::command;
use crate::env::Env;
use crate::progress::Step;

/// What stands before the names of all images made here. No registry answers under it.
pub const REPOSITORY: &str = "localhost/storeyard";

/// Archives of one image that are kept, the newest first: other checkouts may be at other versions.
const KEPT_ARCHIVES: usize = 4;

/// An image that is, or will be, at `archive`.
#[derive(Debug, Clone)]
pub struct Image {
    pub name: String,
    /// With repository and tag.
    pub reference: String,
    /// An OCI archive.
    pub archive: PathBuf,
}

impl Image {
    fn new(env: &Env, name: &str, tag: &str, key: &str) -> Self {
        Self {
            name: name.to_owned(),
            reference: format!("{REPOSITORY}/{name}:{tag}"),
            archive: env.paths.images().join(format!("{name}-{key}.tar")),
        }
    }

    pub fn is_there(&self) -> bool {
        self.archive.exists()
    }

    /// What it is called in its labels and its bill.
    pub fn title(&self) -> String {
        format!("storeyard-{}", self.name)
    }

    /// The bill of materials that is in the image, where there is one.
    pub fn bill(&self) -> PathBuf {
        bill_beside(&self.archive)
    }

    /// The digest under which a container engine lists the image.
    ///
    /// # Errors
    /// The archive is missing or is none.
    pub fn digest(&self) -> Result<String> {
        let index = command::output(Command::new("tar").arg("-xOf").arg(&self.archive).arg("index.json"))?;
        digest_in(&index).with_context(|| format!("{} holds no image", self.archive.display()))
    }

    /// What its labels say that it carries.
    ///
    /// # Errors
    /// The archive is missing or is none.
    pub fn versions(&self) -> Result<Versions> {
        let manifest = self.blob(&self.digest()?)?;
        let config = manifest.pointer("/config/digest").and_then(serde_json::Value::as_str);
        let config = self.blob(config.context("a manifest names no configuration")?)?;
        let labels = config.pointer("/config/Labels").cloned().unwrap_or_default();
        carried::labelled(&serde_json::from_value::<Option<_>>(labels)?.unwrap_or_default())
    }

    /// A document of the archive.
    fn blob(&self, digest: &str) -> Result<serde_json::Value> {
        let path = format!("blobs/{}", digest.replace(':', "/"));
        let text = command::output(Command::new("tar").arg("-xOf").arg(&self.archive).arg(path))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Makes the image and its archive with `make`, unless the archive is there.
    ///
    /// # Errors
    /// The build fails.
    fn ensure(&self, env: &Env, make: impl FnOnce(&Buildah, &Step) -> Result<()>) -> Result<()> {
        if self.is_there() {
            return Ok(());
        }
        let title = format!("building the image {}", self.reference);
        env.reporter.step(&title, &format!("image-{}", self.name), |step| {
            let buildah = Buildah::new(&env.paths);
            make(&buildah, step)?;
            self.keep(env, &buildah, step)
        })
    }

    /// Writes the archive of an image that was made, and removes old ones.
    fn keep(&self, env: &Env, buildah: &Buildah, step: &Step) -> Result<()> {
        let half_made = self.archive.with_extension("half-made");
        buildah.archive(step, &self.reference, &half_made)?;
        fs::rename(&half_made, &self.archive)
            .with_context(|| format!("{} cannot be put in place", self.archive.display()))?;
        remove_old(&env.paths.images(), &self.name)
    }
}

fn bill_beside(archive: &Path) -> PathBuf {
    archive.with_extension("cdx.json")
}

fn digest_in(index: &str) -> Option<String> {
    let index: serde_json::Value = serde_json::from_str(index).ok()?;
    index.pointer("/manifests/0/digest")?.as_str().map(str::to_owned)
}

fn remove_old(folder: &Path, name: &str) -> Result<()> {
    let mut archives = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().and_then(OsStr::to_str).is_some_and(|file| is_archive_of(file, name)) {
            archives.push((path.metadata()?.modified().unwrap_or(SystemTime::UNIX_EPOCH), path));
        }
    }
    archives.sort();
    let surplus = archives.len().saturating_sub(KEPT_ARCHIVES);
    for (_, archive) in archives.into_iter().take(surplus) {
        for file in [bill_beside(&archive), archive].iter().filter(|file| file.exists()) {
            fs::remove_file(file).with_context(|| format!("{} cannot be removed", file.display()))?;
        }
    }
    Ok(())
}

fn is_archive_of(file: &str, name: &str) -> bool {
    let key = file.strip_prefix(name).and_then(|rest| rest.strip_prefix('-')?.strip_suffix(".tar"));
    key.is_some_and(|key| key.len() == 12 && key.chars().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_manifest_in_the_index() {
        let index = r#"{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"sha256:abc","size":1}]}"#;
        assert_eq!(digest_in(index).as_deref(), Some("sha256:abc"));
        assert_eq!(digest_in("{}"), None);
    }

    #[test]
    fn archives_of_images_whose_names_begin_alike_are_told_apart() {
        assert!(is_archive_of("kube-apiserver-0123456789ab.tar", "kube-apiserver"));
        assert!(!is_archive_of("local-path-0123456789ab.tar", "local"));
        assert!(!is_archive_of("traefik-0123456789ab.half-made", "traefik"));
    }
}
