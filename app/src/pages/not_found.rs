use leptos::prelude::*;

use crate::{
    links,
    pages::set_status,
    texts::{delete as texts, frame},
};

/// An address that leads nowhere.
pub fn page() -> AnyView {
    set_status(404);
    view! {
        <section class="empty">
            <h1 tabindex="-1">{texts::no_such_page()}</h1>
            <p>{texts::nothing_here()}</p>
            <a class="button primary" href=links::STORES>{frame::all_stores()}</a>
        </section>
    }
    .into_any()
}

/// A store that is not there, or not any more.
pub fn no_such_store() -> AnyView {
    set_status(404);
    view! {
        <section class="empty">
            <h1 tabindex="-1">{texts::no_such_store()}</h1>
            <p>{texts::no_store_here()}</p>
            <a class="button primary" href=links::STORES>{frame::all_stores()}</a>
        </section>
    }
    .into_any()
}
