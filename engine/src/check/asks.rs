use std::collections::BTreeSet;

use serde_saphyr::Spanned;
use store::{Choice, Language, Question, question::sort};

use super::{MAX_TITLE, is_name, text, when};
use crate::{EngineError, When, file, names::Names, option::Declared};

/// As long as a line of a list is.
const MAX_CHOICE: usize = 60;
/// As long as a label's value may be; more than the name of any time zone.
const MAX_KEY: usize = 63;
/// As many as there are time zones, and room for more.
const MAX_CHOICES: usize = 1000;

pub(super) fn asks(asks: Vec<file::Ask>, known: &Declared) -> Result<Vec<(When, Question)>, EngineError> {
    let mut names = BTreeSet::new();
    let checked = asks.into_iter().enumerate().map(|(n, ask)| {
        let field = format!("asks[{n}]");
        is_name(&ask.name, &format!("{field}.name"))?;
        if !names.insert(ask.name.value.clone()) {
            let sentence = format!("asks for {} a second time", ask.name.value);
            return Err(EngineError::at(&ask.name, format!("{field}.name"), sentence));
        }
        let question = Question {
            name: ask.name.value,
            title: text(ask.title, &format!("{field}.title"), MAX_TITLE)?,
            choices: choices(ask.choices, ask.names, &format!("{field}.choices"))?,
            default: ask.default.value.clone(),
            suggest: ask.suggest,
        };
        if question.choice(&question.default).is_none() {
            let sentence = format!("is “{}”, which is no key of the choices", question.default);
            return Err(EngineError::at(&ask.default, format!("{field}.default"), sentence));
        }
        Ok((when(ask.when, known, &field)?, question))
    });
    checked.collect()
}

/// As they stand; by their names where those are not the engine's own.
fn choices(
    choices: Spanned<file::Titled>,
    names: Option<Names>,
    field: &str,
) -> Result<Vec<Choice>, EngineError> {
    let place = Spanned::new((), choices.referenced, choices.defined);
    let mut keys = BTreeSet::new();
    if !(1..=MAX_CHOICES).contains(&choices.value.0.len()) {
        let sentence = format!("are {}: give 1 to {MAX_CHOICES}", choices.value.0.len());
        return Err(EngineError::at(&place, field, sentence));
    }
    let checked = choices.value.0.into_iter().map(|(key, title)| {
        let place = Spanned::new((), key.referenced, key.defined);
        let key = key.value;
        if !is_key(&key) {
            let sentence = format!(
                "has the key “{key}”: write up to {MAX_KEY} letters, digits and - + _ / : . without spaces"
            );
            return Err(EngineError::at(&place, field, sentence));
        }
        if !keys.insert(key.clone()) {
            return Err(EngineError::at(&place, field, format!("has {key} a second time")));
        }
        let own = format!("{field}.{key}");
        let title = match (title, names) {
            (None, None) => key.as_str().into(),
            (Some(title), None) => text(title, &own, MAX_CHOICE)?,
            (None, Some(names)) => names.of(&key).ok_or_else(|| {
                let sentence =
                    format!("has no name here: write {}, or give all choices names", names.codes());
                EngineError::at(&place, own, sentence)
            })?,
            (Some(_), Some(_)) => {
                let sentence = "has a name already, by `names`: list codes alone, or leave `names` out";
                return Err(EngineError::at(&place, own, sentence));
            }
        };
        Ok(Choice { key, title })
    });
    let mut choices = checked.collect::<Result<Vec<_>, _>>()?;
    if names.is_some() {
        sort(&mut choices, Language::English);
    }
    Ok(choices)
}

/// Nothing that would mean something in a field of a form, or to a chart that runs its values as templates.
fn is_key(key: &str) -> bool {
    (1..=MAX_KEY).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+_/:.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use store::Suggest;

    use super::super::tests::{PAGE, assert_refused};
    use super::*;
    use crate::Engine;

    #[test]
    fn what_is_asked_depends_on_the_options_and_stands_in_its_order() {
        let engine = Engine::parse(PAGE).unwrap();
        let names = |options| engine.questions(options).map(|it| it.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names(&engine.options.defaults), ["colour"]);
        let fancy = engine.options.settled(&[("fancy".to_owned(), true.into())].into()).unwrap();
        assert_eq!(names(&fancy), ["colour", "zone"]);
        let asked: Vec<_> = engine.questions(&fancy).collect();
        let keys: Vec<&str> = asked[0].choices.iter().map(|choice| choice.key.as_str()).collect();
        assert_eq!((keys, &asked[0].choices[0].title), (vec!["red", "blue"], &"Bright red".into()));
        assert_eq!(asked[1].choices[1].title, "Europe/Berlin".into());
        assert_eq!(asked[1].suggest, Some(Suggest::TimeZone));
    }

    #[test]
    fn each_question_has_an_answer_whether_it_is_asked_or_not() {
        let engine = Engine::parse(PAGE).unwrap();
        let chosen = [("colour".to_owned(), "red".to_owned())].into();
        let settled = engine.settled(&chosen).unwrap();
        assert_eq!((settled["colour"].as_str(), settled["zone"].as_str()), ("red", "UTC"));
        let refused = engine.settled(&[("colour".to_owned(), "green".to_owned())].into()).unwrap_err();
        assert_eq!(refused.to_string(), "Colour cannot be “green”. Choose one of the list.");
    }

    #[test]
    fn choices_that_have_names_of_their_own_are_listed_by_code_and_stand_in_the_order_of_the_names() {
        let named = |choices: &str| {
            let choices = format!("{choices}, default: CH, suggest: timeZone");
            PAGE.replacen("choices: [UTC, Europe/Berlin], default: UTC, suggest: timeZone", &choices, 1)
        };
        let engine = Engine::parse(&named("names: countries, choices: [CH, AT, AX, DE]")).unwrap();
        let fancy = engine.options.settled(&[("fancy".to_owned(), true.into())].into()).unwrap();
        let mut asked = engine.questions(&fancy).nth(1).unwrap().clone();
        let called = |asked: &Question, language| {
            asked.choices.iter().map(|choice| choice.title.told(language).0.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(called(&asked, Language::English), ["Åland Islands", "Austria", "Germany", "Switzerland"]);
        asked.arrange(Language::German);
        assert_eq!(called(&asked, Language::German), ["Ålandinseln", "Deutschland", "Österreich", "Schweiz"]);
        for (choices, field, word) in [
            ("names: countries, choices: [CH, XX]", "asks[1].choices.XX", "a country's code"),
            ("names: currencies, choices: [CHF, CH]", "asks[1].choices.CH", "a currency's code"),
            ("names: countries, choices: {CH: Swiss}", "asks[1].choices.CH", "leave `names` out"),
            ("names: planets, choices: [CH]", "planets", "countries"),
        ] {
            let refused = Engine::parse(&named(choices)).unwrap_err().to_string();
            assert!(refused.contains(field) && refused.contains(word), "{refused}");
        }
    }

    #[test]
    fn shipped_engines_have_all_countries_and_the_names_of_them_are_in_memory_once() {
        for text in [
            include_str!("../../../charts/woocommerce/engine.yaml"),
            include_str!("../../../charts/medusa/engine.yaml"),
        ] {
            let engine = Engine::parse(text).unwrap();
            let question = |name: &str| {
                engine.questions(&engine.options.defaults).find(|question| question.name == name).unwrap()
            };
            assert_eq!(question("country").choices.len(), 250);
            for (name, key) in [("country", "AT"), ("currency", "EUR")] {
                let known = [Names::Countries, Names::Currencies].into_iter().find_map(|names| names.of(key));
                let [told, known] = [&question(name).choice(key).unwrap().title, &known.unwrap()]
                    .map(|title| title.told(Language::German).0.as_ptr());
                assert_eq!(told, known, "{name}");
            }
        }
    }

    #[test]
    fn a_question_has_a_name_choices_and_a_default_that_is_one_of_them() {
        assert_refused("name: zone", "name: colour", "asks[1].name", "second time");
        assert_refused("name: zone", "name: z.one", "asks[1].name", "begins with a letter");
        assert_refused("default: blue", "default: green", "asks[0].default", "no key of the choices");
        assert_refused("{red: Bright red, blue: Blue}", "{}", "asks[0].choices", "give 1 to");
        assert_refused("[UTC, Europe/Berlin]", "[UTC, UTC]", "asks[1].choices", "second time");
        assert_refused("[UTC, Europe/Berlin]", "[UTC, \"a b\"]", "asks[1].choices", "without spaces");
        assert_refused("blue: Blue", "blue: \"\"", "asks[0].choices.blue", "one line");
        assert_refused(
            "when: {fancy: true}, name",
            "when: {fency: true}, name",
            "asks[1].when",
            "it has fancy, greeting",
        );
    }
}
