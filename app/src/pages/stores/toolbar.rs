//! Search and filter. A form and links: what they do is in the address, with and without a script.

use leptos::prelude::*;
use store::{
    ListPage, ListQuery,
    query::{Filter, Sort},
};

use crate::{links, words};

pub fn toolbar(page: &ListPage, query: &ListQuery) -> AnyView {
    view! {
        <div class="toolbar" data-key="toolbar">
            {search(query)}
            <nav class="chips" aria-label="Filter by phase">
                {Filter::ALL.map(|filter| chip(filter, page, query)).collect_view()}
            </nav>
            <nav class="sorts" aria-label="Sort">
                <span class="muted" aria-hidden="true">"Sort by"</span>
                {Sort::ALL.map(|column| sort(column, query)).collect_view()}
            </nav>
        </div>
    }
    .into_any()
}

fn search(query: &ListQuery) -> AnyView {
    let others = ListQuery { search: String::new(), page: 0, ..query.clone() };
    let kept = others.to_pairs().into_iter();
    let kept = kept.map(|(key, value)| view! { <input type="hidden" name=key value=value/> }.into_any());
    view! {
        <search>
            <form class="search" method="get" action=links::STORES>
                <input
                    id="search"
                    type="search"
                    name="q"
                    maxlength="100"
                    placeholder="Search by name or address"
                    aria-label="Search stores"
                    autocomplete="off"
                    spellcheck="false"
                    value=query.search.clone()
                />
                <span class="kept">{kept.collect_view()}</span>
                <button class="button scriptless" type="submit">"Search"</button>
            </form>
        </search>
    }
    .into_any()
}

fn chip(filter: Filter, page: &ListPage, query: &ListQuery) -> AnyView {
    let href = links::list(&ListQuery { filter, page: 0, ..query.clone() });
    let current = (query.filter == filter).then_some("true");
    view! {
        <a class="chip" data-noscroll="" href=href aria-current=current>
            {filter.label()} " " <span class="num">{words::number(words::count(page, filter))}</span>
        </a>
    }
    .into_any()
}

/// As the head of the table, for where there is no room for one.
fn sort(column: Sort, query: &ListQuery) -> AnyView {
    let sorted = words::sorted(query, column);
    let href = links::list(&words::resorted(query, column));
    view! {
        <a class="chip" data-noscroll="" href=href data-sorted=sorted aria-current=sorted.map(|_| "true")>
            {words::column(column)}
            <span class="visually-hidden">{sorted}</span>
        </a>
    }
    .into_any()
}
