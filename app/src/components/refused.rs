use leptos::prelude::*;

use crate::links;

/// What is not for this person: no fault, and nothing to try again.
pub fn refused_notice(why: String) -> AnyView {
    crate::pages::set_status(403);
    view! {
        <section class="card empty">
            <h2>"Not for your role"</h2>
            <p>{why}</p>
            <a class="button primary" href=links::STORES>"All stores"</a>
        </section>
    }
    .into_any()
}
