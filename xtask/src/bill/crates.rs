//! The crates that were compiled into a program.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::{Component, Kind, Licence, Terms, Texts};
use crate::command;

/// Terms of Rust's own library.
const STANDARD_LIBRARY: &str = "MIT OR Apache-2.0";

/// Every crate that is linked into `package` of the checkout when it is compiled for `target`; ours are none of them, nor is what only runs at
/// compile time.
///
/// # Errors
/// cargo fails, or a crate comes without terms.
pub fn crates(checkout: &Path, package: &str, target: &str) -> Result<Vec<Component>> {
    let tree = command::output(
        Command::new("cargo")
            .args(["tree", "--locked", "--package", package, "--target", target])
            .args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"])
            .current_dir(checkout),
    )?;
    let metadata = command::output(
        Command::new("cargo")
            .args(["metadata", "--locked", "--format-version", "1", "--filter-platform", target])
            .current_dir(checkout),
    )?;
    let metadata: Metadata = serde_json::from_str(&metadata)?;
    let linked = linked(&tree);
    let crates = linked.iter().map(|linked| metadata.component(linked));
    crates.chain([standard_library(checkout)]).collect()
}

/// It is linked into everything.
fn standard_library(checkout: &Path) -> Result<Component> {
    let told = command::output(Command::new("rustc").arg("--version").current_dir(checkout))?;
    let version = told.split(' ').nth(1).context("rustc tells no version")?;
    Ok(Component {
        kind: Kind::Crate,
        name: "std".to_owned(),
        version: version.to_owned(),
        licence: Licence::Spdx(STANDARD_LIBRARY.to_owned()),
        terms: Terms::Texts(Texts::of_expression(STANDARD_LIBRARY)?),
    })
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Linked<'a> {
    name: &'a str,
    version: &'a str,
}

/// A crate of the workspace is followed by its folder, one that was printed before by a star.
fn linked(tree: &str) -> BTreeSet<Linked<'_>> {
    let crates = tree.lines().filter(|line| !line.contains("(/"));
    crates
        .filter_map(|line| {
            let (name, rest) = line.split_once(" v")?;
            Some(Linked { name, version: rest.split_whitespace().next()? })
        })
        .collect()
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    manifest_path: PathBuf,
}

impl Metadata {
    fn component(&self, linked: &Linked) -> Result<Component> {
        let package = self
            .packages
            .iter()
            .find(|package| package.name == linked.name && package.version == linked.version);
        let package = package.with_context(|| format!("cargo knows no package of {linked:?}"))?;
        package.component().with_context(|| format!("{} {}", linked.name, linked.version))
    }
}

impl Package {
    fn component(&self) -> Result<Component> {
        let expression = self.license.as_deref().context("it names no licence")?;
        let folder = self.manifest_path.parent().context("it has no folder")?;
        let files = Texts::in_folder(folder)?;
        let texts = if files.is_empty() { Texts::of_expression(expression)? } else { files };
        Ok(Component {
            kind: Kind::Crate,
            name: self.name.clone(),
            version: self.version.clone(),
            licence: Licence::Spdx(canonical(expression)?),
            terms: Terms::Texts(texts),
        })
    }
}

/// Older crates write `MIT/Apache-2.0`.
pub(crate) fn canonical(expression: &str) -> Result<String> {
    let canonical = spdx::Expression::canonicalize(expression)
        .with_context(|| format!("{expression} is no SPDX expression"))?;
    Ok(canonical.unwrap_or_else(|| expression.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crates_of_others_are_listed_once() {
        let tree = "server v0.1.0 (/src/server)\naxum v0.8.9\nbytes v1.2.0\naxum v0.8.9 (*)\n";
        let names: Vec<&str> = linked(tree).iter().map(|linked| linked.name).collect();
        assert_eq!(names, ["axum", "bytes"]);
    }

    #[test]
    fn an_expression_in_the_old_way_is_written_in_the_new() {
        assert_eq!(canonical("MIT/Apache-2.0").unwrap(), "MIT OR Apache-2.0");
        assert_eq!(canonical("MIT").unwrap(), "MIT");
    }
}
