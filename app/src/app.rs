//! The routes, and the frame around every page.

use leptos::{ev, prelude::*};
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route, Router, Routes},
    hooks::use_location,
    path,
};

use crate::{
    browser,
    clock::Zone,
    keys::{self, Keys, KeysSwitch},
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

/// The list as it was seen last, for the way back to it.
#[derive(Clone, Copy, Debug)]
pub struct LastList {
    address: RwSignal<String>,
    /// How far down it was scrolled.
    scrolled: StoredValue<f64>,
}

impl LastList {
    fn provide() {
        let (address, scrolled) = (RwSignal::new(links::STORES.to_owned()), StoredValue::new(0.0));
        provide_context(Self { address, scrolled });
    }

    pub fn get(self) -> String {
        self.address.get()
    }

    pub fn set(self, address: String) {
        self.address.set(address);
    }

    /// Goes to where the list of that address was left, once it is drawn, and notes how far one scrolls from there.
    pub fn keep_place(self, address: &str) {
        let is_same = self.address.with_untracked(|last| last == address);
        let place = if is_same { self.scrolled.get_value() } else { 0.0 };
        self.scrolled.set_value(place);
        Effect::new(move |_| {
            if place > 0.0 {
                // The first frame is the heading's, which takes the focus.
                request_animation_frame(move || request_animation_frame(move || browser::scroll_to(place)));
            }
            let listener =
                window_event_listener(ev::scroll, move |_| self.scrolled.set_value(browser::scrolled()));
            on_cleanup(move || listener.remove());
        });
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let zone = RwSignal::new(Zone::default());
    provide_context(ViewerZone(zone));
    provide_context(Me::known());
    LastList::provide();
    Keys::provide();
    Effect::new(move |_| zone.set(Zone::Viewer));
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
    keys::listen();
    let path = use_location().pathname;
    // Which of the frame's links is the page itself, and which leads to what is around it.
    let current = move || {
        path.with(|path| match path.as_str() {
            links::STORES => Some("page"),
            path if path.starts_with(links::STORES) => Some("true"),
            _ => None,
        })
    };
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
                    <a href=links::STORES aria-current=current>"Stores"</a>
                </nav>
                {me().0.map(|person| account(&person))}
            </div>
        </header>
        <main id="main" tabindex="-1" on:focusin=move |event| browser::note_focus(&event)>{children()}</main>
    }
}

fn account(person: &store::Person) -> AnyView {
    view! {
        <div class="account">
            <button class="who" type="button" popovertarget=MENU><bdi>{person.name.clone()}</bdi></button>
            <div id=MENU popover="auto">
                <p class="muted">{person.role.key()}</p>
                <KeysSwitch/>
                <form method="post" action=links::SIGN_OUT><button class="button" type="submit">"Sign out"</button></form>
                <form method="post" action=links::SIGN_OUT_EVERYWHERE><button class="button" type="submit">"Sign out everywhere"</button></form>
            </div>
        </div>
    }
    .into_any()
}

const MENU: &str = "account";

/// After a change of page by script the focus begins at the new page's heading, as it does after a load.
fn follow_focus() {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) {
            browser::hide_popover(MENU);
            request_animation_frame(browser::focus_heading);
        }
        path
    });
}
