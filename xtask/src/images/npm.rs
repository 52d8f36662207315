//! The npm packages in an image, as its build listed them: of those that went into one file with others nothing else tells any more.

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::buildah::Container;
use crate::bill::{Component, Kind, Licence, Terms, Texts, canonical};

/// A package, as the list has it.
#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    licence: Option<String>,
    /// The texts that lie in its folder.
    terms: Vec<String>,
}

/// The packages that `list`, a file of the image, names.
///
/// # Errors
/// There is no such list, or a package comes without terms.
pub(super) fn components(container: &Container<'_>, list: &str) -> Result<Vec<Component>> {
    read(&container.output(&["cat", list])?).with_context(|| format!("{list} is no list of npm packages"))
}

fn read(list: &str) -> Result<Vec<Component>> {
    let packages: Vec<Package> = serde_json::from_str(list)?;
    ensure!(!packages.is_empty(), "it is empty");
    packages.into_iter().map(Package::component).collect()
}

impl Package {
    fn component(self) -> Result<Component> {
        let Self { name, version, licence, terms } = self;
        let texts = match &licence {
            Some(licence) if terms.is_empty() => Texts::of_expression(licence),
            _ => Ok(Texts::of(&terms)),
        };
        let texts = texts.with_context(|| format!("{name} {version} comes without terms"))?;
        ensure!(!texts.is_empty(), "{name} {version} comes without a licence");
        // What is no expression is told as the package tells it.
        let licence = licence.map_or(Licence::InTerms, |licence| {
            canonical(&licence).map_or_else(|_| Licence::Named(vec![licence]), Licence::Spdx)
        });
        Ok(Component { kind: Kind::Npm, name, version, licence, terms: Terms::Texts(texts) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_told_with_the_licence_and_the_texts_that_it_has() {
        let list = r#"[
            {"name": "@a/b", "version": "1.0.0", "licence": "MIT", "terms": ["Do."]},
            {"name": "c", "version": "2.0.0", "licence": "MIT", "terms": []},
            {"name": "d", "version": "3.0.0", "licence": "SEE LICENSE IN LICENSE", "terms": ["Ask."]},
            {"name": "e", "version": "4.0.0", "licence": null, "terms": ["Take."]}
        ]"#;
        let licences: Vec<Licence> = read(list).unwrap().into_iter().map(|it| it.licence).collect();
        let mit = || Licence::Spdx("MIT".to_owned());
        let named = Licence::Named(vec!["SEE LICENSE IN LICENSE".to_owned()]);
        assert_eq!(licences, [mit(), mit(), named, Licence::InTerms]);
    }

    #[test]
    fn a_package_without_terms_is_refused_by_its_name() {
        for licence in ["null", "\"SEE LICENSE IN LICENSE\""] {
            let list = format!(r#"[{{"name": "a", "version": "1.0.0", "licence": {licence}, "terms": []}}]"#);
            let refused = format!("{:#}", read(&list).unwrap_err());
            assert!(refused.contains("a 1.0.0 comes without"), "{refused}");
        }
    }
}
