use leptos::prelude::*;

use crate::{links, pages::set_status};

/// An address that leads nowhere.
pub fn page() -> AnyView {
    set_status(404);
    view! {
        <section class="empty">
            <h1 tabindex="-1">"No such page"</h1>
            <p>"Nothing is at this address. The link may be old or mistyped."</p>
            <a class="button primary" href=links::STORES>"All stores"</a>
        </section>
    }
    .into_any()
}

/// A store that is not there, or not any more.
pub fn no_such_store() -> AnyView {
    set_status(404);
    view! {
        <section class="empty">
            <h1 tabindex="-1">"No such store"</h1>
            <p>"There is no store at this address. It may have been deleted, or the link is mistyped."</p>
            <a class="button primary" href=links::STORES>"All stores"</a>
        </section>
    }
    .into_any()
}
