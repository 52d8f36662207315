use leptos::prelude::*;
use store::Language;

use crate::{language::language, texts::live as texts};

/// Copies `text`. `what` is what that is, for those who cannot see it beside the button; a large one says it to all. Hidden by the style sheet
/// where there are no scripts.
pub fn copy_button(text: String, what: &str, large: bool) -> AnyView {
    let words = words(what, large);
    view! { <button type="button" class="copy" class:button=large data-copy=text>{words}</button> }.into_any()
}

/// What a button says that copies: of its two words the one that is read out when it changes becomes another one once that is done.
pub(super) fn words(what: &str, large: bool) -> AnyView {
    let verb = view! { <span aria-live="polite">{texts::copy()}</span> };
    let what = view! { <span class:visually-hidden=!large>{what.to_owned()}</span> };
    match language() {
        Language::German if large => (what, verb).into_any(),
        Language::English | Language::German => (verb, what).into_any(),
    }
}
