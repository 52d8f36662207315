//! The display name of a store, and the slug that an id begins with.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A store's display name: 1 to 60 characters of any script, with at least one letter or digit, kept as typed but for white space
/// at the ends. Also the shop's title.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StoreName(String);

/// Why a text is no store name. Displays as the sentence for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreNameError {
    #[error("Give the store a name, for example “Atelier Nord”.")]
    Empty,
    #[error("The name has {0} characters; at most {max} fit.", max = StoreName::MAX_CHARS)]
    TooLong(usize),
    #[error("The name contains an invisible control character (U+{0:04X}). Type it again without it.")]
    Control(u32),
    #[error("The name cannot contain < or >, since it becomes the shop's title.")]
    Markup,
    #[error("The name needs at least one letter or digit, since the address is made from it.")]
    NoLetter,
}

impl StoreName {
    /// Longest name, in characters: one line of a shop's title.
    pub const MAX_CHARS: usize = 60;

    pub fn parse(text: &str) -> Result<Self, StoreNameError> {
        let name = text.trim();
        if name.is_empty() {
            return Err(StoreNameError::Empty);
        }
        if let Some(control) = name.chars().find(|c| is_invisible_control(*c)) {
            return Err(StoreNameError::Control(u32::from(control)));
        }
        let length = name.chars().count();
        if length > Self::MAX_CHARS {
            return Err(StoreNameError::TooLong(length));
        }
        if name.contains(['<', '>']) {
            return Err(StoreNameError::Markup);
        }
        if !name.chars().any(char::is_alphanumeric) {
            return Err(StoreNameError::NoLetter);
        }
        Ok(Self(name.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Controls, and the format characters that reorder or hide text: a name must look like what it is. The joiners U+200C and U+200D
/// stay, since Persian, Indic scripts and emoji need them.
fn is_invisible_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

impl fmt::Display for StoreName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for StoreName {
    type Error = StoreNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<StoreName> for String {
    fn from(name: StoreName) -> Self {
        name.0
    }
}

/// The part of an id that a person recognises: lower-case ASCII letters, digits and single inner hyphens, at most 40 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slug(String);

impl Slug {
    /// Leaves room for `store-` and the suffix within helm's 53 characters for a release name.
    pub const MAX_CHARS: usize = 40;

    /// The slug of any name; `store` if nothing of it can be written in ASCII.
    #[cfg(feature = "transliterate")]
    pub fn of(name: &StoreName) -> Self {
        Self::from_ascii(&deunicode::deunicode_with_tofu(name.as_str(), "-"))
    }

    /// The slug where no transliteration is needed: what a browser can tell by itself.
    pub fn of_ascii(name: &StoreName) -> Option<Self> {
        name.as_str().is_ascii().then(|| Self::from_ascii(name.as_str()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn from_ascii(text: &str) -> Self {
        // An apostrophe joins (“Ben's” is “bens”); everything else that is neither letter nor digit separates.
        let text = text.replace('\'', "");
        let mut slug = String::with_capacity(Self::MAX_CHARS);
        for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            let gap = usize::from(!slug.is_empty());
            let room = Self::MAX_CHARS.saturating_sub(slug.len() + gap);
            if room == 0 {
                break;
            }
            if gap == 1 {
                slug.push('-');
            }
            slug.push_str(&word[..word.len().min(room)].to_ascii_lowercase());
        }
        if slug.is_empty() {
            slug.push_str("store");
        }
        Self(slug)
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn refused(text: &str, why: StoreNameError) {
        assert_eq!(StoreName::parse(text), Err(why));
    }

    #[test]
    fn a_name_is_kept_as_typed_but_for_space_at_its_ends() {
        for text in [
            "Atelier Nord",
            "Ben & Jerry's",
            "متجر النور",
            "東京ストア",
            "Robert'); DROP TABLE stores;--",
            "Café 🎉",
        ] {
            assert_eq!(StoreName::parse(&format!("  {text}\t")).unwrap().as_str(), text);
        }
    }

    #[test]
    fn each_bad_name_gets_its_own_sentence() {
        refused("", StoreNameError::Empty);
        refused(" \u{3000}\n", StoreNameError::Empty);
        refused(&"x".repeat(61), StoreNameError::TooLong(61));
        refused("a\u{0}b", StoreNameError::Control(0));
        refused("a\nb", StoreNameError::Control(0x0A));
        refused("evil\u{202E}gpj", StoreNameError::Control(0x202E));
        refused("<script>alert(1)</script>", StoreNameError::Markup);
        refused("🎉🎉🎉", StoreNameError::NoLetter);
        refused("---", StoreNameError::NoLetter);
    }

    #[test]
    fn deserialising_a_name_parses_it() {
        assert!(serde_json::from_str::<StoreName>("\"<b>\"").is_err());
    }

    #[cfg(feature = "transliterate")]
    #[test]
    fn a_slug_reads_like_the_name() {
        for (name, slug) in [
            ("Atelier Nord", "atelier-nord"),
            ("  Ben's  Shop!! ", "bens-shop"),
            ("Größe & Maß", "grosse-mass"),
            ("Łódź", "lodz"),
            ("東京", "dong-jing"),
            ("a--b", "a-b"),
        ] {
            assert_eq!(Slug::of(&StoreName::parse(name).unwrap()).as_str(), slug, "{name}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_idempotent(text in any::<String>()) {
            if let Ok(name) = StoreName::parse(&text) {
                prop_assert_eq!(StoreName::parse(name.as_str()), Ok(name));
            }
        }

        #[cfg(feature = "transliterate")]
        #[test]
        fn every_name_has_a_slug_that_fits_a_dns_label(text in "\\PC{1,60}") {
            let Ok(name) = StoreName::parse(&text) else { return Ok(()) };
            let slug = Slug::of(&name);
            let slug = slug.as_str();
            prop_assert!((1..=Slug::MAX_CHARS).contains(&slug.len()));
            prop_assert!(slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            prop_assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"));
        }

        #[cfg(feature = "transliterate")]
        #[test]
        fn browser_and_server_agree_where_the_browser_can_tell(text in "[ -~]{1,60}") {
            if let Ok(name) = StoreName::parse(&text) {
                prop_assert_eq!(Slug::of_ascii(&name), Some(Slug::of(&name)));
            }
        }
    }
}
