use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use crate::{browser, changing};

const SHOWN_FOR: Duration = Duration::from_secs(2);

/// Copies `text`. Hidden by the style sheet where there are no scripts.
#[component]
pub fn CopyButton(
    #[prop(into)] text: Signal<String>,
    /// What is copied, for those who cannot see it beside the button.
    #[prop(into)]
    what: String,
    /// A button of full size, which says what it copies.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let outcome = RwSignal::new(None::<bool>);
    let copy = move |_| {
        spawn_local(async move {
            // The page may have been left while the browser asked whether copying is allowed.
            let Some(text) = text.try_get_untracked() else { return };
            let copied = browser::copy(text).await;
            outcome.try_set(Some(copied));
            set_timeout(
                move || {
                    outcome.try_set(None);
                },
                SHOWN_FOR,
            );
        });
    };
    let label = changing::text(move || match outcome.get() {
        None => "Copy",
        Some(true) => "Copied",
        Some(false) => "Not allowed here",
    });
    view! {
        <button type="button" class="copy" class:button=large on:click=copy>
            <span aria-live="polite">{label}</span>
            <span class:visually-hidden=!large>{what}</span>
        </button>
    }
}
