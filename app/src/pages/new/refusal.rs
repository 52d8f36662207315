//! What is wrong with a form beyond single fields.

use super::{draft::Draft, text::element};
use crate::{links, texts::form as texts};

/// Nothing while there is nothing of the kind.
pub fn refusal(draft: &Draft) -> String {
    let mut html = String::new();
    let Some(sentence) = &draft.refusal else { return html };
    element("<h2>", texts::not_created(), "</h2>", &mut html);
    element("<p>", sentence, "</p>", &mut html);
    if let Some(id) = &draft.sent_before {
        element("<div class=\"actions\"><a class=\"button\" href=\"", &links::store(id), "\">", &mut html);
        element("", texts::open_that(), "</a>", &mut html);
        element("<a class=\"button\" rel=\"external\" href=\"", links::NEW, "\">", &mut html);
        element("", texts::start_new(), "</a></div>", &mut html);
    }
    html
}

#[cfg(test)]
mod tests {
    use store::StoreId;

    use super::*;
    use crate::error::ApiError;

    #[test]
    fn a_form_that_was_sent_before_leads_to_what_came_of_it() {
        let id = StoreId::parse("atelier-nord-x7k2q").unwrap();
        let error = ApiError::SentBefore { name: "<Nord>".into(), id };
        let html = refusal(&Draft::new(Vec::new(), Some(error)));
        assert!(
            html.contains("“&lt;Nord&gt;”") && html.contains("href=\"/stores/atelier-nord-x7k2q\""),
            "{html}"
        );
        assert_eq!(refusal(&Draft::new(Vec::new(), None)), "");
    }
}
