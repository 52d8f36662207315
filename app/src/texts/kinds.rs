//! What the kinds of things are called. In English as the operator and the cluster have it.

use store::{ConditionKind, Egress, Phase, PlanName, RemovalKind, State, Verb, query::Filter};

use crate::language::say;

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
    }
}
