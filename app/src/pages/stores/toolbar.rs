//! Search and filter. A form and links: what they do is in the address, with and without a script.

use std::time::Duration;

use leptos::{ev, html::Input, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use store::{
    ListPage, ListQuery,
    query::{Filter, Sort},
};

use crate::{
    changing::{part, text},
    links, words,
};

/// Long enough for the next letter, short enough to feel immediate.
const TYPING_PAUSE: Duration = Duration::from_millis(150);

#[component]
pub fn Toolbar(page: Memo<ListPage>, query: Memo<ListQuery>) -> impl IntoView {
    view! {
        <div class="toolbar">
            <Search query/>
            <nav class="chips" aria-label="Filter by phase">
                {Filter::ALL.map(|filter| view! { <Chip filter page query/> }).collect_view()}
            </nav>
            <nav class="sorts" aria-label="Sort">
                <span class="muted" aria-hidden="true">"Sort by"</span>
                {Sort::ALL.map(|column| view! { <SortLink column query/> }).collect_view()}
            </nav>
        </div>
    }
}

#[component]
fn Search(query: Memo<ListQuery>) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let navigate = use_navigate();
    let search = move || {
        let Some(text) = input.get_untracked().map(|input| input.value().trim().to_owned()) else { return };
        let asked = query.get_untracked();
        if text != asked.search {
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate(&links::list(&ListQuery { search: text, page: 0, ..asked }), options);
        }
    };
    // The address leads, for instance after Back; but what was typed before the page was taken over is searched for, and what is being
    // typed is not touched.
    Effect::new({
        let search = search.clone();
        move |is_taken_over: Option<bool>| {
            let asked = query.with(|query| query.search.clone());
            let Some(input) = input.get().filter(|input| input.value().trim() != asked) else { return true };
            match is_taken_over {
                Some(_) => input.set_value(&asked),
                None => search(),
            }
            true
        }
    });
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    // The page may be left before the pause is over.
    let stop = move || {
        if let Some(timeout) = waiting.try_get_value().flatten() {
            timeout.clear();
        }
    };
    on_cleanup(stop);
    let on_input = {
        let search = search.clone();
        move |_| {
            stop();
            waiting.set_value(set_timeout_with_handle(search.clone(), TYPING_PAUSE).ok());
        }
    };
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        search();
    };
    let kept = part(move || {
        let others = ListQuery { search: String::new(), page: 0, ..query.get() };
        others
            .to_pairs()
            .into_iter()
            .map(|(key, value)| view! { <input type="hidden" name=key value=value/> }.into_any())
            .collect_view()
            .into_any()
    });
    view! {
        <search>
            <form class="search" method="get" action=links::STORES on:submit=on_submit>
                <input
                    node_ref=input
                    id="search"
                    type="search"
                    name="q"
                    maxlength="100"
                    placeholder="Search by name or address"
                    aria-label="Search stores"
                    autocomplete="off"
                    spellcheck="false"
                    value=query.with_untracked(|query| query.search.clone())
                    on:input=on_input
                />
                <span class="kept">{kept}</span>
                <button class="button scriptless" type="submit">"Search"</button>
            </form>
        </search>
    }
}

#[component]
fn Chip(filter: Filter, page: Memo<ListPage>, query: Memo<ListQuery>) -> impl IntoView {
    let href = move || links::list(&ListQuery { filter, page: 0, ..query.get() });
    let current = move || query.with(|query| query.filter == filter).then_some("true");
    let count = text(move || page.with(|page| words::number(words::count(page, filter))));
    view! {
        <a class="chip" data-noscroll="" href=href aria-current=current>
            {filter.label()} " " <span class="num">{count}</span>
        </a>
    }
}

/// As the head of the table, for where there is no room for one.
#[component]
fn SortLink(column: Sort, query: Memo<ListQuery>) -> impl IntoView {
    let sorted = move || query.with(|query| words::sorted(query, column));
    let href = move || query.with(|query| links::list(&words::resorted(query, column)));
    view! {
        <a class="chip" data-noscroll="" href=href data-sorted=sorted aria-current=move || sorted().map(|_| "true")>
            {words::column(column)}
            <span class="visually-hidden">{text(move || sorted().unwrap_or_default())}</span>
        </a>
    }
}
