//! What of a store is deployed, and what becomes of it: parts of the status of a store that was ready.

use serde::{Deserialize, Serialize};
use store::{Address, Millis, PlanName, Said, Told, VersionChange, Versions, time::Elapsed};

/// A release by what it was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Names the values and the chart. It begins with `offer`.
    pub id: String,
    /// Names what the platform offers to every store of the engine: the chart, the images, and what else is the same for all.
    pub offer: String,
    pub plan: PlanName,
    pub running: bool,
    /// It runs without what its owner brought.
    #[serde(default)]
    pub safe_mode: bool,
    pub address: Address,
    /// What it runs, as far as its images tell.
    #[serde(default)]
    pub versions: Versions,
    /// It replaced another offer and the shop answered, which shows that the offer can be updated to.
    #[serde(default)]
    pub updated: bool,
    #[serde(default)]
    pub since: Option<Millis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeKind {
    Update,
    Resize,
    Suspend,
    Resume,
    EnterSafeMode,
    LeaveSafeMode,
    /// Of other values, or of a release that helm has lost.
    Configure,
}

/// A change under way. It ends by its deadline: in the release that is wanted, or in the one that was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    pub kind: ChangeKind,
    pub to: Release,
    /// The last revision that was good.
    pub back: Option<u32>,
    pub began: Millis,
    pub deadline: Millis,
    /// Limits, policies and Secrets are as it wants them.
    #[serde(default)]
    pub fenced: bool,
    /// Why it is being undone.
    #[serde(default)]
    pub undone: Option<String>,
    /// The same by codes, where it has them.
    #[serde(default)]
    pub said: Told,
}

/// A change that was undone. It is not tried again until something else is wanted, or somebody asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    pub kind: ChangeKind,
    pub to: Release,
    pub sentence: String,
    /// The same by codes, where it has them.
    #[serde(default)]
    pub said: Told,
    pub at: Millis,
}

/// What the platform offers, where that is not what is deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    pub offer: String,
    /// Why the store has not come to it yet, as a sentence.
    pub waits: String,
    /// The same by codes, where it has them.
    #[serde(default)]
    pub said: Told,
    /// What it would run.
    #[serde(default)]
    pub versions: Versions,
}

/// Fingerprints of what stands in the namespace, as it was when it was last known to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    #[serde(with = "hexadecimal")]
    pub fences: u64,
    #[serde(with = "hexadecimal")]
    pub objects: u64,
}

impl ChangeKind {
    /// From what is deployed to what is wanted.
    pub fn between(from: Option<&Release>, to: &Release) -> Self {
        match from {
            Some(from) if from.running && !to.running => Self::Suspend,
            Some(from) if !from.running && to.running => Self::Resume,
            Some(from) if !from.safe_mode && to.safe_mode => Self::EnterSafeMode,
            Some(from) if from.safe_mode && !to.safe_mode => Self::LeaveSafeMode,
            Some(from) if from.plan != to.plan => Self::Resize,
            Some(from) if from.offer != to.offer => Self::Update,
            _ => Self::Configure,
        }
    }

    /// Whether somebody asked for it at the store, and so does not wait for the turn of an update.
    pub fn is_asked_for(self) -> bool {
        !matches!(self, Self::Update)
    }

    /// What is done, with what becomes of the versions.
    fn doing(self, versions: String) -> Said {
        match self {
            Self::Update => Said::Updating { versions },
            Self::Resize => Said::ChangingPlan { versions },
            Self::Suspend => Said::StoppingShop { versions },
            Self::Resume => Said::StartingShop { versions },
            Self::EnterSafeMode => Said::EnteringSafeMode { versions },
            Self::LeaveSafeMode => Said::LeavingSafeMode { versions },
            Self::Configure => Said::ApplyingSettings { versions },
        }
    }

    /// What was done.
    pub fn done(self, took: Elapsed) -> Said {
        match self {
            Self::Update => Said::Updated { took },
            Self::Resize => Said::PlanChanged { took },
            Self::Suspend => Said::Suspended { took },
            Self::Resume => Said::Resumed { took },
            Self::EnterSafeMode => Said::InSafeMode { took },
            Self::LeaveSafeMode => Said::SafeModeLeft { took },
            Self::Configure => Said::SettingsApplied { took },
        }
    }
}

impl Change {
    /// What is done.
    pub fn doing(&self, from: Option<&Release>) -> Said {
        let versions = from.map(|from| from.versions.changes(&self.to.versions)).unwrap_or_default();
        let versions: Vec<String> = versions.iter().map(VersionChange::to_string).collect();
        self.kind.doing(versions.join(", "))
    }

    /// Why it is being undone, if it is.
    pub fn why_undone(&self) -> Option<Told> {
        self.undone.as_ref().map(|sentence| self.said.or_sentence(sentence))
    }
}

/// A number of a status: JSON's own are not whole beyond 2^53.
mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{number:016x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use store::Scheme;

    use super::*;

    fn release(offer: &str, versions: &str) -> Release {
        Release {
            id: format!("{offer}-1"),
            offer: offer.to_owned(),
            plan: PlanName::Small,
            running: true,
            safe_mode: false,
            address: Address { scheme: Scheme::Http, host: "store-a.localhost".into() },
            versions: Versions::parse(versions).unwrap(),
            updated: false,
            since: None,
        }
    }

    #[test]
    fn an_update_is_told_by_the_versions_that_change() {
        let (from, to) = (release("a", "Shop 1.2, Database 3"), release("b", "Shop 1.3, Database 3"));
        let kind = ChangeKind::between(Some(&from), &to);
        let change = Change {
            kind,
            to,
            back: None,
            began: Millis(0),
            deadline: Millis(1),
            fenced: true,
            undone: None,
            said: Told::default(),
        };
        let doing = change.doing(Some(&from)).to_string();
        assert_eq!(doing, "Updating to what the platform offers now: Shop 1.2 → 1.3.");
        assert_eq!(change.doing(None).to_string(), "Updating to what the platform offers now.");
    }

    #[test]
    fn what_has_no_codes_leaves_none_of_before_in_a_status_that_is_laid_over_it() {
        let offered =
            |said| Offered { offer: "a".into(), waits: "Soon.".into(), said, versions: Versions::default() };
        let written = |told| serde_json::to_value(offered(told)).unwrap();
        assert_eq!(written(Told::default())["said"], serde_json::json!([]));
        let read: Offered = serde_json::from_value(written(Said::UpdatedInTurn.into())).unwrap();
        assert_eq!(read, offered(Said::UpdatedInTurn.into()));
        let before: Offered =
            serde_json::from_value(serde_json::json!({ "offer": "a", "waits": "Soon." })).unwrap();
        assert_eq!(before, offered(Told::default()));
    }

    #[test]
    fn a_release_of_a_version_that_told_no_versions_is_read() {
        let mut written = serde_json::to_value(release("a", "Shop 1.2")).unwrap();
        assert_eq!(written["versions"], "Shop 1.2");
        written.as_object_mut().unwrap().remove("versions");
        let read: Release = serde_json::from_value(written).unwrap();
        assert!(read.versions.is_empty());
    }
}
