//! A store that is gone: what was seen to be removed, and how long it took.

use leptos::prelude::*;
use store::{RemovalKind, State};

use super::steps;
use crate::{
    clock::{self, Zone},
    links,
    texts::{frame, kinds, store as texts},
    update::GoneStore,
    words,
};

pub fn notice(gone: &GoneStore) -> AnyView {
    let (summary, at) = (&gone.view.summary, gone.at);
    let row = |kind: RemovalKind| {
        let condition = steps::removal(&gone.view, kind);
        let state = seen(condition.state);
        view! {
            <li class=steps::class(state)>
                <span class="mark" aria-hidden="true">{steps::mark(state)}</span>
                <div><strong>{kinds::removal(kind)}</strong><p>{what(kind, &summary.id)}{unseen(condition.state)}</p></div>
                <span class="time num">{condition.took(at).map(clock::exact)}</span>
            </li>
        }
        .into_any()
    };
    view! {
        <div class="page-head" data-key="head">
            <div>
                <h1 tabindex="-1"><bdi>{summary.name.to_string()}</bdi>" "{words::fate(gone)}</h1>
                <p class="num">
                    {texts::deleted_at()} <time datetime=clock::iso(at) data-shows="time">{clock::time_of_day(at, Zone::Utc)}</time>
                    {texts::deleted_in(&clock::brief(gone.took()))}
                </p>
            </div>
            <div class="actions"><a class="button" href=links::STORES>{frame::all_stores()}</a></div>
        </div>
        <section class="card narrow" data-key="gone" aria-labelledby="steps-title">
            <header><h2 id="steps-title">{texts::removal()}</h2></header>
            <ol class="steps">{RemovalKind::ALL.map(row).collect_view()}</ol>
        </section>
    }
    .into_any()
}

/// What the operator did not say before the Store went, as when somebody took its finalizer off by hand, was not seen.
fn seen(state: State) -> State {
    if state == State::Done { State::Done } else { State::Lost }
}

fn unseen(state: State) -> Option<&'static str> {
    (state != State::Done).then(texts::unseen)
}

fn what(kind: RemovalKind, id: &store::StoreId) -> String {
    match kind {
        RemovalKind::ReleaseUninstalled => texts::release(&id.release()),
        RemovalKind::NamespaceDeleted => texts::namespace_gone(&id.namespace()),
        RemovalKind::VolumesDeleted => texts::data().to_owned(),
    }
}
