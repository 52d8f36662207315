//! What can be done with a store that is there.

use store::{Egress, mail::MailTls};

use crate::language::say;

texts! {
    upkeep: "Upkeep", "Betrieb";
    /// Before when it began.
    since: "since ", "seit ";
    undone: "A change was undone", "Eine Änderung wurde zurückgenommen";
    offered: "An update is offered", "Eine Aktualisierung ist verfügbar";
    offered_of(what: &str): "An update is offered: {what}", "Eine Aktualisierung ist verfügbar: {what}";
    built_anew: "the same versions, built anew or with other settings", "dieselben Versionen, neu gebaut oder mit anderen Einstellungen";
    goes_back: "If the shop does not answer after an update, it goes back to what it was.", "Antwortet der Shop nach der Aktualisierung nicht, kehrt er zum vorherigen Stand zurück.";
    update: "Update now", "Jetzt aktualisieren";
    only_look: "You may look at this store and not change it.", "Dieser Shop lässt sich nur ansehen, nicht ändern.";
    nothing_runs: "Nothing of the shop runs; its data is kept.", "Nichts vom Shop läuft; seine Daten bleiben erhalten.";
    resume: "Resume", "Starten";
    would_suspend: "Suspended, the shop uses no processor and no memory. Its data is kept, and its address says that it is away.", "Angehalten verbraucht der Shop weder Prozessor noch Arbeitsspeicher. Seine Daten bleiben erhalten, und unter seiner Adresse steht, dass er pausiert.";
    suspend: "Suspend", "Anhalten";
    in_safe_mode: "The shop is in safe mode", "Der Shop läuft im abgesicherten Modus";
    how_safe: "Nothing runs that its owner brought, such as plugins and themes. Switch off or delete what broke the shop in its admin, then leave safe mode. If the shop does not answer then, it is back here by itself.", "Nichts Mitgebrachtes läuft, etwa Plugins und Themes. Die Ursache in der Verwaltung ausschalten oder löschen, dann den abgesicherten Modus verlassen. Antwortet der Shop dann nicht, kehrt er von selbst hierher zurück.";
    leave_safe_mode: "Leave safe mode", "Abgesicherten Modus verlassen";
    what_safe_is: "If a plugin broke the shop: safe mode runs it without what its owner brought, so that its admin can be used to take that away.", "Falls ein Plugin die Ursache einer Störung ist: Der abgesicherte Modus startet den Shop ohne Mitgebrachtes, sodass es sich in der Verwaltung entfernen lässt.";
    start_safe_mode: "Start in safe mode", "Im abgesicherten Modus starten";
    larger_plan: "Larger plan", "Größerer Tarif";
    change_plan: "Change plan", "Tarif wechseln";

    own_mail: "Its mail leaves by a server of its own.", "Seine E-Mails gehen über einen eigenen Server.";
    platform_mail: "Back to the platform’s mail", "Zurück zum Mailserver der Plattform";
    host: "Host", "Host";
    port: "Port", "Port";
    encryption: "Encryption", "Verschlüsselung";
    mail_is_from: "Mail is from", "Absender";
    user: "User", "Benutzer";
    password: "Password", "Passwort";
    use_server: "Use this server", "Diesen Server verwenden";
    a_mail_server: "A mail server of its own", "Eigener Mailserver";

    password_set: "The password was set. Whoever was signed in with the one before is out.", "Das Passwort wurde gesetzt. Wer mit dem vorherigen angemeldet war, ist abgemeldet.";
    administrator: "Administrator", "Administrator";
    new_password: "New password", "Neues Passwort";
    copy_first: "Copy it first: it is not kept here and not shown again.", "Zuerst kopieren: Es wird hier nicht aufbewahrt und nicht wieder gezeigt.";
    set_password: "Set password", "Passwort setzen";
    admin_password: "Admin password", "Passwort der Verwaltung";
    set_new: "Set a new password", "Neues Passwort setzen";
    /// After the verbs of the buttons beside a password.
    password_word: "password", "Passwort";
    of_password: " password", " Passwort";
    generate: "Generate", "Erzeugen";
    one_moment: "One moment…", "Einen Moment…";
}

/// The button that gives the shop another access, and what it has.
pub fn towards(egress: Egress) -> (&'static str, &'static str) {
    match egress {
        Egress::None => (
            say("Close to the internet", "Zum Internet schließen"),
            say("The shop can reach public addresses.", "Der Shop kann öffentliche Adressen erreichen."),
        ),
        Egress::Internet => (
            say("Open to the internet", "Zum Internet öffnen"),
            say("The shop can reach nothing outside.", "Der Shop kann nichts außerhalb erreichen."),
        ),
    }
}

pub fn tls(tls: MailTls) -> &'static str {
    match tls {
        MailTls::None => say("Not encrypted", "Unverschlüsselt"),
        MailTls::Starttls => "STARTTLS",
        MailTls::Tls => "TLS",
    }
}
