//! What whoever runs the platform may choose of an engine.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// What is chosen, by name.
pub type Options = BTreeMap<String, Choice>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Choice {
    Flag(bool),
    Number(i64),
    Text(String),
}

/// The options that an engine has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// What holds where nothing is chosen.
    pub defaults: Options,
    /// All that a text may be, where that is said.
    pub(crate) words: BTreeMap<String, Vec<String>>,
}

/// Holds where each of these options is chosen so. Always, where it names none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When(pub Options);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionError {
    #[error("{name} is not one of the engine's options; it has {}", list(.known))]
    Unknown { name: String, known: Vec<String> },
    #[error("{name} is {choice}, but has to be {kind}")]
    Kind { name: String, choice: Choice, kind: &'static str },
    #[error("{name} is {choice}, but has to be one of {}", list(.words))]
    Word { name: String, choice: Choice, words: Vec<String> },
}

impl Choice {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Flag(_) => "true or false",
            Self::Number(_) => "a whole number",
            Self::Text(_) => "a text",
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl From<bool> for Choice {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl When {
    pub(crate) fn is_always(&self) -> bool {
        self.0.is_empty()
    }

    pub fn holds(&self, options: &Options) -> bool {
        self.0.iter().all(|(name, choice)| options.get(name) == Some(choice))
    }
}

impl Declared {
    /// Whether each of `chosen` is an option that the engine has, and one of what that can be.
    ///
    /// # Errors
    /// One is not.
    pub fn check(&self, chosen: &Options) -> Result<(), OptionError> {
        for (name, choice) in chosen {
            let Some(default) = self.defaults.get(name) else {
                let known = self.defaults.keys().cloned().collect();
                return Err(OptionError::Unknown { name: name.clone(), known });
            };
            let (name, choice) = (name.clone(), choice.clone());
            if !choice.is_like(default) {
                return Err(OptionError::Kind { name, choice, kind: default.kind() });
            }
            if let Some(words) = self.words.get(&name)
                && !words.contains(&choice.to_string())
            {
                return Err(OptionError::Word { name, choice, words: words.clone() });
            }
        }
        Ok(())
    }

    /// What holds where `chosen` was chosen.
    ///
    /// # Errors
    /// Something chosen is not one of the engine's options, or not what it can be.
    pub fn settled(&self, chosen: &Options) -> Result<Options, OptionError> {
        self.check(chosen)?;
        let mut options = self.defaults.clone();
        options.extend(chosen.clone());
        Ok(options)
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(pairs: &[(&str, Choice)]) -> Options {
        pairs.iter().map(|(name, choice)| ((*name).to_owned(), choice.clone())).collect()
    }

    fn declared(pairs: &[(&str, Choice)]) -> Declared {
        Declared { defaults: options(pairs), words: BTreeMap::new() }
    }

    #[test]
    fn what_is_not_chosen_is_as_the_engine_says() {
        let known = declared(&[("plugin", Choice::Flag(true)), ("workers", Choice::Number(2))]);
        let settled = known.settled(&options(&[("workers", Choice::Number(3))])).unwrap();
        assert_eq!(settled, options(&[("plugin", Choice::Flag(true)), ("workers", Choice::Number(3))]));
        assert!(When(options(&[("plugin", Choice::Flag(true))])).holds(&settled));
        assert!(!When(options(&[("plugin", Choice::Flag(false))])).holds(&settled));
        assert!(When::default().holds(&settled));
    }

    #[test]
    fn an_option_that_there_is_not_and_one_of_another_kind_are_refused_by_name() {
        let known = declared(&[("plugin", Choice::Flag(true))]);
        let sentence =
            |name: &str, choice| known.settled(&options(&[(name, choice)])).unwrap_err().to_string();
        assert_eq!(
            sentence("plugins", Choice::Flag(true)),
            "plugins is not one of the engine's options; it has plugin"
        );
        assert_eq!(
            sentence("plugin", Choice::Text("yes".into())),
            "plugin is yes, but has to be true or false"
        );
    }

    #[test]
    fn a_text_is_one_of_those_that_are_named() {
        let words = [("plugins".to_owned(), vec!["own".to_owned(), "managed".to_owned()])].into();
        let known = Declared { defaults: options(&[("plugins", Choice::Text("own".into()))]), words };
        let choose = |word: &str| known.settled(&options(&[("plugins", Choice::Text(word.into()))]));
        assert_eq!(choose("managed").unwrap()["plugins"].to_string(), "managed");
        assert_eq!(
            choose("mine").unwrap_err().to_string(),
            "plugins is mine, but has to be one of own, managed"
        );
    }
}
