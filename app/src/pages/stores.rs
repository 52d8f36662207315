//! The list of stores.

pub mod row_menu;
pub mod strays;
pub mod table;
pub mod toolbar;

use leptos::prelude::*;
use store::{ListPage, ListQuery, Whose, query::Choices};

use crate::{
    components::{english, loading_card, unread_notice},
    keys, links,
    me::me,
    pages::set_status,
    texts::{frame, list as texts},
    update::{Shown, Update},
    words,
};

pub fn page(query: &ListQuery, update: &Update) -> AnyView {
    match &update.shown {
        Shown::List(page) => listed(query, page, update),
        Shown::Unread(why) => {
            set_status(503);
            let notice = unread_notice(texts::unread(), english(why.clone()), links::list(query));
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
            <div><h1 tabindex="-1">{texts::stores()}</h1>{summary.map(|summary| view! { <p class="num">{summary}</p> }.into_any())}</div>
            {creates.then(|| view! { <a class="button primary" href=links::NEW>{texts::new()}</a> }.into_any())}
        </div>
    }
    .into_any()
}

/// Until there is something to show.
pub fn reading() -> AnyView {
    view! {
        {head(None)}
        {loading_card(texts::reading(), 4)}
    }
    .into_any()
}

fn not_renewed(query: &ListQuery) -> AnyView {
    view! {
        <p class="scriptless" data-key="scriptless">{texts::not_renewed()}<a rel="external" href=links::list(query)>{frame::reload()}</a></p>
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
                    <h2>{texts::create_first()}</h2>
                    <p>{texts::what_a_store_is()}</p>
                    <a class="button primary" href=links::NEW>{texts::new()}</a>
                }.into_any()
            } else {
                view! { <h2>{texts::none_yet()}</h2> <p>{texts::shown_once_made()}</p> }.into_any()
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
                    <span class="visually-hidden">{texts::take_away()}</span><bdi>{told}</bdi>" "<span aria-hidden="true">"×"</span>
                </a>
            </li>
        }
        .into_any()
    });
    view! {
        <section class="card empty" data-key="no-match">
            <h2>{texts::no_match()}</h2>
            <p>{texts::not_all_asked()}</p>
            <ul class="narrowed">{narrowed.collect_view()}</ul>
            <a class="button" data-noscroll="" href=links::list(&query.whole())>{texts::show_all()}</a>
        </section>
    }
    .into_any()
}

/// Whose stores they are, to whoever looks.
fn whose(owner: &Whose) -> String {
    match owner {
        Whose::Everybody => texts::everybody().to_owned(),
        Whose::Nobody => texts::nobody().to_owned(),
        Whose::Person(id) if me().is(id) => texts::you().to_owned(),
        Whose::Person(id) => id.to_string(),
    }
}
