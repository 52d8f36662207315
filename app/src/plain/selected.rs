//! What is asked of several stores at once: before they are deleted, the question whether that is meant; afterwards, what was not done.

use leptos::prelude::*;
use store::{ListQuery, Person, Selection, StoreView, Verb};

use crate::{
    api::selected::Told,
    components::kept,
    links,
    plain::document,
    texts::{delete, list as listed, selected as texts, store as pages},
    words,
};

/// Why nothing was asked of any store.
pub fn refused(style: &str, person: &Person, list: &ListQuery, why: String) -> String {
    let body = view! {
        {head(list, texts::nothing_done().to_owned())}
        <div class="notice" role="alert"><p>{why}</p></div>
    };
    document(style, person, links::STORES, texts::nothing_done(), body.into_any())
}

/// What became of it, where it was not done to all of them.
pub fn told(style: &str, person: &Person, list: &ListQuery, verb: Verb, told: Vec<Told<()>>) -> String {
    let (done, refused): (Vec<_>, Vec<_>) = told.into_iter().partition(|told| told.became.is_ok());
    let title = words::done(verb, done.len(), done.len() + refused.len());
    let done = (!done.is_empty()).then(|| {
        let each = done.iter().map(|told| view! { <li>{store(told)}</li> }.into_any()).collect_view();
        view! {
            <section class="card" aria-labelledby="done-title">
                <header><h2 id="done-title">{listed::doing(verb)}</h2></header>
                <ul class="people">{each}</ul>
            </section>
        }
        .into_any()
    });
    let body = view! {
        {head(list, title.clone())}
        {not_done(verb, &refused)}
        {done}
        <div class="actions"><a class="button primary" href=links::list(list)>{texts::back()}</a></div>
    };
    document(style, person, links::STORES, &title, body.into_any())
}

/// Whether it is meant that they go; `refused` are those of the selection that do not. `wrong` where another number was typed.
pub fn confirm(
    style: &str,
    person: &Person,
    list: &ListQuery,
    stores: &[StoreView],
    refused: &[Told<StoreView>],
    wrong: bool,
) -> String {
    let count = stores.len();
    let title = texts::delete(&listed::count(count));
    let is_wrong = wrong.then_some("true");
    let error = wrong.then(|| texts::type_number(count));
    let body = view! {
        {head(list, title.clone())}
        {not_done(Verb::Delete, refused)}
        <div class="card padded narrow">
            <form class="delete" method="post" action=links::STORES>
                <p>{delete::what_goes()}</p>
                <ul>{stores.iter().map(goes).collect_view()}</ul>
                <p>{texts::with_each()}</p>
                <p class="muted">{delete::no_other()}</p>
                {kept(list)}
                <div class="field">
                    <label for="confirm-count">{texts::type_it()} <b class="num">{count.to_string()}</b> {texts::to_confirm()}</label>
                    <input
                        id="confirm-count"
                        name=Selection::COUNT
                        inputmode="numeric"
                        autocomplete="off"
                        required
                        aria-invalid=is_wrong
                        aria-describedby="confirm-count-error"
                    />
                    <p class="error" id="confirm-count-error" role="alert">{error}</p>
                </div>
                <div class="actions">
                    <button class="button danger solid" type="submit" name=Selection::VERB value=Verb::Delete.key()>{title.clone()}</button>
                    <a class="button" href=links::list(list)>{delete::cancel()}</a>
                </div>
            </form>
        </div>
    };
    document(style, person, links::STORES, &title, body.into_any())
}

fn head(list: &ListQuery, title: String) -> AnyView {
    view! {
        <div>
            <a class="crumb" href=links::list(list)>{pages::stores()}</a>
            <div class="page-head"><h1>{title}</h1></div>
        </div>
    }
    .into_any()
}

fn not_done<T>(verb: Verb, refused: &[Told<T>]) -> Option<AnyView> {
    let each = refused.iter().filter_map(|told| {
        let why = told.became.as_ref().err()?.to_string();
        Some(view! { <li>{store(told)} ": " {why}</li> }.into_any())
    });
    let each = each.collect_view();
    (!refused.is_empty()).then(|| {
        view! {
            <section class="notice" role="alert" aria-labelledby="not-done-title">
                <h2 id="not-done-title">{listed::not_done(verb)}</h2>
                <ul>{each}</ul>
            </section>
        }
        .into_any()
    })
}

fn store<T>(told: &Told<T>) -> AnyView {
    let id = told.id.to_string();
    match told.name.clone() {
        Some(name) => view! { <a href=links::store(&told.id)><bdi>{name}</bdi></a> }.into_any(),
        None => view! { <span class="mono">{id}</span> }.into_any(),
    }
}

/// With the name by which it is confirmed.
fn goes(view: &StoreView) -> AnyView {
    let summary = &view.summary;
    view! {
        <li>
            <bdi class="typed">{summary.name.to_string()}</bdi>" "<span class="sub mono">{summary.address.host.clone()}</span>
            <input type="hidden" name=Selection::ID value=summary.id.to_string()/>
            <input type="hidden" name=Selection::NAME value=summary.name.to_string()/>
        </li>
    }
    .into_any()
}
