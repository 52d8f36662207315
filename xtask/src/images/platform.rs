//! Storeyard's own images: the platform, and what a store runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Buildah, Image, woocommerce};
use crate::command;
use crate::env::Env;
use crate::key::{Key, files_below};
use crate::site;

/// Goes into every key: raise it when the way of building changes.
const RECIPE: &str = "1";
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

/// Makes the images whose archives are missing; the binary and the site are built first.
///
/// # Errors
/// A build fails.
pub fn ensure(env: &Env) -> Result<PlatformImages> {
    let mariadb = build(env, "mariadb", "", &[])?;
    let plugin = woocommerce::find(env)?;
    let extra: Vec<(PathBuf, &str)> = plugin.iter().map(|zip| (zip.clone(), "woocommerce.zip")).collect();
    let suffix = if plugin.is_some() { WITH_PLUGIN } else { "" };
    let wordpress = build(env, "wordpress", suffix, &extra)?;

    let binary = build_binary(env)?;
    let site = site::build(env)?;
    let platform = build(
        env,
        "platform",
        "",
        &[
            (binary, "storeyard"),
            (site, "site"),
            (env.paths.checkout.join("charts/woocommerce"), "charts/woocommerce"),
            (env.tools.helm(), "helm"),
            (env.tools.kubectl(), "kubectl"),
        ],
    )?;
    Ok(PlatformImages { platform, wordpress, mariadb, plugin: plugin.is_some() })
}

/// Builds `images/<name>`, with `extra` files and folders in its context.
fn build(env: &Env, name: &'static str, suffix: &str, extra: &[(PathBuf, &str)]) -> Result<Image> {
    let context = env.paths.stage().join(name);
    if context.exists() {
        fs::remove_dir_all(&context)?;
    }
    copy(&env.paths.checkout.join("images").join(name), &context)?;
    for (from, to) in extra {
        copy(from, &context.join(to))?;
    }
    let key = Key::new().part(RECIPE).part(name).folder(&context)?.short();
    let image = Image::new(env, name, &format!("{key}{suffix}"), &key);
    image.ensure(env, |buildah: &Buildah, step| {
        buildah.from_containerfile(step, &image.reference, &context.join("Containerfile"), &context)
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
