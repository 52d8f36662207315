//! The sessions that were ended before their time. Kept until they would have run out by themselves.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::{Map, Value, json};
use store::{Millis, PersonId, time::Elapsed};

use crate::Session;

/// Sessions of one person that are remembered one by one: whoever signs in and out all day does not fill what all have in common.
const ONE_BY_ONE: usize = 8;

/// What was ended, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignOuts(BTreeMap<Ended, Millis>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    Session(String),
    /// Every session of theirs that had begun.
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

    /// Ends this one session. Where the person has ended many already, those of theirs end with it that began before; the person does not
    /// get any entry more.
    pub fn end(&mut self, session: &Session, now: Millis, absolute: Elapsed) -> Value {
        let of_theirs = |ended: &&Ended| matches!(ended, Ended::Session(id) if id.rsplit_once('.').is_some_and(|(person, _)| person == session.person.as_str()));
        if self.0.keys().filter(of_theirs).count() < ONE_BY_ONE {
            self.add(Ended::Session(session.id.clone()), now, now, absolute)
        } else {
            self.add(Ended::Everything(session.person.clone()), session.issued, now, absolute)
        }
    }

    /// Ends all sessions of theirs.
    pub fn end_everything(&mut self, person: &PersonId, now: Millis, absolute: Elapsed) -> Value {
        self.add(Ended::Everything(person.clone()), now, now, absolute)
    }

    /// Takes what another process has told. What this one knows already stays: a watch may be behind.
    pub fn join(&mut self, told: Self) {
        for (ended, at) in told.0 {
            let known = self.0.entry(ended).or_insert(at);
            *known = (*known).max(at);
        }
    }

    /// Adds one, forgets those that need no remembering any more, and gives the merge patch that says both.
    fn add(&mut self, ended: Ended, at: Millis, now: Millis, absolute: Elapsed) -> Value {
        let mut data = Map::new();
        self.0.retain(|old, at| {
            let needed = now.since(*at) < absolute;
            if !needed {
                data.insert(old.key(), Value::Null);
            }
            needed
        });
        let at = self.0.get(&ended).map_or(at, |before| at.max(*before));
        data.insert(ended.key(), Value::String(at.0.to_string()));
        self.0.insert(ended, at);
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
        sign_outs.end(&this, Millis(9), WEEK);
        assert!(sign_outs.has_ended(&this));
        assert!(!sign_outs.has_ended(&other));
    }

    #[test]
    fn whoever_signs_out_all_day_ends_every_session_and_fills_nothing_up() {
        let mut sign_outs = SignOuts::default();
        let others = Session::new(PersonId::parse("bo").unwrap(), "mark".into(), Millis(0));
        let mut written = Map::new();
        for n in 0..1_000 {
            let (this, later) = (session(n), session(n + 1));
            let patch = sign_outs.end(&this, Millis(n), WEEK);
            written.extend(patch["data"].as_object().unwrap().clone());
            assert!(sign_outs.has_ended(&this), "session {n}");
            assert!(!sign_outs.has_ended(&later), "a session that began after session {n}");
        }
        assert_eq!(written.len(), ONE_BY_ONE + 1);
        assert!(!sign_outs.has_ended(&others));
        sign_outs.end(&others, Millis(1_000), WEEK);
        assert_eq!(sign_outs.0.len(), ONE_BY_ONE + 2);
        let map: ConfigMap = serde_json::from_value(json!({ "data": written })).unwrap();
        assert!(SignOuts::read(&map).has_ended(&session(999)), "as another process reads it");
    }

    #[test]
    fn signing_out_once_more_brings_back_nothing_that_was_ended_everywhere() {
        let mut sign_outs = SignOuts::default();
        for n in 0..20 {
            sign_outs.end(&session(n), Millis(n), WEEK);
        }
        sign_outs.end_everything(&session(0).person, Millis(50), WEEK);
        let patch = sign_outs.end(&session(30), Millis(60), WEEK);
        assert_eq!(patch["data"]["person.ada"], "50");
        assert!(sign_outs.has_ended(&session(40)));
    }

    #[test]
    fn signing_out_everywhere_ends_what_began_before_and_not_what_begins_after() {
        let mut sign_outs = SignOuts::default();
        sign_outs.end_everything(&session(0).person, Millis(9), WEEK);
        assert!(sign_outs.has_ended(&session(8)));
        assert!(!sign_outs.has_ended(&session(10)));
    }

    #[test]
    fn another_process_reads_what_was_written_and_forgets_what_ran_out() {
        let mut sign_outs = SignOuts::default();
        let old = session(0);
        sign_outs.end(&old, Millis(0), WEEK);
        let patch = sign_outs.end_everything(&old.person, Millis(8 * 24 * 3_600_000), WEEK);
        let mut expected = json!({"data": {"person.ada": "691200000"}});
        expected["data"][format!("session.{}", old.id)] = Value::Null;
        assert_eq!(patch, expected);
        let map: ConfigMap =
            serde_json::from_value(json!({"data": {"person.ada": "691200000", "other": "x"}})).unwrap();
        assert_eq!(SignOuts::read(&map), sign_outs);
    }

    #[test]
    fn a_watch_that_is_behind_brings_nobody_back() {
        let mut sign_outs = SignOuts::default();
        sign_outs.end(&session(0), Millis(5), WEEK);
        sign_outs.join(SignOuts::default());
        assert_eq!(sign_outs.0.len(), 1);
    }
}
