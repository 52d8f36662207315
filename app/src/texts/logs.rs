//! A store's logs.

use provisioner::window::Level;

use crate::language::say;

texts! {
    unread: "The logs cannot be shown", "Die Logs lassen sich nicht zeigen";
    part: "Part", "Teil";
    all: "All", "Alle";
    level: "Level", "Stufe";
    with_text: "With this text", "Mit diesem Text";
    newest: "Newest lines", "Neueste Zeilen";
    show: "Show", "Zeigen";
    follow: "Follow", "Folgen";
    copy: "Copy", "Kopieren";
    download: "Download", "Herunterladen";
    lines: "Lines", "Zeilen";
    no_match: "No match among the newest lines", "Kein Treffer in den neuesten Zeilen";
    nothing: "Nothing is logged: no part of the shop has written anything yet", "Kein Eintrag: Noch hat kein Teil des Shops etwas geschrieben";
    one: "1 line", "1 Zeile";
    matching(count: usize): "{count} lines match, the newest last", "{count} Zeilen passen, die neuesten zuletzt";
    cut(count: usize): "The newest {count} lines, the newest last", "Die neuesten {count} Zeilen, die neuesten zuletzt";
    whole(count: usize): "{count} lines, the newest last", "{count} Zeilen, die neuesten zuletzt";
    utc(time: &str): "Times are UTC. This is the state of {time}.", "Zeiten in UTC. Das ist der Stand von {time}.";
    not_shown: "The operator does not show this to the dashboard. Whoever runs it finds why in the dashboard's log.", "Der Operator zeigt das der Oberfläche nicht. Wer sie betreibt, findet den Grund in ihrem Log.";

    // What the script says that follows a log.
    count: "{} lines, the newest last", "{} Zeilen, die neuesten zuletzt";
    signed_out: "You are signed out. Reload to sign in.", "Die Sitzung ist beendet. Zum Anmelden neu laden.";
    gone: "This store is gone.", "Dieser Shop ist gelöscht.";
    pause: "Pause", "Anhalten";
    following: "Following", "Folgt";
    lost: "The connection is lost. Trying again.", "Verbindung unterbrochen. Neuer Versuch läuft.";
    paused: "Paused", "Angehalten";
    reading: "Paused while you read", "Beim Lesen angehalten";
    copied: "Copied", "Kopiert";
    marked: "Selected: copy it with your keyboard.", "Ausgewählt: mit der Tastatur kopieren.";
}

pub fn at_least(level: Level) -> &'static str {
    match level {
        Level::Info => say("All", "Alle"),
        Level::Warning => say("Warnings and errors", "Warnungen und Fehler"),
        Level::Error => say("Errors", "Fehler"),
    }
}

pub fn level_of(level: Level) -> &'static str {
    match level {
        Level::Info => say("Info", "Info"),
        Level::Warning => say("Warning", "Warnung"),
        Level::Error => say("Error", "Fehler"),
    }
}
