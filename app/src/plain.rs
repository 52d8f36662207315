//! Pages that need no program: rendered on the server, with forms and links alone. They look like the others and cost the download nothing.

use leptos::prelude::*;
use store::{Person, Role};

use crate::{
    api::{answer::now, jobs::Jobs},
    components::{TRAY, brand, language_choice, tray},
    language::language,
    links,
    texts::{activity as happened, delete, frame as texts},
};

pub mod activity;
pub mod audit;
pub mod frame;
pub mod logs;
pub mod metrics;
pub mod people;
pub mod plot;
pub mod selected;

/// A page around `body`, for somebody who is signed in. `here` is its own address, as the menu has it.
pub fn document(style: &str, person: &Person, here: &str, title: &str, body: AnyView) -> String {
    let jobs = Jobs::known();
    let body = view! {
        <a class="skip" href="#main">{texts::skip()}</a>
        <header class="topbar">
            <div>
                {brand()}
                {ways(here, None)}
                {menu(person, here)}
            </div>
        </header>
        <main id="main" tabindex="-1" class="plain">{body}</main>
        <div id=TRAY>{tray(&jobs, now())}</div>
    };
    let icon = jobs.icon().unwrap_or_else(|| "/favicon.svg".to_owned());
    whole(style, &jobs.title(title), icon, body.into_any())
}

/// The ways to what everybody has. `stores` is how the list of stores stands to the page that is shown.
pub(crate) fn ways(here: &str, stores: Option<&'static str>) -> AnyView {
    let activity = (here == links::ACTIVITY).then_some("page");
    view! {
        <nav aria-label=texts::main()>
            <a href=links::STORES aria-current=stores>{texts::stores()}</a>
            <a href=links::ACTIVITY rel="external" aria-current=activity>{happened::activity()}</a>
        </nav>
    }
    .into_any()
}

/// A whole document, for whoever comes.
pub(crate) fn html(style: &str, title: &str, body: AnyView) -> String {
    whole(style, title, "/favicon.svg".to_owned(), body)
}

fn whole(style: &str, title: &str, icon: String, body: AnyView) -> String {
    let page = view! {
        <html lang=language().key()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title inner_html=format!("{title} · Storeyard")></title>
                <link rel="stylesheet" href=style.to_owned()/>
                <link rel="icon" type="image/svg+xml" href=icon/>
            </head>
            <body>{body}</body>
        </html>
    };
    format!("<!DOCTYPE html>{}", page.to_html())
}

/// What is not for this person.
pub fn refused(style: &str, person: &Person, here: &str, why: &str) -> String {
    let body = view! {
        <h1>{texts::not_for_your_role()}</h1>
        <section class="card empty">
            <p>{why.to_owned()}</p>
            <a class="button primary" href=links::STORES>{texts::all_stores()}</a>
        </section>
    };
    document(style, person, here, texts::not_for_your_role(), body.into_any())
}

/// Where no store is, or none that this person sees.
pub fn no_such_store(style: &str, person: &Person) -> String {
    let body = view! {
        <h1>{delete::no_such_store()}</h1>
        <section class="card empty">
            <p>{delete::no_store_or_theirs()}</p>
            <a class="button primary" href=links::STORES>{texts::all_stores()}</a>
        </section>
    };
    document(style, person, links::STORES, delete::no_such_store(), body.into_any())
}

fn menu(person: &Person, here: &str) -> AnyView {
    let links = menu_of(person).map(|(title, to)| {
        let current = (to == here).then_some("page");
        view! { <a class="button" href=to aria-current=current>{title}</a> }
    });
    view! {
        <div class="account">
            <button class="who" type="button" popovertarget="account"><bdi>{person.name.clone()}</bdi></button>
            <div id="account" popover="auto">
                <p class="muted">{texts::role(person.role)}</p>
                {links.collect_view()}
                <form method="post" action=links::SIGN_OUT><button class="button" type="submit">{texts::sign_out()}</button></form>
                {language_choice()}
            </div>
        </div>
    }
    .into_any()
}

/// What there is beside the stores, for whom.
pub fn menu_of(person: &Person) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    let all = [
        (texts::account(), links::ACCOUNT, false),
        (texts::users(), links::USERS, true),
        (texts::audit(), links::AUDIT, true),
    ];
    let is_admin = person.role == Role::Admin;
    all.into_iter().filter(move |(.., admins)| !admins || is_admin).map(|(title, to, _)| (title, to))
}
