//! Storeyard's own images: the platform, and what a store runs.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::carried::Version;
use super::recipe::{Builder, Recipe};
use super::{Image, Packages, linked, woocommerce, wp_cli};
use crate::command;
use crate::env::Env;
use crate::site;

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

/// Makes the images whose archives are missing, or that lack the newest packages where those are wanted.
///
/// # Errors
/// A build fails, or Debian's index cannot be read.
pub fn ensure(env: &Env, compiled: &Compiled, packages: Packages) -> Result<PlatformImages> {
    let mut mariadb = Recipe::new("mariadb", Version::Package("mariadb-server"));
    mariadb.told = vec![("mariadb-server", "MariaDB")];

    let plugin = woocommerce::SOURCE.find(env)?;
    let command_line = wp_cli::SOURCE.find(env)?;
    let mut wordpress = Recipe::new("wordpress", Version::Package("wordpress"));
    wordpress.told = vec![("wordpress", "WordPress")];
    if let Some(zip) = &plugin {
        wordpress.suffix = WITH_PLUGIN;
        wordpress.told.push(("woocommerce", "WooCommerce"));
        wordpress.extra.push((zip.path.clone(), "woocommerce.zip"));
    }
    if let Some(phar) = &command_line {
        wordpress.extra.push((phar.path.clone(), "wp-cli.phar"));
    }
    wordpress.linked = Box::new(|container| {
        let plugin = plugin.as_ref().map(|_| woocommerce::component(container));
        let command_line = command_line.as_ref().map(|_| wp_cli::component(container));
        plugin.into_iter().chain(command_line).collect()
    });

    let mut platform = Recipe::new("platform", Version::Storeyard);
    platform.extra = vec![
        (compiled.binary.clone(), "storeyard"),
        (compiled.site.clone(), "site"),
        (env.paths.checkout.join("charts/woocommerce"), "charts/woocommerce"),
        (env.tools.helm(), "helm"),
        (env.tools.kubectl(), "kubectl"),
        // Its bill of materials follows from this as well as from the binary.
        (env.paths.checkout.join("Cargo.lock"), "Cargo.lock"),
    ];
    platform.linked = Box::new(|_| linked::into_platform(env));

    let mut builder = Builder::new(env, packages)?;
    let images = PlatformImages {
        mariadb: builder.image(&mariadb)?,
        wordpress: builder.image(&wordpress)?,
        platform: builder.image(&platform)?,
        plugin: plugin.is_some(),
    };
    builder.remind();
    Ok(images)
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
