//! The last layer of an image: what it carries, told in its bill of materials, its notice and its labels.

use std::fs;

use anyhow::{Context as _, Result};

use super::Image;
use super::buildah::{Buildah, Container};
use crate::bill::{self, BILL, Bill, Component, NOTICE};
use crate::env::Env;
use crate::progress::Step;

const VERSION_LABEL: &str = "org.opencontainers.image.version";

/// Whose version an image has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Version {
    Storeyard,
    /// That of a Debian package in it.
    Package(&'static str),
}

/// Adds the layer to an image that was built. `linked`: what is in it beside Debian packages.
pub(super) fn add(
    env: &Env,
    (buildah, step): (&Buildah, &Step),
    image: &Image,
    version: Version,
    linked: impl FnOnce(&Container<'_>) -> Result<Vec<Component>>,
) -> Result<()> {
    step.detail("listing what it carries");
    let container = buildah.container(&image.reference)?;
    let packages =
        bill::packages(&container.output(&bill::LIST_PACKAGES)?, &container.output(&bill::LIST_LICENCES)?)?;
    let version = version.among(&packages)?;
    let components = packages.into_iter().chain(linked(&container)?).collect();
    let bill = Bill::new(format!("storeyard-{}", image.name), version, components);

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
    fn among(self, packages: &[Component]) -> Result<String> {
        let Self::Package(name) = self else { return Ok(env!("CARGO_PKG_VERSION").to_owned()) };
        let package = packages.iter().find(|package| package.name == name);
        Ok(package.with_context(|| format!("the image has no package {name}"))?.version.clone())
    }
}
