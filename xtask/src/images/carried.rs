//! The last layer of an image: what it carries, told in its bill of materials, its notice and its labels.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};
use store::Versions;

use super::Image;
use super::buildah::Container;
use crate::bill::{self, BILL, Bill, Component, NOTICE};
use crate::env::Env;
use crate::progress::Step;

const VERSION_LABEL: &str = "org.opencontainers.image.version";
/// What people who have a store of it would call what is inside, such as `WordPress 6.9.4, WooCommerce 10.5.0`.
const VERSIONS_LABEL: &str = "dev.storeyard.versions";

/// What of an image's components people are told, and what they call it.
pub(crate) type Told = (String, String);

/// Whose version an image has.
#[derive(Debug, Clone)]
pub(crate) enum Version {
    Storeyard,
    /// That of a package in it.
    Package(String),
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
    told: &[Told],
) -> Result<()> {
    fs::write(image.bill(), bill.to_cyclonedx()?)?;
    container.add(&image.bill(), BILL)?;
    let notice = env.paths.stage().join("NOTICE");
    fs::write(&notice, bill.to_notice())?;
    container.add(&notice, NOTICE)?;
    fs::remove_file(&notice)?;
    container.set_label(VERSION_LABEL, &bill.version)?;
    if !told.is_empty() {
        container.set_label(VERSIONS_LABEL, &versions(bill, told)?.to_string())?;
    }
    container.commit(step, &image.reference)
}

fn versions(bill: &Bill, told: &[Told]) -> Result<Versions> {
    let told = told.iter().map(|(component, title)| {
        let version = bill.known_version(component);
        let version = version.with_context(|| format!("the image has no {component}"))?;
        Ok(format!("{title} {version}"))
    });
    Ok(Versions::parse(&told.collect::<Result<Vec<String>>>()?.join(", "))?)
}

/// What an image's labels say that it carries.
///
/// # Errors
/// Somebody else wrote the label, and not so.
pub(super) fn labelled(labels: &BTreeMap<String, String>) -> Result<Versions> {
    let text = labels.get(VERSIONS_LABEL).map(String::as_str).unwrap_or_default();
    Versions::parse(text).with_context(|| format!("the label {VERSIONS_LABEL} is {text:?}"))
}

impl Version {
    pub(super) fn among(&self, packages: &[Component]) -> Result<String> {
        let Self::Package(name) = self else { return Ok(env!("CARGO_PKG_VERSION").to_owned()) };
        let package = packages.iter().find(|package| package.name == *name);
        Ok(package.with_context(|| format!("the image has no package {name}"))?.version.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bill::{Kind, Licence, Terms};

    fn component(kind: Kind, name: &str, version: &str) -> Component {
        let (name, version) = (name.to_owned(), version.to_owned());
        Component { kind, name, version, licence: Licence::InTerms, terms: Terms::File(String::new()) }
    }

    fn titled(component: &str, title: &str) -> Told {
        (component.to_owned(), title.to_owned())
    }

    #[test]
    fn versions_are_those_of_what_is_inside() {
        let debian = Kind::Debian { architecture: "all".to_owned() };
        let components = vec![
            component(debian, "wordpress", "7.1+dfsg1-1"),
            component(Kind::WordPressPlugin, "woocommerce", "10.5.0-rc.1"),
        ];
        let bill = Bill::new("shop".to_owned(), "1".to_owned(), components);
        let told = [titled("wordpress", "WordPress"), titled("woocommerce", "WooCommerce")];
        assert_eq!(versions(&bill, &told).unwrap().to_string(), "WordPress 7.1, WooCommerce 10.5.0-rc.1");
        assert!(versions(&bill, &[titled("redis", "Redis")]).is_err());
    }

    #[test]
    fn an_image_without_the_label_tells_nothing() {
        assert!(labelled(&BTreeMap::new()).unwrap().is_empty());
        let labels = BTreeMap::from([(VERSIONS_LABEL.to_owned(), "Shop 1.2".to_owned())]);
        assert_eq!(labelled(&labels).unwrap().line(), "Shop 1.2");
    }
}
