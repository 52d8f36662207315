use leptos::prelude::*;
use store::Language;

use crate::language::language;

/// What is told in English whatever the page is told in, such as what the cluster says of itself: whoever reads it aloud has to know.
pub fn english(text: String) -> AnyView {
    match language() {
        Language::English => text.into_any(),
        _ if text.is_empty() => ().into_any(),
        _ => view! { <span lang=Language::English.key()>{text}</span> }.into_any(),
    }
}

/// For an element that has nothing else in it.
pub fn foreign() -> Option<&'static str> {
    (language() != Language::English).then_some(Language::English.key())
}
