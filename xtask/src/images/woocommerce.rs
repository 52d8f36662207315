//! The WooCommerce plugin; without it the WordPress image is made without it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::buildah::Container;
use super::given::Source;
use crate::bill::{Component, Kind, Licence, Terms};
use crate::command;

pub(super) const SOURCE: Source = Source {
    title: "WooCommerce",
    variable: "WOOCOMMERCE_ZIP",
    folder: "woocommerce",
    ending: "zip",
    address: "https://downloads.wordpress.org/plugin/woocommerce.10.5.0.zip",
    version,
    lack: "stores are WordPress without a shop, and are offered as such",
};
/// Where the plugin is in an image.
const FOLDER: &str = "/usr/share/storeyard/bundled/plugins/woocommerce";
const LICENCE: &str = "GPL-3.0-or-later";
/// The file that a plugin begins with, and what prints it from a zip.
const MAIN: &str = "woocommerce/woocommerce.php";
const PRINT: &str =
    "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";

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

/// What the plugin in a zip says of itself.
fn version(zip: &Path) -> Result<String> {
    let mut print = Command::new("python3");
    print.args(["-c", PRINT]).arg(zip).arg(MAIN);
    let main = command::output(&mut print).context("it is no zip of the WooCommerce plugin")?;
    Ok(header(&main, "Version").context("the plugin in it names no version")?.to_owned())
}

/// A field of the comment that a plugin begins with.
pub(super) fn header<'a>(plugin: &'a str, field: &str) -> Option<&'a str> {
    plugin.lines().find_map(|line| {
        Some(line.trim_start_matches([' ', '*']).strip_prefix(field)?.strip_prefix(':')?.trim())
    })
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    #[test]
    fn the_version_stands_in_the_comment_at_the_beginning() {
        let plugin = "<?php\n/**\n * Plugin Name: WooCommerce\n * Version: 10.5.0\n */\n";
        assert_eq!(header(plugin, "Version"), Some("10.5.0"));
        assert_eq!(header(plugin, "Author"), None);
    }

    #[test]
    fn a_zip_tells_its_version_and_what_is_none_is_refused() {
        let folder = env::temp_dir().join(format!("storeyard-zip-test-{}", std::process::id()));
        fs::create_dir_all(folder.join("woocommerce")).unwrap();
        let zip = folder.join("plugin.zip");
        fs::write(&zip, "<html>not found</html>").unwrap();
        let refused = version(&zip).unwrap_err().to_string();
        fs::write(folder.join(MAIN), "<?php\n/**\n * Version: 9.9.5\n */\n").unwrap();
        let mut pack = Command::new("python3");
        pack.args(["-m", "zipfile", "-c"]).arg(&zip).arg("woocommerce").current_dir(&folder);
        command::output(&mut pack).unwrap();
        let told = version(&zip);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(told.unwrap(), "9.9.5");
        assert!(refused.contains("no zip of the WooCommerce plugin"), "{refused}");
    }
}
