//! The texts of licences: the files that come with a thing, and where there are none the licence's own wording.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use spdx::{Expression, ParseMode};

/// How files begin that say on which terms a thing may be passed on, in lower case.
const BEGINNINGS: [&str; 6] = ["licence", "license", "copying", "copyright", "notice", "unlicense"];

/// Texts without repetition; the same wherever they come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Texts(pub(super) BTreeSet<String>);

impl Texts {
    /// Those that lie in a thing's folder.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(super) fn in_folder(folder: &Path) -> Result<Self> {
        let mut texts = Self::default();
        let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            if path.is_file() && BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) {
                texts.insert(&String::from_utf8_lossy(&fs::read(&path)?));
            }
        }
        Ok(texts)
    }

    /// The wordings of every licence that an expression names.
    ///
    /// # Errors
    /// It is no SPDX expression, or names a licence without a text.
    pub fn of_expression(expression: &str) -> Result<Self> {
        let parsed = Expression::parse_mode(expression, ParseMode::LAX)
            .with_context(|| format!("{expression} is no SPDX expression"))?;
        let mut texts = Self::default();
        for requirement in parsed.requirements() {
            let licence = requirement.req.license.id();
            let licence = licence.with_context(|| format!("{expression} names an unknown licence"))?;
            texts.insert(licence.text());
        }
        ensure!(!texts.is_empty(), "{expression} names no licence");
        Ok(texts)
    }

    /// These.
    pub(crate) fn of(texts: &[String]) -> Self {
        let mut all = Self::default();
        texts.iter().for_each(|text| all.insert(text));
        all
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Line ends and spaces at them differ between copies that say the same.
    fn insert(&mut self, text: &str) {
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        self.0.insert(lines.join("\n").trim_matches('\n').to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_that_differ_only_in_their_line_ends_are_one_text() {
        let mut texts = Texts::default();
        texts.insert("MIT \r\n\r\nDo.\r\n");
        texts.insert("MIT\n\nDo.");
        assert_eq!(texts.0.len(), 1);
    }

    #[test]
    fn an_expression_without_files_stands_for_the_wordings_of_its_licences() {
        let texts = Texts::of_expression("MIT/Apache-2.0").unwrap();
        assert_eq!(texts.0.len(), 2);
        assert!(texts.0.iter().any(|text| text.contains("Apache License")));
        assert!(Texts::of_expression("Whatever-1.0").is_err());
    }
}
