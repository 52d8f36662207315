//! What to do about a helm release, from the revisions that helm has written down.

use std::collections::BTreeMap;

use store::{Millis, time::Elapsed};

use crate::act::commands::VALUES_LABEL;

/// One revision, as the labels of helm's own Secret tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    pub number: u32,
    pub status: Status,
    /// Which values it was made from, if the platform made it.
    pub values_id: Option<String>,
    pub since: Millis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Deployed,
    /// A helm is at work, or was killed.
    Pending,
    Uninstalling,
    /// Failed, superseded, and whatever else helm can go on from by itself.
    Other,
}

impl Revision {
    pub fn read(labels: &BTreeMap<String, String>, since: Millis) -> Option<Self> {
        let status = match labels.get("status")?.as_str() {
            "deployed" => Status::Deployed,
            "uninstalling" => Status::Uninstalling,
            pending if pending.starts_with("pending") => Status::Pending,
            _ => Status::Other,
        };
        let number = labels.get("version")?.parse().ok()?;
        Some(Self { number, status, values_id: labels.get(VALUES_LABEL).cloned(), since })
    }
}

/// The next thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is deployed from the very values that are wanted.
    Nothing,
    /// `helm upgrade --install` goes on from whatever there is.
    Install,
    /// A helm that nobody here started may still be at work on it.
    Wait(Elapsed),
    /// Its helm was killed and cannot end it: the revision is forgotten, and what it made is taken over by the next one.
    Forget(u32),
    Uninstall,
}

/// A helm that outlived its operator has this long to end what it began: without waiting for workloads it takes about two seconds.
pub const ORPHAN_GRACE: Elapsed = Elapsed(10_000);

pub fn next(history: &[Revision], wanted: &str, now: Millis) -> Next {
    let Some(newest) = history.iter().max_by_key(|revision| revision.number) else { return Next::Install };
    let age = now.since(newest.since);
    match newest.status {
        Status::Deployed if newest.values_id.as_deref() == Some(wanted) => Next::Nothing,
        Status::Deployed | Status::Other => Next::Install,
        Status::Pending | Status::Uninstalling if age < ORPHAN_GRACE => {
            Next::Wait(Elapsed(ORPHAN_GRACE.0 - age.0))
        }
        Status::Pending => Next::Forget(newest.number),
        Status::Uninstalling => Next::Uninstall,
    }
}

/// Whether the complaint is about what was asked for, so that asking again would change nothing.
pub fn is_final(complaint: &str) -> bool {
    const FINAL: [&str; 7] = [
        "values don't meet the specifications",
        "Chart.yaml file is missing",
        "path \"",
        "parse error",
        "execution error at",
        "failed to parse",
        "invalid ownership metadata",
    ];
    FINAL.iter().any(|sign| complaint.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(number: u32, status: &str, values: &str, since: i64) -> Revision {
        let labels = [("status", status), ("version", &number.to_string()), (VALUES_LABEL, values)]
            .map(|(key, value)| (key.to_owned(), value.to_owned()));
        Revision::read(&labels.into(), Millis(since)).unwrap()
    }

    const NOW: Millis = Millis(100_000);

    #[test]
    fn nothing_there_is_installed_and_what_is_as_wanted_is_left_alone() {
        assert_eq!(next(&[], "a", NOW), Next::Install);
        assert_eq!(next(&[revision(1, "deployed", "a", 0)], "a", NOW), Next::Nothing);
        assert_eq!(next(&[revision(1, "deployed", "b", 0)], "a", NOW), Next::Install);
    }

    #[test]
    fn only_the_newest_revision_counts() {
        let history = [revision(2, "failed", "a", 0), revision(1, "deployed", "a", 0)];
        assert_eq!(next(&history, "a", NOW), Next::Install);
    }

    #[test]
    fn a_pending_revision_is_given_its_time_and_then_forgotten() {
        for status in ["pending-install", "pending-upgrade", "pending-rollback"] {
            assert_eq!(next(&[revision(3, status, "a", 99_000)], "a", NOW), Next::Wait(Elapsed(9_000)));
            assert_eq!(next(&[revision(3, status, "a", 90_000)], "a", NOW), Next::Forget(3));
        }
    }

    #[test]
    fn an_uninstall_that_broke_off_is_done_again() {
        assert_eq!(next(&[revision(1, "uninstalling", "a", 0)], "a", NOW), Next::Uninstall);
    }

    #[test]
    fn a_refusal_of_values_is_final_and_an_unreachable_server_is_not() {
        assert!(is_final("Error: values don't meet the specifications of the schema(s)"));
        assert!(!is_final("Error: Kubernetes cluster unreachable: dial tcp: connection refused"));
    }
}
