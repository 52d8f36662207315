//! The list of stores.

pub mod row_menu;
pub mod strays;
pub mod table;
pub mod toolbar;

use leptos::prelude::*;
use store::{ListPage, ListQuery, Whose, query::Choices};

use crate::{
    components::{loading_card, unread_notice},
    keys, links,
    me::me,
    pages::set_status,
    update::{Shown, Update},
    words,
};

pub fn page(query: &ListQuery, update: &Update) -> AnyView {
    match &update.shown {
        Shown::List(page) => listed(query, page, update),
        Shown::Unread(why) => {
            set_status(503);
            let notice = unread_notice("The stores cannot be read", why.clone(), links::list(query));
            view! { {head(None)} {notice} {not_renewed(query)} }.into_any()
        }
        _ => {
            set_status(503);
            view! { {reading()} {not_renewed(query)} }.into_any()
        }
    }
}

fn listed(query: &ListQuery, page: &ListPage, update: &Update) -> AnyView {
    let body = match page {
        page if page.total == 0 => empty(),
        page if page.rows.is_empty() => no_match(query, &page.choices),
        page => table::table(page, query, update.now),
    };
    let is_searched = page.total > 0;
    let summary = is_searched.then(|| words::list_summary(page));
    view! {
        {head(summary)}
        {strays::strays(page)}
        {is_searched.then(|| toolbar::toolbar(page, query))}
        {body}
        <p class="keys" data-key="keys">
            {me().creates().then(|| keys::NEW.mention())}
            {is_searched.then(|| keys::SEARCH.mention())}
        </p>
        {not_renewed(query)}
    }
    .into_any()
}

/// `summary` is there where there are stores.
fn head(summary: Option<String>) -> AnyView {
    let creates = me().creates() && summary.is_some();
    view! {
        <div class="page-head">
            <div><h1 tabindex="-1">"Stores"</h1>{summary.map(|summary| view! { <p class="num">{summary}</p> }.into_any())}</div>
            {creates.then(|| view! { <a class="button primary" href=links::NEW>"New store"</a> }.into_any())}
        </div>
    }
    .into_any()
}

/// Until there is something to show.
pub fn reading() -> AnyView {
    view! {
        {head(None)}
        {loading_card("The stores are being read.", 4)}
    }
    .into_any()
}

fn not_renewed(query: &ListQuery) -> AnyView {
    view! {
        <p class="scriptless" data-key="scriptless">"This list does not renew itself without JavaScript. "<a rel="external" href=links::list(query)>"Reload"</a></p>
    }
    .into_any()
}

fn empty() -> AnyView {
    view! {
        <section class="card empty" data-key="empty">
            <svg class="tile" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" aria-hidden="true">
                <path d="M4 10v9h16v-9M3 10l2-5h14l2 5a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0ZM10 19v-5h4v5"/>
            </svg>
            {if me().creates() {
                view! {
                    <h2>"Create your first store"</h2>
                    <p>"A working shop with its own database, address and admin, isolated from every other one. You watch it being made step by step."</p>
                    <a class="button primary" href=links::NEW>"New store"</a>
                }.into_any()
            } else {
                view! { <h2>"There is no store yet"</h2> <p>"It is shown here as soon as somebody creates one."</p> }.into_any()
            }}
        </section>
    }
    .into_any()
}

fn no_match(query: &ListQuery, choices: &Choices) -> AnyView {
    let narrowed = words::narrowed(query, choices, whose).into_iter().map(|(told, without)| {
        view! {
            <li>
                <a class="chip" data-noscroll="" href=links::list(&without)>
                    <span class="visually-hidden">"Take away "</span><bdi>{told}</bdi>" "<span aria-hidden="true">"×"</span>
                </a>
            </li>
        }
        .into_any()
    });
    view! {
        <section class="card empty" data-key="no-match">
            <h2>"No match"</h2>
            <p>"No store is all that is asked for:"</p>
            <ul class="narrowed">{narrowed.collect_view()}</ul>
            <a class="button" data-noscroll="" href=links::list(&query.whole())>"Show all stores"</a>
        </section>
    }
    .into_any()
}

/// Whose stores they are, to whoever looks.
fn whose(owner: &Whose) -> String {
    match owner {
        Whose::Everybody => "Everybody".to_owned(),
        Whose::Nobody => "Nobody".to_owned(),
        Whose::Person(id) if me().is(id) => "You".to_owned(),
        Whose::Person(id) => id.to_string(),
    }
}
