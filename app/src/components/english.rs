use leptos::prelude::*;
use store::{Language, Text};

use crate::language::language;

/// What is told in English whatever the page is told in, such as what the cluster says of itself: whoever reads it aloud has to know.
pub fn english(text: String) -> AnyView {
    match language() {
        Language::English => text.into_any(),
        _ if text.is_empty() => ().into_any(),
        _ => view! { <span lang=Language::English.key()>{text}</span> }.into_any(),
    }
}

/// What an engine says, in the page's language where it has it in that.
pub fn told(text: &Text) -> AnyView {
    in_its_language(text.told(language()))
}

/// A text and the language that it is in: the page's, or else English.
pub fn in_its_language((text, of): (&str, Language)) -> AnyView {
    if of == language() { text.to_owned().into_any() } else { english(text.to_owned()) }
}

/// For an element that has nothing else in it.
pub fn foreign() -> Option<&'static str> {
    (language() != Language::English).then_some(Language::English.key())
}
