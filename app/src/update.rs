//! What a page asks for and what it is told: one question, one answer, for the first load and for every change after it. What is shown
//! comes as it is to stand on the page, written by the server.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::{
    EngineCard, Language, ListPage, ListQuery, Millis, RemovalKind, RequestId, Scheme, State, StoreId,
    StoreView, Vitals, limit::Left, query::Filter, time::Elapsed,
};

use crate::{error::ApiError, links};

/// What a page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum View {
    List(ListQuery),
    Store(StoreId),
    Delete(StoreId),
    New,
    /// An address that leads nowhere.
    Nowhere,
}

impl View {
    /// What is at an address; `asked` reads its query. Nothing where this program has no page.
    pub fn at(path: &str, asked: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let path = path.strip_suffix('/').unwrap_or(path);
        if path == links::STORES {
            let pairs = ListQuery::KEYS.map(|key| (key, asked(key).unwrap_or_default()));
            return Some(Self::List(ListQuery::parse(
                pairs.iter().map(|(key, value)| (*key, value.as_str())),
            )));
        }
        if path == links::NEW {
            return Some(Self::New);
        }
        let below = path.strip_prefix(links::STORES)?.strip_prefix('/')?;
        let (id, view): (&str, fn(StoreId) -> Self) = match below.strip_suffix("/delete") {
            Some(id) => (id, Self::Delete),
            None => (below, Self::Store),
        };
        Some(StoreId::parse(id).map_or(Self::Nowhere, view))
    }
}

/// How long an answer may be held for want of news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wait {
    No,
    /// While something is under way, so that a lost connection is soon found out.
    Brief,
    Long,
}

impl Wait {
    pub const fn limit(self) -> Duration {
        Duration::from_secs(match self {
            Self::No => 0,
            Self::Brief => 5,
            // Under what proxies give an idle answer.
            Self::Long => 25,
        })
    }
}

/// What a page is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Heard {
    /// All is as the page has it.
    Same {
        now: Millis,
    },
    News(Box<Page>),
}

impl Heard {
    /// The server's clock when it answered.
    pub fn now(&self) -> Millis {
        match self {
            Self::Same { now } => *now,
            Self::News(page) => page.now,
        }
    }
}

/// What is on a page, and how it goes on from there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Names what is shown, whichever server shows it, for asking for the next state; empty if there is none to name.
    pub revision: String,
    /// The server's clock when it answered.
    pub now: Millis,
    pub pace: Pace,
    /// Set if what is shown may be old.
    pub stale: Option<Stale>,
    pub title: String,
    /// Where its favicon is.
    pub icon: String,
    /// What is said aloud of each store on it when that changes.
    pub sayings: Vec<Saying>,
    /// What is said of all of them together.
    pub summary: Option<Saying>,
    /// In which all of it is told.
    pub language: Language,
    /// Empty where what is on the page stays.
    pub html: String,
    /// How many stores are being made, changed or removed for whoever looks.
    pub jobs: u32,
    /// Them, as they are to stand on the page.
    pub tray: String,
}

/// How often a page asks, and how long the answer may be held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pace {
    /// It stays as it is.
    #[default]
    Still,
    /// The last that can be told. Ids are not used again, and another server may never have known of the store.
    Last,
    /// The server knows of nothing there.
    Absent,
    Calm,
    /// Something is under way.
    Restless,
    /// Tenths of a second matter.
    Brisk,
}

/// Said when `state` becomes another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saying {
    pub of: String,
    pub state: String,
    pub sentence: String,
}

/// What the server knows of what a page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Names what is shown, whichever server shows it, for asking for the next state; empty if there is none to name.
    pub revision: String,
    /// The server's clock when it answered.
    pub now: Millis,
    /// Set if what is shown may be old.
    pub stale: Option<Stale>,
    /// How long a new store usually takes; nothing until one was made.
    pub usually: Option<Elapsed>,
    pub shown: Shown,
    /// How the shop fares that is shown, or why nobody tells; nothing where nobody has asked.
    pub vitals: Option<Result<Vitals, String>>,
}

/// Why what is shown may be old.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stale {
    /// The server does not hear from the cluster.
    Unread { since: Millis, why: String },
    /// The operator does not look at the stores.
    Unobserved { since: Millis },
}

/// An outage never looks like an empty list, so each of these is its own case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    /// The stores are being read for the first time.
    Loading,
    /// They could not be read: why.
    Unread(String),
    List(ListPage),
    Store(Box<StoreView>),
    Gone(Box<GoneStore>),
    /// There is no such store.
    Missing,
}

/// A store whose record went. What it left behind is told by what the operator last said of the removal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoneStore {
    /// As it was seen last.
    pub view: StoreView,
    pub at: Millis,
}

impl GoneStore {
    /// From the request to delete it until it was gone.
    pub fn took(&self) -> Elapsed {
        self.at.since(self.view.summary.since)
    }

    /// Whether all of it was seen to be removed. A record whose finalizer is taken off by hand goes before that.
    pub fn is_proven(&self) -> bool {
        let is_done = |kind| {
            self.view.removal.iter().any(|(told, condition)| *told == kind && condition.state == State::Done)
        };
        RemovalKind::ALL.into_iter().all(is_done)
    }
}

impl Update {
    pub fn unread(error: &ApiError) -> Self {
        Self {
            revision: String::new(),
            now: Millis::default(),
            stale: None,
            usually: None,
            shown: Shown::Unread(error.to_string()),
            vitals: None,
        }
    }

    pub fn list(&self) -> Option<&ListPage> {
        match &self.shown {
            Shown::List(page) => Some(page),
            _ => None,
        }
    }

    pub fn pace(&self) -> Pace {
        match &self.shown {
            Shown::Store(view) if view.summary.phase.is_transient() => Pace::Brisk,
            Shown::List(page) if page.counts[Filter::InProgress as usize] > 0 => Pace::Restless,
            Shown::Loading => Pace::Restless,
            Shown::Gone(_) => Pace::Last,
            Shown::Missing => Pace::Absent,
            Shown::Store(_) | Shown::List(_) | Shown::Unread(_) => Pace::Calm,
        }
    }
}

/// What the form for a new store offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Names this filling of the form.
    pub request: RequestId,
    pub engines: Vec<EngineCard>,
    pub usually: Option<Elapsed>,
    pub left: Left,
    pub scheme: Scheme,
    pub domain_suffix: String,
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use codee::{Decoder, Encoder, binary::PostcardCodec};
    use store::{Phase, query::Sort};

    use super::*;
    use crate::fixtures::{list, shown};

    /// Postcard has no names to find a field by, and so cannot read every shape that serde writes.
    #[test]
    fn every_update_can_be_read_as_it_was_written() {
        for phase in Phase::ALL {
            for update in [shown(phase), list(&[phase])] {
                let written = PostcardCodec::encode(&update).unwrap();
                assert_eq!(PostcardCodec::decode(&written), Ok(update));
            }
        }
    }

    #[test]
    fn each_page_is_found_by_its_address() {
        let at = |path: &str| View::at(path, |key| (key == "sort").then(|| "name".to_owned()));
        let id = StoreId::parse("atelier-nord-x7k2q").unwrap();
        assert_eq!(at("/stores"), Some(View::List(ListQuery { sort: Sort::Name, ..ListQuery::default() })));
        assert_eq!(at("/stores/new"), Some(View::New));
        assert_eq!(at("/stores/atelier-nord-x7k2q"), Some(View::Store(id.clone())));
        assert_eq!(at("/stores/atelier-nord-x7k2q/delete"), Some(View::Delete(id)));
        assert_eq!(at("/stores/a/b/c"), Some(View::Nowhere));
        assert_eq!(at("/users"), None);
    }

    #[test]
    fn what_is_under_way_sets_the_pace() {
        for (update, pace) in [
            (shown(Phase::Provisioning), Pace::Brisk),
            (list(&[Phase::Ready, Phase::Deleting]), Pace::Restless),
            (shown(Phase::Ready), Pace::Calm),
            (list(&[Phase::Ready, Phase::Failed]), Pace::Calm),
        ] {
            assert_eq!(update.pace(), pace);
        }
    }
}
