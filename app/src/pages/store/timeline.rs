//! What was done for the store: phases, notes, and every command as it was run.

use leptos::prelude::*;
use store::{
    Millis, StoreView,
    view::{TimelineEntry, TimelineKind},
};

use crate::{
    clock::{self, Zone},
    components::{copy_button, english, sentences},
    texts::{kinds, store as texts},
};

pub fn timeline(view: &StoreView) -> AnyView {
    // Each day is told once, above what comes first in it.
    let days = view.timeline.iter().map(|entry| clock::day(entry.at, Zone::Utc));
    let before = std::iter::once(None).chain(days.clone().map(Some));
    let first_of = days.zip(before).map(|(day, before)| (before.as_ref() != Some(&day)).then_some(day));
    // Entries are only added at the end and dropped at the beginning, so their number since the beginning names them.
    let numbers = view.timeline_dropped as usize..;
    let entries = view.timeline.iter().zip(first_of).zip(numbers);
    let entries = entries.map(|((told, day), number)| entry(told, day, number)).collect_view();
    let dropped = match view.timeline_dropped {
        0 => None,
        1 => Some(texts::dropped_one().to_owned()),
        count => Some(texts::dropped(count)),
    };
    let body = if view.timeline.is_empty() {
        view! { <p class="muted quiet">{texts::nothing_done()}</p> }.into_any()
    } else {
        view! {
            <ol class="timeline">
                {dropped.map(|dropped| view! { <li class="dropped muted" data-key="dropped">{dropped}</li> }.into_any())}
                {entries}
            </ol>
        }
        .into_any()
    };
    view! {
        <section class="card" data-key="timeline" aria-labelledby="timeline-title">
            <header>
                <h2 id="timeline-title">{texts::timeline()}</h2>
                <span class="muted">{texts::as_run()}</span>
            </header>
            {body}
        </section>
    }
    .into_any()
}

fn entry(entry: &TimelineEntry, day: Option<String>, number: usize) -> AnyView {
    let at: Millis = entry.at;
    view! {
        <li data-key=format!("{number} {}", at.0)>
            {day.map(|day| view! { <p class="day muted">{day}</p> }.into_any())}
            <time class="muted num" datetime=clock::iso(at) title=clock::date_and_time(at, Zone::Utc) data-shows="time">
                {clock::time_of_day(at, Zone::Utc)}
            </time>
            {what(&entry.what)}
        </li>
    }
    .into_any()
}

fn what(what: &TimelineKind) -> AnyView {
    match what {
        TimelineKind::Phase { phase } => {
            view! { <p class="what"><strong>{kinds::phase(*phase)}</strong></p> }.into_any()
        }
        TimelineKind::Asked { what, by } => {
            view! { <p class="what">{texts::ask(*what)}{texts::asked_by()}<bdi>{by.to_string()}</bdi></p> }
                .into_any()
        }
        TimelineKind::Note { text, said } => view! { <p class="what">{sentences(text, said)}</p> }.into_any(),
        TimelineKind::Command { line, took, exit, complaint } => {
            let outcome = match exit {
                Some(0) => None,
                Some(code) => Some(texts::exit(*code)),
                None => Some(texts::ended_early().to_owned()),
            };
            let complaint = complaint.clone();
            view! {
                <div class="what">
                    <code>{line.clone()}</code>
                    {outcome.map(|outcome| view! { <p class="complaint"><strong>{outcome}</strong> " " {english(complaint)}</p> }.into_any())}
                </div>
                <span class="took muted num">{clock::exact(*took)}</span>
                {is_whole(line).then(|| copy_button(line.clone(), texts::command(), false))}
            }
            .into_any()
        }
    }
}

/// Whether a shell could run it. What went to standard input has secrets in it, and is named instead of told.
fn is_whole(line: &str) -> bool {
    !line.contains(" < <stdin: ")
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
