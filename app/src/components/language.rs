use leptos::prelude::*;
use store::Language;

use crate::{language::language, links};

/// What the choice's field is called.
pub const FIELD: &str = "language";

/// A button for each other language, in that language. The browser tells by itself which page it was pressed on.
pub fn language_choice() -> AnyView {
    let others = Language::ALL.into_iter().filter(|other| *other != language());
    let button = |other: Language| {
        let key = other.key();
        view! { <button class="button" type="submit" name=FIELD value=key lang=key>{other.name()}</button> }
            .into_any()
    };
    view! { <form method="post" action=links::LANGUAGE>{others.map(button).collect_view()}</form> }.into_any()
}
