//! What stands around a store's pages that need no program: what it is, how it is, and the ways to its other pages.

use leptos::prelude::*;
use store::{Person, StoreView};

use crate::{
    clock,
    components::{Tab, Whence, crumb, phase_mark, tabs},
    links,
    pages::stores::table,
    plain::document,
    texts::logs as texts,
};

pub(crate) fn page(
    style: &str,
    person: &Person,
    view: &StoreView,
    whence: &Whence,
    tab: Tab,
    now: store::Millis,
    body: AnyView,
) -> String {
    let summary = &view.summary;
    let title = format!("{} · {}", tab.title(), summary.name);
    let body = view! {
        <div>
            {crumb(whence)}
            <div class="page-head">
                <div>
                    <h1><bdi>{summary.name.to_string()}</bdi></h1>
                    <p>{phase_mark(summary.phase, table::since(summary, now))}</p>
                </div>
            </div>
            {tabs(&summary.id, tab, whence)}
        </div>
        {body}
        <p class="hint">{texts::utc(&clock::time_of_day(now, clock::Zone::Utc))}</p>
    };
    document(style, person, links::STORES, &escaped(&title), body.into_any())
}

/// A store's name is whatever somebody typed, and a document's title is written as it stands.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
