use leptos::prelude::*;

use crate::{
    changing::text,
    clock::{self, Zone},
    error::ApiError,
    live::{Link, Live, Told},
    texts::live as texts,
    update::{Page, Stale, View},
};

/// Keeps the page below it up to date and says how that goes: a bar while the connection is lost, or while the server no longer hears from
/// the cluster, with how old the page is; and, aloud, what changed.
#[component]
pub fn Status(view: View, first: Page) -> impl IntoView {
    let live = Live::follow(view, first);
    let told = live.told();
    // UTC on the server and until the page is hydrated.
    let is_here = RwSignal::new(false);
    Effect::new(move |_| is_here.set(true));
    let message = text(move || {
        let state = |at| {
            let zone = if is_here.get() { Zone::Viewer } else { Zone::Utc };
            let (time, age) = (clock::time_of_day(at, zone), clock::brief(live.now().since(at)));
            texts::state_of(&time, &age)
        };
        told.with(|told| sentence(told, state))
    });
    let alert = text(move || match told.with(|told| told.link) {
        Link::Live => String::new(),
        Link::Lost { .. } => texts::lost().to_owned(),
        Link::Outdated => ApiError::Outdated.to_string(),
    });
    view! {
        <div class="connection" class:shown=move || message.with(|message| !message.is_empty())>
            <p>
                {message}
                <a rel="external" href="" hidden=move || told.with(|told| told.link != Link::Outdated)>{texts::reload()}</a>
            </p>
        </div>
        <p class="visually-hidden" role="alert">{alert}</p>
        <p class="visually-hidden" role="status">{text(move || told.with(|told| told.said.clone()))}</p>
    }
}

/// Nothing while all is well.
fn sentence(told: &Told, state: impl Fn(store::Millis) -> String) -> String {
    match (told.link, &told.stale) {
        (Link::Outdated, _) => ApiError::Outdated.to_string(),
        (Link::Lost { since: None }, _) => format!("{} {}", texts::lost(), texts::trying()),
        (Link::Lost { since: Some(at) }, _) => {
            format!("{} {} {}", texts::lost(), state(at), texts::trying())
        }
        (Link::Live, None) => String::new(),
        (Link::Live, Some(Stale::Unread { since, why })) => format!("{why} {}", state(*since)),
        (Link::Live, Some(Stale::Unobserved { since })) => {
            format!("{} {}", texts::unobserved(), state(*since))
        }
    }
}
