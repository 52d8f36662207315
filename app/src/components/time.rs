use leptos::prelude::*;
use store::Millis;

use crate::clock::{self, Tick, Zone};

/// How long ago something was, ticking, with when that was.
pub fn moment(at: Millis, now: Millis) -> AnyView {
    view! { <time datetime=clock::iso(at) title=clock::date_and_time(at, Zone::Utc)>{tick(Tick::Ago, at, now)}</time> }
        .into_any()
}

/// When it was, by day and minute.
pub fn date(at: Millis) -> AnyView {
    view! { <time datetime=clock::iso(at) data-shows="date">{clock::date_and_time(at, Zone::Utc)}</time> }
        .into_any()
}

/// A text that changes with time alone, and so is told anew by the page's program.
pub fn tick(tick: Tick, at: Millis, now: Millis) -> AnyView {
    view! { <span data-tick=tick.key() data-at=at.0.to_string()>{tick.text(at, now)}</span> }.into_any()
}
