//! What has happened to all stores.

texts! {
    activity: "Activity", "Aktivität";
    of_all: "What was asked for and what became of it, for all stores. Times are UTC.", "Was angefordert und was daraus wurde, für alle Shops. Zeiten in UTC.";
    of_own: "What was asked for and what became of it, for your stores. Times are UTC.", "Was angefordert und was daraus wurde, für die eigenen Shops. Zeiten in UTC.";
    unread: "The activity cannot be read", "Die Aktivität ist nicht lesbar";
    all_asked: "Everything asked for", "Alles, was angefordert wurde";
    all_became: "Everything that became of it", "Alles, was daraus wurde";
    note: "Note", "Hinweis";
    asked: "Asked for", "Angefordert";
    became: "What became of it", "Was daraus wurde";
    nothing_yet: "Nothing has happened yet.", "Noch ist nichts geschehen.";
    range(first: usize, last: usize): "{first} to {last}, the newest first", "{first} bis {last}, die neuesten zuerst";
    pages: "Pages of the activity", "Seiten der Aktivität";
    times(count: u32): ", {count} times", ", {count}-mal";
}
