use leptos::prelude::*;
use store::Phase;

/// A phase: word, shape, and since when or why.
pub fn phase_mark(phase: Phase, since: Option<AnyView>) -> AnyView {
    view! {
        <span class=format!("phase {}", phase.key())>
            <span>{phase.to_string()}</span>
            {since.map(|since| view! { <span class="since num">{since}</span> }.into_any())}
        </span>
    }
    .into_any()
}
