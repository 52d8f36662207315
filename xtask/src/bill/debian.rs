//! Debian packages, as the image's own dpkg lists them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};

use super::{Component, Kind, Licence, Terms};

/// Prints what [`packages`] reads, in the image.
pub const LIST_PACKAGES: [&str; 3] = [
    "dpkg-query",
    "--show",
    "--showformat=${db:Status-Status}\\t${Package}\\t${Version}\\t${Architecture}\\n",
];
/// Prints each licence that a package's copyright file names, in the image. Folders of packages may be links to others'.
pub const LIST_LICENCES: [&str; 15] = [
    "find",
    "-L",
    "/usr/share/doc",
    "-mindepth",
    "2",
    "-maxdepth",
    "2",
    "-name",
    "copyright",
    "-exec",
    "grep",
    "--with-filename",
    "^License:",
    "{}",
    "+",
];

/// The packages that are installed, from what [`LIST_PACKAGES`] and [`LIST_LICENCES`] printed.
///
/// # Errors
/// A line is not as dpkg prints it.
pub fn packages(listed: &str, licences: &str) -> Result<Vec<Component>> {
    let licences = by_package(licences);
    let mut packages = Vec::new();
    for line in listed.lines() {
        let (status, [name, version, architecture]) =
            columns(line).with_context(|| format!("dpkg printed {line:?}"))?;
        if status != "installed" {
            continue;
        }
        let named = licences.get(name).into_iter().flatten().map(|&licence| licence.to_owned()).collect();
        packages.push(Component {
            kind: Kind::Debian { architecture: architecture.to_owned() },
            name: name.to_owned(),
            version: version.to_owned(),
            licence: licence(named),
            terms: Terms::File(format!("/usr/share/doc/{name}/copyright")),
        });
    }
    Ok(packages)
}

/// The version as those who made the software say it, without what Debian adds to tell its own packages apart.
pub fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, version)| version);
    let version = version.rsplit_once('-').map_or(version, |(version, _)| version);
    // What Debian left out of it.
    let marks = ["+dfsg", "~dfsg", "+ds", "~ds", "+repack"];
    marks.iter().find_map(|mark| version.split_once(mark)).map_or(version, |(version, _)| version)
}

fn columns(line: &str) -> Option<(&str, [&str; 3])> {
    let mut columns = line.split('\t');
    let status = columns.next()?;
    Some((status, [columns.next()?, columns.next()?, columns.next()?]))
}

/// Older copyright files are prose and name no licence that a program could read.
fn licence(named: Vec<String>) -> Licence {
    if named.is_empty() { Licence::InTerms } else { Licence::Named(named) }
}

fn by_package(licences: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in licences.lines() {
        let Some((path, licence)) = line.split_once("/copyright:License:") else { continue };
        let package = path.rsplit('/').next().unwrap_or_default();
        if !licence.trim().is_empty() {
            found.entry(package).or_default().insert(licence.trim());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_that_are_installed_are_listed_with_their_licences() {
        let listed =
            "installed\tgzip\t1.13-1\tamd64\nconfig-files\told\t1\tall\ninstalled\tapt\t3.0\tamd64\n";
        let licences = "/usr/share/doc/gzip/copyright:License: GPL-3+\n/usr/share/doc/gzip/copyright:License: GPL-3+\n/usr/share/doc/gzip/copyright:License: FSF-manpages\n";
        let packages = packages(listed, licences).unwrap();
        let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["gzip", "apt"]);
        assert_eq!(packages[0].licence, Licence::Named(vec!["FSF-manpages".into(), "GPL-3+".into()]));
        assert_eq!(packages[0].terms, Terms::File("/usr/share/doc/gzip/copyright".into()));
        assert_eq!(packages[1].licence, Licence::InTerms);
    }

    #[test]
    fn people_know_a_package_by_the_version_of_those_who_made_it() {
        for (version, known) in [
            ("1:11.8.3-0+deb13u1", "11.8.3"),
            ("6.8.3+dfsg1-0+deb13u1", "6.8.3"),
            ("7.1~rc1+dfsg-1", "7.1~rc1"),
            ("3.0", "3.0"),
        ] {
            assert_eq!(upstream(version), known);
        }
    }

    #[test]
    fn a_line_that_is_not_dpkg_s_is_an_error() {
        assert!(packages("installed\tgzip", "").is_err());
    }
}
