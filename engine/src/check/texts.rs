//! What people read, in English alone or in each language of the pages.

use serde_saphyr::Spanned;
use store::{Language, Text};

use crate::{EngineError, file};

/// One line in each language, none longer than `most`.
pub(super) fn text(text: Spanned<file::Text>, field: &str, most: usize) -> Result<Text, EngineError> {
    let (english, german) = each(text, field, |text, field| line(text, field, most))?;
    Ok(Text::new(english, german))
}

pub(super) fn line(text: Spanned<String>, field: &str, most: usize) -> Result<String, EngineError> {
    let trimmed = text.value.trim();
    if trimmed.is_empty() || trimmed.chars().any(char::is_control) {
        return Err(EngineError::at(&text, field, "is empty or has a line break: write one line of text"));
    }
    let length = trimmed.chars().count();
    if length > most {
        return Err(EngineError::at(
            &text,
            field,
            format!("is {length} characters long: at most {most} have room on the page"),
        ));
    }
    Ok(trimmed.to_owned())
}

/// What `read` makes of the English, and of the German where there is any.
pub(super) fn each<T>(
    text: Spanned<file::Text>,
    field: &str,
    mut read: impl FnMut(Spanned<String>, &str) -> Result<T, EngineError>,
) -> Result<(T, Option<T>), EngineError> {
    let place = Spanned::new((), text.referenced, text.defined);
    let by_language = match text.value {
        file::Text::English(english) => {
            return Ok((read(Spanned::new(english, text.referenced, text.defined), field)?, None));
        }
        file::Text::ByLanguage(by_language) => by_language,
    };
    let (mut english, mut german) = (None, None);
    for (key, text) in by_language {
        let field = format!("{field}.{key}");
        match Language::ALL.into_iter().find(|language| language.key() == key) {
            Some(Language::English) => english = Some(read(text, &field)?),
            Some(Language::German) => german = Some(read(text, &field)?),
            None => {
                let known = Language::ALL.map(Language::key).join(", ");
                let sentence = format!("is in no language of the pages: they have {known}");
                return Err(EngineError::at(&text, field, sentence));
            }
        }
    }
    let english = english.ok_or_else(|| {
        let field = format!("{field}.{}", Language::English.key());
        EngineError::at(
            &place,
            field,
            "is missing: write it in English, which is shown where a language has none",
        )
    })?;
    Ok((english, german))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use serde_json::Value;
    use store::{Language, MailMode, Said};

    use super::super::tests::{PAGE, assert_refused};
    use crate::{Engine, probe::Answer};

    #[test]
    fn whatever_people_read_is_told_in_each_language_that_it_is_written_in() {
        let text = PAGE
            .replacen("summary: One page", "summary: {en: One page, de: Eine Seite}", 1)
            .replacen("summary: Many pages", "summary: {de: Viele Seiten, en: Many pages}", 1)
            .replacen("text: It sells nothing.", "text: {en: It sells nothing., de: Er verkauft nichts.}", 1)
            .replacen("title: Colour", "title: {en: Colour, de: Farbe}", 1)
            .replacen("red: Bright red", "red: {en: Bright red, de: Hellrot}", 1)
            .replacen("title: Data,", "title: {en: Data, de: Daten},", 1)
            .replacen("volumes: [files]", "volumes: {files: {en: files, de: Dateien}}", 1)
            .replacen("public: Page key", "public: {en: Page key, de: Schlüssel der Seite}", 1);
        let engine = Engine::parse(&text).unwrap();
        let options = &engine.options.defaults;
        let fancy = engine.options.settled(&[("fancy".to_owned(), true.into())].into()).unwrap();
        let german = |text: &store::Text| text.told(Language::German).0.to_owned();
        assert_eq!(german(engine.summary(options)), "Eine Seite");
        assert_eq!(german(engine.summary(&fancy)), "Viele Seiten");
        let notes: Vec<String> = engine.notes(options, MailMode::None).map(german).collect();
        assert_eq!(notes, ["Er verkauft nichts.", "It sends nothing."]);
        let question = engine.questions(options).next().unwrap();
        let choices: Vec<String> = question.choices.iter().map(|choice| german(&choice.title)).collect();
        assert_eq!(
            (german(&question.title), choices),
            ("Farbe".into(), vec!["Hellrot".into(), "Blue".into()])
        );
        let parts: Vec<String> = engine.parts.iter().map(|part| german(&part.title)).collect();
        let volumes: Vec<String> = engine.volumes.iter().map(|volume| german(&volume.title)).collect();
        assert_eq!((parts, volumes), (vec!["Daten".into(), "Web".into()], vec!["Dateien".into()]));
        let public: Vec<String> = engine.secrets.iter().filter_map(|it| it.public()).map(german).collect();
        assert_eq!(public, ["Schlüssel der Seite"]);
        assert_eq!(engine.summary(options).to_string(), "One page");
    }

    #[test]
    fn what_a_shop_is_said_to_do_is_said_in_each_language_with_its_values() {
        let text = PAGE
            .replacen(
                "says: \"leads to $(location)\"",
                "says: {en: \"leads to $(location)\", de: \"führt zu $(location)\"}",
                1,
            )
            .replacen("says: is tired", "says: {en: is tired, de: ist müde}", 1);
        let engine = Engine::parse(&text).unwrap();
        let probe = engine.probe(&engine.options.defaults);
        let mut headers = http::HeaderMap::new();
        headers.insert("location", http::HeaderValue::from_static("/set-up"));
        headers.insert("x-page-tired", http::HeaderValue::from_static("yes"));
        let answer = Answer { status: 302, headers: &headers, body: "" };
        let says = |english: &str, german: &str, line: &str| Said::ShopSays {
            english: english.into(),
            german: german.into(),
            line: line.into(),
        };
        let no_answer = probe.judge(answer).unwrap_err();
        assert_eq!(no_answer.said(), &says("leads to /set-up", "führt zu /set-up", ""));
        assert_eq!(no_answer.because("no").said(), &says("leads to /set-up", "führt zu /set-up", "no"));
        assert_eq!(probe.notices(answer), [says("is tired", "ist müde", "")]);
    }

    #[test]
    fn a_text_has_english_and_no_language_that_pages_have_not() {
        assert_refused("summary: One page", "summary: {de: Eine Seite}", "summary.en", "write it in English");
        assert_refused("summary: One page", "summary: {}", "summary.en", "write it in English");
        assert_refused(
            "summary: One page",
            "summary: {en: One page, fr: Une page}",
            "summary.fr",
            "they have en, de",
        );
        assert_refused("summary: One page", "summary: {en: One page, de: \"\"}", "summary.de", "one line");
        assert_refused(
            "summary: One page",
            &format!("summary: {{en: One page, de: {}}}", "x".repeat(201)),
            "summary.de",
            "at most 200",
        );
        assert_refused("red: Bright red", "red: {de: Hellrot}", "asks[0].choices.red.en", "in English");
        assert_refused(
            "says: is tired",
            "says: {en: is tired, de: \"\"}",
            "probes[1].notices[0].says.de",
            "in one line",
        );
        assert_refused(
            "says: \"leads to $(location)\"",
            "says: {en: leads away, de: \"führt zu $(ort)\"}",
            "probes[1].answers[1].says.de",
            "$(location)",
        );
    }

    /// Texts that stand in English alone, by where they are.
    fn in_english_alone(value: &Value, field: &str, found: &mut Vec<String>) {
        match value {
            Value::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    in_english_alone(item, &format!("{field}[{n}]"), found);
                }
            }
            Value::Object(entries) => {
                for (name, value) in entries {
                    let is_titled = [".asks", ".parts"].iter().any(|titled| field.starts_with(titled));
                    let is_title =
                        name == "title" && is_titled || field.ends_with(".choices") || field == ".volumes";
                    let is_read = is_title || ["summary", "text", "says", "public"].contains(&name.as_str());
                    match value {
                        Value::String(text) if is_read => found.push(format!("{field}.{name}: {text}")),
                        Value::Object(texts) if is_read => {
                            let lacks = |language: &Language| !texts.contains_key(language.key());
                            found.extend(
                                Language::ALL
                                    .iter()
                                    .filter(|it| lacks(it))
                                    .map(|it| format!("{field}.{name}: {it:?}")),
                            );
                        }
                        // What the chart is given.
                        _ if name == "values" => {}
                        _ => in_english_alone(value, &format!("{field}.{name}"), found),
                    }
                }
            }
            _ => {}
        }
    }

    #[test]
    fn what_shipped_engines_say_is_in_every_language_of_the_pages() {
        let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../charts");
        let mut known = 0;
        for folder in fs::read_dir(charts).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(text) = fs::read_to_string(folder.join("engine.yaml")) else { continue };
            let mut found = Vec::new();
            in_english_alone(&serde_saphyr::from_str(&text).unwrap(), "", &mut found);
            assert!(found.is_empty(), "{}:\n{}", folder.display(), found.join("\n"));
            known += 1;
        }
        assert!(known > 1);
        let mut found = Vec::new();
        in_english_alone(&serde_saphyr::from_str(PAGE).unwrap(), "", &mut found);
        assert_eq!(found.len(), 14, "{found:?}");
    }

    #[test]
    fn a_number_is_read_as_it_is_written_and_what_is_no_text_is_refused_with_what_to_write() {
        let text = PAGE.replacen("summary: One page", "summary: 7", 1);
        let engine = Engine::parse(&text).unwrap();
        assert_eq!(engine.summary(&engine.options.defaults).to_string(), "7");
        for other in ["true", "[a]", "1.50"] {
            let text = PAGE.replacen("summary: One page", &format!("summary: {other}"), 1);
            let refused = Engine::parse(&text).unwrap_err().to_string();
            assert!(refused.contains("one for each language") && refused.contains("line 3"), "{refused}");
        }
    }
}
