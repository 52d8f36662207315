//! The routes, and the frame around every page. The server finds a page by its address; in the browser the frame stays, and what is in it
//! comes with the answers.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    hooks::use_location,
    path,
};

use crate::{
    api::answer,
    components::{Status, TRAY, Whence, brand, language_choice},
    first, keys, links,
    me::{Me, me},
    pages, palette,
    plain::{menu_of, ways},
    texts::{self, frame},
    update::{Page, View},
};

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_context(Me::known());
    view! {
        <Router>
            <Routes fallback=|| framed(View::Nowhere, pages::nowhere())>
                <Route path=path!("/stores") view=Addressed ssr=SsrMode::Async/>
                <Route path=path!("/stores/new") view=Addressed ssr=SsrMode::Async/>
                <Route path=path!("/stores/:id/delete") view=Addressed ssr=SsrMode::Async/>
                <Route path=path!("/stores/:id") view=Addressed ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}

/// Whatever is at the address.
#[component]
fn Addressed() -> impl IntoView {
    let location = use_location();
    let query = location.query.get_untracked();
    let view = location.pathname.with_untracked(|path| View::at(path, |key| query.get(key)));
    let view = view.unwrap_or(View::Nowhere);
    if let Some(from) = query.get(links::FROM) {
        provide_context(Whence::parse(&from));
    }
    view! {
        <Suspense>
            {Suspend::new(async move {
                let page = answer::page(&view).await;
                framed(view, page)
            })}
        </Suspense>
    }
}

fn framed(view: View, mut page: Page) -> AnyView {
    let current = match view {
        View::List(_) => Some("page"),
        View::Nowhere => None,
        _ => Some("true"),
    };
    let html = std::mem::take(&mut page.html);
    let tray = std::mem::take(&mut page.tray);
    let begins = first::written(&page);
    let person = me();
    view! {
        <Title text=page.title.clone()/>
        <a class="skip" href="#main" rel="external">{frame::skip()}</a>
        <header class="topbar">
            <div>
                {brand()}
                {ways("", current)}
                {person.0.as_ref().map(|person| view! { {palette::opener()} {account(person)} }.into_any())}
            </div>
        </header>
        <main id="main" tabindex="-1" data-creates=person.creates().then_some("")>
            <div id=first::STATUS data-first=begins><Status view first=page/></div>
            <div id="page" inner_html=html></div>
        </main>
        <div id=TRAY inner_html=tray></div>
        {person.0.as_ref().map(|person| view! { {keys::help(person)} {palette::dialog()} }.into_any())}
        <template id="reading-list" inner_html=pages::stores::reading().to_html()></template>
        <template id="reading-store" inner_html=pages::store::reading().to_html()></template>
    }
    .into_any()
}

fn account(person: &store::Person) -> AnyView {
    view! {
        <div class="account">
            <button class="who" type="button" popovertarget=MENU><bdi>{person.name.clone()}</bdi></button>
            <div id=MENU popover="auto">
                <p class="muted">{frame::role(person.role)}</p>
                {keys::switch()}
                <button type="button" class="button scripted" data-opens=keys::HELP>{texts::keys::keys()}</button>
                {menu_of(person).map(|(title, to)| beside(title, to)).collect_view()}
                <form method="post" action=links::SIGN_OUT><button class="button" type="submit">{frame::sign_out()}</button></form>
                <form method="post" action=links::SIGN_OUT_EVERYWHERE><button class="button" type="submit">{frame::sign_out_everywhere()}</button></form>
                {language_choice()}
            </div>
        </div>
    }
    .into_any()
}

/// A page that is not this program's.
fn beside(title: &'static str, to: &'static str) -> AnyView {
    view! { <a class="button" href=to rel="external">{title}</a> }.into_any()
}

const MENU: &str = "account";
