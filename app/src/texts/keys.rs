//! The keys, and the palette that one of them opens.

texts! {
    keys: "Keyboard shortcuts", "Tastenkürzel";
    switch: "Single-key shortcuts", "Tastenkürzel mit einer Taste";
    close: "Close", "Schließen";
    new: "New store", "Neuer Shop";
    for_new: "for a new store", "für einen neuen Shop";
    search: "Search in the list", "In der Liste suchen";
    to_search: "to search", "zum Suchen";
    list: "List of stores", "Liste der Shops";
    for_list: "for the list", "für die Liste";
    all: "These keys", "Diese Tasten";
    for_all: "for all keys", "für alle Tasten";
    anything: "Go to, or do, anything", "Alles finden und ausführen";
    /// As it is written on the keyboard.
    control: "Ctrl K", "Strg K";

    which: "A page, a store, or what is to be done", "Eine Seite, ein Shop oder eine Aktion";
    found: "Found", "Gefunden";
    pages: "Pages", "Seiten";
    actions: "Actions", "Aktionen";
    logs_of(name: &str): "Logs of {name}", "Logs von {name}";
    metrics_of(name: &str): "Metrics of {name}", "Messwerte von {name}";
    open_shop(name: &str): "Open the shop {name}", "Shop {name} öffnen";
    open_admin(name: &str): "Open the admin of {name}", "Verwaltung von {name} öffnen";
    delete(name: &str): "Delete {name}…", "{name} löschen…";

    // What is typed for it.
    typed_logs: "logs", "logs";
    typed_metrics: "metrics", "messwerte";
    typed_shop: "shop", "shop";
    typed_admin: "admin", "verwaltung";
    typed_delete: "delete", "löschen";
    /// Between that and a name.
    typed_of: "of ", "von ";
}
