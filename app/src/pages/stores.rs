//! The list of stores.

pub mod strays;
pub mod table;
pub mod toolbar;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use store::{ListPage, ListQuery};

use self::{strays::Strays, table::StoresTable, toolbar::Toolbar};
use crate::{
    app::LastList,
    changing::{When, part, text},
    components::{Announcer, Connection, Heading, Loaded, LoadingCard, UnreadNotice},
    error::ApiError,
    keys::keys,
    links,
    live::Live,
    me::me,
    update::{Shown, Update, View},
    words,
};

#[component]
pub fn StoresPage() -> impl IntoView {
    let query = query_in_address();
    view! {
        <Loaded
            view=View::List(query.get_untracked())
            placeholder=Placeholder
            page=move |first| view! { <Stores query first/> }.into_any()
        />
    }
}

/// What a list's address asks for.
fn query_in_address() -> Memo<ListQuery> {
    let params = use_query_map();
    Memo::new(move |_| {
        params.with(|params| {
            let pairs = ["q", "show", "sort", "turn", "page"]
                .map(|key| (key, params.get_str(key).unwrap_or_default()));
            ListQuery::parse(pairs)
        })
    })
}

/// What is to be shown, without the data, so that a page is rebuilt only when it becomes another one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Loading,
    Unread,
    /// There is no store at all.
    Empty,
    NoMatch,
    Rows,
}

impl Kind {
    fn of(update: &Update) -> Self {
        match &update.shown {
            Shown::List(page) if page.total == 0 => Self::Empty,
            Shown::List(page) if page.rows.is_empty() => Self::NoMatch,
            Shown::List(_) => Self::Rows,
            Shown::Unread(_) => Self::Unread,
            _ => Self::Loading,
        }
    }
}

#[component]
fn Stores(query: Memo<ListQuery>, first: Result<Update, ApiError>) -> impl IntoView {
    let last = expect_context::<LastList>();
    last.keep_place(&query.with_untracked(links::list));
    Effect::new(move |_| last.set(query.with(links::list)));
    let live = Live::follow(first, move || View::List(query.get()));
    let update = live.update();
    let kind = Memo::new(move |_| update.with(Kind::of));
    // The last list stays while another state is shown for a moment.
    let page = Memo::new(move |before: Option<&ListPage>| {
        update.with(|update| update.list().or(before).cloned().unwrap_or_default())
    });
    let summary = text(move || match kind.get() {
        Kind::Rows | Kind::NoMatch => page.with(words::list_summary),
        _ => String::new(),
    });
    let (creates, keys) = (me().creates(), keys());
    let has_toolbar = Signal::derive(move || matches!(kind.get(), Kind::Rows | Kind::NoMatch));
    let body = part(move || match kind.get() {
        Kind::Loading => {
            crate::pages::set_status(503);
            view! { <LoadingCard what="The stores are being read." rows=4/> }.into_any()
        }
        Kind::Unread => view! { <Unread live query/> }.into_any(),
        Kind::Empty => view! { <Empty/> }.into_any(),
        Kind::NoMatch => view! { <NoMatch query/> }.into_any(),
        Kind::Rows => view! { <StoresTable live page query/> }.into_any(),
    });
    view! {
        <Title text=move || update.with(words::title)/>
        <Connection live/>
        <Announcer live/>
        <div class="page-head">
            <div><Heading>"Stores"</Heading><p class="num">{summary}</p></div>
            <When is=Signal::derive(move || creates && kind.get() != Kind::Empty)>
                <a class="button primary" href=links::NEW>"New store"</a>
            </When>
        </div>
        <Strays page/>
        <When is=has_toolbar><Toolbar page query/></When>
        {body}
        <p class="keys" hidden=move || !keys.are_on()>
            {creates.then(|| view! { <span><kbd>"n"</kbd>" for a new store"</span> }.into_any())}
            <When is=has_toolbar><span><kbd>"/"</kbd>" to search"</span></When>
        </p>
        <p class="scriptless">"This list does not renew itself without JavaScript. "<a rel="external" href=move || links::list(&query.get())>"Reload"</a></p>
    }
}

#[component]
fn Placeholder() -> impl IntoView {
    view! {
        <Title text="Stores · Storeyard"/>
        <div class="page-head"><div><Heading>"Stores"</Heading></div></div>
        <LoadingCard what="The stores are being read." rows=4/>
    }
}

#[component]
fn Unread(live: Live, query: Memo<ListQuery>) -> impl IntoView {
    crate::pages::set_status(503);
    let why = Signal::derive(move || {
        live.update().with(|update| match &update.shown {
            Shown::Unread(why) => why.clone(),
            _ => String::new(),
        })
    });
    let again = Signal::derive(move || links::list(&query.get()));
    view! { <UnreadNotice what="The stores cannot be read" why again/> }
}

#[component]
fn Empty() -> impl IntoView {
    view! {
        <section class="card empty">
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
}

#[component]
fn NoMatch(query: Memo<ListQuery>) -> impl IntoView {
    let sentence = text(move || {
        let ListQuery { search, filter, .. } = query.get();
        match (search.is_empty(), filter == store::query::Filter::All) {
            (true, _) => format!("No store is under “{}” at the moment.", filter.label()),
            (false, true) => format!("No store has “{search}” in its name or address."),
            (false, false) => {
                format!("No store under “{}” has “{search}” in its name or address.", filter.label())
            }
        }
    });
    view! {
        <section class="card empty">
            <h2>"No match"</h2>
            <p>{sentence}</p>
            <a class="button" data-noscroll="" href=links::STORES>"Show all stores"</a>
        </section>
    }
}
