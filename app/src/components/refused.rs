use leptos::prelude::*;

use crate::{links, texts::frame as texts};

/// What is not for this person: no fault, and nothing to try again.
pub fn refused_notice(why: String) -> AnyView {
    crate::pages::set_status(403);
    view! {
        <section class="card empty">
            <h2>{texts::not_for_your_role()}</h2>
            <p>{why}</p>
            <a class="button primary" href=links::STORES>{texts::all_stores()}</a>
        </section>
    }
    .into_any()
}
