//! Where the WooCommerce plugin comes from; without it the WordPress image is made without it.

use std::env;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::buildah::Container;
use crate::bill::{Component, Kind, Licence, Terms};
use crate::command;
use crate::env::Env;

const VARIABLE: &str = "WOOCOMMERCE_ZIP";
const VERSION: &str = "10.5.0";
const HOST: &str = "downloads.wordpress.org";
/// Where the plugin is in an image.
const FOLDER: &str = "/usr/share/wordpress/wp-content/plugins/woocommerce";
const LICENCE: &str = "GPL-3.0-or-later";

/// The plugin's zip: the one that is given, else the one in the cache, else a downloaded one; None when there is none.
///
/// # Errors
/// The given file is no zip.
pub fn find(env: &Env) -> Result<Option<PathBuf>> {
    if let Some(given) = env::var_os(VARIABLE).map(PathBuf::from) {
        if !is_zip(&given) {
            bail!(
                "{VARIABLE} names {}, which is no zip file: download woocommerce.zip and name that",
                given.display()
            );
        }
        return Ok(Some(given));
    }
    let folder = env.paths.cache.join("woocommerce");
    fs::create_dir_all(&folder)?;
    if let Some(kept) = newest_zip(&folder)? {
        return Ok(Some(kept));
    }
    let downloaded = folder.join(format!("{VERSION}.zip"));
    if download(&downloaded)? {
        return Ok(Some(downloaded));
    }
    env.reporter.note(format!(
        "{HOST} does not answer, so stores are WordPress without WooCommerce; {VARIABLE}=<woocommerce.zip> gives the plugin"
    ));
    Ok(None)
}

/// What the plugin in an image says of itself.
///
/// # Errors
/// The image has none.
pub(super) fn component(container: &Container<'_>) -> Result<Component> {
    let main = container.output(&["cat", &format!("{FOLDER}/woocommerce.php")])?;
    Ok(Component {
        kind: Kind::WordPressPlugin,
        name: "woocommerce".to_owned(),
        version: header(&main, "Version").context("WooCommerce names no version")?.to_owned(),
        licence: Licence::Spdx(LICENCE.to_owned()),
        terms: Terms::File(format!("{FOLDER}/license.txt")),
    })
}

/// A field of the comment that a plugin begins with.
fn header<'a>(plugin: &'a str, field: &str) -> Option<&'a str> {
    plugin.lines().find_map(|line| {
        Some(line.trim_start_matches([' ', '*']).strip_prefix(field)?.strip_prefix(':')?.trim())
    })
}

fn newest_zip(folder: &Path) -> Result<Option<PathBuf>> {
    let mut zips = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "zip") && is_zip(&path) {
            zips.push((path.metadata()?.modified()?, path));
        }
    }
    Ok(zips.into_iter().max().map(|(_, path)| path))
}

fn download(target: &Path) -> Result<bool> {
    let half_made = target.with_extension("half-made");
    let downloaded = command::succeeds(
        Command::new("curl")
            .args(["--fail", "--silent", "--location", "--proto", "=https"])
            .args(["--connect-timeout", "5", "--max-time", "180", "--output"])
            .arg(&half_made)
            .arg(format!("https://{HOST}/plugin/woocommerce.{VERSION}.zip")),
    )?;
    if !downloaded || !is_zip(&half_made) {
        return Ok(false);
    }
    fs::rename(&half_made, target).with_context(|| format!("{} cannot be written", target.display()))?;
    Ok(true)
}

fn is_zip(path: &Path) -> bool {
    let mut start = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"PK\x03\x04"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_stands_in_the_comment_at_the_beginning() {
        let plugin = "<?php\n/**\n * Plugin Name: WooCommerce\n * Version: 10.5.0\n */\n";
        assert_eq!(header(plugin, "Version"), Some("10.5.0"));
        assert_eq!(header(plugin, "Author"), None);
    }

    #[test]
    fn a_page_that_says_no_is_not_taken_for_a_zip() {
        let path = env::temp_dir().join(format!("storeyard-zip-test-{}", std::process::id()));
        fs::write(&path, "<html>not found</html>").unwrap();
        assert!(!is_zip(&path));
        fs::write(&path, b"PK\x03\x04rest").unwrap();
        assert!(is_zip(&path));
        fs::remove_file(&path).unwrap();
        assert!(!is_zip(&path));
    }
}
