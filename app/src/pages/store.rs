//! One store: how far it is, where it is, what was done for it, and what can be done with it.

pub mod actions;
pub mod details;
pub mod failure;
pub mod gone;
pub mod loss;
pub mod mail;
pub mod password;
pub mod steps;
pub mod timeline;
pub mod upkeep;

use leptos::prelude::*;
use store::{Millis, Phase, StoreId, StoreView};

use crate::{
    clock::{self, Tick, Zone},
    components::{
        Tab, Whence, crumb, english, health_strip, loading_card, phase_mark, tabs, tick, unread_notice,
    },
    links,
    pages::{not_found, set_status, stores::table},
    texts::{frame, store as texts},
    update::{Shown, Update},
};

pub fn page(id: &StoreId, update: &Update) -> AnyView {
    let body = match &update.shown {
        Shown::Store(view) => there(view, update),
        Shown::Gone(gone) => gone::notice(gone),
        Shown::Missing => not_found::no_such_store(),
        Shown::Unread(why) => {
            set_status(503);
            view! {
                <div class="page-head" data-key="head"><h1 tabindex="-1">{texts::store()}</h1></div>
                {unread_notice(texts::unread(), english(why.clone()), links::store(id))}
            }
            .into_any()
        }
        Shown::Loading | Shown::List(_) => {
            set_status(503);
            reading_store()
        }
    };
    view! { {crumb(&Whence::known())} {body} }.into_any()
}

/// Until there is something to show.
pub fn reading() -> AnyView {
    view! { {crumb(&Whence::known())} {reading_store()} }.into_any()
}

fn reading_store() -> AnyView {
    view! {
        <div class="page-head" data-key="head"><h1 tabindex="-1" class="loading">{texts::store()}</h1></div>
        {loading_card(texts::reading(), 6)}
    }
    .into_any()
}

fn there(view: &StoreView, update: &Update) -> AnyView {
    let now = update.now;
    let whence = Whence::known();
    let steps = match view.summary.phase {
        Phase::Deleting => steps::removal_steps(view, now),
        _ => steps::steps(view, update),
    };
    view! {
        <div class="page-head" data-key="head">
            <div>
                <h1 tabindex="-1"><bdi>{view.summary.name.to_string()}</bdi></h1>
                <p>{phase_mark(view.summary.phase, headline(view, update))}</p>
            </div>
            {actions::actions(view)}
        </div>
        {tabs(&view.summary.id, Tab::Overview, &whence)}
        {runs(view.summary.phase).then(|| health_strip(view, update.vitals.as_ref(), now))}
        <div class="split" data-key="there">
            <div class="stack">
                {failure::notice(view).or_else(|| loss::notice(view, now))}
                {steps}
                {timeline::timeline(view)}
            </div>
            <aside class="stack" aria-label=texts::about()>
                {details::details(view, now)}
                {upkeep::upkeep(view)}
                {password::admin_password(view)}
                {details::pods(view)}
            </aside>
        </div>
        <p class="scriptless" data-key="scriptless">
            {texts::not_renewed(&clock::time_of_day(now, Zone::Utc))}
            <a rel="external" href=whence.kept_in(&links::store(&view.summary.id))>{frame::reload()}</a>
        </p>
        {actions::delete_dialog(view)}
    }
    .into_any()
}

/// Whether there is a shop whose health can be told.
pub(crate) fn runs(phase: Phase) -> bool {
    matches!(phase, Phase::Ready | Phase::Degraded)
}

/// Beside the phase: how long, and what is usual.
fn headline(view: &StoreView, update: &Update) -> Option<AnyView> {
    let brief = |since| tick(Tick::Brief, since, update.now);
    match view.summary.phase {
        Phase::Provisioning => {
            let since = brief(view.started.unwrap_or(view.summary.since));
            let usual = update.usually.map(|usual| texts::usually(&clock::brief(usual)));
            Some(view! { {since} {usual} }.into_any())
        }
        Phase::Suspended => Some(view! { {texts::lasts()} {brief(view.summary.since)} }.into_any()),
        _ => table::since(&view.summary, update.now),
    }
}

/// How long a step took, or takes: `8.3 s`.
fn took(condition: &store::Condition, now: Millis) -> Option<AnyView> {
    let took = condition.took(now)?;
    // Only what is under way is told anew as time goes on.
    let is_under_way = condition.took(now.plus_seconds(1)) != Some(took);
    let since = condition.started.filter(|_| is_under_way);
    Some(since.map_or_else(|| clock::exact(took).into_any(), |since| tick(Tick::Exact, since, now)))
}
