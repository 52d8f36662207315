use leptos::prelude::*;
use store::Phase;

use crate::texts::kinds;

/// A phase: word, shape, and since when or why.
pub fn phase_mark(phase: Phase, since: Option<AnyView>) -> AnyView {
    view! {
        <span class=format!("phase {}", phase.key())>
            <span>{kinds::phase(phase)}</span>
            {since.map(|since| view! { <span class="since num">{since}</span> }.into_any())}
        </span>
    }
    .into_any()
}
