//! One store: how far it is, where it is, what was done for it, and what can be done with it.

pub mod actions;
pub mod details;
pub mod failure;
pub mod gone;
pub mod steps;
pub mod timeline;
pub mod upkeep;

use leptos::{html::Dialog, prelude::*};
use leptos_meta::Title;
use store::{Millis, Phase, StoreId, StoreView, time::Elapsed};

use self::{
    actions::{Actions, DeleteDialog},
    details::{Details, Pods},
    failure::FailureNotice,
    gone::GoneNotice,
    steps::{RemovalSteps, Steps},
    timeline::Timeline,
    upkeep::Upkeep,
};
use crate::{
    app::ViewerZone,
    browser,
    changing::{part, text},
    clock,
    components::{Announcer, Connection, Crumb, Heading, Loaded, LoadingCard, PhaseMark, UnreadNotice},
    error::ApiError,
    links,
    live::Live,
    pages::{id_in_path, not_found::NoSuchStore},
    update::{Shown, Update, View},
    words,
};

#[component]
pub fn StorePage() -> impl IntoView {
    let id = id_in_path();
    view! {
        <Crumb/>
        {part(move || match id.get() {
            Some(id) => view! { <LoadedStore id/> }.into_any(),
            None => view! { <Title text="No such store · Storeyard"/> <NoSuchStore/> }.into_any(),
        })}
    }
}

#[component]
fn LoadedStore(id: StoreId) -> impl IntoView {
    view! {
        <Loaded
            view=View::Store(id.clone())
            placeholder=|| view! { <Title text="Loading · Storeyard"/> <Reading/> }
            page=move |first| view! { <Store id=id.clone() first/> }.into_any()
        />
    }
}

/// What is to be shown, without the data, so that a page is rebuilt only when it becomes another one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Loading,
    Unread,
    Missing,
    Gone,
    There,
}

impl Kind {
    fn of(update: &Update) -> Self {
        match update.shown {
            Shown::Store(_) => Self::There,
            Shown::Gone(_) => Self::Gone,
            Shown::Missing => Self::Missing,
            Shown::Unread(_) => Self::Unread,
            Shown::Loading | Shown::List(_) => Self::Loading,
        }
    }
}

#[component]
fn Store(id: StoreId, first: Result<Update, ApiError>) -> impl IntoView {
    let view = View::Store(id.clone());
    let live = Live::follow(first, move || view.clone());
    let update = live.update();
    let kind = Memo::new(move |_| update.with(Kind::of));
    let again = Signal::stored(links::store(&id));
    let body = part(move || match kind.get() {
        Kind::Loading => {
            crate::pages::set_status(503);
            view! { <Reading/> }.into_any()
        }
        Kind::Unread => view! { <Unread live again/> }.into_any(),
        Kind::Missing => view! { <NoSuchStore/> }.into_any(),
        Kind::Gone => view! { <GoneNotice live/> }.into_any(),
        Kind::There => view! { <There live/> }.into_any(),
    });
    view! {
        <Title text=move || update.with(words::title)/>
        <Connection live/>
        <Announcer live/>
        {body}
    }
}

#[component]
fn Reading() -> impl IntoView {
    view! {
        <div class="page-head loading"><Heading>"Store"</Heading></div>
        <LoadingCard what="The store is being read." rows=6/>
    }
}

#[component]
fn Unread(live: Live, again: Signal<String>) -> impl IntoView {
    crate::pages::set_status(503);
    let why = Signal::derive(move || {
        live.update().with(|update| match &update.shown {
            Shown::Unread(why) => why.clone(),
            _ => String::new(),
        })
    });
    view! {
        <div class="page-head"><Heading>"Store"</Heading></div>
        <UnreadNotice what="The store cannot be read" why again/>
    }
}

#[component]
fn There(live: Live) -> impl IntoView {
    let Some(first) = live.update().with_untracked(|update| update.store().cloned()) else {
        return ().into_any();
    };
    // The last state stays until the page has become another one.
    let view = Memo::new(move |before: Option<&StoreView>| {
        live.update().with(|update| update.store().or(before).cloned()).unwrap_or_else(|| first.clone())
    });
    let id = view.with_untracked(|view| view.summary.id.clone());
    let dialog = NodeRef::<Dialog>::new();
    let phase = Memo::new(move |_| view.with(|view| view.summary.phase));
    // With another phase, buttons and links go.
    Effect::new(move |before: Option<Phase>| {
        let phase = phase.get();
        if before.is_some_and(|before| before != phase) {
            request_animation_frame(browser::catch_focus);
        }
        phase
    });
    let steps = part(move || match phase.get() {
        Phase::Deleting => view! { <RemovalSteps live view/> }.into_any(),
        _ => view! { <Steps live view/> }.into_any(),
    });
    let zone = expect_context::<ViewerZone>();
    let loaded = live.update().with_untracked(|update| update.now);
    view! {
        <div class="page-head">
            <div>
                <Heading><bdi>{text(move || view.with(|view| view.summary.name.to_string()))}</bdi></Heading>
                <p><PhaseMark phase since=text(move || view.with(|view| headline(view, live)))/></p>
            </div>
            <Actions view dialog/>
        </div>
        <div class="split">
            <div class="stack">
                <FailureNotice view/>
                {steps}
                <Timeline view/>
            </div>
            <aside class="stack" aria-label="About this store">
                <Details live view/>
                <Upkeep view/>
                <Pods view/>
            </aside>
        </div>
        <p class="scriptless">
            {text(move || format!("This is the state of {} UTC; it does not renew itself without JavaScript. ", clock::time_of_day(loaded, zone.get())))}
            <a rel="external" href=links::store(&id)>"Reload"</a>
        </p>
        <DeleteDialog dialog view/>
    }
    .into_any()
}

/// Beside the phase: how long, and what is usual.
fn headline(view: &StoreView, live: Live) -> String {
    let now = live.now();
    match view.summary.phase {
        Phase::Provisioning => {
            let since = view.started.unwrap_or(view.summary.since);
            let usual = live.update().with(|update| update.usually);
            progress(now.since(since), usual)
        }
        Phase::Ready => made_in(view),
        Phase::Suspended => format!("for {}", clock::brief(now.since(view.summary.since))),
        _ => words::since(&view.summary, now),
    }
}

fn made_in(view: &StoreView) -> String {
    view.made_in().map_or_else(String::new, |took| format!("made in {}", clock::brief(took)))
}

fn progress(elapsed: Elapsed, usual: Option<Elapsed>) -> String {
    match usual {
        Some(usual) => format!("{}, usually {}", clock::brief(elapsed), clock::brief(usual)),
        None => clock::brief(elapsed),
    }
}

/// When a step began and how it goes, ticking: `8.3 s`.
fn took(condition: &store::Condition, now: Millis) -> String {
    condition.took(now).map_or_else(String::new, |took| took.to_string())
}
