//! Files for images that neither Debian nor this checkout has: given once, they are kept in the cache under their version and checksum, and
//! every later run uses them.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use sha2::{Digest as _, Sha512};

use crate::command;
use crate::env::Env;

/// Given instead of a file it removes the one that is kept.
const FORGET: &str = "none";
/// So much of a checksum is told.
const TOLD: usize = 16;

/// A kind of file that can be given.
pub(super) struct Source {
    pub(super) title: &'static str,
    /// Names the file that is given.
    pub(super) variable: &'static str,
    /// Of the cache, where it is kept.
    pub(super) folder: &'static str,
    /// How names of such files end.
    pub(super) ending: &'static str,
    /// Where it is downloaded from, as it was released.
    pub(super) address: &'static str,
    /// The version of a file, where it is one.
    pub(super) version: fn(&Path) -> Result<String>,
    /// What images are without it.
    pub(super) lack: &'static str,
}

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) path: PathBuf,
    pub(super) version: String,
    checksum: String,
}

impl Source {
    /// The file: the one that is given, else the one that is kept, else a downloaded one; None when there is none.
    ///
    /// # Errors
    /// What is given is no such file, or what is kept is damaged.
    pub(super) fn find(&self, env: &Env) -> Result<Option<Kept>> {
        let folder = env.paths.cache.join(self.folder);
        fs::create_dir_all(&folder)?;
        let given = env::var_os(self.variable);
        if given.as_deref() == Some(OsStr::new(FORGET)) {
            self.forget(&folder, None)?;
            env.reporter.note(format!("{} is forgotten: {}", self.title, self.lack));
            return Ok(None);
        }
        if let Some(given) = given.map(PathBuf::from) {
            let kept = self.keep(&folder, &given).with_context(|| {
                format!(
                    "{} names {}: download {} and name that",
                    self.variable,
                    given.display(),
                    self.address
                )
            })?;
            env.reporter.note(format!(
                "{kept} is kept; {}={FORGET} forgets it",
                self.variable,
                kept = self.told(&kept)
            ));
            return Ok(Some(kept));
        }
        if let Some(kept) = self.kept(&folder)? {
            env.reporter.found(format!("{}, as kept in the cache", self.told(&kept)));
            return Ok(Some(kept));
        }
        if let Some(kept) = self.download(&folder)? {
            env.reporter.note(format!("{} was downloaded, and is kept", self.told(&kept)));
            return Ok(Some(kept));
        }
        env.reporter.note(format!(
            "{} cannot be downloaded, so {}; {}=FILE gives it",
            self.title, self.lack, self.variable
        ));
        Ok(None)
    }

    fn told(&self, kept: &Kept) -> String {
        format!("{} {} (SHA-512 {}…)", self.title, kept.version, &kept.checksum[..TOLD])
    }

    /// Copies a file into the folder, in place of the one that is there.
    fn keep(&self, folder: &Path, given: &Path) -> Result<Kept> {
        let version = (self.version)(given)?;
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".+~_".contains(letter);
        ensure!(!version.is_empty() && version.chars().all(is_plain), "{version:?} is no version");
        let checksum = checksum(given)?;
        let path = folder.join(format!("{version}-{checksum}.{}", self.ending));
        let half_made = path.with_extension("half-made");
        fs::copy(given, &half_made)
            .and_then(|_| fs::rename(&half_made, &path))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        self.forget(folder, Some(&path))?;
        Ok(Kept { path, version, checksum })
    }

    fn kept(&self, folder: &Path) -> Result<Option<Kept>> {
        for path in files(folder)? {
            let Some((version, sum)) = self.named(&path) else { continue };
            ensure!(checksum(&path)? == sum, "{} is damaged: remove it", path.display());
            return Ok(Some(Kept {
                version: version.to_owned(),
                checksum: sum.to_owned(),
                path: path.clone(),
            }));
        }
        Ok(None)
    }

    /// The version and the checksum in the name of a file that is kept.
    fn named<'a>(&self, path: &'a Path) -> Option<(&'a str, &'a str)> {
        let name = path.file_name()?.to_str()?.strip_suffix(self.ending)?.strip_suffix('.')?;
        name.rsplit_once('-')
    }

    fn forget(&self, folder: &Path, but: Option<&Path>) -> Result<()> {
        for path in files(folder)?.into_iter().filter(|path| Some(path.as_path()) != but) {
            fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
        }
        Ok(())
    }

    fn download(&self, folder: &Path) -> Result<Option<Kept>> {
        let downloaded = folder.join("downloaded");
        let is_there = command::succeeds(
            Command::new("curl")
                .args(["--fail", "--silent", "--location", "--proto", "=https"])
                .args(["--connect-timeout", "5", "--max-time", "180", "--output"])
                .arg(&downloaded)
                .arg(self.address),
        )?;
        if !is_there {
            return Ok(None);
        }
        match self.keep(folder, &downloaded) {
            Ok(kept) => Ok(Some(kept)),
            Err(error) => bail!("what {} answers is not taken: {error:#}", self.address),
        }
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}

/// In hexadecimal.
pub(super) fn checksum(file: &Path) -> Result<String> {
    let content = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(Sha512::digest(content).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file is one whose content begins with its version.
    const SOURCE: Source = Source {
        title: "Thing",
        variable: "THING",
        folder: "thing",
        ending: "txt",
        address: "https://thing.example/1.txt",
        version: |file| {
            let text = fs::read_to_string(file)?;
            Ok(text.strip_prefix("thing ").context("it is no thing")?.to_owned())
        },
        lack: "images have none",
    };

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = env::temp_dir().join(format!("storeyard-given-{name}-{}", std::process::id()));
            fs::create_dir_all(path.join("cache")).unwrap();
            Self(path)
        }

        fn cache(&self) -> PathBuf {
            self.0.join("cache")
        }

        fn file(&self, content: &str) -> PathBuf {
            let path = self.0.join("given");
            fs::write(&path, content).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).ok();
        }
    }

    #[test]
    fn what_was_given_once_is_used_until_another_is_given_or_it_is_forgotten() {
        let folder = Folder::new("kept");
        assert_eq!(SOURCE.kept(&folder.cache()).unwrap(), None);
        let first = SOURCE.keep(&folder.cache(), &folder.file("thing 1.0")).unwrap();
        fs::remove_file(folder.0.join("given")).unwrap();
        assert_eq!(SOURCE.kept(&folder.cache()).unwrap(), Some(first.clone()));
        assert_eq!(SOURCE.told(&first).split(" (").next(), Some("Thing 1.0"));
        assert!(first.path.to_str().unwrap().contains(&first.checksum));

        let second = SOURCE.keep(&folder.cache(), &folder.file("thing 0.9")).unwrap();
        assert_eq!(SOURCE.kept(&folder.cache()).unwrap(), Some(second));
        assert_eq!(files(&folder.cache()).unwrap().len(), 1);

        SOURCE.forget(&folder.cache(), None).unwrap();
        assert_eq!(SOURCE.kept(&folder.cache()).unwrap(), None);
    }

    #[test]
    fn what_is_no_such_file_is_refused_and_what_is_kept_stays() {
        let folder = Folder::new("refused");
        let kept = SOURCE.keep(&folder.cache(), &folder.file("thing 1.0")).unwrap();
        assert!(SOURCE.keep(&folder.cache(), &folder.file("<html>not found</html>")).is_err());
        assert!(SOURCE.keep(&folder.cache(), &folder.file("thing ../../etc")).is_err());
        assert!(SOURCE.keep(&folder.cache(), Path::new("/nowhere")).is_err());
        assert_eq!(SOURCE.kept(&folder.cache()).unwrap(), Some(kept));
    }

    #[test]
    fn what_is_kept_and_was_damaged_is_not_used() {
        let folder = Folder::new("damaged");
        let kept = SOURCE.keep(&folder.cache(), &folder.file("thing 1.0")).unwrap();
        fs::write(&kept.path, "thing 1.0, and more").unwrap();
        let error = SOURCE.kept(&folder.cache()).unwrap_err().to_string();
        assert!(error.contains("is damaged: remove it"), "{error}");
    }
}
