//! Debian packages of images: the versions that each has, and when newer ones were last looked for.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use store::Millis;

use super::KEPT_ARCHIVES;
use crate::key::Key;
use crate::paths::Paths;

/// Reads Debian's index anew, and fails where a part of it cannot be had: apt alone would take that for an index without packages.
pub(super) const UPDATE: [&str; 6] =
    ["apt-get", "-o", "APT::Update::Error-Mode=any", "-o", "Acquire::Languages=none", "update"];
/// Prints what [`newer`] reads.
pub(super) const SIMULATE: [&str; 3] = ["apt-get", "--simulate", "dist-upgrade"];
/// Brings everything that is installed to its newest version.
pub(super) const UPGRADE: [&str; 5] =
    ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes", "dist-upgrade"];
/// Removes what [`UPDATE`] and [`UPGRADE`] downloaded.
pub(super) const FORGET: [&str; 6] =
    ["find", "/var/lib/apt/lists", "/var/cache/apt", "-type", "f", "-delete"];

/// For so long nobody is told that newer packages were not looked for.
const REMINDER: i64 = 7 * 24 * 3600;

/// Which Debian packages images are to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packages {
    /// Those that were the newest when each image was built.
    Kept,
    /// The newest that Debian has now.
    Newest,
}

impl Packages {
    pub fn fresh(fresh: bool) -> Self {
        if fresh { Self::Newest } else { Self::Kept }
    }
}

/// Versions of packages, by name.
pub(super) type Versions = BTreeMap<String, String>;

/// Key of the image that a recipe makes with packages in these versions.
pub(super) fn key(recipe: &str, versions: &Versions) -> String {
    let key = Key::new().part(recipe);
    versions.iter().fold(key, |key, (name, version)| key.part(name).part(version)).short()
}

/// A package that Debian has in a newer version, or that newer ones need. Displays as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Newer {
    name: String,
    from: Option<String>,
    to: String,
}

impl fmt::Display for Newer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.from {
            Some(from) => write!(f, "{} {from} -> {}", self.name, self.to),
            None => write!(f, "{} {}", self.name, self.to),
        }
    }
}

/// What would be installed, from what [`SIMULATE`] printed.
pub(super) fn newer(simulated: &str) -> Vec<Newer> {
    simulated.lines().filter_map(|line| installation(line.strip_prefix("Inst ")?)).collect()
}

/// `libc6 [2.41-1] (2.41-2 Debian:13.2/stable [amd64])`, without the old version where there is none.
fn installation(line: &str) -> Option<Newer> {
    let (name, rest) = line.split_once(' ')?;
    let (before, rest) = rest.split_once('(')?;
    let to = rest.split([' ', ')']).next()?;
    let from = before.trim().strip_prefix('[').and_then(|old| old.strip_suffix(']'));
    Some(Newer { name: name.to_owned(), from: from.map(str::to_owned), to: to.to_owned() })
}

/// The packages that an image was built with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) image: String,
    /// Key of what it is built from beside packages.
    pub(super) recipe: String,
    pub(super) versions: Versions,
    /// When Debian was known to have none newer.
    pub(super) looked: Millis,
}

impl Found {
    pub(super) fn key(&self) -> String {
        key(&self.recipe, &self.versions)
    }
}

/// What is known of the packages of images. Kept beside their archives.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// The one that was used last is the last.
    images: Vec<Found>,
}

impl Record {
    /// # Errors
    /// It is there and cannot be read.
    pub fn read(paths: &Paths) -> Result<Self> {
        let file = file(paths);
        if !file.exists() {
            return Ok(Self::default());
        }
        let text = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is damaged: remove it", file.display()))
    }

    /// Takes up what is used now, and writes it down.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn keep(&mut self, found: &Found, paths: &Paths) -> Result<()> {
        self.put(found.clone());
        let file = file(paths);
        let half_made = file.with_extension("half-made");
        fs::write(&half_made, serde_json::to_vec_pretty(self)?)
            .and_then(|()| fs::rename(&half_made, &file))
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    pub(super) fn of(&self, image: &str, recipe: &str) -> Option<&Found> {
        self.images.iter().find(|found| found.image == image && found.recipe == recipe)
    }

    fn put(&mut self, found: Found) {
        self.images.retain(|old| (&old.image, &old.recipe) != (&found.image, &found.recipe));
        let of_image = self.images.iter().filter(|old| old.image == found.image).count();
        let mut surplus = (of_image + 1).saturating_sub(KEPT_ARCHIVES);
        self.images.retain(|old| {
            let goes = old.image == found.image && surplus > 0;
            surplus -= usize::from(goes);
            !goes
        });
        self.images.push(found);
    }

    /// When an image with just these packages was last known to have the newest.
    pub(super) fn looked(&self, image: &str, versions: &Versions) -> Option<Millis> {
        let same = self.images.iter().filter(|found| found.image == image && found.versions == *versions);
        same.map(|found| found.looked).max()
    }

    /// What to tell whoever has not looked for newer packages of the images in use for long.
    pub fn reminder(&self, now: Millis) -> Option<String> {
        let in_use: BTreeMap<&str, Millis> =
            self.images.iter().map(|found| (found.image.as_str(), found.looked)).collect();
        let looked = in_use.into_values().min()?;
        (now > looked.plus_seconds(REMINDER)).then(|| {
            format!(
                "newer Debian packages of the images were last looked for {} ago; `cargo xtask up --fresh` looks, and takes them",
                now.since(looked)
            )
        })
    }
}

fn file(paths: &Paths) -> PathBuf {
    paths.images().join("packages.json")
}

/// The clock.
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(packages: &[(&str, &str)]) -> Versions {
        packages.iter().map(|&(name, version)| (name.to_owned(), version.to_owned())).collect()
    }

    fn found(image: &str, recipe: &str, version: &str, looked: i64) -> Found {
        let (image, recipe) = (image.to_owned(), recipe.to_owned());
        Found { image, recipe, versions: versions(&[("libc6", version)]), looked: Millis(looked) }
    }

    fn record(images: impl IntoIterator<Item = Found>) -> Record {
        let mut record = Record::default();
        images.into_iter().for_each(|found| record.put(found));
        record
    }

    #[test]
    fn the_key_of_an_image_changes_with_its_recipe_and_with_any_package() {
        let base = [("apt", "3.0"), ("libc6", "2.41-1")];
        let first = key("a", &versions(&base));
        assert_eq!(first, key("a", &versions(&[base[1], base[0]])));
        assert_eq!(first.len(), 12);
        for other in [
            key("b", &versions(&base)),
            key("a", &versions(&[base[0], ("libc6", "2.41-2")])),
            key("a", &versions(&base[..1])),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn what_apt_would_install_is_read_with_old_and_new_version() {
        let simulated = "Reading package lists...\n\
            Inst libc6 [2.41-12] (2.41-12+deb13u1 Debian:13.2/stable [amd64]) []\n\
            Inst linux-new (1:2~rc1-1 Debian-Security:13/stable-security [all])\n\
            Remv old [1.0]\n\
            Conf libc6 (2.41-12+deb13u1 Debian:13.2/stable [amd64])\n";
        let read: Vec<String> = newer(simulated).iter().map(Newer::to_string).collect();
        assert_eq!(read, ["libc6 2.41-12 -> 2.41-12+deb13u1", "linux-new 1:2~rc1-1"]);
        assert_eq!(newer("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"), []);
    }

    #[test]
    fn packages_that_were_the_newest_stay_so_when_something_else_of_the_image_changes() {
        let record =
            record([found("a", "1", "2.41", 10), found("a", "2", "2.41", 30), found("b", "1", "2.41", 50)]);
        assert_eq!(record.looked("a", &versions(&[("libc6", "2.41")])), Some(Millis(30)));
        assert_eq!(record.looked("a", &versions(&[("libc6", "2.42")])), None);
    }

    #[test]
    fn as_many_are_kept_of_an_image_as_there_are_archives_and_the_last_used_ones() {
        let mut record = record((0..9).map(|recipe| found("a", &recipe.to_string(), "1", 0)));
        record.put(found("b", "0", "1", 0));
        record.put(found("a", "5", "2", 0));
        let kept: Vec<&str> = record.images.iter().map(|found| found.recipe.as_str()).collect();
        assert_eq!(kept, ["6", "7", "8", "0", "5"]);
        assert_eq!(record.of("a", "5").map(|found| &found.versions), Some(&versions(&[("libc6", "2")])));
        assert_eq!(record.of("a", "0"), None);
    }

    #[test]
    fn after_a_week_one_is_told_that_nobody_looked() {
        let day = 24 * 3600 * 1000;
        let record =
            record([found("a", "old", "1", 0), found("a", "1", "1", 2 * day), found("b", "1", "1", 5 * day)]);
        assert_eq!(record.reminder(Millis(9 * day)), None);
        let told = record.reminder(Millis(12 * day)).unwrap();
        assert!(told.contains("10 days ago") && told.contains("--fresh"), "{told}");
        assert_eq!(Record::default().reminder(Millis(12 * day)), None);
    }
}
