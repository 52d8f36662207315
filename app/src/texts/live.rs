//! What the page's program says too: short, since it is downloaded in every language.

texts! {
    lost: "Connection lost.", "Verbindung unterbrochen.";
    trying: "Trying again…", "Neuer Versuch läuft…";
    state_of(time: &str, age: &str): "This is the state of {time}, {age} ago.", "Das ist der Stand von {time}, vor {age}.";
    unobserved: "Nobody looks at the stores: Storeyard's operator does not run, or does not get through.", "Niemand sieht nach den Shops: Der Operator von Storeyard läuft nicht oder kommt nicht durch.";
    /// After a sentence.
    reload: " Reload", " Neu laden";
    changed(count: usize): "{count} stores have changed.", "{count} Shops haben sich geändert.";
    copy: "Copy", "Kopieren";
    copied: "Copied", "Kopiert";
    not_allowed: "Not allowed here", "Hier nicht erlaubt";
    show: "Show", "Zeigen";
    hide: "Hide", "Verbergen";
    mismatch(name: &str): "The name does not match. Type “{name}” to delete this store.", "Der Name stimmt nicht. Zum Löschen des Shops „{name}“ eingeben.";
    just_now: "just now", "gerade eben";
    ago(length: &str): "{length} ago", "vor {length}";
    about_a_minute: "about a minute", "etwa einer Minute";
}

/// What the palette found.
pub mod palette {
    texts! {
        nothing: "Nothing is called that.", "Nichts heißt so.";
        found(count: usize): "{count} found.", "{count} gefunden.";
    }
}

/// Errors that say the same everywhere.
pub mod error {
    texts! {
        invalid: "Some fields need a change before the store can be created.", "Einige Felder müssen geändert werden, bevor der Shop erstellt werden kann.";
        signed_out: "You are signed out. Sign in in another tab, then try again: nothing that you typed is lost.", "Die Sitzung ist beendet. In einem anderen Tab anmelden und erneut versuchen: Es geht keine Eingabe verloren.";
        sent_before(name: &str): "This form was sent before as “{name}”, with other content. Open that store, or start a new one.", "Dieses Formular wurde schon einmal als „{name}“ mit anderem Inhalt abgeschickt. Jenen Shop öffnen oder neu beginnen.";
        malformed: "The request could not be read. Reload the page and try again.", "Die Anfrage war nicht lesbar. Seite neu laden und erneut versuchen.";
        internal: "Something went wrong inside Storeyard. Try again; if it stays so, its log tells why.", "In Storeyard ist etwas schiefgegangen. Erneut versuchen; bleibt es so, steht der Grund im Log.";
        outdated: "Storeyard was updated. Reload when you are ready.", "Storeyard wurde aktualisiert. Seite bei Gelegenheit neu laden.";
        unreachable: "Storeyard does not answer. Check the connection and try again.", "Storeyard antwortet nicht. Verbindung prüfen und erneut versuchen.";
    }
}

/// `5 days`: so many of a unit, one or more.
pub fn days(count: i64) -> String {
    counted(count, ["day", "days"], ["Tag", "Tagen"])
}

pub fn weeks(count: i64) -> String {
    counted(count, ["week", "weeks"], ["Woche", "Wochen"])
}

pub fn months(count: i64) -> String {
    counted(count, ["month", "months"], ["Monat", "Monaten"])
}

pub fn years(count: i64) -> String {
    counted(count, ["year", "years"], ["Jahr", "Jahren"])
}

fn counted(count: i64, english: [&str; 2], german: [&str; 2]) -> String {
    let [one, more] = crate::language::say(english, german);
    let unit = if count == 1 { one } else { more };
    format!("{count} {unit}")
}
