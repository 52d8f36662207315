//! What is chosen from, as text: none of it changes by itself, and so it costs the download no view for each kind of element.

use store::Field;

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
    /// `lines` are what is said of it, each with its class.
    pub fn write(&self, lines: &[(&str, &str)], html: &mut String) {
        html.push_str("<label class=\"choice\"><input type=\"radio\" name=\"");
        html.push_str(self.field.key());
        element("\" value=\"", self.key, "\"", html);
        html.push_str(if self.is_chosen { " checked" } else { "" });
        html.push_str(if self.lack.is_some() { " disabled>" } else { ">" });
        element("<b>", self.title, "</b>", html);
        for (class, text) in lines.iter().copied().chain(self.lack.map(|lack| ("lack", lack))) {
            element("<span class=\"", class, "\">", html);
            element("", text, "</span>", html);
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
        card.write(&[("num", "1 < 2")], &mut html);
        assert_eq!(
            html,
            "<label class=\"choice\"><input type=\"radio\" name=\"engine\" value=\"a&quot;b\" checked disabled>\
             <b>A &amp; &lt;b&gt;</b><span class=\"num\">1 &lt; 2</span><span class=\"lack\">full</span></label>"
        );
    }
}
