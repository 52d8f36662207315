//! WP-CLI, WordPress' command line; Debian has no package of it. Without it the WordPress image is made without it.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::buildah::Container;
use super::given::{self, Source};
use crate::bill::{Component, Kind, Licence, Terms, Texts};

const VERSION: &str = "2.12.0";
/// Of the program as it was released: no other is taken.
const SHA512: &str = "be928f6b8ca1e8dfb9d2f4b75a13aa4aee0896f8a9a0a1c45cd5d2c98605e6172e6d014dda2e27f88c98befc16c040cbb2bd1bfa121510ea5cdf5f6a30fe8832";

pub(super) const SOURCE: Source = Source {
    title: "WP-CLI",
    variable: "WP_CLI_PHAR",
    folder: "wp-cli",
    ending: "phar",
    address: "https://github.com/wp-cli/wp-cli/releases/download/v2.12.0/wp-cli-2.12.0.phar",
    version,
    lack: "stores have no command `wp`",
};
const LICENCE: &str = "MIT";

/// What the program in an image says of itself.
///
/// # Errors
/// The image has none.
pub(super) fn component(container: &Container<'_>) -> Result<Component> {
    let told = container.output(&["wp", "cli", "version"])?;
    let version = told.trim().strip_prefix("WP-CLI ").context("WP-CLI does not say its version")?;
    Ok(Component {
        kind: Kind::Composer,
        name: "wp-cli/wp-cli".to_owned(),
        version: version.to_owned(),
        licence: Licence::Spdx(LICENCE.to_owned()),
        terms: Terms::Texts(Texts::of_expression(LICENCE)?),
    })
}

fn version(phar: &Path) -> Result<String> {
    let checksum = given::checksum(phar)?;
    ensure!(checksum == SHA512, "it is not WP-CLI {VERSION}: its SHA-512 is {checksum}");
    Ok(VERSION.to_owned())
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    #[test]
    fn what_is_downloaded_is_the_version_that_is_pinned() {
        assert_eq!(SOURCE.address.matches(VERSION).count(), 2);
        assert_eq!(SHA512.len(), 128);
    }

    #[test]
    fn any_other_file_is_refused_with_its_checksum() {
        let file = env::temp_dir().join(format!("storeyard-phar-test-{}", std::process::id()));
        fs::write(&file, "#!/usr/bin/env php\n").unwrap();
        let refused = version(&file).unwrap_err().to_string();
        fs::remove_file(&file).unwrap();
        assert!(refused.starts_with("it is not WP-CLI 2.12.0: its SHA-512 is "), "{refused}");
    }
}
