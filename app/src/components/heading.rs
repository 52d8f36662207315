use leptos::prelude::*;

use crate::browser;

/// The page's heading. Takes the focus if what had it went with the page before.
#[component]
pub fn Heading(children: Children) -> impl IntoView {
    Effect::new(|_| request_animation_frame(browser::catch_focus));
    view! { <h1 tabindex="-1">{children()}</h1> }
}
