use leptos::prelude::*;

use super::copy;
use crate::texts::{live, upkeep as texts};

/// A password that somebody is to have from now on. Its value stays in the browser until it is sent: never in the page, never in an address.
/// Where none is there the page's program makes one as soon as the field is seen.
pub fn new_password(
    id: &'static str,
    label: &'static str,
    error: Option<String>,
    hint: &'static str,
) -> AnyView {
    let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
    let described_by = format!("{error_id} {hint_id}");
    let is_invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="with-buttons password">
                <input
                    id=id
                    name="password"
                    type="password"
                    autocomplete="new-password"
                    autocapitalize="none"
                    spellcheck="false"
                    data-wanted=""
                    aria-invalid=is_invalid
                    aria-describedby=described_by
                />
                <button type="button" class="copy button" data-copies=id>
                    {copy::words(texts::password_word(), true)}
                </button>
                <button class="button scripted" type="button" data-reveals=id>
                    <span>{live::show()}</span>
                    <span class="visually-hidden">{texts::of_password()}</span>
                </button>
                <button class="button scripted" type="button" data-makes=id>{texts::generate()}</button>
            </div>
            <p class="error" id=error_id aria-live="polite">{error}</p>
            <p class="hint" id=hint_id>{hint}</p>
        </div>
    }
    .into_any()
}
