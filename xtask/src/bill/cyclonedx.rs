//! The bill of materials as CycloneDX 1.5. Nothing in it depends on when or where it was written.

use std::str::FromStr as _;

use anyhow::{Context as _, Result, anyhow, ensure};
use cyclonedx_bom::external_models::uri::Purl;
use cyclonedx_bom::models::bom::{Bom, SpecVersion};
use cyclonedx_bom::models::component::{Classification, Component as Entry, Components};
use cyclonedx_bom::models::license::{LicenseChoice, Licenses};
use cyclonedx_bom::models::metadata::Metadata;
use cyclonedx_bom::validation::Validate as _;
use purl::GenericPurlBuilder;

use super::{Bill, Component, Kind, LICENCE, Licence};

pub(super) fn write(bill: &Bill) -> Result<String> {
    let mut image = Entry::new(Classification::Container, &bill.title, &bill.version, None);
    image.licenses = Some(Licenses(vec![LicenseChoice::expression(LICENCE)]));
    let entries = bill.components.iter().map(entry).collect::<Result<_>>()?;
    let bom = Bom {
        metadata: Some(Metadata { component: Some(image), ..Metadata::default() }),
        components: Some(Components(entries)),
        serial_number: None,
        spec_version: SpecVersion::V1_5,
        ..Bom::default()
    };
    check(&bom)?;
    let mut text = Vec::new();
    bom.output_as_json_v1_5(&mut text)?;
    Ok(String::from_utf8(text)?)
}

fn entry(component: &Component) -> Result<Entry> {
    let purl = purl(component).with_context(|| format!("{} has no package URL", component.name))?;
    let mut entry =
        Entry::new(Classification::Library, &component.name, &component.version, Some(purl.clone()));
    entry.purl = Some(Purl::from_str(&purl).map_err(|()| anyhow!("{purl} is no package URL"))?);
    entry.licenses = match &component.licence {
        Licence::Spdx(expression) => Some(Licenses(vec![LicenseChoice::expression(expression)])),
        Licence::Named(names) => {
            Some(Licenses(names.iter().map(|name| LicenseChoice::license(name)).collect()))
        }
        Licence::InTerms => None,
    };
    Ok(entry)
}

fn purl(component: &Component) -> Result<String> {
    let (namespace, name) = match &component.kind {
        Kind::Debian { .. } => ("debian", component.name.as_str()),
        Kind::GoModule | Kind::Composer | Kind::Npm => {
            component.name.rsplit_once('/').unwrap_or(("", &component.name))
        }
        Kind::Crate | Kind::WordPressPlugin => ("", component.name.as_str()),
    };
    let mut builder = GenericPurlBuilder::new(component.kind.purl_type().to_owned(), name)
        .with_namespace(namespace)
        .with_version(component.version.as_str());
    if let Kind::Debian { architecture } = &component.kind {
        builder = builder.with_qualifier("arch", architecture.as_str())?;
    }
    Ok(builder.build()?.to_string())
}

impl Kind {
    fn purl_type(&self) -> &'static str {
        match self {
            Self::Debian { .. } => "deb",
            Self::Crate => "cargo",
            Self::GoModule => "golang",
            Self::WordPressPlugin => "wordpress",
            Self::Composer => "composer",
            Self::Npm => "npm",
        }
    }
}

/// One entry of a bill that was read: the type of its package URL, its name and its version.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    pub purl_type: String,
    pub name: String,
    pub version: String,
}

/// The entries of a bill.
///
/// # Errors
/// It does not follow the specification.
pub fn listed(text: &str) -> Result<Vec<Listed>> {
    let bom = Bom::parse_from_json_v1_5(text.as_bytes())?;
    check(&bom)?;
    let entries = bom.components.map(|components| components.0).unwrap_or_default();
    entries.into_iter().map(read).collect()
}

fn read(entry: Entry) -> Result<Listed> {
    let purl = entry.purl.as_ref().map(ToString::to_string);
    let purl_type = purl.as_deref().and_then(|purl| purl.strip_prefix("pkg:")?.split('/').next());
    Ok(Listed {
        purl_type: purl_type.with_context(|| format!("{} has no package URL", entry.name))?.to_owned(),
        version: entry.version.as_ref().map(ToString::to_string).unwrap_or_default(),
        name: entry.name.to_string(),
    })
}

fn check(bom: &Bom) -> Result<()> {
    let checked = bom.validate_version(SpecVersion::V1_5);
    ensure!(
        checked.passed(),
        "the bill does not follow CycloneDX 1.5: {:?}",
        checked.errors().collect::<Vec<_>>()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bill::Terms;

    fn component(kind: Kind, name: &str, version: &str, licence: Licence) -> Component {
        Component {
            kind,
            name: name.into(),
            version: version.into(),
            licence,
            terms: Terms::File("/t".into()),
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_follows_the_specification() {
        let debian = Kind::Debian { architecture: "amd64".into() };
        let bill = Bill::new(
            "storeyard-test".into(),
            "0.1.0".into(),
            vec![
                component(Kind::Crate, "axum", "0.8.9", Licence::Spdx("MIT OR Apache-2.0".into())),
                component(debian, "g++", "4:14.2+b1~x", Licence::Named(vec!["GPL-3+ with exception".into()])),
                component(Kind::GoModule, "helm.sh/helm/v4", "v4.3.1", Licence::InTerms),
                component(Kind::Npm, "@medusajs/medusa", "2.21.2", Licence::Spdx("MIT".into())),
            ],
        );
        let text = bill.to_cyclonedx().unwrap();
        assert!(text.contains("\"pkg:deb/debian/g++@4:14.2+b1~x?arch=amd64\""), "{text}");
        assert!(text.contains("\"pkg:golang/helm.sh/helm/v4@v4.3.1\""), "{text}");
        assert!(text.contains("\"pkg:npm/%40medusajs/medusa@2.21.2\""), "{text}");
        let names: Vec<String> = listed(&text).unwrap().into_iter().map(|listed| listed.name).collect();
        assert_eq!(names, ["g++", "helm.sh/helm/v4", "axum", "@medusajs/medusa"]);
        assert_eq!(bill.to_cyclonedx().unwrap(), text);
    }

    #[test]
    fn a_licence_that_is_none_is_refused() {
        let wrong = component(Kind::Crate, "axum", "0.8.9", Licence::Spdx("whatever".into()));
        assert!(Bill::new("t".into(), "1".into(), vec![wrong]).to_cyclonedx().is_err());
    }
}
