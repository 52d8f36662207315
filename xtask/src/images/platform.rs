//! Storeyard's own images: the platform, and what a store runs.

use std::collections::BTreeMap;
use std::iter;
use std::path::PathBuf;

use anyhow::{Result, bail};

use super::carried::{Told, Version};
use super::recipe::{Builder, Recipe};
use super::{Image, Packages, brought, engines, linked, program, woocommerce, wp_cli};
use crate::env::Env;
use crate::site;

/// Ends the tag of a WordPress image that has WooCommerce in it.
const WITH_PLUGIN: &str = "-woo";

/// The images that charts/platform is told of.
#[derive(Debug, Clone)]
pub struct PlatformImages {
    pub platform: Image,
    /// What stores run, by the image's name.
    pub of_stores: BTreeMap<String, Image>,
    /// Which of them each engine has.
    pub engines: BTreeMap<String, Vec<String>>,
    /// Whether WooCommerce is in the WordPress image.
    pub plugin: bool,
}

impl PlatformImages {
    pub fn all(&self) -> Vec<&Image> {
        iter::once(&self.platform).chain(self.of_stores.values()).collect()
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
    Ok(Compiled { binary: program::binary(env, "server", "storeyard")?, site: site::build(env)? })
}

/// Makes the images whose archives are missing, or that lack the newest packages where those are wanted.
///
/// # Errors
/// A build fails, or Debian's index cannot be read.
pub fn ensure(env: &Env, compiled: &Compiled, packages: Packages) -> Result<PlatformImages> {
    let mut mariadb = Recipe::new("mariadb", Version::Package("mariadb-server".to_owned()));
    mariadb.told = vec![told("mariadb-server", "MariaDB")];

    let plugin = woocommerce::SOURCE.find(env)?;
    let command_line = wp_cli::SOURCE.find(env)?;
    let brought = brought::find(env)?;
    let mut wordpress = Recipe::new("wordpress", Version::Package("wordpress".to_owned()));
    wordpress.told = vec![told("wordpress", "WordPress")];
    if let Some(zip) = &plugin {
        wordpress.suffix = WITH_PLUGIN;
        wordpress.told.push(told("woocommerce", "WooCommerce"));
        wordpress.extra.push((zip.path.clone(), "woocommerce.zip".to_owned()));
    }
    if let Some(phar) = &command_line {
        wordpress.extra.push((phar.path.clone(), "wp-cli.phar".to_owned()));
    }
    if let Some(folder) = &brought.folder {
        wordpress.extra.push((folder.clone(), "bundled".to_owned()));
    }
    wordpress.linked = Box::new(|container| {
        let plugin = plugin.as_ref().map(|_| woocommerce::component(container));
        let command_line = command_line.as_ref().map(|_| wp_cli::component(container));
        plugin.into_iter().chain(command_line).chain(brought.components().map(Ok)).collect()
    });

    let mut platform = Recipe::new("platform", Version::Storeyard);
    platform.extra = vec![
        (compiled.binary.clone(), "storeyard".to_owned()),
        (compiled.site.clone(), "site".to_owned()),
        (env.tools.helm(), "helm".to_owned()),
        (env.tools.kubectl(), "kubectl".to_owned()),
        // Its bill of materials follows from this as well as from the binary.
        (env.paths.checkout.join("Cargo.lock"), "Cargo.lock".to_owned()),
    ];
    let engines = engines::carried(&env.paths.checkout)?;
    let charts = engines.keys().map(|engine| format!("charts/{engine}"));
    platform.extra.extend(charts.map(|chart| (env.paths.checkout.join(&chart), chart)));
    platform.linked = Box::new(|_| linked::into_platform(env));

    let mut builder = Builder::new(env, packages)?;
    let mut of_stores = engines::make(env, &mut builder)?;
    for recipe in [&mariadb, &wordpress] {
        let image = builder.image(recipe)?;
        of_stores.insert(image.name.clone(), image);
    }
    if let Some(name) = engines.values().flatten().find(|name| !of_stores.contains_key(*name)) {
        bail!("an engine has the image {name}, which nothing makes");
    }
    let platform = builder.image(&platform)?;
    builder.remind();
    Ok(PlatformImages { platform, of_stores, engines, plugin: plugin.is_some() })
}

fn told(component: &str, title: &str) -> Told {
    (component.to_owned(), title.to_owned())
}
