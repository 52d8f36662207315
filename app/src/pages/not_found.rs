use leptos::prelude::*;
use leptos_meta::Title;

use crate::{components::Heading, links, pages::set_status};

/// An address that leads nowhere.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    set_status(404);
    view! {
        <Title text="No such page · Storeyard"/>
        <section class="empty">
            <Heading>"No such page"</Heading>
            <p>"Nothing is at this address. The link may be old or mistyped."</p>
            <a class="button primary" href=links::STORES>"All stores"</a>
        </section>
    }
}

/// A store that is not there, or not any more.
#[component]
pub fn NoSuchStore() -> impl IntoView {
    set_status(404);
    view! {
        <section class="empty">
            <Heading>"No such store"</Heading>
            <p>"There is no store at this address. It may have been deleted, or the link is mistyped."</p>
            <a class="button primary" href=links::STORES>"All stores"</a>
        </section>
    }
}
