//! Several stores at once.

use store::selection::SelectionError;

use crate::language::say;

texts! {
    nothing_done: "Nothing was done", "Nichts wurde getan";
    back: "Back to the list", "Zurück zur Liste";
    delete(count: &str): "Delete {count}", "{count} löschen";
    type_number(count: usize): "Type {count}, the number of stores, to delete them.", "Zum Löschen {count} eingeben, die Anzahl der Shops.";
    with_each: "With each of them its orders and customers, its volumes, its admin’s credentials, and its namespace with everything in it.", "Mit jedem davon seine Bestellungen und Kunden, seine Volumes, die Zugangsdaten der Verwaltung und sein Namespace mit allem darin.";
    /// Around the number.
    type_it: "Type ", "Zum Bestätigen ";
    to_confirm: " to confirm", " eingeben";
    other_name: "It has another name than the one you confirmed. Select it again to see which.", "Er hat einen anderen Namen als den bestätigten. Erneut auswählen, um ihn zu sehen.";
    going: "It is being deleted already.", "Er wird bereits gelöscht.";
    too_many(max: usize): "At most {max} stores can be selected at once, as many as a list has on a page.", "Höchstens {max} Shops lassen sich auf einmal auswählen, so viele wie eine Seite der Liste hat.";
}

pub fn refusal(error: SelectionError) -> String {
    match error {
        SelectionError::TooMany => too_many(store::Selection::MAX),
        SelectionError::Empty => say(
            "No store is selected. Go back to the list and tick those that are meant.",
            "Kein Shop ist ausgewählt. Zurück zur Liste gehen und die gemeinten ankreuzen.",
        )
        .to_owned(),
        SelectionError::Unknown => say(
            "This is nothing that can be asked of stores. Load the list again.",
            "Das ist mit Shops nicht möglich. Liste neu laden.",
        )
        .to_owned(),
    }
}
