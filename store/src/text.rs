//! What an engine says to people: in English, and in whichever other language its author has it in.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Language;

/// A text, of which all copies are one in memory. Displays in English.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    english: Arc<str>,
    german: Option<Arc<str>>,
}

/// As an `engine.yaml` has it, and as what told it in English alone still does.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    English(Arc<str>),
    ByLanguage { en: Arc<str>, de: Arc<str> },
}

impl Text {
    pub fn new(english: impl Into<String>, german: Option<String>) -> Self {
        Self { english: english.into().into(), german: german.map(Arc::from) }
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

/// In JSON so that it can be read by whoever knows an `engine.yaml`; in what has no names for its fields, one after the other.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return (&self.english, &self.german).serialize(serializer);
        }
        let en = self.english.clone();
        let written = match self.german.clone() {
            Some(de) => Written::ByLanguage { en, de },
            None => Written::English(en),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let (english, german) = Deserialize::deserialize(deserializer)?;
            return Ok(Self { english, german });
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::English(english) => Self { english, german: None },
            Written::ByLanguage { en, de } => Self { english: en, german: Some(de) },
        })
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

    #[test]
    fn a_text_is_written_as_an_engine_has_it_and_read_again() {
        let both = Text::new("Colour", Some("Farbe".into()));
        for (text, written) in [(both, r#"{"en":"Colour","de":"Farbe"}"#), ("Colour".into(), r#""Colour""#)] {
            assert_eq!(serde_json::to_string(&text).unwrap(), written);
            assert_eq!(serde_json::from_str::<Text>(written).unwrap(), text);
        }
    }
}
