//! Somebody else's words, and whose they are.

use leptos::prelude::*;

pub fn evidence(source: String, text: String) -> AnyView {
    view! { <figure><figcaption>{source}</figcaption><pre tabindex="0">{text}</pre></figure> }.into_any()
}
