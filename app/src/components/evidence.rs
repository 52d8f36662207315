//! Somebody else's words, and whose they are.

use leptos::prelude::*;

use super::foreign;

pub fn evidence(source: AnyView, text: String) -> AnyView {
    view! { <figure><figcaption>{source}</figcaption><pre tabindex="0" lang=foreign()>{text}</pre></figure> }
        .into_any()
}
