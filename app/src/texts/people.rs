//! Users, and one's own account.

use store::{PersonId, Role};

use crate::language::say;

texts! {
    users: "Users", "Benutzer";
    who_may: "Who may sign in, and what they may do.", "Wer sich anmelden darf, und was sie dürfen.";
    add_a_user: "Add a user", "Benutzer hinzufügen";
    user_name: "User name", "Benutzername";
    take_over: "Take over the stores that somebody of this name had before", "Shops übernehmen, die jemand dieses Namens zuvor hatte";
    add_user: "Add user", "Benutzer hinzufügen";
    your_account: "Your account", "Eigenes Konto";
    current: "Password that you have now", "Jetziges Passwort";
    stay_here: "You stay signed in here; your sessions elsewhere end.", "Die Anmeldung hier bleibt bestehen; Sitzungen anderswo enden.";
    change_password: "Change password", "Passwort ändern";
    kept_elsewhere: "Your password is not kept here: change it where you sign in from.", "Das Passwort wird nicht hier aufbewahrt: Dort ändern, wo die Anmeldung stattfindet.";
    password: "Password", "Passwort";
    sessions: "Sessions", "Sitzungen";
    ends_every: "Ends every session of yours, in this browser too.", "Beendet alle eigenen Sitzungen, auch die in diesem Browser.";
    nothing_changed: "Nothing was changed", "Nichts wurde geändert";
    /// Before a user's name.
    new_password_of: "The new password of ", "Neues Passwort von ";
    copy_now: "Copy it now: it is kept nowhere and not shown again.", "Jetzt kopieren: Es wird nirgends aufbewahrt und nicht wieder gezeigt.";
    /// Around the link to one's account.
    this_is_you: "This is you: ", "Das eigene Konto: ";
    your_password: "your password and sessions", "Passwort und Sitzungen";
    anothers_to_decide: ". Your role and your removal are another admin's to decide.", ". Über eigene Rolle und Entfernung entscheidet ein anderer Admin.";
    /// Before a user's name.
    change: "Change ", "Ändern: ";
    save_role: "Save role", "Rolle speichern";
    set_password: "Set password", "Passwort setzen";
    sign_in_again: "They have to sign in again everywhere.", "Überall ist eine neue Anmeldung nötig.";
    end_sessions: "End sessions", "Sitzungen beenden";
    remove_user: "Remove user", "Benutzer entfernen";
    /// Between a button's word and a user's name.
    of: " of ", " von ";
    no_more: "They may sign in no more; their stores stay", "Anmeldung nicht mehr möglich; die Shops bleiben";
    role: "Role", "Rolle";
    new_password: "New password", "Neues Passwort";
    password_hint: "At least 12 characters. Leave it empty to have one made, which is shown once.", "Mindestens 12 Zeichen. Leer lassen, um eines zu erzeugen, das einmal gezeigt wird.";
    no_stores: "no stores", "keine Shops";

    only_admins: "Only admins manage users. Ask one.", "Nur Admins verwalten Benutzer. Einen davon fragen.";
    own_changed: "Your password was changed. Your sessions elsewhere have ended.", "Das Passwort wurde geändert. Sitzungen anderswo sind beendet.";
    name_of_before(user: &PersonId, left: usize): "Somebody else was called {user} before and left {left} store(s), which would be the new {user}'s. Choose another name, or tick that they are taken over.", "{user} hieß zuvor jemand anderes und hinterließ {left} Shop(s), die dann dem neuen Benutzer {user} gehörten. Einen anderen Namen wählen oder die Übernahme ankreuzen.";
    tick(user: &PersonId): "Tick that {user} may sign in no more, then press the button again.", "Ankreuzen, dass sich {user} nicht mehr anmelden darf, dann erneut drücken.";
    nothing_to_do: "This is nothing that can be done to a user. Load the page again.", "Das ist bei Benutzern nicht möglich. Seite neu laden.";
    added(user: &PersonId): "{user} may sign in now.", "{user} darf sich jetzt anmelden.";
    role_changed(user: &PersonId): "{user} has a new role, from the next click on.", "{user} hat ab dem nächsten Klick eine neue Rolle.";
    password_changed(user: &PersonId): "{user} has a new password. Their sessions have ended.", "{user} hat ein neues Passwort. Die Sitzungen sind beendet.";
    sessions_ended(user: &PersonId): "{user} has to sign in again: their sessions have ended.", "{user} muss sich neu anmelden: Die Sitzungen sind beendet.";
    removed(user: &PersonId): "{user} may sign in no more. Their stores stay.", "{user} darf sich nicht mehr anmelden. Die Shops bleiben.";
}

/// What somebody of a role may do.
pub fn may(role: Role) -> &'static str {
    match role {
        Role::Admin => say("admin: sees and changes every store", "Admin: sieht und ändert alle Shops"),
        Role::Member => {
            say("member: makes stores, and changes those", "Mitglied: erstellt Shops und ändert diese")
        }
        Role::Viewer => {
            say("viewer: sees every store and changes none", "Beobachter: sieht alle Shops, ändert keinen")
        }
    }
}
