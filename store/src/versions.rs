//! What a shop runs, in which versions.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A program, or a part of one, in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Software {
    /// What people call it.
    pub title: String,
    /// Has no space in it.
    pub version: String,
}

/// What something is made of, what matters most first. Written as labels, configuration and resources have it: `Shop 6.9.4, Database 11.8.3`.
/// Empty where nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Versions(Vec<Software>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "versions are titles with a version each and commas between, such as Shop 6.9.4, Database 11.8.3; at most {max} characters", max = Versions::MAX_CHARS
)]
pub struct VersionsError;

/// What becomes of one of them where something else takes its place. Displays as a page has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionChange {
    Other { title: String, from: String, to: String },
    Added(Software),
    Removed(Software),
}

impl Versions {
    pub const MAX_CHARS: usize = 300;

    pub fn parse(text: &str) -> Result<Self, VersionsError> {
        if text.chars().count() > Self::MAX_CHARS || text.contains(char::is_control) {
            return Err(VersionsError);
        }
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        text.split(',').map(Software::parse).collect::<Option<Vec<_>>>().map(Self).ok_or(VersionsError)
    }

    /// As far as an image's reference tells: its tag, or the beginning of its digest.
    pub fn of_image(name: &str, reference: &str) -> Self {
        let version = tag(reference);
        if version.is_empty() {
            return Self::default();
        }
        Self(vec![Software { title: name.to_owned(), version }])
    }

    /// All of several, each once.
    pub fn together(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Vec::new();
        for software in parts.into_iter().flat_map(|part| part.0) {
            if !all.contains(&software) {
                all.push(software);
            }
        }
        Self(all)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In one line of a page.
    pub fn line(&self) -> String {
        self.joined(" · ")
    }

    /// What is otherwise in `other`; nothing where one of them is not known.
    pub fn changes(&self, other: &Self) -> Vec<VersionChange> {
        if self.is_empty() || other.is_empty() {
            return Vec::new();
        }
        let version = |of: &Self, title: &str| {
            of.0.iter().find(|software| software.title == title).map(|software| software.version.clone())
        };
        let changed = self.0.iter().filter_map(|old| match version(other, &old.title) {
            Some(to) if to == old.version => None,
            Some(to) => {
                Some(VersionChange::Other { title: old.title.clone(), from: old.version.clone(), to })
            }
            None => Some(VersionChange::Removed(old.clone())),
        });
        let added = other.0.iter().filter(|new| version(self, &new.title).is_none());
        changed.chain(added.cloned().map(VersionChange::Added)).collect()
    }

    fn joined(&self, separator: &str) -> String {
        let all: Vec<String> = self.0.iter().map(Software::to_string).collect();
        all.join(separator)
    }
}

impl Software {
    fn parse(text: &str) -> Option<Self> {
        let (title, version) = text.trim().rsplit_once(' ')?;
        let title = title.trim_end();
        (!title.is_empty()).then(|| Self { title: title.to_owned(), version: version.to_owned() })
    }
}

/// Of `registry/name:tag`, `registry/name@digest` or both.
fn tag(reference: &str) -> String {
    const DIGITS: usize = 12;
    let (name, digest) = reference.split_once('@').unwrap_or((reference, ""));
    let last = name.rsplit('/').next().unwrap_or_default();
    let digest = digest.rsplit(':').next().unwrap_or_default();
    last.split_once(':').map_or_else(|| digest.chars().take(DIGITS).collect(), |(_, tag)| tag.to_owned())
}

impl fmt::Display for Software {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.title, self.version)
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.joined(", "))
    }
}

impl fmt::Display for VersionChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other { title, from, to } => write!(f, "{title} {from} → {to}"),
            Self::Added(software) => write!(f, "with {software}"),
            Self::Removed(software) => write!(f, "without {software}"),
        }
    }
}

impl TryFrom<String> for Versions {
    type Error = VersionsError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Versions> for String {
    fn from(versions: Versions) -> Self {
        versions.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn versions(text: &str) -> Versions {
        Versions::parse(text).unwrap()
    }

    fn changes(from: &str, to: &str) -> Vec<String> {
        versions(from).changes(&versions(to)).iter().map(VersionChange::to_string).collect()
    }

    #[test]
    fn versions_are_titles_with_a_version_each() {
        let read = versions("Word Press 6.9.4,MariaDB  11.8.3");
        assert_eq!(read.to_string(), "Word Press 6.9.4, MariaDB 11.8.3");
        assert_eq!(read.line(), "Word Press 6.9.4 · MariaDB 11.8.3");
        assert!(versions(" ").is_empty());
        for wrong in
            ["WordPress", "WordPress 6.9.4,", ", MariaDB 1", " 6.9.4", "Word\nPress 1", &"a 1,".repeat(99)]
        {
            assert_eq!(Versions::parse(wrong), Err(VersionsError), "{wrong}");
        }
    }

    #[test]
    fn an_image_of_which_nothing_else_is_known_is_told_by_its_tag() {
        for (reference, told) in [
            ("registry.example:5000/team/web:1.2.3", "web 1.2.3"),
            ("web:1.2.3@sha256:0123456789abcdef0123", "web 1.2.3"),
            ("registry.example:5000/web@sha256:0123456789abcdef0123", "web 0123456789ab"),
            ("registry.example:5000/web", ""),
        ] {
            assert_eq!(Versions::of_image("web", reference).to_string(), told);
        }
    }

    #[test]
    fn what_is_in_several_images_is_told_once() {
        let all = Versions::together(["Debian 13, A 1", "Debian 13, B 2", ""].map(versions));
        assert_eq!(all.to_string(), "Debian 13, A 1, B 2");
    }

    #[test]
    fn what_changes_is_told_with_both_versions_and_what_stays_is_not() {
        assert_eq!(changes("A 1, B 2", "A 1, B 2"), [""; 0]);
        assert_eq!(changes("A 6.9.4, B 2", "A 6.9.5, B 2"), ["A 6.9.4 → 6.9.5"]);
        assert_eq!(changes("A 2, B 2, C 3", "C 3, A 1, D 1"), ["A 2 → 1", "without B 2", "with D 1"]);
        assert_eq!(changes("", "A 1"), [""; 0]);
        assert_eq!(changes("A 1", ""), [""; 0]);
    }

    proptest! {
        #[test]
        fn versions_are_read_as_they_are_written(text in "[ -~]{0,60}") {
            if let Ok(read) = Versions::parse(&text) {
                prop_assert_eq!(Versions::parse(&read.to_string()), Ok(read));
            }
        }
    }
}
