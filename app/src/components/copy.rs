use leptos::prelude::*;

use crate::texts::live as texts;

/// Copies `text`. `what` is what that is, for those who cannot see it beside the button; a large one says it to all. Hidden by the style sheet
/// where there are no scripts.
pub fn copy_button(text: String, what: &str, large: bool) -> AnyView {
    let what = what.to_owned();
    view! {
        <button type="button" class="copy" class:button=large data-copy=text>
            <span aria-live="polite">{texts::copy()}</span>
            <span class:visually-hidden=!large>{what}</span>
        </button>
    }
    .into_any()
}
