//! The sessions that were ended before their time. Kept until they would have run out by themselves.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::{Map, Value, json};
use store::{Millis, PersonId, time::Elapsed};

use crate::Session;

/// What was ended, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignOuts(BTreeMap<Ended, Millis>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    Session(String),
    /// Every session of theirs that began before.
    Everything(PersonId),
}

impl Ended {
    fn key(&self) -> String {
        match self {
            Self::Session(id) => format!("session.{id}"),
            Self::Everything(person) => format!("person.{person}"),
        }
    }

    fn parse(key: &str) -> Option<Self> {
        match key.split_once('.')? {
            ("session", id) => Some(Self::Session(id.to_owned())),
            ("person", person) => Some(Self::Everything(PersonId::parse(person).ok()?)),
            _ => None,
        }
    }
}

impl SignOuts {
    pub fn read(map: &ConfigMap) -> Self {
        let entries = map.data.iter().flatten();
        Self(entries.filter_map(|(key, at)| Some((Ended::parse(key)?, Millis(at.parse().ok()?)))).collect())
    }

    pub fn has_ended(&self, session: &Session) -> bool {
        self.0.contains_key(&Ended::Session(session.id.clone()))
            || self.0.get(&Ended::Everything(session.person.clone())).is_some_and(|at| session.issued <= *at)
    }

    /// Takes what another process has told. What this one knows already stays: a watch may be behind.
    pub fn join(&mut self, told: Self) {
        for (ended, at) in told.0 {
            let known = self.0.entry(ended).or_insert(at);
            *known = (*known).max(at);
        }
    }

    /// Adds one, forgets those that need no remembering any more, and gives the merge patch that says both.
    pub fn add(&mut self, ended: Ended, now: Millis, absolute: Elapsed) -> Value {
        let mut data = Map::new();
        self.0.retain(|old, at| {
            let needed = now.since(*at) < absolute;
            if !needed {
                data.insert(old.key(), Value::Null);
            }
            needed
        });
        data.insert(ended.key(), Value::String(now.0.to_string()));
        self.0.insert(ended, now);
        json!({ "data": data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::tests::session;

    const WEEK: Elapsed = Elapsed(7 * 24 * 3_600_000);

    #[test]
    fn one_session_ends_and_the_others_go_on() {
        let (this, other) = (session(5), session(5));
        let mut sign_outs = SignOuts::default();
        sign_outs.add(Ended::Session(this.id.clone()), Millis(9), WEEK);
        assert!(sign_outs.has_ended(&this));
        assert!(!sign_outs.has_ended(&other));
    }

    #[test]
    fn signing_out_everywhere_ends_what_began_before_and_not_what_begins_after() {
        let mut sign_outs = SignOuts::default();
        sign_outs.add(Ended::Everything(session(0).person), Millis(9), WEEK);
        assert!(sign_outs.has_ended(&session(8)));
        assert!(!sign_outs.has_ended(&session(10)));
    }

    #[test]
    fn another_process_reads_what_was_written_and_forgets_what_ran_out() {
        let mut sign_outs = SignOuts::default();
        sign_outs.add(Ended::Session("old".into()), Millis(0), WEEK);
        let patch = sign_outs.add(Ended::Everything(session(0).person), Millis(8 * 24 * 3_600_000), WEEK);
        assert_eq!(patch, json!({"data": {"session.old": null, "person.ada": "691200000"}}));
        let map: ConfigMap =
            serde_json::from_value(json!({"data": {"person.ada": "691200000", "other": "x"}})).unwrap();
        assert_eq!(SignOuts::read(&map), sign_outs);
    }

    #[test]
    fn a_watch_that_is_behind_brings_nobody_back() {
        let mut sign_outs = SignOuts::default();
        sign_outs.add(Ended::Session("a".into()), Millis(5), WEEK);
        sign_outs.join(SignOuts::default());
        assert_eq!(sign_outs.0.len(), 1);
    }
}
