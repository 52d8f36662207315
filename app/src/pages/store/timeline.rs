//! What was done for the store: phases, notes, and every command as it was run.

use leptos::prelude::*;
use store::{
    StoreView,
    view::{TimelineEntry, TimelineKind},
};

use crate::{
    app::ViewerZone,
    changing::{Rows, When, text},
    clock,
    components::CopyButton,
};

#[component]
pub fn Timeline(view: Memo<StoreView>) -> impl IntoView {
    let keys = Signal::derive(move || view.with(|view| keyed(view).map(|(key, _)| key).collect()));
    let row = move |wanted: String| {
        let found = view.with_untracked(|view| {
            let (place, (_, entry)) = keyed(view).enumerate().find(|(_, (key, _))| *key == wanted)?;
            Some((view.timeline_dropped as usize + place, entry.clone()))
        });
        found.map(|(number, entry)| view! { <Entry view number entry/> }.into_any()).into_any()
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
                <span class="muted">"commands as they were run"</span>
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

/// Whether a shell could run it. What went to standard input has secrets in it, and is named instead of told.
fn is_whole(line: &str) -> bool {
    !line.contains(" < <stdin: ")
}

/// `number`: how many there were before it since the beginning.
#[component]
fn Entry(view: Memo<StoreView>, number: usize, entry: TimelineEntry) -> impl IntoView {
    let zone = expect_context::<ViewerZone>();
    let TimelineEntry { at, what } = entry;
    // Each day is told once, above what comes first in it.
    let is_first = Signal::derive(move || {
        let before = view.with(|view| {
            let place = number.checked_sub(view.timeline_dropped as usize)?;
            Some(view.timeline.get(place.checked_sub(1)?)?.at)
        });
        before.is_none_or(|before| clock::day(before, zone.get()) != clock::day(at, zone.get()))
    });
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
                {is_whole(&line).then(|| view! { <CopyButton text=Signal::stored(line) what="command"/> }.into_any())}
            }
            .into_any()
        }
    };
    view! {
        <li>
            <When is=is_first><p class="day muted">{text(move || clock::day(at, zone.get()))}</p></When>
            <time class="muted num" datetime=clock::iso(at) title=move || clock::date_and_time(at, zone.get())>
                {text(move || clock::time_of_day(at, zone.get()))}
            </time>
            {what}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_command_without_secrets_on_its_input_can_be_copied() {
        assert!(is_whole("kubectl get pods --namespace store-a-00000"));
        assert!(!is_whole("kubectl apply --server-side -f - < <stdin: Secret>"));
    }
}
