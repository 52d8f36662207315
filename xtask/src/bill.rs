//! What an image carries, told in two files inside it: a bill of materials for programs, and a notice for people.

mod crates;
mod cyclonedx;
mod debian;
mod go;
mod notice;
mod texts;

use anyhow::Result;
use serde::{Deserialize, Serialize};

pub(crate) use crates::canonical;
pub use crates::crates;
pub use cyclonedx::{Listed, listed};
pub use debian::{LIST_LICENCES, LIST_PACKAGES, packages, upstream};
pub use go::{Module, main_module, modules};
pub use texts::Texts;

/// Where the bill is in every image.
pub const BILL: &str = "/usr/share/doc/storeyard/sbom.cdx.json";
/// Where the notice is in every image.
pub const NOTICE: &str = "/usr/share/doc/storeyard/NOTICE";
/// What is ours.
pub(crate) const LICENCE: &str = "Apache-2.0";

/// An image and everything in it that others made.
#[derive(Debug)]
pub struct Bill {
    pub title: String,
    pub version: String,
    components: Vec<Component>,
}

/// Something that others made, at one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Component {
    pub kind: Kind,
    pub name: String,
    pub version: String,
    pub licence: Licence,
    pub terms: Terms,
}

/// How it came into the image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    Debian { architecture: String },
    Crate,
    GoModule,
    WordPressPlugin,
    Composer,
    Npm,
}

/// Under which terms it may be passed on, in short.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Licence {
    /// An SPDX expression.
    Spdx(String),
    /// Names that its packager gave, which are no SPDX identifiers.
    Named(Vec<String>),
    /// Only its texts say.
    InTerms,
}

/// The terms in full.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Terms {
    /// A file of the image.
    File(String),
    /// Nowhere else in the image, so the notice holds them.
    Texts(Texts),
}

impl Bill {
    pub fn new(title: String, version: String, mut components: Vec<Component>) -> Self {
        components.sort();
        components.dedup();
        components.sort_by(|a, b| (a.kind.heading(), &a.name).cmp(&(b.kind.heading(), &b.name)));
        Self { title, version, components }
    }

    /// The version of a component as people know it.
    pub fn known_version(&self, name: &str) -> Option<&str> {
        let component = self.components.iter().find(|component| component.name == name)?;
        Some(match component.kind {
            Kind::Debian { .. } => upstream(&component.version),
            Kind::Crate | Kind::GoModule | Kind::WordPressPlugin | Kind::Composer | Kind::Npm => {
                &component.version
            }
        })
    }

    /// The bill of materials, as CycloneDX.
    ///
    /// # Errors
    /// A component cannot be told in it.
    pub fn to_cyclonedx(&self) -> Result<String> {
        cyclonedx::write(self)
    }

    pub fn to_notice(&self) -> String {
        notice::write(self)
    }
}

impl Kind {
    fn heading(&self) -> &'static str {
        match self {
            Self::Debian { .. } => "Debian packages",
            Self::Crate => "Rust crates",
            Self::GoModule => "Go modules",
            Self::WordPressPlugin => "WordPress plugins",
            Self::Composer => "PHP packages",
            Self::Npm => "npm packages",
        }
    }
}
