//! Images that are built from a Containerfile and Debian packages: each has its tag from both.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use store::Millis;

use super::buildah::{Container, Layers};
use super::carried::{self, Told, Version};
use super::packages::{self, Found, Newer, Packages, Record, Versions};
use super::{Buildah, Image, REPOSITORY};
use crate::bill::{Bill, Component};
use crate::env::Env;
use crate::key::{Key, files_below};

/// Goes into every key: raise it when the way of building changes.
const WAY: &str = "4";
/// Packages that a note names; there can be hundreds.
const NAMED: usize = 5;

/// Lists what is in an image beside Debian packages.
type Linked<'a> = Box<dyn Fn(&Container<'_>) -> Result<Vec<Component>> + 'a>;

/// How to build `images/<name>`.
pub(crate) struct Recipe<'a> {
    name: String,
    version: Version,
    /// What of it people are told by its labels.
    pub(crate) told: Vec<Told>,
    /// Ends the tag.
    pub(crate) suffix: &'static str,
    /// Files and folders that its context has beside those of `images/<name>`.
    pub(crate) extra: Vec<(PathBuf, String)>,
    /// What is in the image beside Debian packages.
    pub(crate) linked: Linked<'a>,
}

/// An image, and the packages that it was built with.
struct Made {
    image: Image,
    found: Found,
}

/// Makes images, one after the other.
pub(crate) struct Builder<'a> {
    env: &'a Env,
    packages: Packages,
    record: Record,
    began: Millis,
    /// Whether it made the base anew.
    renewed: bool,
}

impl<'a> Builder<'a> {
    /// # Errors
    /// What is known of earlier images cannot be read.
    pub(crate) fn new(env: &'a Env, packages: Packages) -> Result<Self> {
        let record = Record::read(&env.paths)?;
        Ok(Self { env, packages, record, began: packages::now(), renewed: false })
    }

    /// The image of a recipe: made if its archive is missing, and anew if it lacks packages that are wanted.
    ///
    /// # Errors
    /// A build fails, or Debian's index cannot be read.
    pub(crate) fn image(&mut self, recipe: &Recipe<'_>) -> Result<Image> {
        let mut made = recipe.ensure(self.env, &self.record)?;
        self.record.keep(&made.found, &self.env.paths)?;
        if self.packages == Packages::Newest {
            self.refresh(recipe, &mut made)?;
            self.record.keep(&made.found, &self.env.paths)?;
        }
        Ok(made.image)
    }

    fn refresh(&mut self, recipe: &Recipe<'_>, made: &mut Made) -> Result<()> {
        let newer = look(self.env, &made.image)?;
        if newer.is_empty() {
            self.env.reporter.found(format!("Debian has no newer packages of {}", recipe.name));
            made.found.looked = self.began;
            return Ok(());
        }
        self.env.reporter.note(format!("Debian has newer packages of {}: {}", recipe.name, listed(&newer)));
        if !self.renewed {
            let title = "making the Debian base anew";
            self.env
                .reporter
                .step(title, "image-base", |step| Buildah::new(&self.env.paths).renew_base(step))?;
            self.renewed = true;
        }
        *made = recipe.renew(self.env, self.began)?;
        Ok(())
    }

    /// Tells whoever has not looked for newer packages for long.
    pub(crate) fn remind(&self) {
        if let Some(reminder) = self.record.reminder(packages::now()) {
            self.env.reporter.note(reminder);
        }
    }
}

/// What Debian has newer than an image.
fn look(env: &Env, image: &Image) -> Result<Vec<Newer>> {
    let title = format!("looking for newer Debian packages of {}", image.name);
    env.reporter.step(&title, "image-look", |step| {
        let buildah = Buildah::new(&env.paths);
        let container = buildah.container_of(&image.archive)?;
        step.detail("reading Debian's index");
        let read = container.output_as_root(&packages::UPDATE).context("Debian's index cannot be read");
        let simulated = read.and_then(|_| container.output_as_root(&packages::SIMULATE));
        container.remove()?;
        Ok(packages::newer(&simulated?))
    })
}

fn listed(newer: &[Newer]) -> String {
    let named: Vec<String> = newer.iter().take(NAMED).map(Newer::to_string).collect();
    let named = named.join(", ");
    match newer.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

impl Recipe<'_> {
    pub(crate) fn new(name: &str, version: Version) -> Self {
        Self {
            name: name.to_owned(),
            version,
            told: Vec::new(),
            suffix: "",
            extra: Vec::new(),
            linked: Box::new(|_| Ok(Vec::new())),
        }
    }

    /// The image with the packages that it was built with, built if its archive is missing.
    fn ensure(&self, env: &Env, record: &Record) -> Result<Made> {
        self.in_context(env, |context, key| {
            if let Some(found) = record.of(&self.name, &key).cloned() {
                let image = self.image(env, &found);
                if image.is_there() {
                    return Ok(Made { image, found });
                }
            }
            self.build(env, context, key, Layers::Kept, |buildah, versions| {
                // No layer is older than the base below it.
                Ok(buildah.base_made()?.max(record.looked(&self.name, versions).unwrap_or_default()))
            })
        })
    }

    /// The image with the newest packages, built from nothing that an earlier build left.
    fn renew(&self, env: &Env, began: Millis) -> Result<Made> {
        self.in_context(env, |context, key| self.build(env, context, key, Layers::Anew, |_, _| Ok(began)))
    }

    /// `looked`: since when Debian is known to have nothing newer than these versions.
    fn build(
        &self,
        env: &Env,
        context: &Path,
        key: String,
        layers: Layers,
        looked: impl FnOnce(&Buildah, &Versions) -> Result<Millis>,
    ) -> Result<Made> {
        let title = format!("building the image {}", self.name);
        env.reporter.step(&title, &format!("image-{}", self.name), |step| {
            let buildah = Buildah::new(&env.paths);
            // What its tag is to be, only the packages in it tell.
            let draft = format!("{REPOSITORY}/{}:draft", self.name);
            buildah.from_containerfile(step, &draft, &context.join("Containerfile"), context, layers)?;
            step.detail("listing what it carries");
            let container = buildah.container(&draft)?;
            let packages = carried::packages(&container)?;
            let versions = versions(&packages);
            let looked = looked(&buildah, &versions)?;
            let found = Found { image: self.name.clone(), recipe: key, versions, looked };
            let image = self.image(env, &found);
            if image.is_there() {
                container.remove()?;
                return Ok(Made { image, found });
            }
            let components: Vec<Component> = packages.into_iter().chain((self.linked)(&container)?).collect();
            let version = self.version.among(&components)?;
            let bill = Bill::new(image.title(), version, components);
            carried::add(env, step, container, &image, &bill, &self.told)?;
            image.keep(env, &buildah, step)?;
            Ok(Made { image, found })
        })
    }

    fn image(&self, env: &Env, found: &Found) -> Image {
        let key = found.key();
        Image::new(env, &self.name, &format!("{key}{}", self.suffix), &key)
    }

    /// Does `work` with the context, laid out, and its key.
    fn in_context<T>(&self, env: &Env, work: impl FnOnce(&Path, String) -> Result<T>) -> Result<T> {
        let context = env.paths.stage().join(&self.name);
        self.lay_out(&env.paths.checkout, &context)?;
        let done = work(&context, self.key(&context)?)?;
        fs::remove_dir_all(&context)?;
        Ok(done)
    }

    /// Puts the context together in `context`.
    fn lay_out(&self, checkout: &Path, context: &Path) -> Result<()> {
        if context.exists() {
            fs::remove_dir_all(context)?;
        }
        copy(&checkout.join("images").join(&self.name), context)?;
        self.extra.iter().try_for_each(|(from, to)| copy(from, &context.join(to)))
    }

    /// Key of what an image is built from beside Debian packages: what is in the context, and the way of building.
    fn key(&self, context: &Path) -> Result<String> {
        Ok(Key::new().part(WAY).part(&self.name).folder(context)?.short())
    }
}

fn versions(packages: &[Component]) -> Versions {
    packages.iter().map(|package| (package.name.clone(), package.version.clone())).collect()
}

/// Copies a file, or all files of a folder, with their modes.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let files = if from.is_dir() { files_below(from)? } else { vec![from.to_path_buf()] };
    for file in files {
        let below = file.strip_prefix(from).unwrap_or(&file);
        // A path joined with nothing would end in a slash.
        let target = if below.as_os_str().is_empty() { to.to_path_buf() } else { to.join(below) };
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(&file, &target).with_context(|| format!("{} cannot be copied", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    /// A checkout with the files of one image, and a file that comes from elsewhere.
    fn checkout(name: &str, containerfile: &str) -> PathBuf {
        let checkout = std::env::temp_dir().join(format!("storeyard-recipe-{name}-{}", std::process::id()));
        fs::create_dir_all(checkout.join("images/mariadb")).unwrap();
        fs::write(checkout.join("images/mariadb/Containerfile"), containerfile).unwrap();
        fs::write(checkout.join("binary"), "binary").unwrap();
        checkout
    }

    fn key(checkout: &Path, inside: &str) -> String {
        let mut recipe = Recipe::new("mariadb", Version::Storeyard);
        recipe.extra.push((checkout.join("binary"), inside.to_owned()));
        let context = checkout.join("context");
        recipe.lay_out(checkout, &context).unwrap();
        recipe.key(&context).unwrap()
    }

    #[test]
    fn the_same_files_make_the_same_tag_in_any_checkout_at_any_time() {
        let (one, other) = (checkout("one", "FROM a:1"), checkout("other", "FROM a:1"));
        let file = fs::File::options().write(true).open(other.join("images/mariadb/Containerfile")).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(86_400)).unwrap();
        fs::create_dir_all(other.join("context")).unwrap();
        fs::write(other.join("context/left-by-an-earlier-run"), "").unwrap();
        let keys = [key(&one, "binary"), key(&one, "binary"), key(&other, "binary")];
        let changed = [key(&checkout("other", "FROM a:2"), "binary"), key(&one, "renamed")];
        for checkout in [one, other] {
            fs::remove_dir_all(checkout).unwrap();
        }
        assert_eq!(keys[0], keys[1]);
        assert_eq!(keys[0], keys[2]);
        assert!(!changed.contains(&keys[0]), "{changed:?}");
    }
}
