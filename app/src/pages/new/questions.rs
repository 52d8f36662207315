//! What the engine that is chosen asks beside what all do: a list for each question.

use store::Question;

use super::{
    draft::Draft,
    text::{element, escape},
};

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
    element("<div class=\"field\"><label for=\"option-", &question.name, "\">", html);
    element("", &question.title, "</label><select autocomplete=\"off\" id=\"option-", html);
    element("", &question.name, "\" name=\"", html);
    element("", &question.field(), "\">", html);
    choices(question, before, html);
    html.push_str("</select></div>");
}

fn choices(question: &Question, before: Option<&String>, html: &mut String) {
    let before = before.filter(|key| question.choice(key).is_some()).unwrap_or(&question.default);
    for choice in &question.choices {
        element(
            "<option value=\"",
            &choice.key,
            if choice.key == *before { "\" selected>" } else { "\">" },
            html,
        );
        escape(&choice.title, html);
        html.push_str("</option>");
    }
}

#[cfg(test)]
mod tests {
    use store::Choice;

    use super::*;

    #[test]
    fn what_an_engine_calls_its_choices_is_text_and_one_of_them_is_chosen() {
        let choice = |key: &str, title: &str| Choice { key: key.to_owned(), title: title.to_owned() };
        let question = Question {
            name: "country".into(),
            title: "Country".into(),
            choices: vec![choice("BA", "Bosnia & <b>Herzegovina</b>"), choice("DE", "\"Germany\"")],
            default: "DE".into(),
            suggest: None,
        };
        let written = |before: &str| {
            let mut html = String::new();
            choices(&question, Some(&before.to_owned()), &mut html);
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
}
