//! What a sentence is about, word by word, and whose the words are.

use leptos::prelude::*;

use super::foreign;

/// Somebody else's words.
pub fn evidence(source: AnyView, text: String) -> AnyView {
    quoted(source, text.into_any(), foreign())
}

/// The page's own, laid out like that.
pub fn listing(title: AnyView, text: AnyView) -> AnyView {
    quoted(title, text, None)
}

fn quoted(source: AnyView, text: AnyView, lang: Option<&'static str>) -> AnyView {
    view! { <figure><figcaption>{source}</figcaption><pre tabindex="0" lang=lang>{text}</pre></figure> }
        .into_any()
}
