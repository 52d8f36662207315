//! What an engine says to people: in English, and in whichever other language its author has it in.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Language;

/// A text. Displays in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    english: String,
    german: Option<String>,
}

impl Text {
    pub fn new(english: impl Into<String>, german: Option<String>) -> Self {
        Self { english: english.into(), german }
    }

    /// In that language, or else in English; and which of them it is.
    pub fn told(&self, language: Language) -> (&str, Language) {
        match (language, &self.german) {
            (Language::German, Some(german)) => (german, Language::German),
            _ => (&self.english, Language::English),
        }
    }
}

impl From<&str> for Text {
    fn from(english: &str) -> Self {
        Self::new(english, None)
    }
}

impl From<String> for Text {
    fn from(english: String) -> Self {
        Self::new(english, None)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_in_a_language_that_it_has_and_else_in_english() {
        let both = Text::new("Colour", Some("Farbe".into()));
        assert_eq!(both.told(Language::German), ("Farbe", Language::German));
        assert_eq!(both.told(Language::English), ("Colour", Language::English));
        assert_eq!(both.to_string(), "Colour");
        assert_eq!(Text::from("Colour").told(Language::German), ("Colour", Language::English));
    }
}
