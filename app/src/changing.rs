//! What changes on a page without an answer. Leptos compiles its machinery anew for every type that changes, and every closure is a type of
//! its own; so that the browser downloads it once, whatever changes is made one of these.

use leptos::prelude::*;

/// A text that changes.
pub fn text<T: Into<String>>(text: impl Fn() -> T + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(move || text().into())
}
