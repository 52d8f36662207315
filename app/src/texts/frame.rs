//! What stands around every page.

use store::Role;

use crate::language::say;

texts! {
    skip: "Skip to content", "Zum Inhalt springen";
    main: "Main", "Hauptmenü";
    stores: "Stores", "Shops";
    all_stores: "All stores", "Alle Shops";
    account: "Your account", "Eigenes Konto";
    users: "Users", "Benutzer";
    audit: "Audit log", "Audit-Log";
    sign_out: "Sign out", "Abmelden";
    sign_out_everywhere: "Sign out everywhere", "Überall abmelden";
    description: "Working, isolated online stores on your own Kubernetes.", "Funktionierende, getrennte Onlineshops auf dem eigenen Kubernetes.";
    not_for_your_role: "Not for your role", "Nicht für diese Rolle";
    reload: "Reload", "Neu laden";
    // What the scripts of the document say.
    stopped: "This page does not renew itself any more: its program stopped.", "Diese Seite aktualisiert sich nicht mehr: Ihr Programm ist stehen geblieben.";
    failed: "This page does not renew itself: its program did not start.", "Diese Seite aktualisiert sich nicht: Ihr Programm ist nicht gestartet.";
    late: "This page does not renew itself: its program has not started.", "Diese Seite aktualisiert sich nicht: Ihr Programm ist noch nicht gestartet.";
    unsent: "The form was not sent, and what is typed in it would be lost. Leave it?", "Das Formular wurde nicht abgeschickt, die Eingaben gehen verloren. Trotzdem verlassen?";
}

/// What somebody may do here, in a word.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Admin => say("admin", "Admin"),
        Role::Member => say("member", "Mitglied"),
        Role::Viewer => say("viewer", "Beobachter"),
    }
}
