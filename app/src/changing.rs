//! What changes on a page. Leptos compiles its machinery anew for every type that changes, and every closure is a type of its own; so
//! that the browser downloads it once, whatever changes is made one of these.

use leptos::{children::ChildrenFn, prelude::*};

/// A part of the page that becomes another one.
pub type Part = Box<dyn FnMut() -> AnyView + Send>;

/// A text that changes.
pub fn text<T: Into<String>>(text: impl Fn() -> T + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(move || text().into())
}

pub fn part(part: impl FnMut() -> AnyView + Send + 'static) -> Part {
    Box::new(part)
}

/// A part that is there or not; kept as it is while that stays so.
#[component]
pub fn When(#[prop(into)] is: Signal<bool>, children: ChildrenFn) -> impl IntoView {
    let is = Memo::new(move |_| is.get());
    part(move || if is.get() { children() } else { ().into_any() })
}

/// Rows that are kept by their keys, so that focus and selection survive a change.
#[component]
pub fn Rows(keys: Signal<Vec<String>>, #[prop(into)] row: Callback<String, AnyView>) -> impl IntoView {
    view! { <For each=move || keys.get() key=Clone::clone let:key>{row.run(key)}</For> }
}
