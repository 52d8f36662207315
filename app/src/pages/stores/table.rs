//! The table of stores: dense on a desk, a list of cards on a phone.

use leptos::prelude::*;
use store::{ListPage, ListQuery, Millis, Phase, Selection, StoreSummary, Verb, Whose, query::Sort};

use super::{row_menu, whose};
use crate::{
    clock::Tick,
    components::{kept, moment, phase_mark, tick},
    links,
    me::me,
    texts::{kinds, list as texts},
    words,
};

pub fn table(page: &ListPage, query: &ListQuery, now: Millis) -> AnyView {
    let rows = page.rows.iter().map(|summary| row(summary, query, now)).collect_view();
    let selects = me().creates();
    let table = view! {
            <table class="stores" role="table">
                <caption class="visually-hidden">{texts::stores()}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {selects.then(select_all)}
                        {sortable(Sort::Name, query)}
                        {sortable(Sort::Phase, query)}
                        <th role="columnheader" scope="col">{texts::engine()}</th>
                        <th role="columnheader" scope="col">{texts::plan()}</th>
                        {me().sees_all().then(|| view! { <th role="columnheader" scope="col">{texts::owner()}</th> }.into_any())}
                        {sortable(Sort::Created, query)}
                        <th role="columnheader" scope="col"><span class="visually-hidden">{texts::links()}</span></th>
                        <th role="columnheader" scope="col"><span class="visually-hidden">{texts::actions()}</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
    }
    .into_any();
    view! {
        <div class="card" data-key="table">{if selects { selecting(table, query) } else { table }}</div>
        {row_menu::menus(&page.rows, query)}
        {(page.pages > 1).then(|| pager(page, query))}
    }
    .into_any()
}

/// A form around the table: what is ticked in it is asked for something at once.
fn selecting(table: AnyView, query: &ListQuery) -> AnyView {
    let button = |verb: Verb| {
        let (class, label) = match verb {
            Verb::Delete => ("button danger", format!("{}…", kinds::verb(verb))),
            _ => ("button", kinds::verb(verb).to_owned()),
        };
        view! { <button class=class type="submit" name=Selection::VERB value=verb.key()>{label}</button> }
            .into_any()
    };
    view! {
        <form class="selecting" method="post" action=links::STORES>
            // Enter, pressed at a box, presses the first button there is: outside of a dialog this one sends nothing.
            <button type="submit" formmethod="dialog" hidden></button>
            {kept(query)}
            {table}
            <div class="selected" role="group" aria-label=texts::selection()>
                <p class="num">{texts::selected()}</p>
                <div class="actions">{Verb::ALL.map(button).collect_view()}</div>
            </div>
        </form>
    }
    .into_any()
}

fn select_all() -> AnyView {
    view! {
        <th role="columnheader" class="cell-select">
            <label class="scripted"><input type="checkbox" data-all="" aria-label=texts::select_all() autocomplete="off"/></label>
        </th>
    }
    .into_any()
}

/// Of one that goes nothing can be asked any more.
fn select(summary: &StoreSummary) -> Option<AnyView> {
    let changes = me().changes(summary.owner.as_ref()) && summary.phase != Phase::Deleting;
    let label = texts::select(summary.name.as_str());
    let input = changes.then(|| {
        let id = summary.id.to_string();
        view! { <label><input type="checkbox" name=Selection::ID value=id aria-label=label autocomplete="off"/></label> }
            .into_any()
    });
    me().creates().then(|| view! { <td role="cell" class="cell-select">{input}</td> }.into_any())
}

fn sortable(column: Sort, query: &ListQuery) -> AnyView {
    let sorted = words::sorted(query, column);
    let href = links::list(&words::resorted(query, column));
    view! {
        <th role="columnheader" scope="col" aria-sort=sorted class=format!("column-{}", column.key())>
            <a class="sort" data-noscroll="" href=href>{texts::column(column)}</a>
        </th>
    }
    .into_any()
}

/// Kept by its key and changed in place, so that focus and selection survive a change.
fn row(summary: &StoreSummary, query: &ListQuery, now: Millis) -> AnyView {
    let owner = me().sees_all().then(|| whose(&Whose::of(summary.owner.as_ref())));
    let owner = owner.map(|owner| {
        view! { <td role="cell" class="cell-owner" data-label=texts::owner()><bdi>{owner}</bdi></td> }
            .into_any()
    });
    let href = links::store_from(&summary.id, query);
    view! {
        <tr role="row" data-key=summary.id.to_string()>
            {select(summary)}
            <td role="cell" class="cell-name">
                <a class="name" href=href.clone()><bdi>{summary.name.to_string()}</bdi></a>
                <span class="sub mono">{summary.address.host.clone()}</span>
            </td>
            <td role="cell" class="cell-phase">{phase_mark(summary.phase, since(summary, now))}</td>
            <td role="cell" class="cell-engine">{summary.engine_title.to_string()}</td>
            <td role="cell" class="cell-plan">{kinds::plan(summary.plan)}</td>
            {owner}
            <td role="cell" class="cell-created muted num">{moment(summary.created, now)}</td>
            <td role="cell" class="cell-links">{row_links(summary, href)}</td>
            <td role="cell" class="cell-menu">{row_menu::opener(summary)}</td>
        </tr>
    }
    .into_any()
}

/// Beside the phase: since when, or where it failed. Nothing where it does not matter.
pub fn since(summary: &StoreSummary, now: Millis) -> Option<AnyView> {
    match summary.phase {
        Phase::Ready => None,
        Phase::Failed => summary.failed_at.map(|step| texts::failed_at(kinds::step(step)).into_any()),
        _ => Some(tick(Tick::Brief, summary.since, now)),
    }
}

fn row_links(summary: &StoreSummary, href: String) -> AnyView {
    match summary.phase {
        Phase::Ready | Phase::Updating | Phase::Degraded => view! {
            <a href=summary.address.shop() rel="external noopener" target="_blank">{texts::shop()}</a>
            <span aria-hidden="true">" · "</span>
            <a href=summary.admin() rel="external noopener" target="_blank">{texts::admin()}</a>
        }
        .into_any(),
        Phase::Failed => view! { <a href=href>{texts::why()}</a> }.into_any(),
        Phase::Queued | Phase::Provisioning | Phase::Suspended | Phase::Deleting => ().into_any(),
    }
}

fn pager(page: &ListPage, query: &ListQuery) -> AnyView {
    let to = |page: u32| links::list(&ListQuery { page, ..query.clone() });
    let next = (page.page + 1 < page.pages).then_some(page.page + 1);
    view! {
        <nav class="pager" data-key="pager" aria-label=texts::pages()>
            <span class="num">{words::range(page)}</span>
            {pager_link(texts::previous(), page.page.checked_sub(1).map(to))}
            {pager_link(texts::next(), next.map(to))}
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
