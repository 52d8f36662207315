//! What the engine that is chosen asks beside what all do: a list for each question.

use store::{Choice, Language, Question};

use super::{
    draft::Draft,
    text::{element, lang},
};
use crate::language::language;

/// Nothing where the engine asks nothing.
pub fn questions(draft: &Draft) -> String {
    let mut html = String::new();
    for question in draft.engine().map(|card| card.questions.as_slice()).unwrap_or_default() {
        // What was chosen before stays so where this engine offers it.
        list(question, draft.form.options.get(&question.name), &mut html);
    }
    html
}

fn list(question: &Question, before: Option<&String>, html: &mut String) {
    let page = language();
    let (title, of_title) = question.title.told(page);
    let is_own = |choice: &Choice| choice.title.told(page).1 == page;
    let of_list = if question.choices.iter().any(is_own) { page } else { Language::English };
    element("<div class=\"field\"><label for=\"option-", &question.name, "\"", html);
    html.push_str(lang(of_title, page));
    element(">", title, "</label><select autocomplete=\"off\" id=\"option-", html);
    element("", &question.name, "\" name=\"", html);
    element("", &question.field(), "\"", html);
    html.push_str(lang(of_list, page));
    html.push('>');
    choices(question, before, of_list, html);
    html.push_str("</select></div>");
}

fn choices(question: &Question, before: Option<&String>, of_list: Language, html: &mut String) {
    let before = before.filter(|key| question.choice(key).is_some()).unwrap_or(&question.default);
    for choice in &question.choices {
        let (title, of_title) = choice.title.told(of_list);
        element(
            "<option value=\"",
            &choice.key,
            if choice.key == *before { "\" selected" } else { "\"" },
            html,
        );
        html.push_str(lang(of_title, of_list));
        element(">", title, "</option>", html);
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use leptos::prelude::*;
    use store::Text;

    use super::*;

    #[test]
    fn what_an_engine_calls_its_choices_is_text_and_one_of_them_is_chosen() {
        let choice = |key: &str, title: &str| Choice { key: key.to_owned(), title: title.into() };
        let question = Question {
            name: "country".into(),
            title: "Country".into(),
            choices: vec![choice("BA", "Bosnia & <b>Herzegovina</b>"), choice("DE", "\"Germany\"")],
            default: "DE".into(),
            suggest: None,
        };
        let written = |before: &str| {
            let mut html = String::new();
            choices(&question, Some(&before.to_owned()), Language::English, &mut html);
            html
        };
        let html = written("XX");
        assert_eq!(
            html,
            "<option value=\"BA\">Bosnia &amp; &lt;b&gt;Herzegovina&lt;/b&gt;</option>\
             <option value=\"DE\" selected>&quot;Germany&quot;</option>"
        );
        assert!(written("BA").starts_with("<option value=\"BA\" selected>"));
    }

    #[test]
    fn what_an_engine_has_in_english_alone_is_marked_so_on_another_page() {
        let choice = |key: &str, title: Text| Choice { key: key.to_owned(), title };
        let both = |english: &str, german: &str| Text::new(english, Some(german.to_owned()));
        let mut question = Question {
            name: "colour".into(),
            title: both("Colour", "Farbe"),
            choices: vec![choice("red", both("Red", "Rot")), choice("mauve", "Mauve".into())],
            default: "red".into(),
            suggest: None,
        };
        let written = |question: &Question| {
            Owner::new().with(|| {
                provide_context(Language::German);
                let mut html = String::new();
                list(question, None, &mut html);
                html
            })
        };
        let html = written(&question);
        assert!(html.contains("\">Farbe</label><select"), "{html}");
        assert!(
            html.contains("name=\"options[colour]\"><option value=\"red\" selected>Rot</option>"),
            "{html}"
        );
        assert!(html.contains("<option value=\"mauve\" lang=\"en\">Mauve</option>"), "{html}");
        question.choices.remove(0);
        question.title = "Colour".into();
        let html = written(&question);
        assert!(html.contains(" lang=\"en\">Colour</label>"), "{html}");
        assert!(html.contains("name=\"options[colour]\" lang=\"en\"><option value=\"mauve\">"), "{html}");
    }
}
