use leptos::prelude::*;

use crate::links;

/// The way back to the list; the page's program makes it the list as it was.
pub fn crumb() -> AnyView {
    view! { <a class="crumb" data-list="" href=links::STORES>"← Stores"</a> }.into_any()
}
