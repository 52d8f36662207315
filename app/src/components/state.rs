use leptos::prelude::*;

use crate::{
    app::ViewerZone,
    changing::{When, text},
    clock,
    error::ApiError,
    live::{Link, Live},
    update::{Shown, Stale},
};

/// A bar while the connection is lost, or while the server no longer hears from the cluster. Says how old the page is.
#[component]
pub fn Connection(live: Live) -> impl IntoView {
    let zone = expect_context::<ViewerZone>();
    let state = move |at| {
        format!("This is the state of {}, {}.", clock::time_of_day(at, zone.get()), age(live.now().since(at)))
    };
    let message = move || {
        match live.link() {
            Link::Live => {}
            Link::Outdated => return Some(ApiError::Outdated.to_string()),
            Link::Lost { since: None } => return Some("Connection lost. Trying again…".to_owned()),
            Link::Lost { since: Some(at) } => {
                return Some(format!("Connection lost. {} Trying again…", state(at)));
            }
        }
        let stale = live.update().with(|update| match update.shown {
            Shown::Unread(_) => None,
            _ => update.stale.clone(),
        })?;
        Some(match stale {
            Stale::Unread { since, why } => format!("{why} {}", state(since)),
            Stale::Unobserved { since } => format!(
                "Nobody looks at the stores: Storeyard's operator does not run, or does not get through. {}",
                state(since)
            ),
        })
    };
    let message = Signal::derive(message);
    let is_outdated = Signal::derive(move || live.link() == Link::Outdated);
    view! {
        <div class="connection" class:shown=move || message.with(Option::is_some)>
            <p>
                {message}
                <When is=is_outdated>" "<a rel="external" href="">"Reload"</a></When>
            </p>
        </div>
        <p class="visually-hidden" role="alert">
            {text(move || match live.link() {
                Link::Live => String::new(),
                Link::Lost { .. } => "Connection lost.".to_owned(),
                Link::Outdated => ApiError::Outdated.to_string(),
            })}
        </p>
    }
}

fn age(elapsed: store::time::Elapsed) -> String {
    format!("{} ago", clock::brief(elapsed))
}

/// Says aloud what changed.
#[component]
pub fn Announcer(live: Live) -> impl IntoView {
    view! { <p class="visually-hidden" role="status">{text(move || live.said())}</p> }
}

/// Keeps the place of what is being read; shows only when that takes long enough to be noticed.
#[component]
pub fn LoadingCard(what: &'static str, rows: usize) -> impl IntoView {
    let rows = (0..rows)
        .map(|_| view! { <div class="skeleton-row"><span></span><span></span></div> }.into_any())
        .collect_view();
    view! {
        <div class="card loading" aria-busy="true">
            <p class="visually-hidden" role="status">{what}</p>
            {rows}
        </div>
    }
}

/// A failed read: what, why, and a way on.
#[component]
pub fn UnreadNotice(
    what: &'static str,
    #[prop(into)] why: Signal<String>,
    #[prop(into)] again: Signal<String>,
) -> impl IntoView {
    view! {
        <section class="notice" role="alert">
            <h2>{what}</h2>
            <p>{why}</p>
            <p>"The stores themselves are not affected by this."</p>
            <div class="actions"><a class="button" rel="external" href=again>"Try again"</a></div>
        </section>
    }
}
