//! What a document is called, and what became of what it showed.

texts! {
    gone(name: &str): "Gone · {name}", "Gelöscht · {name}";
    no_record(name: &str): "No record · {name}", "Kein Eintrag · {name}";
    no_such_store: "No such store · Storeyard", "Kein solcher Shop · Storeyard";
    no_such_page: "No such page · Storeyard", "Keine solche Seite · Storeyard";
    loading: "Loading · Storeyard", "Wird geladen · Storeyard";
    not_readable: "Not readable · Storeyard", "Nicht lesbar · Storeyard";
    delete_store: "Delete store · Storeyard", "Shop löschen · Storeyard";
    new_store: "New store · Storeyard", "Neuer Shop · Storeyard";
    /// After a store's name.
    is_gone: "is gone", "ist gelöscht";
    has_no_record: "has no record any more", "hat keinen Eintrag mehr";
}
