//! What a page asks for and what it is told: one question, one answer, for the first load and for every change after it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::{
    EngineCard, ListPage, ListQuery, Millis, Phase, RemovalKind, RequestId, Scheme, State, StoreId,
    StoreView, query::Filter, time::Elapsed,
};

use crate::error::ApiError;

/// What a page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum View {
    List(ListQuery),
    Store(StoreId),
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
    News(Box<Update>),
}

impl Heard {
    /// The server's clock when it answered.
    pub fn now(&self) -> Millis {
        match self {
            Self::Same { now } => *now,
            Self::News(update) => update.now,
        }
    }

    /// # Errors
    /// It is no answer to a page that has nothing yet.
    pub fn first(self) -> Result<Update, ApiError> {
        match self {
            Self::News(update) => Ok(*update),
            Self::Same { .. } => Err(ApiError::Internal),
        }
    }
}

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
        }
    }

    pub fn list(&self) -> Option<&ListPage> {
        match &self.shown {
            Shown::List(page) => Some(page),
            _ => None,
        }
    }

    /// The store, as it is or as it was seen last.
    pub fn store(&self) -> Option<&StoreView> {
        match &self.shown {
            Shown::Store(view) => Some(view),
            Shown::Gone(gone) => Some(&gone.view),
            _ => None,
        }
    }

    /// Whether tenths of a second matter on the page.
    pub fn is_brisk(&self) -> bool {
        matches!(&self.shown, Shown::Store(view) if view.summary.phase.is_transient())
    }

    /// Whether something that is shown is under way.
    pub fn is_restless(&self) -> bool {
        match &self.shown {
            Shown::List(page) => page.counts[Filter::InProgress as usize] > 0,
            Shown::Loading => true,
            _ => self.is_brisk(),
        }
    }

    /// Whether this is the last that can be told. Ids are not used again, and another server may never have known of the store.
    pub fn is_final(&self) -> bool {
        matches!(self.shown, Shown::Gone(_))
    }

    /// The phase of the store that is shown, unless it is gone.
    pub fn phase(&self) -> Option<Phase> {
        match &self.shown {
            Shown::Store(view) => Some(view.summary.phase),
            _ => None,
        }
    }
}

/// What the form for a new store offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Names this filling of the form.
    pub request: RequestId,
    pub engines: Vec<EngineCard>,
    pub usually: Option<Elapsed>,
    pub scheme: Scheme,
    pub domain_suffix: String,
}

#[cfg(test)]
mod tests {
    use codee::{Decoder, Encoder, binary::PostcardCodec};

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
}
