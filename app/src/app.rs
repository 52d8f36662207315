//! The routes, and the frame around every page.

use leptos::{ev, prelude::*};
use leptos_meta::provide_meta_context;
use leptos_router::{
    NavigateOptions, SsrMode,
    components::{Outlet, ParentRoute, Route, Router, Routes},
    hooks::{use_location, use_navigate},
    path,
};

use crate::{
    browser,
    clock::Zone,
    links,
    me::{Me, me},
    pages::{DeleteStorePage, NewStorePage, NotFoundPage, StorePage, StoresPage},
};

/// The viewer's zone: UTC on the server and until the page is hydrated.
#[derive(Clone, Copy, Debug)]
pub struct ViewerZone(RwSignal<Zone>);

impl ViewerZone {
    pub fn get(self) -> Zone {
        self.0.get()
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let zone = RwSignal::new(Zone::default());
    provide_context(ViewerZone(zone));
    provide_context(Me::known());
    Effect::new(move |_| zone.set(browser::zone()));
    view! {
        <Router>
            <Routes fallback=|| view! { <Frame><NotFoundPage/></Frame> }>
                <ParentRoute path=path!("/stores") view=|| view! { <Frame><Outlet/></Frame> } ssr=SsrMode::Async>
                    <Route path=path!("") view=StoresPage/>
                    <Route path=path!("new") view=NewStorePage/>
                    <Route path=path!(":id/delete") view=DeleteStorePage/>
                    <Route path=path!(":id") view=StorePage/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

#[component]
fn Frame(children: Children) -> impl IntoView {
    follow_focus();
    listen_for_keys();
    view! {
        <a class="skip" href="#main" rel="external">"Skip to content"</a>
        <header class="topbar">
            <div>
                <a class="brand" href=links::STORES>
                    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" aria-hidden="true">
                        <path d="M4 10v9h16v-9M3 10l2-5h14l2 5a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0ZM10 19v-5h4v5"/>
                    </svg>
                    "Storeyard"
                </a>
                <nav aria-label="Main">
                    <a href=links::STORES aria-current="page">"Stores"</a>
                </nav>
                {me().0.map(|person| account(&person))}
            </div>
        </header>
        <main id="main" tabindex="-1">{children()}</main>
    }
}

fn account(person: &store::Person) -> AnyView {
    view! {
        <details class="account">
            <summary><bdi>{person.name.clone()}</bdi></summary>
            <div>
                <p class="muted">{person.role.key()}</p>
                <form method="post" action=links::SIGN_OUT><button class="button" type="submit">"Sign out"</button></form>
                <form method="post" action=links::SIGN_OUT_EVERYWHERE><button class="button" type="submit">"Sign out everywhere"</button></form>
            </div>
        </details>
    }
    .into_any()
}

/// After a change of page by script the focus begins at the new page's heading, as it does after a load.
fn follow_focus() {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) {
            request_animation_frame(|| browser::focus("#main"));
        }
        path
    });
}

fn listen_for_keys() {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let listener = window_event_listener(ev::keydown, move |key| {
            let is_plain = !key.ctrl_key() && !key.meta_key() && !key.alt_key() && !key.default_prevented();
            if !is_plain || !browser::is_key_free() {
                return;
            }
            match key.key().as_str() {
                "n" => {
                    key.prevent_default();
                    navigate(links::NEW, NavigateOptions::default());
                }
                "/" => {
                    key.prevent_default();
                    browser::focus("#search");
                }
                _ => {}
            }
        });
        on_cleanup(move || listener.remove());
    });
}
