//! Deleting a store.

texts! {
    delete_store: "Delete store", "Shop löschen";
    /// Around the store's name.
    delete: "Delete ", "Löschen: ";
    cancel: "Cancel", "Abbrechen";
    not_yours: "You may look at this store and not delete it. Ask an admin, or whoever made it, to delete it.", "Dieser Shop lässt sich nur ansehen, nicht löschen. Das kann ein Admin oder wer ihn erstellt hat.";
    already: "Already being deleted", "Wird bereits gelöscht";
    /// Around the store's name.
    deletion_of: "Deletion of ", "Die Löschung von ";
    asked_before: " was asked for before.", " wurde schon angefordert.";
    how_far: "See how far it is", "Fortschritt ansehen";
    its_volume(name: &str, gibibytes: u32): "its {name}, a volume of {gibibytes} GiB", "{name}, ein Volume von {gibibytes} GiB";
    what_goes: "This cannot be undone. What goes:", "Das lässt sich nicht rückgängig machen. Gelöscht werden:";
    /// Around the shop's address.
    the_shop_at: "the shop at ", "der Shop unter ";
    with_orders: " with its orders and customers", " mit Bestellungen und Kunden";
    credentials: "the admin’s credentials", "die Zugangsdaten der Verwaltung";
    /// Around the namespace's name.
    the_namespace: "the namespace ", "der Namespace ";
    and_all: " and everything in it", " mit allem darin";
    no_other: "No other store is touched.", "Kein anderer Shop ist betroffen.";
    /// Around what has to be typed.
    type_it: "Type “", "Zum Bestätigen „";
    to_confirm: "” to confirm", "“ eingeben";
    deleting: "Deleting…", "Wird gelöscht…";
    no_such_page: "No such page", "Keine solche Seite";
    nothing_here: "Nothing is at this address. The link may be old or mistyped.", "Unter dieser Adresse ist nichts. Der Link ist vielleicht alt oder falsch geschrieben.";
    no_such_store: "No such store", "Kein solcher Shop";
    no_store_here: "There is no store at this address. It may have been deleted, or the link is mistyped.", "Unter dieser Adresse ist kein Shop. Vielleicht wurde er gelöscht, oder der Link ist falsch geschrieben.";
    no_store_or_theirs: "There is no store at this address. It may have been deleted, or be somebody else's.", "Unter dieser Adresse ist kein Shop. Vielleicht wurde er gelöscht, oder er gehört jemand anderem.";
    not_affected: "The stores themselves are not affected by this.", "Die Shops selbst sind davon nicht betroffen.";
    again: "Try again", "Erneut versuchen";
}
