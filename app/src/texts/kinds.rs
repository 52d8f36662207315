//! What the kinds of things are called. In English as the operator and the cluster have it.

use store::{
    Allowance, ConditionKind, Egress, EngineNote, Language, Phase, PlanName, RemovalKind, State, Verb,
    query::Filter,
};

use crate::language::{language, say};

pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Queued => say("Queued", "Wartet"),
        Phase::Provisioning => say("Provisioning", "Wird erstellt"),
        Phase::Ready => say("Ready", "Bereit"),
        Phase::Updating => say("Updating", "Wird geändert"),
        Phase::Suspended => say("Suspended", "Angehalten"),
        Phase::Degraded => say("Degraded", "Beeinträchtigt"),
        Phase::Failed => say("Failed", "Fehlgeschlagen"),
        Phase::Deleting => say("Deleting", "Wird gelöscht"),
    }
}

pub fn plan(plan: PlanName) -> &'static str {
    match plan {
        PlanName::Small => say("Small", "Klein"),
        PlanName::Medium => say("Medium", "Mittel"),
        PlanName::Large => say("Large", "Groß"),
    }
}

/// What a store may use at most, in a line that begins in lower case.
pub fn allowance(Allowance { cpu, memory, disk }: Allowance) -> String {
    let cores = decimal(cpu, 1000);
    let is_one = cores == "1";
    let memory =
        if memory < 1024 { format!("{memory} MiB") } else { format!("{} GiB", decimal(memory, 1024)) };
    let mut line = match language() {
        Language::English => {
            format!("up to {cores} {}, {memory} memory", if is_one { "core" } else { "cores" })
        }
        Language::German => {
            format!("bis zu {cores} {}, {memory} Arbeitsspeicher", if is_one { "Kern" } else { "Kerne" })
        }
    };
    if disk > 0 {
        line += &format!(", {disk} GiB {}", say("disk", "Speicherplatz"));
    }
    line
}

/// `number` in units of `unit`, with one decimal where it is not whole.
fn decimal(number: u32, unit: u32) -> String {
    let tenths = (u64::from(number) * 10 + u64::from(unit) / 2) / u64::from(unit);
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}{}{rest}", tenths / 10, say('.', ',')),
    }
}

/// In the language that it is told in: an engine may have it in English alone.
pub fn note(note: &EngineNote) -> (&str, Language) {
    match note {
        EngineNote::Said(text) => text.told(language()),
        EngineNote::SizesNotEnforced => {
            let told = say(
                "Sizes of volumes are not enforced here: what a store uses beyond its plan is taken from all others.",
                "Die Größen der Volumes werden hier nicht durchgesetzt: Was ein Shop über seinen Tarif hinaus belegt, fehlt allen anderen.",
            );
            (told, language())
        }
    }
}

pub fn egress(egress: Egress) -> &'static str {
    match egress {
        Egress::None => say("Closed", "Geschlossen"),
        Egress::Internet => say("Internet", "Internet"),
    }
}

/// What it means for a shop, in a line.
pub fn egress_summary(egress: Egress) -> &'static str {
    match egress {
        Egress::None => say(
            "The shop reaches nothing outside, and so no payment provider either.",
            "Der Shop erreicht nichts außerhalb, also auch keinen Zahlungsanbieter.",
        ),
        Egress::Internet => say(
            "The shop reaches public addresses, such as those of payment providers.",
            "Der Shop erreicht öffentliche Adressen, etwa die von Zahlungsanbietern.",
        ),
    }
}

/// A step of making a store.
pub fn step(kind: ConditionKind) -> &'static str {
    match kind {
        ConditionKind::NamespaceReady => say("Namespace", "Namespace"),
        ConditionKind::QuotaApplied => say("Quota", "Kontingent"),
        ConditionKind::CredentialsReady => say("Credentials", "Zugangsdaten"),
        ConditionKind::ReleaseDeployed => say("Release", "Release"),
        ConditionKind::WorkloadsReady => say("Workloads", "Workloads"),
        ConditionKind::StorefrontReachable => say("Shop answers", "Shop antwortet"),
    }
}

/// A step of removing one.
pub fn removal(kind: RemovalKind) -> &'static str {
    match kind {
        RemovalKind::ReleaseUninstalled => say("Release uninstalled", "Release deinstalliert"),
        RemovalKind::NamespaceDeleted => say("Namespace deleted", "Namespace gelöscht"),
        RemovalKind::VolumesDeleted => say("Volumes deleted", "Volumes gelöscht"),
    }
}

/// How far a step is, as it is said aloud after its name.
pub fn state(state: State) -> &'static str {
    match state {
        State::Pending => say("not begun", "nicht begonnen"),
        State::Unknown => say("not known", "nicht bekannt"),
        State::Waiting => say("waiting", "wartet"),
        State::Changing => say("being changed", "wird geändert"),
        State::Stopped => say("stopped", "angehalten"),
        State::InProgress => say("in progress", "in Arbeit"),
        State::Done => say("done", "erledigt"),
        State::NotApplied => say("not applied", "nicht angewendet"),
        State::Lost => say("lost", "verloren"),
        State::Failed => say("failed", "fehlgeschlagen"),
    }
}

pub fn verb(verb: Verb) -> &'static str {
    match verb {
        Verb::Suspend => say("Suspend", "Anhalten"),
        Verb::Resume => say("Resume", "Starten"),
        Verb::Retry => say("Retry", "Erneut versuchen"),
        Verb::Delete => say("Delete", "Löschen"),
    }
}

pub fn filter(filter: Filter) -> &'static str {
    match filter {
        Filter::All => say("All", "Alle"),
        Filter::Ready => say("Ready", "Bereit"),
        Filter::InProgress => say("In progress", "In Arbeit"),
        Filter::Attention => say("Needs attention", "Braucht Aufmerksamkeit"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_english_each_thing_is_called_what_the_operator_calls_it() {
        assert!(Phase::ALL.into_iter().all(|each| phase(each) == each.to_string()));
        assert!(PlanName::ALL.into_iter().all(|each| plan(each) == each.to_string()));
        assert!(Egress::ALL.into_iter().all(|each| egress(each) == each.to_string()));
        assert!(Egress::ALL.into_iter().all(|each| egress_summary(each) == each.summary()));
        assert!(ConditionKind::ALL.into_iter().all(|each| step(each) == each.to_string()));
        assert!(RemovalKind::ALL.into_iter().all(|each| removal(each) == each.to_string()));
        assert!(Verb::ALL.into_iter().all(|each| verb(each) == each.to_string()));
        assert!(Filter::ALL.into_iter().all(|each| filter(each) == each.label()));
        let unlimited = EngineNote::SizesNotEnforced;
        assert_eq!(note(&unlimited).0, unlimited.to_string());
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_plan_says_what_it_gives_in_each_language() {
        let told = |cpu, memory, disk| {
            Language::ALL.map(|language| {
                leptos::prelude::Owner::new().with(|| {
                    leptos::prelude::provide_context(language);
                    allowance(Allowance { cpu, memory, disk })
                })
            })
        };
        assert_eq!(
            told(2000, 1024, 5),
            [
                "up to 2 cores, 1 GiB memory, 5 GiB disk",
                "bis zu 2 Kerne, 1 GiB Arbeitsspeicher, 5 GiB Speicherplatz"
            ]
        );
        assert_eq!(
            told(1000, 2560, 0),
            ["up to 1 core, 2.5 GiB memory", "bis zu 1 Kern, 2,5 GiB Arbeitsspeicher"]
        );
        assert_eq!(
            told(100, 64, 0),
            ["up to 0.1 cores, 64 MiB memory", "bis zu 0,1 Kerne, 64 MiB Arbeitsspeicher"]
        );
    }
}
