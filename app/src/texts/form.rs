//! The form for a new store: what the page's program says too.

texts! {
    not_created: "The store was not created", "Der Shop wurde nicht erstellt";
    open_that: "Open that store", "Jenen Shop öffnen";
    start_new: "Start a new one", "Neu beginnen";
    fits: "Fits: the nodes have room for it.", "Passt: Auf den Knoten ist Platz dafür.";
    address_from_name: "The address is made from the name.", "Die Adresse entsteht aus dem Namen.";
}

/// What only the server writes.
#[cfg(feature = "ssr")]
pub mod page {
    use store::{
        Language, PlanName,
        limit::{Left, Used},
    };

    use crate::{
        language::language,
        texts::{kinds, list},
    };

    texts! {
        new: "New store", "Neuer Shop";
        unread: "The form cannot be made", "Das Formular ist nicht verfügbar";
        name: "Store name", "Name des Shops";
        engine: "Engine", "Shopsystem";
        plan: "Plan", "Tarif";
        egress: "Access to the internet", "Zugang zum Internet";
        admin: "Store admin", "Verwaltung des Shops";
        email: "E-mail", "E-Mail";
        user: "User name", "Benutzername";
        password: "Password", "Passwort";
        note_it: "Note it down: it is stored only in the cluster and not shown again.", "Notieren: Es wird nur im Cluster gespeichert und nicht wieder gezeigt.";
        creating: "Creating…", "Wird erstellt…";
        create: "Create store", "Shop erstellen";
        cancel: "Cancel", "Abbrechen";
        settings: "Shop settings", "Einstellungen des Shops";
        settings_hint: "The shop is set up with these. Its admin can change them later.", "Damit wird der Shop eingerichtet. In seiner Verwaltung lassen sie sich später ändern.";
        have_all: "You have all the stores that you may have", "Die erlaubte Anzahl an Shops ist erreicht";
        usually(time: &str): "Usually ready in {time}. ", "Meist in {time} bereit. ";
    }

    /// How much somebody has of what they may; nothing where that is not limited.
    pub fn used(left: &Left) -> String {
        if language() == Language::English {
            return left.used();
        }
        let all = left
            .stores
            .map(|Used { has, may }| format!("Vorhanden: {has} von {}.", list::count(may as usize)));
        let plan = |(plan, Used { has, may }): &(PlanName, Used)| {
            format!("Tarif {}: {has} von {may}.", kinds::plan(*plan))
        };
        all.into_iter().chain(left.plans.iter().map(plan)).collect::<Vec<_>>().join(" ")
    }
}
