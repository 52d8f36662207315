//! Storeyard's own images: the platform, and what a store runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::buildah::Container;
use super::carried::{self, Version};
use super::{Buildah, Image, linked, woocommerce};
use crate::bill::Component;
use crate::command;
use crate::env::Env;
use crate::key::{Key, files_below};
use crate::site;

/// Goes into every key: raise it when the way of building changes.
const RECIPE: &str = "2";
/// Ends the tag of a WordPress image that has WooCommerce in it.
const WITH_PLUGIN: &str = "-woo";

/// The images that charts/platform is told of.
#[derive(Debug, Clone)]
pub struct PlatformImages {
    pub platform: Image,
    pub wordpress: Image,
    pub mariadb: Image,
    /// Whether WooCommerce is in the WordPress image.
    pub plugin: bool,
}

impl PlatformImages {
    pub fn all(&self) -> [&Image; 3] {
        [&self.platform, &self.wordpress, &self.mariadb]
    }
}

/// What is compiled for the platform's image.
#[derive(Debug)]
pub struct Compiled {
    binary: PathBuf,
    site: PathBuf,
}

/// Compiles the binary and the page.
///
/// # Errors
/// A build fails.
pub fn compile(env: &Env) -> Result<Compiled> {
    Ok(Compiled { binary: build_binary(env)?, site: site::build(env)? })
}

/// Makes the images whose archives are missing.
///
/// # Errors
/// A build fails.
pub fn ensure(env: &Env, compiled: &Compiled) -> Result<PlatformImages> {
    let recipe = Recipe::new("mariadb", Version::Package("mariadb-server"));
    let mariadb = ensure_one(env, &recipe, |_| Ok(Vec::new()))?;

    let plugin = woocommerce::find(env)?;
    let mut recipe = Recipe::new("wordpress", Version::Package("wordpress"));
    if let Some(zip) = &plugin {
        recipe.suffix = WITH_PLUGIN;
        recipe.extra.push((zip.clone(), "woocommerce.zip"));
    }
    let wordpress = ensure_one(env, &recipe, |container| {
        plugin.iter().map(|_| woocommerce::component(container)).collect()
    })?;

    let mut recipe = Recipe::new("platform", Version::Storeyard);
    recipe.extra = vec![
        (compiled.binary.clone(), "storeyard"),
        (compiled.site.clone(), "site"),
        (env.paths.checkout.join("charts/woocommerce"), "charts/woocommerce"),
        (env.tools.helm(), "helm"),
        (env.tools.kubectl(), "kubectl"),
        // Its bill of materials follows from this as well as from the binary.
        (env.paths.checkout.join("Cargo.lock"), "Cargo.lock"),
    ];
    let platform = ensure_one(env, &recipe, |_| linked::into_platform(env))?;
    Ok(PlatformImages { platform, wordpress, mariadb, plugin: plugin.is_some() })
}

/// How to build `images/<name>`.
#[derive(Debug)]
struct Recipe {
    name: &'static str,
    version: Version,
    /// Ends the tag.
    suffix: &'static str,
    /// Files and folders that its context has beside those of `images/<name>`.
    extra: Vec<(PathBuf, &'static str)>,
}

impl Recipe {
    fn new(name: &'static str, version: Version) -> Self {
        Self { name, version, suffix: "", extra: Vec::new() }
    }

    /// Puts the context together in `context`.
    fn lay_out(&self, checkout: &Path, context: &Path) -> Result<()> {
        if context.exists() {
            fs::remove_dir_all(context)?;
        }
        copy(&checkout.join("images").join(self.name), context)?;
        self.extra.iter().try_for_each(|(from, to)| copy(from, &context.join(to)))
    }

    /// Key of the image that a context makes. Only what is in the context counts, and the way of building.
    fn key(&self, context: &Path) -> Result<String> {
        Ok(Key::new().part(RECIPE).part(self.name).folder(context)?.short())
    }
}

/// Makes an image if its archive is missing. `linked`: what is in it beside Debian packages.
fn ensure_one(
    env: &Env,
    recipe: &Recipe,
    linked: impl FnOnce(&Container<'_>) -> Result<Vec<Component>>,
) -> Result<Image> {
    let context = env.paths.stage().join(recipe.name);
    recipe.lay_out(&env.paths.checkout, &context)?;
    let key = recipe.key(&context)?;
    let image = Image::new(env, recipe.name, &format!("{key}{}", recipe.suffix), &key);
    image.ensure(env, |buildah: &Buildah, step| {
        buildah.from_containerfile(step, &image.reference, &context.join("Containerfile"), &context)?;
        carried::add(env, (buildah, step), &image, recipe.version, linked)
    })?;
    fs::remove_dir_all(&context)?;
    Ok(image)
}

fn build_binary(env: &Env) -> Result<PathBuf> {
    env.reporter.step("compiling storeyard", "build-storeyard", |step| {
        command::logged(
            step,
            Command::new("cargo")
                .args(["build", "--locked", "--release", "--package", "server", "--bin", "storeyard"])
                .current_dir(&env.paths.checkout)
                .env("CARGO_TARGET_DIR", env.paths.target()),
        )
    })?;
    Ok(env.paths.target().join("release/storeyard"))
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

    fn key(checkout: &Path, inside: &'static str) -> String {
        let mut recipe = Recipe::new("mariadb", Version::Storeyard);
        recipe.extra.push((checkout.join("binary"), inside));
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
