//! Keeps what a page shows up to date: one long poll at a time, for as long as the page is there. The next page is one more question.

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, reactive::spawn_local_scoped_with_cancellation};
use store::Millis;

use crate::{
    api,
    browser::{self, visit},
    error::ApiError,
    language::language,
    texts::live as texts,
    update::{Heard, Pace, Page, Saying, Stale, View, Wait},
};

/// A page that is not looked at asks this often instead of holding a connection: a browser has six for one host.
const RARE_PAUSE_MS: u32 = 30_000;
/// So often one does of which there is nothing new, for what is under way elsewhere.
const USUAL_PAUSE_MS: u32 = 5_000;
/// From the beginning of a poll to the next one's at least, whatever the answers are.
const FLOOR_MS: f64 = 250.0;
/// A poll that takes longer than the server was asked to hold it, and this for a slow line, has lost its connection.
const SLOW_LINE: Duration = Duration::from_secs(5);
/// A page is of another build than the server when so many polls in a row were refused for it.
const REFUSALS: u32 = 3;
/// Of more changes at once only the number is said.
const SPOKEN_CHANGES: usize = 3;

/// How the page stands to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    #[default]
    Live,
    /// What is shown was so then; nothing was ever heard on a page that came to be without a connection.
    Lost { since: Option<Millis> },
    /// The server is of another build, and something was typed that a new page would not have.
    Outdated,
}

/// What the page says of itself.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub link: Link,
    pub stale: Option<Stale>,
    /// What changed last, for a live region.
    pub said: String,
}

/// An answer, by the server's clock and by the browser's ticks.
#[derive(Clone, Copy, Debug)]
struct Mark {
    now: Millis,
    ticks: f64,
}

#[derive(Debug)]
struct State {
    /// What is shown, but for its text, which is on the page.
    page: Page,
    /// The last answer; nothing until one came.
    heard: Option<Mark>,
    /// The browser's ticks when the last poll began.
    asked: f64,
    /// The browser's ticks at which the poll under way is given up.
    due: f64,
}

#[derive(Clone, Copy, Debug)]
pub struct Live {
    view: RwSignal<View>,
    now: RwSignal<Millis>,
    told: RwSignal<Told>,
    state: StoredValue<State>,
}

impl Live {
    /// Begins with what the page was loaded with and follows it from there. On the server nothing is followed.
    pub fn follow(view: View, first: Page) -> Self {
        let live = Self {
            view: RwSignal::new(view),
            now: RwSignal::new(first.now),
            told: RwSignal::new(Told { stale: first.stale.clone(), ..Told::default() }),
            state: StoredValue::new(State {
                heard: Some(Mark { now: first.now, ticks: 0.0 }),
                page: first,
                asked: f64::NEG_INFINITY,
                due: f64::INFINITY,
            }),
        };
        live.poll();
        live
    }

    /// The server's clock, ticking.
    pub fn now(self) -> Millis {
        self.now.get()
    }

    pub fn now_untracked(self) -> Millis {
        self.now.get_untracked()
    }

    pub fn told(self) -> RwSignal<Told> {
        self.told
    }

    pub fn view(self) -> View {
        self.view.get_untracked()
    }

    /// Another page, of which nothing is known yet; or the same one, asked for otherwise.
    pub fn turn_to(self, view: View, is_other_place: bool) {
        if is_other_place {
            self.state.update_value(|state| {
                state.heard = None;
                state.page = Page { pace: Pace::Restless, ..Page::default() };
            });
            if matches!(self.told.with_untracked(|told| told.link), Link::Lost { .. }) {
                self.set_link(Link::Lost { since: None });
            }
        }
        self.view.set(view);
    }

    /// Whether nothing was heard yet of what is asked for.
    pub fn is_waiting(self) -> bool {
        self.state.with_value(|state| state.heard.is_none())
    }

    fn poll(self) {
        Effect::new(move |before: Option<View>| {
            let view = self.view.get();
            // Another view has nothing to compare with, and so is answered at once.
            let is_same = before.is_none_or(|before| before == view);
            let since = if is_same { self.revision() } else { None };
            spawn_local_scoped_with_cancellation(self.poll_on(view.clone(), since));
            view
        });
        Effect::new(move |_| {
            // The answer that the page was loaded with comes to life now.
            self.state.update_value(|state| {
                state.heard = Some(Mark { now: state.page.now, ticks: browser::ticks() });
            });
            browser::on_turn(move || {
                if !browser::is_online() {
                    self.lose();
                }
                // The poll under way is cut off: of a page that is hidden now, or of a connection that is another one.
                self.wake();
            });
            self.tick();
            visit::begin(self, &self.state.with_value(|state| state.page.icon.clone()));
        });
    }

    async fn poll_on(self, view: View, mut since: Option<String>) {
        let mut failures = 0;
        let mut refusals = 0;
        while let Some(Turn { pause, wait }) = self.turn() {
            let floor = FLOOR_MS - (browser::ticks() - self.state.with_value(|state| state.asked));
            // Whoever goes to another page waits for nothing.
            let floor = if self.is_waiting() && failures == 0 { 0.0 } else { floor };
            TimeoutFuture::new(pause.max(floor.clamp(0.0, FLOOR_MS) as u32)).await;
            let asked = browser::ticks();
            self.state.update_value(|state| {
                state.asked = asked;
                state.due = asked + (wait.limit() + SLOW_LINE).as_secs_f64() * 1000.0;
            });
            let answer = api::poll(view.clone(), since.clone(), wait).await;
            self.state.update_value(|state| state.due = f64::INFINITY);
            match answer {
                Ok(heard) => {
                    failures = 0;
                    refusals = 0;
                    if let Heard::News(page) = &heard {
                        since = Some(page.revision.clone()).filter(|revision| !revision.is_empty());
                    }
                    self.take(&view, heard);
                }
                Err(ApiError::SignedOut) => return browser::reload(),
                Err(ApiError::Outdated) => {
                    refusals += 1;
                    // While servers are replaced one by one, either build answers; a new page is worth it once only the other does.
                    if refusals >= REFUSALS {
                        if !browser::has_typed() {
                            return browser::reload();
                        }
                        self.set_link(Link::Outdated);
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

    fn turn(self) -> Option<Turn> {
        let is_lost = self.told.with_untracked(|told| told.link) != Link::Live;
        let (pace, jobs) = self.state.with_value(|state| (state.page.pace, state.page.jobs));
        Turn::next(pace, jobs > 0, is_lost, browser::is_hidden())
    }

    fn take(self, view: &View, heard: Heard) {
        let now = heard.now();
        self.state.update_value(|state| state.heard = Some(Mark { now, ticks: browser::ticks() }));
        self.now.set(now);
        self.set_link(Link::Live);
        let Heard::News(page) = heard else { return };
        // Another language was chosen elsewhere, and the frame is of the one before.
        if page.language != language() && !browser::has_typed() {
            return browser::reload();
        }
        let mut page = *page;
        let before = self.state.with_value(|state| state.page.clone());
        // A server that never knew of the store cannot take back what was told of its end.
        if page.pace == Pace::Absent && before.pace == Pace::Last {
            return;
        }
        visit::show(view, &page, now);
        page.html = String::new();
        page.tray = String::new();
        let said = announcement(&before, &page);
        self.told.update(|told| {
            told.stale = page.stale.clone();
            if let Some(said) = said {
                told.said = said;
            }
        });
        self.state.update_value(|state| state.page = page);
    }

    fn lose(self) {
        let is_followed = self.state.with_value(|state| state.page.pace) != Pace::Still;
        if is_followed && self.told.with_untracked(|told| told.link) == Link::Live {
            let since = self.state.with_value(|state| state.heard.map(|mark| mark.now));
            self.set_link(Link::Lost { since });
        }
    }

    fn set_link(self, link: Link) {
        if self.told.with_untracked(|told| told.link) != link {
            self.told.update(|told| told.link = link);
        }
    }

    /// Asks anew, at once.
    pub fn wake(self) {
        self.view.update(|_| ());
    }

    fn tick(self) {
        let is_brisk = self.state.with_value(|state| state.page.pace) == Pace::Brisk;
        set_timeout(
            move || {
                self.on_tick();
                self.tick();
            },
            Duration::from_millis(if is_brisk { 100 } else { 1_000 }),
        );
    }

    fn on_tick(self) {
        let ticks = browser::ticks();
        let (heard, due) = self.state.with_value(|state| (state.heard, state.due));
        if let Some(mark) = heard {
            let now = Millis(mark.now.0 + (ticks - mark.ticks) as i64);
            self.now.set(now);
            browser::times::tick(now);
        }
        if ticks > due && !browser::is_hidden() {
            self.lose();
            self.wake();
        }
    }

    fn revision(self) -> Option<String> {
        Some(self.state.with_value(|state| state.page.revision.clone()))
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
    /// Nothing where there is nothing to ask. `is_busy` while something is under way, here or elsewhere.
    fn next(pace: Pace, is_busy: bool, is_lost: bool, is_hidden: bool) -> Option<Self> {
        let wait = match pace {
            Pace::Still => return None,
            _ if is_hidden => return Some(Self { pause: RARE_PAUSE_MS, wait: Wait::No }),
            Pace::Last => {
                let pause = if is_busy { USUAL_PAUSE_MS } else { RARE_PAUSE_MS };
                return Some(Self { pause, wait: Wait::No });
            }
            // Any answer takes the word back.
            _ if is_lost => Wait::No,
            Pace::Restless | Pace::Brisk => Wait::Brief,
            Pace::Calm | Pace::Absent if is_busy => Wait::Brief,
            Pace::Calm | Pace::Absent => Wait::Long,
        };
        Some(Self { pause: 0, wait })
    }
}

/// How long to wait after so many failures in a row: 0.5 s doubling to 8 s, and up to half of it less, so that pages that lost the same
/// server do not all come back at once. `random` is in 0..1.
fn backoff_ms(failures: u32, random: f64) -> u32 {
    let longest = 500 << failures.min(4);
    longest - (f64::from(longest) / 2.0 * random) as u32
}

/// What to say aloud when a page's state changes; nothing where only times moved.
fn announcement(before: &Page, after: &Page) -> Option<String> {
    let is_changed =
        |new: &&Saying| before.sayings.iter().any(|old| old.of == new.of && old.state != new.state);
    let changed: Vec<&str> =
        after.sayings.iter().filter(is_changed).map(|saying| saying.sentence.as_str()).collect();
    match changed.len() {
        0 => {
            let (old, new) = (before.summary.as_ref()?, after.summary.as_ref()?);
            (old.state != new.state).then(|| new.sentence.clone())
        }
        1..=SPOKEN_CHANGES => Some(changed.join(" ")),
        count => Some(texts::changed(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let turn = Turn::next(Pace::Brisk, true, false, true);
        assert_eq!(turn, Some(Turn { pause: 30_000, wait: Wait::No }));
    }

    #[test]
    fn a_lost_line_is_found_out_sooner_while_something_is_under_way() {
        for (pace, wait) in
            [(Pace::Brisk, Wait::Brief), (Pace::Restless, Wait::Brief), (Pace::Calm, Wait::Long)]
        {
            assert_eq!(Turn::next(pace, false, false, false), Some(Turn { pause: 0, wait }));
            assert_eq!(Turn::next(pace, false, true, false), Some(Turn { pause: 0, wait: Wait::No }));
        }
        assert_eq!(
            Turn::next(Pace::Calm, true, false, false),
            Some(Turn { pause: 0, wait: Wait::Brief }),
            "elsewhere"
        );
    }

    #[test]
    fn the_last_that_can_be_told_is_asked_for_seldom_unless_something_is_under_way_elsewhere() {
        let pause = |is_busy| Turn::next(Pace::Last, is_busy, false, false).map(|turn| turn.pause);
        assert_eq!([false, true].map(pause), [Some(30_000), Some(5_000)]);
    }

    #[test]
    fn of_what_stays_as_it_is_nothing_is_asked() {
        assert_eq!(Turn::next(Pace::Still, false, true, false), None);
    }

    fn saying(of: usize, state: &str, sentence: &str) -> Saying {
        Saying { of: of.to_string(), state: state.to_owned(), sentence: sentence.to_owned() }
    }

    fn page(states: &[&str], found: &str) -> Page {
        let sayings = states.iter().enumerate();
        let sayings =
            sayings.map(|(of, state)| saying(of, state, &format!("Store {of} is {state}."))).collect();
        Page { sayings, summary: Some(saying(0, found, &format!("{found} stores"))), ..Page::default() }
    }

    #[test]
    fn a_change_is_said_a_burst_of_them_is_one_sentence_and_a_mere_tick_is_not() {
        let before = page(&["ready"; 5], "5");
        assert_eq!(announcement(&before, &before), None);
        let after = page(&["ready", "degraded", "ready", "ready", "ready"], "5");
        assert_eq!(announcement(&before, &after).as_deref(), Some("Store 1 is degraded."));
        assert_eq!(
            announcement(&before, &page(&["degraded"; 5], "5")).as_deref(),
            Some("5 stores have changed.")
        );
    }

    #[test]
    fn what_a_search_found_is_said_and_a_page_that_was_gone_to_is_not() {
        let before = page(&["ready"; 5], "5");
        assert_eq!(announcement(&before, &page(&["ready"; 2], "2")).as_deref(), Some("2 stores"));
        assert_eq!(announcement(&Page::default(), &before), None);
    }
}
