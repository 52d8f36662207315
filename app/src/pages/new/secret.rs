use leptos::prelude::*;
use store::Field;

use super::draft::Draft;
use crate::{browser, changing::text, components::FieldMessage};

/// The admin's password. Its value stays in the browser until it is sent: never in the page, never in an address.
#[component]
pub fn PasswordField(draft: Draft) -> impl IntoView {
    let shown = RwSignal::new(false);
    let error = Signal::derive(move || draft.error(Field::Password));
    let generate = move |_| {
        if let Some(password) = browser::generate_password() {
            browser::fill("#password", &password);
            shown.set(true);
            draft.read();
        }
    };
    let describing =
        move || if error.with(Option::is_some) { "password-error password-hint" } else { "password-hint" };
    view! {
        <div class="field">
            <label for="password">"Password"</label>
            <div class="with-buttons">
                <input
                    id="password"
                    name=Field::Password.key()
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete="new-password"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=describing
                />
                <button class="button scripted" type="button" on:click=move |_| shown.update(|shown| *shown = !*shown)>
                    {text(move || if shown.get() { "Hide" } else { "Show" })}
                    <span class="visually-hidden">" password"</span>
                </button>
                <button class="button scripted" type="button" on:click=generate>"Generate"</button>
            </div>
            <FieldMessage id="password-error" error/>
            <p class="hint" id="password-hint">"Note it down: it is stored only in the cluster and not shown again."</p>
        </div>
    }
}
