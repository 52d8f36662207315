//! What the pages show of a store. Nothing secret is in a view.

mod source;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::source::{Place, Source};
use crate::{
    Address, AdminEmail, AdminUser, Allowance, Condition, ConditionKind, Conditions, Egress, EngineKey,
    EngineNote, MailServer, Millis, PersonId, Phase, PlanCard, PlanName, RemovalKind, Said, StoreId,
    StoreName, Text, Told, Versions, time::Elapsed,
};

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreSummary {
    pub id: StoreId,
    pub name: StoreName,
    pub engine: EngineKey,
    /// What people call that engine.
    pub engine_title: Arc<str>,
    pub plan: PlanName,
    pub phase: Phase,
    /// When it came into that phase.
    pub since: Millis,
    /// The step at which it failed.
    pub failed_at: Option<ConditionKind>,
    pub address: Address,
    /// Where its administration is, below its address.
    pub admin_path: Arc<str>,
    pub created: Millis,
    /// Who asked for it; nobody if it was made by hand.
    pub owner: Option<PersonId>,
}

/// A store's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreView {
    pub summary: StoreSummary,
    pub email: AdminEmail,
    /// None where the administrator signs in by e-mail.
    pub user: Option<AdminUser>,
    /// 1 for the first try; Retry adds one.
    pub attempt: u32,
    pub conditions: Conditions,
    /// What has become of it since deletion was asked for, in order; empty before.
    pub removal: Vec<(RemovalKind, Condition)>,
    pub pods: Vec<PodView>,
    pub failure: Option<Failure>,
    /// Oldest first; bounded, so the oldest may be gone.
    pub timeline: Vec<TimelineEntry>,
    /// Entries of the timeline that were dropped to keep it bounded.
    pub timeline_dropped: u32,
    /// When the current try began, if its turn has come.
    pub started: Option<Millis>,
    /// When the current try is given up, if it has begun and is not over.
    pub deadline: Option<Millis>,
    /// When the current try first answered.
    pub ready: Option<Millis>,
    /// E.g. that it sends no mail.
    pub engine_notes: Vec<EngineNote>,
    /// What its owner should know of the shop, which answers all the same.
    pub notices: Vec<Notice>,
    /// What of its secrets is none, for whoever builds on the shop.
    pub public: Vec<PublicValue>,
    /// What was chosen for it when it was made; the shop's admin may have changed it since.
    pub options: Vec<Text>,
    /// What the plan lets it use.
    pub allowance: Allowance,
    pub volumes: Vec<Volume>,
    /// What it runs.
    pub versions: Versions,
    pub upkeep: Upkeep,
    pub ways_in: WaysIn,
}

/// How the dashboard lets somebody in to the shop's administration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaysIn {
    /// It has its administrator signed in.
    pub sign_in: bool,
    /// It sets an administrator's password.
    pub set_password: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// What is on it, such as `database`.
    pub title: Text,
    pub gibibytes: u32,
    /// What was on it, in MiB, when it was last looked at.
    pub used: Option<u32>,
}

/// How a store is kept that was ready.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upkeep {
    /// It is to be stopped, or is.
    pub suspended: bool,
    /// Something else than what is deployed.
    pub offered: Option<Offered>,
    /// The last change that was undone, unless another one has been made since.
    pub undone: Option<Undone>,
    /// Plans of its engine into which it fits.
    pub larger: Vec<PlanCard>,
    /// What it may reach beyond its store.
    pub egress: Egress,
    /// What else it could be allowed to.
    pub other_egress: Vec<Egress>,
    /// Whether it is in safe mode; None where its engine has none.
    pub safe_mode: Option<bool>,
    /// By which server its mail leaves; none where it sends none.
    pub mail: Option<MailServer>,
    pub own_mail: OwnMailOffer,
}

/// Whether a store can have a mail server of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwnMailOffer {
    /// It sends no mail, whatever there is.
    #[default]
    Never,
    /// It does not reach the internet, where that server would be.
    Closed,
    Possible,
    /// It has one.
    There,
}

/// A value of the shop's own that everybody may know, such as a key that every visitor's browser sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicValue {
    /// What it is.
    pub title: Text,
    pub value: String,
}

/// Something that is so of a shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub sentence: String,
    /// The same by codes, where it has them.
    #[serde(default)]
    pub said: Told,
    /// When it was first seen.
    pub since: Millis,
}

/// What the platform offers to a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Why the store has not come to it, as a sentence.
    pub waits: String,
    /// The same by codes, where it has them.
    #[serde(default)]
    pub said: Told,
    /// What it would run.
    pub versions: Versions,
}

/// A change that had to be undone, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    pub sentence: String,
    /// The same by codes, where it has them.
    #[serde(default)]
    pub said: Told,
    pub at: Millis,
}

/// With one decimal, rounded up: what is told is never less than what is there.
pub fn gibibytes(mebibytes: u64) -> String {
    let tenths = mebibytes.saturating_mul(10).div_ceil(1024);
    format!("{}.{}", tenths / 10, tenths % 10)
}

impl StoreSummary {
    pub fn admin(&self) -> String {
        self.address.at(&self.admin_path)
    }
}

impl StoreView {
    /// How long the current try took from the request to the first answer of the shop.
    pub fn made_in(&self) -> Option<Elapsed> {
        (self.attempt == 1).then_some(()).and(self.ready).map(|ready| ready.since(self.summary.created))
    }

    pub fn steps_done(&self) -> usize {
        self.conditions.iter().filter(|(_, c)| c.state.is_over()).count()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodView {
    pub name: String,
    pub state: PodState,
    /// Why, in a few words: a container's reason, an init container at work, restarts.
    pub detail: String,
    /// The same by codes, where it has them.
    #[serde(default)]
    pub said: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PodState {
    /// No node yet, or volumes or images are on their way.
    Waiting,
    /// Containers run and are not ready yet.
    Starting,
    Ready,
    /// A container cannot start or has ended badly.
    Failing,
    Stopping,
}

/// Why a store was given up, kept after its pods are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub step: ConditionKind,
    /// What happened, why, and what to do, in plain words.
    pub sentence: String,
    /// The same by codes, where it has them.
    #[serde(default)]
    pub said: Told,
    pub evidence: Vec<Evidence>,
    pub at: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub source: Source,
    /// Verbatim last lines, or a sentence of the operator's in English.
    pub text: String,
    /// That sentence by codes, where it has them.
    #[serde(default)]
    pub said: Told,
}

impl Evidence {
    /// Somebody else's words.
    pub fn verbatim(source: Source, text: impl Into<String>) -> Self {
        Self { source, text: text.into(), said: Told::default() }
    }

    /// What the operator has seen.
    pub fn seen(source: Source, said: Said) -> Self {
        let told = Told::from(said);
        Self { source, text: told.to_string(), said: told.coded() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    pub at: Millis,
    pub what: TimelineKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TimelineKind {
    Phase {
        phase: Phase,
    },
    /// A command as it was run; what went to its standard input is shown as `<stdin>` with a word on what it was.
    Command {
        line: String,
        took: Elapsed,
        /// The exit code; nothing if the command was ended before it could tell.
        exit: Option<i32>,
        /// The last line of a failed command's complaint; empty otherwise.
        complaint: String,
    },
    /// What a person asked for.
    Asked {
        what: Ask,
        by: PersonId,
    },
    /// Something a person should know: a retry, a recovered release, a limit that could not be applied.
    Note {
        text: String,
        /// The same by codes, where it has them.
        #[serde(default)]
        said: Told,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ask {
    Creation,
    Retry,
    Suspension,
    Resumption,
    Update,
    PlanChange,
    EgressChange,
    SignIn,
    NewPassword,
    SafeMode,
    SafeModeEnd,
    MailChange,
    Deletion,
}

impl std::fmt::Display for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Creation => "Creation",
            Self::Retry => "Another try",
            Self::Suspension => "A stop of the shop",
            Self::Resumption => "A start of the shop",
            Self::Update => "An update",
            Self::PlanChange => "Another plan",
            Self::EgressChange => "Another access to the internet",
            Self::SignIn => "A sign-in to the shop's admin",
            Self::NewPassword => "A new password for an administrator",
            Self::SafeMode => "Safe mode",
            Self::SafeModeEnd => "An end of safe mode",
            Self::MailChange => "Another mail server",
            Self::Deletion => "Deletion",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_a_volume_is_never_less_than_what_is_there() {
        let told = [0, 80, 1024, 1025, 3 * 1024].map(gibibytes);
        assert_eq!(told, ["0.0", "0.1", "1.0", "1.1", "3.0"]);
    }
}
