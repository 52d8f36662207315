use leptos::prelude::*;

use crate::app::LastList;

/// The way back to the list, as it was.
#[component]
pub fn Crumb() -> impl IntoView {
    let list = expect_context::<LastList>();
    view! { <a class="crumb" href=move || list.get()>"← Stores"</a> }
}
