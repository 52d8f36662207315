//! A store that is gone: what was removed and how long it took.

use leptos::prelude::*;
use store::RemovalKind;

use super::steps;
use crate::{app::ViewerZone, changing::text, clock, links, live::Live, update::Shown};

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
            // The last step's end was not told any more: the store itself went with it.
            let took = condition.started.map_or_else(String::new, |started| {
                let end = condition.changed.filter(|_| condition.state == store::State::Done).unwrap_or(at);
                end.since(started).to_string()
            });
            view! {
                <li class="done">
                    <span class="mark" aria-hidden="true">"✓"</span>
                    <div><strong>{kind.to_string()}</strong><p>{what(kind, &summary.id)}</p></div>
                    <span class="time num">{took}</span>
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <div class="page-head">
            <div>
                <h1><bdi>{summary.name.to_string()}</bdi>" is gone"</h1>
                <p class="num">
                    {text(move || format!("Deleted at {} in {}.", clock::time_of_day(at, zone.get()), clock::brief(took)))}
                </p>
            </div>
            <div class="actions"><a class="button" href=links::STORES>"All stores"</a></div>
        </div>
        <section class="card narrow" aria-labelledby="steps-title">
            <header><h2 id="steps-title">"Removed"</h2></header>
            <ol class="steps">{rows}</ol>
        </section>
    }
    .into_any()
}

fn what(kind: RemovalKind, id: &store::StoreId) -> String {
    match kind {
        RemovalKind::ReleaseUninstalled => format!("helm release {}", id.release()),
        RemovalKind::NamespaceDeleted => format!("namespace {} and everything in it", id.namespace()),
        RemovalKind::VolumesDeleted => "database and uploads".to_owned(),
    }
}
