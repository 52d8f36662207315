//! The table of stores: dense on a desk, a list of cards on a phone.

use leptos::prelude::*;
use store::{ListPage, ListQuery, Millis, Phase, StoreSummary, Whose, query::Sort};

use super::whose;
use crate::{
    clock::Tick,
    components::{moment, phase_mark, tick},
    links,
    me::me,
    words,
};

pub fn table(page: &ListPage, query: &ListQuery, now: Millis) -> AnyView {
    let rows = page.rows.iter().map(|summary| row(summary, query, now)).collect_view();
    view! {
        <div class="card" data-key="table">
            <table role="table">
                <caption class="visually-hidden">"Stores"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {sortable(Sort::Name, query)}
                        {sortable(Sort::Phase, query)}
                        <th role="columnheader" scope="col">"Engine"</th>
                        <th role="columnheader" scope="col">"Plan"</th>
                        {me().sees_all().then(|| view! { <th role="columnheader" scope="col">"Owner"</th> }.into_any())}
                        {sortable(Sort::Created, query)}
                        <th role="columnheader" scope="col"><span class="visually-hidden">"Links"</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
        {(page.pages > 1).then(|| pager(page, query))}
    }
    .into_any()
}

fn sortable(column: Sort, query: &ListQuery) -> AnyView {
    let sorted = words::sorted(query, column);
    let href = links::list(&words::resorted(query, column));
    view! {
        <th role="columnheader" scope="col" aria-sort=sorted class=format!("column-{}", column.key())>
            <a class="sort" data-noscroll="" href=href>{words::column(column)}</a>
        </th>
    }
    .into_any()
}

/// Kept by its key and changed in place, so that focus and selection survive a change.
fn row(summary: &StoreSummary, query: &ListQuery, now: Millis) -> AnyView {
    let owner = me().sees_all().then(|| whose(&Whose::of(summary.owner.as_ref())));
    let owner =
        owner.map(|owner| view! { <td role="cell" class="cell-owner"><bdi>{owner}</bdi></td> }.into_any());
    let href = links::store_from(&summary.id, query);
    view! {
        <tr role="row" data-key=summary.id.to_string()>
            <td role="cell" class="cell-name">
                <a class="name" href=href.clone()><bdi>{summary.name.to_string()}</bdi></a>
                <span class="sub mono">{summary.address.host.clone()}</span>
            </td>
            <td role="cell" class="cell-phase">{phase_mark(summary.phase, since(summary, now))}</td>
            <td role="cell" class="cell-engine">{summary.engine_title.clone()}</td>
            <td role="cell" class="cell-plan">{summary.plan.to_string()}</td>
            {owner}
            <td role="cell" class="cell-created muted num">{moment(summary.created, now)}</td>
            <td role="cell" class="cell-links">{row_links(summary, href)}</td>
        </tr>
    }
    .into_any()
}

/// Beside the phase: since when, or where it failed. Nothing where it does not matter.
pub fn since(summary: &StoreSummary, now: Millis) -> Option<AnyView> {
    match summary.phase {
        Phase::Ready => None,
        Phase::Failed => summary.failed_at.map(|step| format!("at {step}").into_any()),
        _ => Some(tick(Tick::Brief, summary.since, now)),
    }
}

fn row_links(summary: &StoreSummary, href: String) -> AnyView {
    match summary.phase {
        Phase::Ready | Phase::Updating | Phase::Degraded => view! {
            <a href=summary.address.shop() rel="external noopener" target="_blank">"Shop"</a>
            <span aria-hidden="true">" · "</span>
            <a href=summary.admin() rel="external noopener" target="_blank">"Admin"</a>
        }
        .into_any(),
        Phase::Failed => view! { <a href=href>"Why?"</a> }.into_any(),
        Phase::Queued | Phase::Provisioning | Phase::Suspended | Phase::Deleting => ().into_any(),
    }
}

fn pager(page: &ListPage, query: &ListQuery) -> AnyView {
    let to = |page: u32| links::list(&ListQuery { page, ..query.clone() });
    let next = (page.page + 1 < page.pages).then_some(page.page + 1);
    view! {
        <nav class="pager" data-key="pager" aria-label="Pages">
            <span class="num">{words::range(page)}</span>
            {pager_link("Previous", page.page.checked_sub(1).map(to))}
            {pager_link("Next", next.map(to))}
        </nav>
    }
    .into_any()
}

/// A link that leads nowhere has no address, which is how a disabled link is written.
fn pager_link(label: &'static str, href: Option<String>) -> AnyView {
    let disabled = href.is_none().then_some("true");
    view! { <a class="button" role="link" href=href aria-disabled=disabled>{label}</a> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn a_failed_store_says_where_and_a_passing_phase_since_when() {
        let mut summary = fixtures::view(Phase::Degraded).summary;
        let told = |summary: &StoreSummary, now: i64| since(summary, Millis(now)).map(RenderHtml::to_html);
        let degraded = told(&summary, summary.since.0 + 185_000).unwrap();
        assert!(degraded.contains("data-tick=\"brief\"") && degraded.contains("3 min"), "{degraded}");
        summary.phase = Phase::Failed;
        summary.failed_at = Some(store::ConditionKind::WorkloadsReady);
        assert!(told(&summary, 0).unwrap().starts_with("at Workloads"));
        summary.phase = Phase::Ready;
        assert_eq!(told(&summary, 0), None);
    }
}
