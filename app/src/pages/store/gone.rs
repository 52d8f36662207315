//! A store that is gone: what was seen to be removed, and how long it took.

use leptos::prelude::*;
use store::{RemovalKind, State};

use super::steps;
use crate::{
    app::ViewerZone, changing::text, clock, components::Heading, links, live::Live, update::Shown, words,
};

#[component]
pub fn GoneNotice(live: Live) -> impl IntoView {
    let zone = expect_context::<ViewerZone>();
    let gone = live.update().with_untracked(|update| match &update.shown {
        Shown::Gone(gone) => Some(gone.clone()),
        _ => None,
    });
    let Some(gone) = gone else { return ().into_any() };
    let (summary, at, took) = (gone.view.summary.clone(), gone.at, gone.took());
    let rows = RemovalKind::ALL
        .map(|kind| {
            let condition = steps::removal(&gone.view, kind);
            let took = condition.took(at).map_or_else(String::new, |took| took.to_string());
            view! {
                <li class=steps::class(seen(condition.state))>
                    <span class="mark" aria-hidden="true">{steps::mark(seen(condition.state))}</span>
                    <div><strong>{kind.to_string()}</strong><p>{what(kind, &summary.id)}{unseen(condition.state)}</p></div>
                    <span class="time num">{took}</span>
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <div class="page-head">
            <div>
                <Heading><bdi>{summary.name.to_string()}</bdi>" "{words::fate(&gone)}</Heading>
                <p class="num">
                    {text(move || format!("Deleted at {} in {}.", clock::time_of_day(at, zone.get()), clock::brief(took)))}
                </p>
            </div>
            <div class="actions"><a class="button" href=links::STORES>"All stores"</a></div>
        </div>
        <section class="card narrow" aria-labelledby="steps-title">
            <header><h2 id="steps-title">"Removal"</h2></header>
            <ol class="steps">{rows}</ol>
        </section>
    }
    .into_any()
}

/// What the operator did not say before the Store went, as when somebody took its finalizer off by hand, was not seen.
fn seen(state: State) -> State {
    if state == State::Done { State::Done } else { State::Lost }
}

fn unseen(state: State) -> Option<&'static str> {
    (state != State::Done)
        .then_some(": not seen to be gone, since the store's record went first. Look for it in the cluster.")
}

fn what(kind: RemovalKind, id: &store::StoreId) -> String {
    match kind {
        RemovalKind::ReleaseUninstalled => format!("helm release {}", id.release()),
        RemovalKind::NamespaceDeleted => format!("namespace {} and everything in it", id.namespace()),
        RemovalKind::VolumesDeleted => "database and uploads".to_owned(),
    }
}
