//! What was done for the store: phases, notes, and every command as one could run it again.

use leptos::prelude::*;
use store::{
    StoreView,
    view::{TimelineEntry, TimelineKind},
};

use crate::{
    app::ViewerZone,
    changing::{Rows, text},
    clock,
    components::CopyButton,
};

#[component]
pub fn Timeline(view: Memo<StoreView>) -> impl IntoView {
    let keys = Signal::derive(move || view.with(|view| keyed(view).map(|(key, _)| key).collect()));
    let row = move |wanted: String| {
        let found = view.with_untracked(|view| {
            keyed(view).find(|(key, _)| *key == wanted).map(|(_, entry)| entry.clone())
        });
        found.map(|entry| view! { <Entry entry/> }.into_any()).into_any()
    };
    let is_empty = Signal::derive(move || view.with(|view| view.timeline.is_empty()));
    let dropped = Signal::derive(move || match view.with(|view| view.timeline_dropped) {
        0 => None,
        1 => Some("1 older entry is not kept.".to_owned()),
        count => Some(format!("{count} older entries are not kept.")),
    });
    view! {
        <section class="card" aria-labelledby="timeline-title">
            <header>
                <h2 id="timeline-title">"Timeline"</h2>
                <span class="muted">"commands can be run again as they stand"</span>
            </header>
            <p class="muted quiet" class:shown=move || is_empty.get()>
                {text(move || if is_empty.get() { "Nothing was done yet." } else { "" })}
            </p>
            <ol class="timeline" class:shown=move || !is_empty.get()>
                <li class="dropped muted">{dropped}</li>
                <Rows keys row/>
            </ol>
        </section>
    }
}

/// Entries are only added at the end and dropped at the beginning, so their number since the beginning names them.
fn keyed(view: &StoreView) -> impl Iterator<Item = (String, &TimelineEntry)> {
    let first = view.timeline_dropped as usize;
    view.timeline.iter().enumerate().map(move |(i, entry)| (format!("{} {}", first + i, entry.at.0), entry))
}

#[component]
fn Entry(entry: TimelineEntry) -> impl IntoView {
    let zone = expect_context::<ViewerZone>();
    let TimelineEntry { at, what } = entry;
    let what = match what {
        TimelineKind::Phase { phase } => {
            view! { <p class="what"><strong>{phase.to_string()}</strong></p> }.into_any()
        }
        TimelineKind::Asked { what, by } => {
            view! { <p class="what">{what.to_string()}" asked for by "<bdi>{by.to_string()}</bdi></p> }
                .into_any()
        }
        TimelineKind::Note { text } => view! { <p class="what">{text}</p> }.into_any(),
        TimelineKind::Command { line, took, exit, complaint } => {
            let outcome = match exit {
                Some(0) => None,
                Some(code) => Some(format!("exit {code}")),
                None => Some("ended early".to_owned()),
            };
            view! {
                <div class="what">
                    <code>{line.clone()}</code>
                    {outcome.map(|outcome| view! { <p class="complaint"><strong>{outcome}</strong> " " {complaint}</p> }.into_any())}
                </div>
                <span class="took muted num">{took.to_string()}</span>
                <CopyButton text=Signal::stored(line) what="command"/>
            }
            .into_any()
        }
    };
    view! {
        <li>
            <time class="muted num" datetime=clock::iso(at) title=move || clock::date_and_time(at, zone.get())>
                {text(move || clock::time_of_day(at, zone.get()))}
            </time>
            {what}
        </li>
    }
}
