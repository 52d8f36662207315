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

/// Holds where each of these options is chosen so. Always, where it names none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When(pub Options);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionError {
    #[error("{name} is not one of the engine's options; it has {}", list(.known))]
    Unknown { name: String, known: Vec<String> },
    #[error("{name} is {choice}, but has to be {kind}")]
    Kind { name: String, choice: Choice, kind: &'static str },
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
    pub fn holds(&self, options: &Options) -> bool {
        self.0.iter().all(|(name, choice)| options.get(name) == Some(choice))
    }
}

/// Whether each of `chosen` is an option that the engine has, and of its kind.
///
/// # Errors
/// One is not.
pub fn check(known: &Options, chosen: &Options) -> Result<(), OptionError> {
    for (name, choice) in chosen {
        let Some(default) = known.get(name) else {
            return Err(OptionError::Unknown { name: name.clone(), known: known.keys().cloned().collect() });
        };
        if !choice.is_like(default) {
            return Err(OptionError::Kind {
                name: name.clone(),
                choice: choice.clone(),
                kind: default.kind(),
            });
        }
    }
    Ok(())
}

/// What holds where `chosen` was chosen.
///
/// # Errors
/// Something chosen is not one of the engine's options, or of another kind.
pub fn settled(known: &Options, chosen: &Options) -> Result<Options, OptionError> {
    check(known, chosen)?;
    let mut options = known.clone();
    options.extend(chosen.clone());
    Ok(options)
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

    #[test]
    fn what_is_not_chosen_is_as_the_engine_says() {
        let known = options(&[("plugin", Choice::Flag(true)), ("workers", Choice::Number(2))]);
        let settled = settled(&known, &options(&[("workers", Choice::Number(3))])).unwrap();
        assert_eq!(settled, options(&[("plugin", Choice::Flag(true)), ("workers", Choice::Number(3))]));
        assert!(When(options(&[("plugin", Choice::Flag(true))])).holds(&settled));
        assert!(!When(options(&[("plugin", Choice::Flag(false))])).holds(&settled));
        assert!(When::default().holds(&settled));
    }

    #[test]
    fn an_option_that_there_is_not_and_one_of_another_kind_are_refused_by_name() {
        let known = options(&[("plugin", Choice::Flag(true))]);
        let sentence =
            |name: &str, choice| settled(&known, &options(&[(name, choice)])).unwrap_err().to_string();
        assert_eq!(
            sentence("plugins", Choice::Flag(true)),
            "plugins is not one of the engine's options; it has plugin"
        );
        assert_eq!(
            sentence("plugin", Choice::Text("yes".into())),
            "plugin is yes, but has to be true or false"
        );
    }
}
