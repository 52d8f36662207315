//! What is chosen from, as text: none of it changes by itself, and so it costs the download no view for each kind of element.

use store::{Field, Language};

use crate::language::language;

pub fn escape(text: &str, html: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
}

/// An element with text in it.
pub fn element(open: &str, text: &str, close: &str, html: &mut String) {
    html.push_str(open);
    escape(text, html);
    html.push_str(close);
}

/// The attribute of an element whose text is in that language. What there is not in the page's is in English.
pub fn lang(of: Language, page: Language) -> &'static str {
    if of == page { "" } else { " lang=\"en\"" }
}

/// Something that is said on a card.
#[derive(Debug)]
pub struct Line<'a> {
    class: &'a str,
    text: &'a str,
    lang: &'static str,
}

impl<'a> Line<'a> {
    /// In the page's language.
    pub fn own(class: &'a str, text: &'a str) -> Self {
        Self { class, text, lang: "" }
    }

    /// In the language that there is.
    pub fn told(class: &'a str, (text, of): (&'a str, Language)) -> Self {
        Self { class, text, lang: lang(of, language()) }
    }
}

/// A radio button that looks like a card.
#[derive(Debug)]
pub struct Card<'a> {
    pub field: Field,
    pub key: &'a str,
    pub title: &'a str,
    pub is_chosen: bool,
    /// Why it cannot be had.
    pub lack: Option<&'a str>,
}

impl Card<'_> {
    pub fn write(&self, lines: &[Line<'_>], html: &mut String) {
        html.push_str("<label class=\"choice\"><input type=\"radio\" name=\"");
        html.push_str(self.field.key());
        element("\" value=\"", self.key, "\"", html);
        html.push_str(if self.is_chosen { " checked" } else { "" });
        html.push_str(if self.lack.is_some() { " disabled>" } else { ">" });
        element("<b>", self.title, "</b>", html);
        let lack = self.lack.map(|lack| Line::own("lack", lack));
        for Line { class, text, lang } in lines.iter().chain(&lack) {
            element("<span class=\"", class, "\"", html);
            html.push_str(lang);
            element(">", text, "</span>", html);
        }
        html.push_str("</label>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_an_engine_calls_itself_is_text() {
        let mut html = String::new();
        let card =
            Card { field: Field::Engine, key: "a\"b", title: "A & <b>", is_chosen: true, lack: Some("full") };
        card.write(&[Line::own("num", "1 < 2")], &mut html);
        assert_eq!(
            html,
            "<label class=\"choice\"><input type=\"radio\" name=\"engine\" value=\"a&quot;b\" checked disabled>\
             <b>A &amp; &lt;b&gt;</b><span class=\"num\">1 &lt; 2</span><span class=\"lack\">full</span></label>"
        );
    }
}
