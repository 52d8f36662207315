//! What an engine asks of each new store beside what all engines do, such as its language: one of a list each time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[cfg(feature = "transliterate")]
use crate::Language;
use crate::Text;

/// What was chosen, by the question's name.
pub type Options = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub name: String,
    pub title: Text,
    /// At least one.
    pub choices: Vec<Choice>,
    /// The key of what holds where nobody chooses.
    pub default: String,
    /// What of whoever asks for a store tells a better default.
    pub suggest: Option<Suggest>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub key: String,
    pub title: Text,
}

/// What a person's browser tells of where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Suggest {
    Language,
    Country,
    Currency,
    TimeZone,
}

/// What was chosen is not offered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{title} cannot be “{given}”. Choose one of the list.")]
pub struct OptionsError {
    pub title: Text,
    /// As much of it as fits a sentence.
    pub given: String,
}

impl OptionsError {
    const MAX_GIVEN_CHARS: usize = 40;
}

impl Question {
    pub fn choice(&self, key: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.key == key)
    }

    /// Puts its choices in the order of what they are called in that language. They stand in the order of the English, and so they stay
    /// where one is called in English alone.
    #[cfg(feature = "transliterate")]
    pub fn arrange(&mut self, language: Language) {
        let is_told = |choice: &Choice| choice.title.told(language).1 == language;
        if language != Language::English && self.choices.iter().all(is_told) {
            sort(&mut self.choices, language);
        }
    }

    /// Its field in the form.
    pub fn field(&self) -> String {
        format!("options[{}]", self.name)
    }
}

/// Puts them in the order of what they are called, as dictionaries do: a letter with a mark is like the one without, and comes after it
/// where all else is the same.
#[cfg(feature = "transliterate")]
pub fn sort(choices: &mut [Choice], language: Language) {
    choices.sort_by_cached_key(|choice| {
        let (title, _) = choice.title.told(language);
        (deunicode::deunicode(title).to_lowercase(), title.to_owned())
    });
}

/// What holds where `chosen` was chosen: a default for each question that nobody answered, and nothing that was not asked.
///
/// # Errors
/// What was chosen is not offered.
pub fn settled<'a>(
    questions: impl IntoIterator<Item = &'a Question>,
    chosen: &Options,
) -> Result<Options, OptionsError> {
    let settled = questions.into_iter().map(|question| {
        let given = chosen.get(&question.name).filter(|given| !given.is_empty());
        let given = given.unwrap_or(&question.default);
        match question.choice(given) {
            Some(choice) => Ok((question.name.clone(), choice.key.clone())),
            None => {
                let given = given.chars().take(OptionsError::MAX_GIVEN_CHARS).collect();
                Err(OptionsError { title: question.title.clone(), given })
            }
        }
    });
    settled.collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn question(name: &str, keys: &[&str]) -> Question {
        let choice = |key: &&str| Choice { key: (*key).to_owned(), title: key.to_uppercase().into() };
        Question {
            name: name.to_owned(),
            title: name.to_uppercase().into(),
            choices: keys.iter().map(choice).collect(),
            default: keys[0].to_owned(),
            suggest: None,
        }
    }

    fn options(pairs: &[(&str, &str)]) -> Options {
        pairs.iter().map(|(name, key)| ((*name).to_owned(), (*key).to_owned())).collect()
    }

    #[test]
    fn what_nobody_chooses_is_as_the_engine_says_and_what_was_not_asked_does_not_count() {
        let questions = [question("size", &["s", "m"]), question("colour", &["red", "blue"])];
        let chosen = options(&[("size", "m"), ("colour", ""), ("taste", "sweet")]);
        assert_eq!(settled(&questions, &chosen), Ok(options(&[("size", "m"), ("colour", "red")])));
        assert_eq!(settled([], &chosen), Ok(Options::new()));
    }

    #[cfg(feature = "transliterate")]
    #[test]
    fn choices_are_in_the_order_of_what_they_are_called_where_all_are_called_something() {
        let choice = |english: &str, german: Option<&str>| Choice {
            key: english.to_lowercase(),
            title: Text::new(english, german.map(str::to_owned)),
        };
        let arranged = |choices: &[Choice], language| {
            let mut question = Question { choices: choices.to_vec(), ..question("country", &["egypt"]) };
            question.arrange(language);
            question.choices.into_iter().map(|choice| choice.key).collect::<Vec<_>>()
        };
        let all = [
            choice("Germany", Some("Deutschland")),
            choice("Egypt", Some("Ägypten")),
            choice("Belgium", Some("Belgien")),
        ];
        assert_eq!(arranged(&all, Language::German), ["egypt", "belgium", "germany"]);
        assert_eq!(arranged(&all, Language::English), ["germany", "egypt", "belgium"]);
        let lacking = [all[0].clone(), choice("Benin", None), all[2].clone()];
        assert_eq!(arranged(&lacking, Language::German), ["germany", "benin", "belgium"]);
    }

    #[cfg(feature = "transliterate")]
    #[test]
    fn a_letter_with_a_mark_stands_where_dictionaries_have_it() {
        let sorted = |language, titles: &[&str]| {
            let mut choices: Vec<Choice> = titles
                .iter()
                .rev()
                .map(|title| Choice {
                    key: (*title).to_owned(),
                    title: Text::new(*title, Some((*title).to_owned())),
                })
                .collect();
            sort(&mut choices, language);
            let keys: Vec<String> = choices.into_iter().map(|choice| choice.key).collect();
            assert_eq!(keys, titles);
        };
        sorted(
            Language::German,
            &[
                "Afghanistan",
                "Ägypten",
                "Ålandinseln",
                "Albanien",
                "Aserbaidschan",
                "Äthiopien",
                "Australien",
                "Côte d’Ivoire",
                "Curaçao",
                "Guinea",
                "Guinea-Bissau",
                "Oman",
                "Österreich",
                "Osttimor",
                "Polnischer Zloty",
                "Polnischer Złoty",
                "Strasse",
                "Straße",
                "Südafrika",
                "Sudan",
            ],
        );
        sorted(Language::English, &["Åland Islands", "Albania", "CFP Franc", "Chad", "Réunion", "Romania"]);
    }

    #[test]
    fn what_is_not_offered_is_refused_by_title() {
        let refused = settled(&[question("size", &["s", "m"])], &options(&[("size", "xl")])).unwrap_err();
        assert_eq!(refused.to_string(), "SIZE cannot be “xl”. Choose one of the list.");
    }

    proptest! {
        #[test]
        fn whatever_is_sent_each_question_has_one_of_its_choices_or_is_refused(
            sent in proptest::collection::btree_map("[a-z]{0,6}|size|colour", "[a-z]{0,3}|s|m|red", 0..6)
        ) {
            let questions = [question("size", &["s", "m"]), question("colour", &["red", "blue"])];
            match settled(&questions, &sent) {
                Ok(settled) => {
                    prop_assert_eq!(settled.len(), questions.len());
                    for question in &questions {
                        let key = &settled[&question.name];
                        prop_assert!(question.choice(key).is_some());
                        let given = sent.get(&question.name).filter(|given| !given.is_empty());
                        prop_assert_eq!(key, given.unwrap_or(&question.default));
                    }
                }
                Err(error) => prop_assert!(sent.values().any(|given| *given == error.given)),
            }
        }
    }
}
