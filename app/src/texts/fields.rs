//! What is wrong with a field, as the page's program says it too. In English as the error says it.

use store::{
    Account, AdminEmail, AdminPassword, AdminUser, Fault, Language, StoreName,
    admin::{AccountError, AdminEmailError, AdminPasswordError, AdminUserError},
    form::{NotOffered, one_of},
    name::StoreNameError,
};

use crate::language::language;

pub fn fault(fault: &Fault) -> String {
    match language() {
        Language::English => fault.to_string(),
        Language::German => in_german(fault),
    }
}

fn in_german(fault: &Fault) -> String {
    match fault {
        Fault::Request(_) => {
            "Das Formular hat seine Kennung verloren. Seite neu laden und erneut versuchen.".to_owned()
        }
        Fault::Name(error) => name(*error),
        Fault::NotOffered(NotOffered::Engine(offered)) => chosen("Ein Shopsystem wählen", offered),
        Fault::NotOffered(NotOffered::Plan(offered)) => chosen("Einen Tarif wählen", offered),
        Fault::NotOffered(NotOffered::Egress(offered)) => {
            chosen("Wählen, was der Shop erreichen darf", offered)
        }
        Fault::Options(error) => {
            let (title, _) = error.title.told(Language::German);
            format!("{title} kann nicht „{}“ sein. Eines aus der Liste wählen.", error.given)
        }
        Fault::Email(error) => match error {
            AdminEmailError::Empty => "Die E-Mail-Adresse des Administrators eingeben.".to_owned(),
            AdminEmailError::TooLong => too_long(AdminEmail::MAX_CHARS),
            AdminEmailError::Malformed => {
                "Diese E-Mail-Adresse nimmt der Shop nicht an. Sie sieht aus wie name@example.com.".to_owned()
            }
        },
        Fault::User(error) => match error {
            AdminUserError::Empty => "Dem Administrator einen Benutzernamen geben.".to_owned(),
            AdminUserError::TooLong => too_long(AdminUser::MAX_CHARS),
            AdminUserError::Malformed => {
                "Der Benutzername darf nur Buchstaben a bis z, Ziffern und . _ - @ enthalten und beginnt mit Buchstabe oder Ziffer.".to_owned()
            }
        },
        Fault::Password(error) => password(*error),
    }
}

fn chosen(what: &str, offered: &[String]) -> String {
    format!("{what}: {}.", one_of(offered, "oder", "keines im Angebot"))
}

fn name(error: StoreNameError) -> String {
    match error {
        StoreNameError::Empty => "Den Shop benennen, zum Beispiel „Atelier Nord“.".to_owned(),
        StoreNameError::TooLong(count) => {
            format!("Der Name hat {count} Zeichen; höchstens {} sind möglich.", StoreName::MAX_CHARS)
        }
        StoreNameError::Control(code) => {
            format!(
                "Der Name enthält ein unsichtbares Steuerzeichen (U+{code:04X}). Ohne dieses neu eingeben."
            )
        }
        StoreNameError::Markup => {
            "Der Name darf kein < oder > enthalten, da er Titel des Shops wird.".to_owned()
        }
        StoreNameError::NoLetter => {
            "Der Name braucht mindestens einen Buchstaben oder eine Ziffer, da daraus die Adresse entsteht."
                .to_owned()
        }
    }
}

fn password(error: AdminPasswordError) -> String {
    match error {
        AdminPasswordError::Empty => "Ein Passwort eingeben oder Erzeugen drücken.".to_owned(),
        AdminPasswordError::TooShort => format!(
            "Mindestens {} Zeichen. Es wird nur im Cluster gespeichert und nicht wieder gezeigt.",
            AdminPassword::MIN_CHARS
        ),
        AdminPasswordError::TooLong => too_long(AdminPassword::MAX_CHARS),
        AdminPasswordError::OuterSpace => {
            "Das Passwort beginnt oder endet mit einem Leerzeichen, das der Shop wegließe. Es entfernen.".to_owned()
        }
        AdminPasswordError::Control => {
            "Das Passwort enthält ein Steuerzeichen, etwa Tabulator oder Zeilenumbruch. Ohne dieses neu eingeben.".to_owned()
        }
    }
}

/// Of an administrator of a shop.
pub fn account(error: AccountError) -> String {
    match (language(), error) {
        (Language::English, error) => error.to_string(),
        (Language::German, AccountError::Empty) => {
            "Angeben, welcher Administrator: der Name, mit dem er sich anmeldet.".to_owned()
        }
        (Language::German, AccountError::Malformed) => format!(
            "So heißt kein Administrator: höchstens {} Zeichen, kein Zeilenumbruch oder Tabulator.",
            Account::MAX_CHARS
        ),
    }
}

pub(super) fn too_long(max: usize) -> String {
    format!("Höchstens {max} Zeichen sind möglich.")
}
