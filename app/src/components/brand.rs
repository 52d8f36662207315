use leptos::prelude::*;

use crate::links;

/// Whose page it is, which leads to the list.
pub fn brand() -> AnyView {
    view! {
        <a class="brand" href=links::STORES>
            <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" aria-hidden="true">
                <path d="M4 10v9h16v-9M3 10l2-5h14l2 5a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0ZM10 19v-5h4v5"/>
            </svg>
            <span>"Storeyard"</span>
        </a>
    }
    .into_any()
}
