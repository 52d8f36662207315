//! The list of stores.

use store::{Phase, Verb, query::Sort};

use super::kinds;
use crate::language::say;

texts! {
    title: "Stores · Storeyard", "Shops · Storeyard";
    title_busy(busy: u32): "Stores · {busy} in progress", "Shops · {busy} in Arbeit";
    stores: "Stores", "Shops";
    new: "New store", "Neuer Shop";
    unread: "The stores cannot be read", "Die Shops sind nicht lesbar";
    reading: "The stores are being read.", "Die Shops werden gelesen.";
    still_reading: "The stores are being read. Try again in a moment.", "Die Shops werden gelesen. In einem Moment erneut versuchen.";
    not_renewed: "This list does not renew itself without JavaScript. ", "Ohne JavaScript aktualisiert sich diese Liste nicht. ";
    create_first: "Create your first store", "Den ersten Shop erstellen";
    what_a_store_is: "A working shop with its own database, address and admin, isolated from every other one. You watch it being made step by step.", "Ein funktionierender Shop mit eigener Datenbank, Adresse und Verwaltung, getrennt von allen anderen. Jeder Schritt der Erstellung ist zu sehen.";
    none_yet: "There is no store yet", "Es gibt noch keinen Shop";
    shown_once_made: "It is shown here as soon as somebody creates one.", "Er erscheint hier, sobald jemand einen erstellt.";
    /// Before what a list is narrowed down by.
    take_away: "Take away ", "Entfernen: ";
    no_match: "No match", "Kein Treffer";
    not_all_asked: "No store is all that is asked for:", "Kein Shop erfüllt alle Bedingungen:";
    show_all: "Show all stores", "Alle Shops zeigen";
    everybody: "Everybody", "Alle";
    nobody: "Nobody", "Niemand";
    you: "You", "Ich";

    filter_by_phase: "Filter by phase", "Nach Status filtern";
    sort: "Sort", "Sortieren";
    sort_by: "Sort by", "Sortieren nach";
    search_by: "Search by name or address", "Nach Name oder Adresse suchen";
    search_stores: "Search stores", "Shops suchen";
    search: "Search", "Suchen";
    owner: "Owner", "Inhaber";
    all_owners: "All owners", "Alle Inhaber";
    engine: "Engine", "Shopsystem";
    all_engines: "All engines", "Alle Shopsysteme";
    plan: "Plan", "Tarif";
    all_plans: "All plans", "Alle Tarife";
    whose: "Whose stores", "Wessen Shops";
    everybodys: "Everybody's", "Alle";
    mine: "Mine", "Eigene";

    links: "Links", "Links";
    actions: "Actions", "Aktionen";
    actions_for(name: &str): "Actions for {name}", "Aktionen für {name}";
    selection: "With the selected stores", "Mit den ausgewählten Shops";
    /// After a number.
    selected: "selected", "ausgewählt";
    select_all: "Select all on this page", "Alle auf dieser Seite auswählen";
    select(name: &str): "Select {name}", "{name} auswählen";
    failed_at(step: &str): "at {step}", "bei {step}";
    shop: "Shop", "Shop";
    admin: "Admin", "Verwaltung";
    why: "Why?", "Warum?";
    pages: "Pages", "Seiten";
    previous: "Previous", "Zurück";
    next: "Next", "Weiter";
    range(first: &str, last: &str, of: &str): "{first} to {last} of {of}", "{first} bis {last} von {of}";
    some_of(some: &str, all: &str): "{some} of {all}", "{some} von {all}";
    summary(all: &str, ready: &str): "{all}, {ready} ready", "{all}, {ready} bereit";
    searched(text: &str): "“{text}” in the name or address", "„{text}“ in Name oder Adresse";
    owned(whose: &str): "Owner: {whose}", "Inhaber: {whose}";
    of_engine(title: &str): "Engine: {title}", "Shopsystem: {title}";
    of_plan(plan: &str): "Plan: {plan}", "Tarif: {plan}";

    to_be_seen_to: "To be seen to", "Zu klären";
    /// After why a Store is not understood.
    left_as_it_is: " What runs of it is left as it is. A version of Storeyard that knows it looks after it again. Or delete it, in the namespace of the platform: all of it then goes. ", " Was davon läuft, bleibt, wie es ist. Eine Version von Storeyard, die ihn kennt, kümmert sich wieder darum. Oder ihn im Namespace der Plattform löschen: Dann verschwindet alles davon. ";
    /// Around the name of a namespace.
    stray: "The namespace ", "Der Namespace ";
    stray_runs_on: " was made by this platform and its Store is gone. All that is in it runs on, and nothing removes it by itself.", " stammt von dieser Plattform, und sein Store ist weg. Alles darin läuft weiter, und nichts entfernt ihn von selbst.";
    remove: "Remove…", "Entfernen…";
    removed_for_good: "The namespace, the shop in it and its volumes are deleted for good.", "Der Namespace, der Shop darin und seine Volumes werden endgültig gelöscht.";
    remove_it(namespace: &str): "Remove {namespace}", "{namespace} entfernen";
}

/// The head of a column that the list can be sorted by.
pub fn column(column: Sort) -> &'static str {
    match column {
        Sort::Name => say("Name", "Name"),
        Sort::Phase => say("Phase", "Status"),
        Sort::Created => say("Created", "Erstellt"),
    }
}

/// How a column is sorted, of what `aria-sort` calls it.
pub fn sorted(aria: &'static str) -> &'static str {
    match aria {
        "ascending" => say(aria, "aufsteigend"),
        _ => say(aria, "absteigend"),
    }
}

/// What is said aloud of a store.
pub fn saying(name: &str, phase: Phase) -> String {
    let english = || match phase {
        Phase::Deleting => "being deleted".to_owned(),
        Phase::Updating => "being changed".to_owned(),
        phase => kinds::phase(phase).to_ascii_lowercase(),
    };
    match crate::language::language() {
        store::Language::English => format!("{name} is {}.", english()),
        store::Language::German => {
            let so = match phase {
                Phase::Queued => "wartet",
                Phase::Provisioning => "wird erstellt",
                Phase::Ready => "ist bereit",
                Phase::Updating => "wird geändert",
                Phase::Suspended => "ist angehalten",
                Phase::Degraded => "ist beeinträchtigt",
                Phase::Failed => "ist fehlgeschlagen",
                Phase::Deleting => "wird gelöscht",
            };
            format!("{name} {so}.")
        }
    }
}

/// What becomes of stores of which that was asked.
pub fn doing(verb: Verb) -> &'static str {
    match verb {
        Verb::Suspend => say("Being suspended", "Angehalten werden"),
        Verb::Resume => say("Being resumed", "Gestartet werden"),
        Verb::Retry => say("Tried again", "Erneut versucht werden"),
        Verb::Delete => say("Being deleted", "Gelöscht werden"),
    }
}

/// Of those of which it was asked in vain.
pub fn not_done(verb: Verb) -> &'static str {
    match verb {
        Verb::Suspend => say("Not suspended", "Nicht angehalten"),
        Verb::Resume => say("Not resumed", "Nicht gestartet"),
        Verb::Retry => say("Not tried again", "Nicht erneut versucht"),
        Verb::Delete => say("Not deleted", "Nicht gelöscht"),
    }
}

/// `1,234`, `1.234`
pub fn number(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(say(',', '.'));
        }
        text.push(digit);
    }
    text
}

/// `1 store`, `1,234 stores`
pub fn count(count: usize) -> String {
    let [one, more] = say(["store", "stores"], ["Shop", "Shops"]);
    format!("{} {}", number(u32::try_from(count).unwrap_or(u32::MAX)), if count == 1 { one } else { more })
}
