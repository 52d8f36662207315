//! What was done for the store: phases, notes, and every command as one could run it again.

use leptos::prelude::*;
use store::{
    StoreView,
    view::{TimelineEntry, TimelineKind},
};

use crate::{app::ViewerZone, clock, components::CopyButton};

#[component]
pub fn Timeline(view: Memo<StoreView>) -> impl IntoView {
    // Entries are only added at the end and dropped at the beginning, so their number since the beginning names them.
    let entries = move || {
        view.with(|view| {
            let first = view.timeline_dropped as usize;
            view.timeline.iter().cloned().enumerate().map(|(i, entry)| (first + i, entry)).collect::<Vec<_>>()
        })
    };
    let is_empty = Memo::new(move |_| view.with(|view| view.timeline.is_empty()));
    let dropped = move || match view.with(|view| view.timeline_dropped) {
        0 => None,
        1 => Some("1 older entry is not kept.".to_owned()),
        count => Some(format!("{count} older entries are not kept.")),
    };
    view! {
        <section class="card" aria-labelledby="timeline-title">
            <header>
                <h2 id="timeline-title">"Timeline"</h2>
                <span class="muted">"commands can be run again as they stand"</span>
            </header>
            <p class="muted quiet" class:shown=move || is_empty.get()>
                {move || if is_empty.get() { "Nothing was done yet." } else { "" }}
            </p>
            <ol class="timeline" class:shown=move || !is_empty.get()>
                <li class="dropped muted">{dropped}</li>
                <For each=entries key=|(number, entry)| (*number, entry.at) let((_number, entry))>
                    <Entry entry/>
                </For>
            </ol>
        </section>
    }
}

#[component]
fn Entry(entry: TimelineEntry) -> impl IntoView {
    let zone = expect_context::<ViewerZone>();
    let TimelineEntry { at, what } = entry;
    let what = match what {
        TimelineKind::Phase { phase } => {
            view! { <p class="what"><strong>{phase.to_string()}</strong></p> }.into_any()
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
                    {outcome.map(|outcome| view! { <p class="complaint"><strong>{outcome}</strong> " " {complaint}</p> })}
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
                {move || clock::time_of_day(at, zone.get())}
            </time>
            {what}
        </li>
    }
}
