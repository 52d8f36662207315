//! The window: what the operator shows web of a store that web may not look at by itself, its logs and how it fares. Web knows where it is from
//! the Lease of the operator that acts, and each request is sealed, so that nobody else is answered.
//!
//! Reading order: what is said here; [`seal`] (who is answered), [`cursor`] (how far somebody has read), [`line`] and [`redact`] (what is shown of a
//! log), [`ring`] (what is remembered of a day), [`prometheus`] (what is asked of another), [`client`] (web's side). The operator's side is `operator::window`.

pub mod client;
pub mod cursor;
pub mod line;
pub mod prometheus;
pub mod redact;
pub mod ring;
pub mod seal;

use std::collections::BTreeMap;

use k8s_openapi::api::coordination::v1::Lease;
use kube::ResourceExt;
use serde::{Deserialize, Serialize};
use store::{Millis, Said, Text, Told, Vitals};

pub use self::{
    cursor::Cursor,
    line::{Level, Line},
    ring::{Quantity, Series},
};

/// On the Lease: where its holder's window is.
const ANNOTATION: &str = "storeyard.dev/window";
/// Lines that are told at once, at most.
pub const MOST_LINES: usize = 5_000;
/// Characters of what is searched for.
pub const MOST_SEARCHED: usize = 200;

/// What is to be told of a store's logs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogsWanted {
    /// Of which part; empty for all.
    pub part: String,
    /// No less than that.
    pub level: Level,
    /// What is in the line, in capitals or not; empty for whatever is.
    pub search: String,
    /// What came after that; empty for the newest that there are.
    pub after: Cursor,
    /// How many lines, the newest ones.
    pub lines: usize,
    /// How long to wait for the first of them where there are none, up to [`LogsWanted::LONGEST_WAIT`].
    pub wait_seconds: u64,
}

impl LogsWanted {
    pub const LONGEST_WAIT: u64 = 20;

    /// In an address.
    pub fn query(&self) -> String {
        let Self { part, level, search, after, lines, wait_seconds } = self;
        format!(
            "part={}&level={}&search={}&after={}&lines={lines}&wait_seconds={wait_seconds}",
            escaped(part),
            level.key(),
            escaped(search),
            escaped(&after.to_string()),
        )
    }

    pub fn admits(&self, line: &Line) -> bool {
        line.level >= self.level
            && (self.search.is_empty() || line.text.to_lowercase().contains(&self.search.to_lowercase()))
    }
}

/// What the logs say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logs {
    /// The newest last.
    pub lines: Vec<Line>,
    /// From where to read on.
    pub cursor: Cursor,
    /// Names and titles of the parts that there are.
    pub parts: Vec<(String, Text)>,
    /// Whether there was more than is told.
    pub is_cut: bool,
}

/// How a store has fared for a day, as far as this operator has seen it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// What was before that, nobody remembers.
    pub since: Millis,
    /// When this was told.
    pub now: Millis,
    pub series: Vec<Series>,
    pub restarts: Vec<Restart>,
    /// How it fares at this moment; an operator of an earlier version does not tell.
    #[serde(default)]
    pub vitals: Option<Vitals>,
    /// What is from a Prometheus instead, where the platform's values name one.
    #[serde(default)]
    pub prometheus: Option<prometheus::Told>,
}

/// Why nothing is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// For whoever asked.
    pub sentence: String,
    /// The same by codes.
    pub said: Told,
}

impl From<Said> for Refusal {
    fn from(said: Said) -> Self {
        let said = Told::from(said);
        Self { sentence: said.to_string(), said }
    }
}

/// Containers that began anew, each the last time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restart {
    pub at: Millis,
    /// The part's title.
    pub part: Text,
    /// How often in all, since its pod was made.
    pub times: u32,
    /// Why, in a word.
    pub reason: String,
}

/// Percent-encodes all but what RFC 3986 calls unreserved.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// What the Lease tells of a window at `address`; without one it tells of none any more.
pub(crate) fn told_in_lease(address: Option<&str>) -> BTreeMap<String, Option<String>> {
    [(ANNOTATION.to_owned(), address.map(str::to_owned))].into()
}

fn read_in_lease(lease: &Lease) -> Option<String> {
    // One that nobody holds tells where a window was.
    lease.spec.as_ref()?.holder_identity.as_ref()?;
    lease.annotations().get(ANNOTATION).cloned()
}
