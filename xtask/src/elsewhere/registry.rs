//! A registry that a cluster's nodes pull from, with the images and the chart that are pushed there.

use std::convert::Infallible;
use std::fmt;
use std::fs;
use std::process::Command;
use std::str::FromStr;

use anyhow::Result;

use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;
use crate::images::Image;
use crate::key::Key;

/// The charts' own version is the product's.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `registry.example.com/team`: a host, and what stands before the names there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry(String);

/// A chart as helm is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// `oci://...`
    pub address: String,
    pub version: String,
}

impl FromStr for Registry {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::at(text))
    }
}

impl fmt::Display for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} --version {}", self.address, self.version)
    }
}

impl Registry {
    pub fn at(text: &str) -> Self {
        Self(text.trim_end_matches('/').to_owned())
    }

    /// `registry.example.com/team/wordpress:TAG`
    pub fn image(&self, image: &Image) -> String {
        let tag = image.reference.rsplit(':').next().unwrap_or_default();
        format!("{}/{}:{tag}", self.0, image.name)
    }

    /// Whether it is on this machine: programs speak plain HTTP to such a one, since nobody listens between.
    pub fn is_here(&self) -> bool {
        let authority = self.0.split('/').next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        matches!(host, "localhost" | "127.0.0.1" | "[::1]")
    }

    /// Pushes the platform's chart, under a version that follows from its content: one that is there is never another.
    ///
    /// # Errors
    /// helm cannot pack it, or the registry does not take it.
    pub fn push_chart(&self, env: &Env, cluster: &Cluster) -> Result<Chart> {
        let folder = env.paths.checkout.join("charts/platform");
        // As a pre-release, which helm takes only where it is named. Of digits alone it would be no version, hence the letter.
        let version = format!("{VERSION}-c{}", Key::new().folder(&folder)?.short());
        let stage = env.paths.stage().join("chart");
        let place = format!("oci://{}/charts", self.0);
        env.reporter.step("bringing the chart to the registry", "deliver-chart", |step| {
            fs::create_dir_all(&stage)?;
            let helm = || Command::new(&cluster.helm);
            command::logged(
                step,
                helm().arg("package").arg(&folder).args(["--version", &version, "--destination"]).arg(&stage),
            )?;
            let packed = stage.join(format!("platform-{version}.tgz"));
            let plain = self.is_here().then_some("--plain-http");
            command::logged(step, helm().arg("push").arg(&packed).arg(&place).args(plain))?;
            fs::remove_file(&packed)?;
            Ok(())
        })?;
        Ok(Chart { address: format!("{place}/platform"), version })
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn an_image_keeps_its_tag_in_a_registry() {
        let image = Image {
            name: "wordpress".to_owned(),
            reference: "localhost/storeyard/wordpress:abc-woo".to_owned(),
            archive: PathBuf::new(),
        };
        assert_eq!(
            Registry::at("registry.example:5000/team/").image(&image),
            "registry.example:5000/team/wordpress:abc-woo"
        );
    }

    #[test]
    fn only_a_registry_on_this_machine_is_spoken_to_in_plain_http() {
        for here in ["localhost:5000/team", "127.0.0.1:5000", "localhost"] {
            assert!(Registry::at(here).is_here(), "{here}");
        }
        for elsewhere in ["registry.example.com/localhost", "localhost.example.com:5000/team"] {
            assert!(!Registry::at(elsewhere).is_here(), "{elsewhere}");
        }
    }
}
