//! Keeps what a page shows up to date: one long poll at a time, for as long as the page is there.

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, reactive::spawn_local_scoped_with_cancellation};
use store::Millis;

use crate::{
    api, browser,
    error::ApiError,
    update::{Update, View},
    words,
};

/// A page that is not looked at asks this often instead of holding a connection: a browser has six for one host.
const HIDDEN_PAUSE_MS: u32 = 5_000;
/// After an answer without news.
const IDLE_PAUSE_MS: u32 = 250;
/// A poll that takes longer than the server holds one, with room for a slow line, has lost its connection.
const POLL_LIMIT_MS: f64 = 35_000.0;

#[derive(Clone, Copy, Debug)]
pub struct Live {
    update: RwSignal<Update>,
    now: RwSignal<Millis>,
    lost: RwSignal<bool>,
    said: RwSignal<String>,
    /// The browser's ticks when the last answer came.
    heard: StoredValue<f64>,
    /// The browser's ticks when the poll under way began.
    asked: StoredValue<f64>,
    wake: Trigger,
}

impl Live {
    /// Begins with the answer the page was loaded with and follows `view` from there; ends with the reactive owner. On the server
    /// nothing is followed.
    pub fn follow(first: Result<Update, ApiError>, view: impl Fn() -> View + Send + Sync + 'static) -> Self {
        let first = first.unwrap_or_else(|error| Update::unread(&error));
        let live = Self {
            now: RwSignal::new(first.now),
            update: RwSignal::new(first),
            lost: RwSignal::new(false),
            said: RwSignal::new(String::new()),
            heard: StoredValue::new(0.0),
            asked: StoredValue::new(0.0),
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

    /// When what is shown was so, if the connection is lost.
    pub fn lost_since(&self) -> Option<Millis> {
        self.lost.get().then(|| self.update.with(|update| update.now))
    }

    /// What changed last, for a live region.
    pub fn said(&self) -> String {
        self.said.get()
    }

    fn poll(self, view: impl Fn() -> View + Send + Sync + 'static) {
        Effect::new(move |before: Option<View>| {
            self.wake.track();
            let view = view();
            // Another view is asked for anew, so that it is answered at once.
            let is_same = before.is_none_or(|before| before == view);
            let revision = if is_same && !self.lost.get_untracked() { self.revision() } else { None };
            spawn_local_scoped_with_cancellation(self.poll_on(view.clone(), revision));
            view
        });
        Effect::new(move |_| {
            let listening = StoredValue::new_local(browser::on_wake(move || self.wake.notify()));
            on_cleanup(move || listening.dispose());
        });
    }

    async fn poll_on(self, view: View, mut revision: Option<String>) {
        let mut failures = 0;
        loop {
            if browser::is_hidden() {
                TimeoutFuture::new(HIDDEN_PAUSE_MS).await;
                revision = None;
            }
            self.asked.set_value(browser::ticks());
            match api::poll(view.clone(), revision.clone()).await {
                Ok(update) => {
                    failures = 0;
                    let news = revision.as_ref() != Some(&update.revision);
                    revision = Some(update.revision.clone());
                    self.take(update);
                    if !news {
                        TimeoutFuture::new(IDLE_PAUSE_MS).await;
                    }
                }
                Err(ApiError::SignedOut) => return browser::reload(),
                Err(_) => {
                    // The first answer after it is wanted at once, changed or not: it is what takes the word back.
                    revision = None;
                    // One failure may be a server that is being replaced; the second is worth a word.
                    self.lost.set(self.lost.get_untracked() || failures > 0);
                    TimeoutFuture::new(backoff_ms(failures)).await;
                    failures += 1;
                }
            }
        }
    }

    fn take(self, update: Update) {
        if let Some(said) = self.update.with_untracked(|before| words::announcement(before, &update)) {
            self.said.set(said);
        }
        self.heard.set_value(browser::ticks());
        self.now.set(update.now);
        self.lost.set(false);
        self.update.set(update);
    }

    fn tick(self) {
        let brisk = Memo::new(move |_| self.update.with(Update::is_brisk));
        Effect::new(move |_| {
            if self.heard.get_value() == 0.0 {
                self.heard.set_value(browser::ticks());
            }
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
        let heard = self.update.with_untracked(|update| update.now);
        if heard != Millis::default() {
            self.now.set(Millis(heard.0 + (ticks - self.heard.get_value()) as i64));
        }
        let overdue = ticks - self.asked.get_value() > POLL_LIMIT_MS;
        if overdue && !browser::is_hidden() {
            self.asked.set_value(ticks);
            self.lost.set(true);
            self.wake.notify();
        }
    }

    fn revision(self) -> Option<String> {
        Some(self.update.with_untracked(|update| update.revision.clone()))
            .filter(|revision| !revision.is_empty())
    }
}

/// How long to wait after so many failures in a row: 0.5 s doubling to 8 s.
fn backoff_ms(failures: u32) -> u32 {
    500 << failures.min(4)
}

fn on_cleanup_in_browser(clean: impl FnOnce() + Send + Sync + 'static) {
    if cfg!(not(feature = "ssr")) {
        on_cleanup(clean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_come_at_growing_distances_up_to_eight_seconds() {
        assert_eq!([0, 1, 2, 3, 4, 5, 99].map(backoff_ms), [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    }
}
