//! The table of stores: dense on a desk, a list of cards on a phone.

use leptos::prelude::*;
use store::{ListPage, ListQuery, Phase, StoreSummary, query::Sort};

use crate::{
    app::ViewerZone,
    changing::{Rows, When, part, text},
    clock,
    components::PhaseMark,
    links,
    live::Live,
    words,
};

#[component]
pub fn StoresTable(live: Live, page: Memo<ListPage>, query: Memo<ListQuery>) -> impl IntoView {
    // Rows are kept by id and patched in place, so that focus and selection survive an update.
    let ids =
        Signal::derive(move || page.with(|page| page.rows.iter().map(|row| row.id.to_string()).collect()));
    view! {
        <div class="card">
            <table role="table">
                <caption class="visually-hidden">"Stores"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <SortableHead column=Sort::Name query/>
                        <SortableHead column=Sort::Phase query/>
                        <th role="columnheader" scope="col">"Engine"</th>
                        <th role="columnheader" scope="col">"Plan"</th>
                        <SortableHead column=Sort::Created query/>
                        <th role="columnheader" scope="col"><span class="visually-hidden">"Links"</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <Rows keys=ids row=move |id| view! { <Row id live page/> }.into_any()/>
                </tbody>
            </table>
        </div>
        <When is=Signal::derive(move || page.with(|page| page.pages > 1))><Pager page query/></When>
    }
}

#[component]
fn SortableHead(column: Sort, query: Memo<ListQuery>) -> impl IntoView {
    let sorted = move || query.with(|query| words::sorted(query, column));
    let href = move || query.with(|query| links::list(&words::resorted(query, column)));
    view! {
        <th role="columnheader" scope="col" aria-sort=sorted class=format!("column-{}", column.key())>
            <a class="sort" data-noscroll="" href=href>{words::column(column)}</a>
        </th>
    }
}

#[component]
fn Row(id: String, live: Live, page: Memo<ListPage>) -> impl IntoView {
    let find = {
        let id = id.clone();
        move |page: &ListPage| page.rows.iter().find(|row| row.id.as_str() == id).cloned()
    };
    let Some(first) = page.with_untracked(&find) else { return ().into_any() };
    // A row that leaves the list keeps its last state until it is taken down.
    let row = Memo::new(move |before: Option<&StoreSummary>| {
        page.with(&find).or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
    });
    let zone = expect_context::<ViewerZone>();
    let created = row.with_untracked(|row| row.created);
    let age = text(move || clock::ago(live.now().since(created)));
    let phase = Signal::derive(move || row.with(|row| row.phase));
    let since = text(move || row.with(|row| words::since(row, live.now())));
    view! {
        <tr role="row">
            <td role="cell" class="cell-name">
                <a class="name" href=row.with_untracked(|row| links::store(&row.id))><bdi>{text(move || row.with(|row| row.name.to_string()))}</bdi></a>
                <span class="sub mono">{row.with_untracked(|row| row.address.host.clone())}</span>
            </td>
            <td role="cell" class="cell-phase"><PhaseMark phase since/></td>
            <td role="cell" class="cell-engine">{row.with_untracked(|row| row.engine_title.clone())}</td>
            <td role="cell" class="cell-plan">{row.with_untracked(|row| row.plan.to_string())}</td>
            <td role="cell" class="cell-created muted num">
                <time datetime=clock::iso(created) title=move || clock::date_and_time(created, zone.get())>{age}</time>
            </td>
            <td role="cell" class="cell-links"><RowLinks row/></td>
        </tr>
    }
    .into_any()
}

#[component]
fn RowLinks(row: Memo<StoreSummary>) -> impl IntoView {
    let phase = Memo::new(move |_| row.with(|row| row.phase));
    part(move || {
        let summary = row.get_untracked();
        match phase.get() {
            Phase::Ready | Phase::Updating | Phase::Degraded => view! {
                <a href=summary.address.shop() rel="external noopener" target="_blank">"Shop"</a>
                <span aria-hidden="true">" · "</span>
                <a href=summary.admin() rel="external noopener" target="_blank">"Admin"</a>
            }
            .into_any(),
            Phase::Failed => view! { <a href=links::store(&summary.id)>"Why?"</a> }.into_any(),
            Phase::Queued | Phase::Provisioning | Phase::Suspended | Phase::Deleting => ().into_any(),
        }
    })
}

#[component]
fn Pager(page: Memo<ListPage>, query: Memo<ListQuery>) -> impl IntoView {
    let to = move |page: u32| links::list(&ListQuery { page, ..query.get() });
    let previous = move || page.with(|page| page.page.checked_sub(1)).map(to);
    let next = move || page.with(|page| (page.page + 1 < page.pages).then_some(page.page + 1)).map(to);
    view! {
        <nav class="pager" aria-label="Pages">
            <span class="num">{text(move || page.with(words::range))}</span>
            <PagerLink label="Previous" href=Signal::derive(previous)/>
            <PagerLink label="Next" href=Signal::derive(next)/>
        </nav>
    }
}

/// A link that leads nowhere has no address, which is how a disabled link is written.
#[component]
fn PagerLink(label: &'static str, href: Signal<Option<String>>) -> impl IntoView {
    let disabled = move || href.with(Option::is_none).then_some("true");
    view! { <a class="button" role="link" href=move || href.get() aria-disabled=disabled>{label}</a> }
}
