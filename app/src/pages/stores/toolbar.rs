//! Search and filter. A form and links: what they do is in the address, with and without a script.

use leptos::prelude::*;
use store::{
    EngineKey, ListPage, ListQuery, PlanName, Whose,
    query::{Choices, Filter, Sort},
};

use super::whose;
use crate::{
    components::kept,
    links,
    me::me,
    texts::{kinds, list as texts},
    words,
};

pub fn toolbar(page: &ListPage, query: &ListQuery) -> AnyView {
    view! {
        <div class="toolbar" data-key="toolbar">
            {search(query, &page.choices)}
            <nav class="chips" aria-label=texts::filter_by_phase()>
                {Filter::ALL.map(|filter| chip(filter, page, query)).collect_view()}
            </nav>
            {owners(query, &page.choices)}
            <nav class="sorts" aria-label=texts::sort()>
                <span class="muted" aria-hidden="true">{texts::sort_by()}</span>
                {Sort::ALL.map(|column| sort(column, query)).collect_view()}
            </nav>
        </div>
    }
    .into_any()
}

fn search(query: &ListQuery, choices: &Choices) -> AnyView {
    // What the form has no field for.
    let others = ListQuery {
        filter: query.filter,
        sort: query.sort,
        descending: query.descending,
        ..ListQuery::default()
    };
    view! {
        <search>
            <form class="search" method="get" action=links::STORES>
                <input
                    id="search"
                    type="search"
                    name="q"
                    maxlength="100"
                    placeholder=texts::search_by()
                    aria-label=texts::search_stores()
                    autocomplete="off"
                    spellcheck="false"
                    value=query.search.clone()
                />
                {filters(query, choices)}
                {kept(&others)}
                <button class="button scriptless" type="submit">{texts::search()}</button>
            </form>
        </search>
    }
    .into_any()
}

/// What there is more than one of, and what is asked for.
fn filters(query: &ListQuery, choices: &Choices) -> AnyView {
    let owner = me().sees_all().then(|| {
        let owners = choices.owners.iter().map(|owner| Whose::of(owner.as_ref()));
        let owners = owners.map(|owner| (owner.key().to_owned(), whose(&owner)));
        select("owner", texts::owner(), texts::all_owners(), owners.collect(), query.owner.key())
    });
    let owner = owner.flatten();
    let engines = choices.engines.iter().map(|(key, title)| (key.to_string(), title.clone()));
    let engine = query.engine.as_ref().map_or("", EngineKey::as_str);
    let plans = choices.plans.iter().map(|plan| (plan.key().to_owned(), kinds::plan(*plan).to_owned()));
    let plan = query.plan.map_or("", PlanName::key);
    view! {
        {owner}
        {select("engine", texts::engine(), texts::all_engines(), engines.collect(), engine)}
        {select("plan", texts::plan(), texts::all_plans(), plans.collect(), plan)}
    }
    .into_any()
}

fn select(
    name: &'static str,
    label: &'static str,
    all: &'static str,
    mut choices: Vec<(String, String)>,
    chosen: &str,
) -> Option<AnyView> {
    // What no store is any more stays chosen until it is taken away.
    if !chosen.is_empty() && choices.iter().all(|(key, _)| key != chosen) {
        choices.push((chosen.to_owned(), chosen.to_owned()));
    }
    let option = |(key, title): (String, String)| {
        let selected = key == chosen;
        view! { <option value=key selected=selected>{title}</option> }.into_any()
    };
    (choices.len() > 1 || !chosen.is_empty()).then(|| {
        view! {
            <select name=name data-key=name aria-label=label autocomplete="off">
                <option value="">{all}</option>
                {choices.into_iter().map(option).collect_view()}
            </select>
        }
        .into_any()
    })
}

/// One's own, or everybody's: for whoever makes stores and sees others' too.
fn owners(query: &ListQuery, choices: &Choices) -> Option<AnyView> {
    let person = me().0.filter(|person| person.sees_all() && person.creates())?;
    if choices.owners.len() < 2 && query.owner == Whose::Everybody {
        return None;
    }
    let chip = |owner: Whose, label: &'static str| {
        let current = (query.owner == owner).then_some("true");
        let href = links::list(&ListQuery { owner, page: 0, ..query.clone() });
        view! { <a class="chip" data-noscroll="" href=href aria-current=current>{label}</a> }.into_any()
    };
    let nav = view! {
        <nav class="owners" data-key="owners" aria-label=texts::whose()>
            {chip(Whose::Everybody, texts::everybodys())}
            {chip(Whose::Person(person.id), texts::mine())}
        </nav>
    };
    Some(nav.into_any())
}

fn chip(filter: Filter, page: &ListPage, query: &ListQuery) -> AnyView {
    let href = links::list(&ListQuery { filter, page: 0, ..query.clone() });
    let current = (query.filter == filter).then_some("true");
    view! {
        <a class="chip" data-noscroll="" href=href aria-current=current>
            {kinds::filter(filter)} " " <span class="num">{texts::number(words::count(page, filter))}</span>
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
            {texts::column(column)}
            <span class="visually-hidden">{sorted.map(texts::sorted)}</span>
        </a>
    }
    .into_any()
}
