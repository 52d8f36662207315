//! The last layer of an image: what it carries, told in its bill of materials, its notice and its labels.

use std::fs;

use anyhow::{Context as _, Result};

use super::Image;
use super::buildah::Container;
use crate::bill::{self, BILL, Bill, Component, NOTICE};
use crate::env::Env;
use crate::progress::Step;

const VERSION_LABEL: &str = "org.opencontainers.image.version";

/// Whose version an image has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Version {
    Storeyard,
    /// That of a Debian package in it.
    Package(&'static str),
}

/// The Debian packages in an image.
pub(super) fn packages(container: &Container<'_>) -> Result<Vec<Component>> {
    bill::packages(&container.output(&bill::LIST_PACKAGES)?, &container.output(&bill::LIST_LICENCES)?)
}

/// Adds the layer to an image that was built, and with it makes `image`.
pub(super) fn add(
    env: &Env,
    step: &Step,
    container: Container<'_>,
    image: &Image,
    bill: &Bill,
) -> Result<()> {
    fs::write(image.bill(), bill.to_cyclonedx()?)?;
    container.add(&image.bill(), BILL)?;
    let notice = env.paths.stage().join("NOTICE");
    fs::write(&notice, bill.to_notice())?;
    container.add(&notice, NOTICE)?;
    fs::remove_file(&notice)?;
    container.set_label(VERSION_LABEL, &bill.version)?;
    container.commit(step, &image.reference)
}

impl Version {
    pub(super) fn among(self, packages: &[Component]) -> Result<String> {
        let Self::Package(name) = self else { return Ok(env!("CARGO_PKG_VERSION").to_owned()) };
        let package = packages.iter().find(|package| package.name == name);
        Ok(package.with_context(|| format!("the image has no package {name}"))?.version.clone())
    }
}
