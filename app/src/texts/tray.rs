//! What is under way for whoever looks, and how it ended.

use store::RemovalKind;

use super::list::{count, number};
use crate::language::{language, say};

texts! {
    under_way: "Under way", "In Arbeit";
    number_under_way(number: &str): "{number} under way", "{number} in Arbeit";
    dismiss: "Dismiss", "Ausblenden";
    dismissing: "Dismissing…", "Wird ausgeblendet…";
    gone: "Gone", "Gelöscht";
    no_record: "No record any more", "Kein Eintrag mehr";
}

/// `and 3 stores more`
pub fn more(more: usize) -> String {
    match (language(), more) {
        (store::Language::English, more) => format!("and {} more", count(more)),
        (store::Language::German, 1) => "und 1 weiterer Shop".to_owned(),
        (store::Language::German, more) => {
            format!("und {} weitere Shops", number(u32::try_from(more).unwrap_or(u32::MAX)))
        }
    }
}

/// What is being done of a removal.
pub fn removing(kind: RemovalKind) -> &'static str {
    match kind {
        RemovalKind::ReleaseUninstalled => say("uninstalling the release", "Release wird deinstalliert"),
        RemovalKind::NamespaceDeleted => say("deleting the namespace", "Namespace wird gelöscht"),
        RemovalKind::VolumesDeleted => say("deleting the volumes", "Volumes werden gelöscht"),
    }
}
