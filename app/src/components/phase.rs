use leptos::prelude::*;
use store::Phase;

use crate::changing::text;

/// A phase: word, shape, and since when.
#[component]
pub fn PhaseMark(#[prop(into)] phase: Signal<Phase>, #[prop(into)] since: Signal<String>) -> impl IntoView {
    view! {
        <span class=move || format!("phase {}", phase.get().key())>
            <span>{text(move || phase.get().to_string())}</span>
            <span class="since num">{since}</span>
        </span>
    }
}
