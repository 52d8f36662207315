use leptos::prelude::*;

use crate::texts::delete as texts;

/// Keeps the place of what is being read; shows only when that takes long enough to be noticed.
pub fn loading_card(what: &'static str, rows: usize) -> AnyView {
    let rows = (0..rows)
        .map(|_| view! { <div class="skeleton-row"><span></span><span></span></div> }.into_any())
        .collect_view();
    view! {
        <div class="card loading" data-key="loading" aria-busy="true">
            <p class="visually-hidden" role="status">{what}</p>
            {rows}
        </div>
    }
    .into_any()
}

/// A failed read: what, why, and a way on.
pub fn unread_notice(what: &'static str, why: AnyView, again: String) -> AnyView {
    view! {
        <section class="notice" data-key="unread" role="alert">
            <h2>{what}</h2>
            <p>{why}</p>
            <p>{texts::not_affected()}</p>
            <div class="actions"><a class="button" rel="external" href=again>{texts::again()}</a></div>
        </section>
    }
    .into_any()
}
