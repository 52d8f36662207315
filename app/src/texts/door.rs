//! The pages in front of the dashboard.

texts! {
    sign_in: "Sign in", "Anmelden";
    first_with_password: "Make the first user with a password", "Ersten Benutzer mit Passwort anlegen";
    user_name: "User name", "Benutzername";
    password: "Password", "Passwort";
    /// Before the provider's name.
    sign_in_with: "Sign in with ", "Anmelden mit ";
    /// Before the provider's name, and after it.
    signed_out: "You are signed out of Storeyard, and may still be signed in at ", "Die Abmeldung bei Storeyard ist erfolgt. Die Anmeldung besteht möglicherweise noch bei ";
    sign_out_there: "Sign out there too", "Auch dort abmelden";
    set_up: "Set up", "Einrichten";
    welcome: "Welcome to Storeyard", "Willkommen bei Storeyard";
    /// Before the command, and after it.
    make_the_first: "Make the first user, an admin. Others are added with ", "Ersten Benutzer anlegen, einen Admin. Weitere kommen hinzu mit ";
    token: "One-time token, as the installation told it", "Einmal-Token, wie bei der Installation genannt";
    new_password: "Password, at least 12 characters", "Passwort, mindestens 12 Zeichen";
    make_first: "Make the first user", "Ersten Benutzer anlegen";
    sessions_elsewhere: "The cluster does not answer, so sessions elsewhere may go on. Sign in and try again.", "Der Cluster antwortet nicht, daher laufen Sitzungen anderswo möglicherweise weiter. Anmelden und erneut versuchen.";
}
