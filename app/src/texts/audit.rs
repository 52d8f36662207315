//! The audit log.

use access::audit::{Deed, Outcome};
use store::Language;

use crate::language::{language, say};

texts! {
    audit: "Audit log", "Audit-Log";
    what_it_is: "Every change and every sign-in: who, what, from where, and how it ended. Times are UTC.", "Jede Änderung und jede Anmeldung: wer, was, von wo und mit welchem Ergebnis. Zeiten in UTC.";
    export: "Export as JSON lines", "Als JSON-Zeilen exportieren";
    unread: "The log cannot be read", "Das Log ist nicht lesbar";
    who: "Who", "Wer";
    store_or_user: "Store or user", "Shop oder Benutzer";
    what: "What", "Was";
    result: "Result", "Ergebnis";
    from_day: "From day", "Ab Tag";
    to_day: "To day", "Bis Tag";
    show: "Show", "Zeigen";
    all: "All", "Alle";
    nothing_yet: "Nothing was recorded yet.", "Noch wurde nichts aufgezeichnet.";
    no_match: "No match. Ask for less.", "Kein Treffer. Weniger Bedingungen stellen.";
    newer: "Newer", "Neuere";
    older: "Older", "Ältere";
    range(first: usize, last: usize, of: usize): "{first} to {last} of {of}, the newest first", "{first} bis {last} von {of}, die neuesten zuerst";
    pages: "Pages of the log", "Seiten des Logs";
    nobody_known: "nobody known", "niemand Bekanntes";
    many_addresses: "from many addresses", "von vielen Adressen";
    from(address: &str): "from {address}", "von {address}";
    times(count: u32, until: &str): ", {count} times until {until}", ", {count}-mal bis {until}";
    only_admins: "Only admins see the audit log. Ask one.", "Nur Admins sehen das Audit-Log. Einen davon fragen.";
    not_kept: "This platform keeps no audit log beside the dashboard's own log.", "Diese Plattform führt kein Audit-Log neben dem Log der Oberfläche.";
    untold: "The cluster does not tell of it. Try again in a moment.", "Der Cluster gibt keine Auskunft. In einem Moment erneut versuchen.";
}

pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => say("Done", "Erledigt"),
        Outcome::Refused => say("Refused", "Abgelehnt"),
        Outcome::Throttled => say("Put off: too many tries", "Aufgeschoben: zu viele Versuche"),
        Outcome::Failed => say("Failed", "Fehlgeschlagen"),
    }
}

pub fn deed(deed: Deed) -> &'static str {
    match language() {
        Language::English => deed.words(),
        Language::German => match deed {
            Deed::SignIn => "Anmeldung",
            Deed::SignOut => "Abmeldung",
            Deed::SignOutEverywhere => "Abmeldung überall",
            Deed::FirstUser => "Erster Benutzer",
            Deed::CreateStore => "Neuer Shop",
            Deed::RetryStore => "Neuer Versuch",
            Deed::ChangeStore => "Änderung eines Shops",
            Deed::MailServer => "Eigener Mailserver",
            Deed::OpenAdmin => "Zugang zu einem Shop",
            Deed::AdminPassword => "Passwort eines Shops",
            Deed::DeleteStore => "Löschung eines Shops",
            Deed::RemoveNamespace => "Entfernung eines Namespace",
            Deed::AddUser => "Neuer Benutzer",
            Deed::Role => "Rolle eines Benutzers",
            Deed::UserPassword => "Passwort eines Benutzers",
            Deed::OwnPassword => "Eigenes Passwort",
            Deed::EndSessions => "Ende von Sitzungen",
            Deed::RemoveUser => "Entfernung eines Benutzers",
        },
    }
}
