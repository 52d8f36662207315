//! Keeps what a page shows up to date: one long poll at a time, for as long as the page is there.

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, reactive::spawn_local_scoped_with_cancellation};
use store::Millis;

use crate::{
    api, browser,
    error::ApiError,
    update::{Heard, Shown, Update, View, Wait},
    words,
};

/// A page that is not looked at asks this often instead of holding a connection: a browser has six for one host.
const RARE_PAUSE_MS: u32 = 30_000;
/// From the beginning of a poll to the next one's at least, whatever the answers are.
const FLOOR_MS: f64 = 250.0;
/// A poll that takes longer than the server was asked to hold it, and this for a slow line, has lost its connection.
const SLOW_LINE: Duration = Duration::from_secs(5);

/// A page is of another build than the server when so many polls in a row were refused for it.
const REFUSALS: u32 = 3;

/// How the page stands to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Live,
    /// What is shown was so then; nothing was ever heard on a page that came to be without a connection.
    Lost {
        since: Option<Millis>,
    },
    /// The server is of another build, and something was typed that a new page would not have.
    Outdated,
}

/// An answer, by the server's clock and by the browser's ticks.
#[derive(Clone, Copy, Debug)]
struct Mark {
    now: Millis,
    ticks: f64,
}

#[derive(Clone, Copy, Debug)]
pub struct Live {
    update: RwSignal<Update>,
    now: RwSignal<Millis>,
    link: RwSignal<Link>,
    said: RwSignal<String>,
    /// The last answer; nothing until one came.
    heard: StoredValue<Option<Mark>>,
    /// The browser's ticks when the last poll began.
    asked: StoredValue<f64>,
    /// The browser's ticks at which the poll under way is given up.
    due: StoredValue<f64>,
    wake: Trigger,
}

impl Live {
    /// Begins with the answer the page was loaded with and follows `view` from there; ends with the reactive owner. On the server
    /// nothing is followed.
    pub fn follow(first: Result<Update, ApiError>, view: impl Fn() -> View + Send + Sync + 'static) -> Self {
        let heard = first.as_ref().ok().map(|update| Mark { now: update.now, ticks: 0.0 });
        let first = first.unwrap_or_else(|error| Update::unread(&error));
        let live = Self {
            now: RwSignal::new(first.now),
            update: RwSignal::new(first),
            link: RwSignal::new(Link::Live),
            said: RwSignal::new(String::new()),
            heard: StoredValue::new(heard),
            asked: StoredValue::new(f64::NEG_INFINITY),
            due: StoredValue::new(f64::INFINITY),
            wake: Trigger::new(),
        };
        live.poll(view);
        live.tick();
        Effect::new(move |_| browser::set_icon(live.update.with(words::icon)));
        on_cleanup_in_browser(|| browser::set_icon("/favicon.svg"));
        live
    }

    pub fn update(&self) -> RwSignal<Update> {
        self.update
    }

    /// The server's clock, ticking.
    pub fn now(&self) -> Millis {
        self.now.get()
    }

    pub fn link(&self) -> Link {
        self.link.get()
    }

    /// What changed last, for a live region.
    pub fn said(&self) -> String {
        self.said.get()
    }

    fn poll(self, view: impl Fn() -> View + Send + Sync + 'static) {
        Effect::new(move |before: Option<View>| {
            self.wake.track();
            let view = view();
            // Another view has nothing to compare with, and so is answered at once.
            let is_same = before.is_none_or(|before| before == view);
            let since = if is_same { self.revision() } else { None };
            spawn_local_scoped_with_cancellation(self.poll_on(view.clone(), since));
            view
        });
        Effect::new(move |_| {
            let turned = move || {
                if !browser::is_online() {
                    self.lose();
                }
                // The poll under way is cut off: of a page that is hidden now, or of a connection that is another one.
                self.wake.notify();
            };
            let listening = StoredValue::new_local(browser::on_turn(turned));
            on_cleanup(move || listening.dispose());
        });
    }

    async fn poll_on(self, view: View, mut since: Option<String>) {
        let mut failures = 0;
        let mut refusals = 0;
        loop {
            let Turn { pause, wait } = self.turn();
            let floor = FLOOR_MS - (browser::ticks() - self.asked.get_value());
            TimeoutFuture::new(pause.max(floor.clamp(0.0, FLOOR_MS) as u32)).await;
            let asked = browser::ticks();
            self.asked.set_value(asked);
            self.due.set_value(asked + (wait.limit() + SLOW_LINE).as_secs_f64() * 1000.0);
            let answer = api::poll(view.clone(), since.clone(), wait).await;
            self.due.set_value(f64::INFINITY);
            match answer {
                Ok(heard) => {
                    failures = 0;
                    refusals = 0;
                    if let Heard::News(update) = &heard {
                        since = Some(update.revision.clone());
                    }
                    self.take(heard);
                }
                Err(ApiError::SignedOut) => return browser::reload(),
                Err(ApiError::Outdated) => {
                    refusals += 1;
                    // While servers are replaced one by one, either build answers; a new page is worth it once only the other does.
                    if refusals >= REFUSALS {
                        if !browser::has_typed() {
                            return browser::reload();
                        }
                        self.link.set(Link::Outdated);
                    }
                    TimeoutFuture::new(backoff_ms(refusals, browser::random())).await;
                }
                Err(_) => {
                    // One failure may be a server that is being replaced; the second is worth a word.
                    if failures > 0 {
                        self.lose();
                    }
                    TimeoutFuture::new(backoff_ms(failures, browser::random())).await;
                    failures += 1;
                }
            }
        }
    }

    fn turn(self) -> Turn {
        let is_lost = self.link.get_untracked() != Link::Live;
        self.update.with_untracked(|update| Turn::next(update, is_lost, browser::is_hidden()))
    }

    fn take(self, heard: Heard) {
        let now = heard.now();
        self.heard.set_value(Some(Mark { now, ticks: browser::ticks() }));
        self.now.set(now);
        self.link.set(Link::Live);
        let Heard::News(update) = heard else { return };
        // A server that never knew of the store cannot take back what was told of its end.
        if matches!(update.shown, Shown::Missing) && self.update.with_untracked(Update::is_final) {
            return;
        }
        if let Some(said) = self.update.with_untracked(|before| words::announcement(before, &update)) {
            self.said.set(said);
        }
        self.update.set(*update);
    }

    fn lose(self) {
        if self.link.get_untracked() == Link::Live {
            self.link.set(Link::Lost { since: self.heard.get_value().map(|mark| mark.now) });
        }
    }

    fn tick(self) {
        let brisk = Memo::new(move |_| self.update.with(Update::is_brisk));
        Effect::new(move |_| {
            // The answer that the page was loaded with comes to life now.
            self.heard.update_value(|heard| {
                if let Some(mark) = heard.as_mut().filter(|mark| mark.ticks == 0.0) {
                    mark.ticks = browser::ticks();
                }
            });
            let every = Duration::from_millis(if brisk.get() { 100 } else { 1_000 });
            let interval = set_interval_with_handle(move || self.on_tick(), every);
            on_cleanup(move || {
                if let Ok(interval) = interval {
                    interval.clear();
                }
            });
        });
    }

    fn on_tick(self) {
        let ticks = browser::ticks();
        if let Some(mark) = self.heard.get_value() {
            self.now.set(Millis(mark.now.0 + (ticks - mark.ticks) as i64));
        }
        if ticks > self.due.get_value() && !browser::is_hidden() {
            self.lose();
            self.wake.notify();
        }
    }

    fn revision(self) -> Option<String> {
        Some(self.update.with_untracked(|update| update.revision.clone()))
            .filter(|revision| !revision.is_empty())
    }
}

/// How the next question is asked.
#[derive(Debug, PartialEq, Eq)]
struct Turn {
    pause: u32,
    wait: Wait,
}

impl Turn {
    fn next(shown: &Update, is_lost: bool, is_hidden: bool) -> Self {
        if is_hidden || shown.is_final() {
            return Self { pause: RARE_PAUSE_MS, wait: Wait::No };
        }
        let wait = match () {
            // Any answer takes the word back.
            () if is_lost => Wait::No,
            () if shown.is_restless() => Wait::Brief,
            () => Wait::Long,
        };
        Self { pause: 0, wait }
    }
}

/// How long to wait after so many failures in a row: 0.5 s doubling to 8 s, and up to half of it less, so that pages that lost the same
/// server do not all come back at once. `random` is in 0..1.
fn backoff_ms(failures: u32, random: f64) -> u32 {
    let longest = 500 << failures.min(4);
    longest - (f64::from(longest) / 2.0 * random) as u32
}

fn on_cleanup_in_browser(clean: impl FnOnce() + Send + Sync + 'static) {
    if cfg!(not(feature = "ssr")) {
        on_cleanup(clean);
    }
}

#[cfg(test)]
mod tests {
    use store::Phase;

    use super::*;
    use crate::fixtures::{list, shown};

    #[test]
    fn attempts_come_at_growing_distances_up_to_eight_seconds() {
        let longest = [0, 1, 2, 3, 4, 5, 99].map(|failures| backoff_ms(failures, 0.0));
        assert_eq!(longest, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    }

    #[test]
    fn no_two_pages_come_back_at_the_same_time() {
        assert_eq!([0.0, 0.5, 0.999].map(|random| backoff_ms(4, random)), [8_000, 6_000, 4_004]);
    }

    #[test]
    fn a_page_that_nobody_looks_at_asks_seldom_and_holds_no_connection() {
        let turn = Turn::next(&shown(Phase::Provisioning), false, true);
        assert_eq!(turn, Turn { pause: 30_000, wait: Wait::No });
    }

    #[test]
    fn a_lost_line_is_found_out_sooner_while_something_is_under_way() {
        for (update, wait) in [
            (shown(Phase::Provisioning), Wait::Brief),
            (list(&[Phase::Ready, Phase::Deleting]), Wait::Brief),
            (shown(Phase::Ready), Wait::Long),
            (list(&[Phase::Ready, Phase::Failed]), Wait::Long),
        ] {
            assert_eq!(Turn::next(&update, false, false), Turn { pause: 0, wait });
            assert_eq!(Turn::next(&update, true, false), Turn { pause: 0, wait: Wait::No });
        }
    }
}
