//! Why something was not done, for whoever asked for it. In English as the error says it; of an error that others have worded, in English.

use std::time::Duration;

use access::{ChangeError, OwnPasswordError, Refused, SetUpError, oidc, password::PasswordError};
use provisioner::{
    decide::capacity::{self, Amount, Lack},
    stores::{StoresError, TooFast},
    window::client::AskError,
};
use store::{Language, Phase, PlanName, Told, Wish, limit::Over, mail::MailError, person::PersonIdError};

use super::{fields::too_long, health, kinds, list, said};
use crate::language::language;

texts! {
    only_look_at_stores: "You may look at stores and not create any. Ask an admin for the role of a member.", "Shops lassen sich nur ansehen, nicht erstellen. Einen Admin um die Rolle Mitglied bitten.";
    only_admins_clean_up: "Only an admin may remove what belongs to no store. Ask one.", "Nur ein Admin darf entfernen, was zu keinem Shop gehört. Einen davon fragen.";
    no_such_wish: "This is nothing that can be asked of a store. Load the page again.", "Das ist bei einem Shop nicht möglich. Seite neu laden.";
    no_such_role: "There is no role of that name. Choose admin, member or viewer.", "Diese Rolle gibt es nicht. Admin, Mitglied oder Beobachter wählen.";
    no_store_id: "This is not a store's id. An id has up to 47 lower-case letters, digits and dashes, such as “atelier-nord”.", "Das ist keine Kennung eines Shops. Sie hat bis zu 47 Kleinbuchstaben, Ziffern und Bindestriche, etwa „atelier-nord“.";
}

fn in_german(error: &impl ToString, german: impl FnOnce() -> String) -> String {
    match language() {
        Language::English => error.to_string(),
        Language::German => german(),
    }
}

/// What the operator says by codes.
fn by_operator(told: &Told) -> String {
    said::text(said::sentences(&told.to_string(), told))
}

pub fn of_stores(error: &StoresError) -> String {
    in_german(error, || {
        match error {
        StoresError::NotFound(id) => {
            format!("Den Shop {id} gibt es nicht mehr. Vielleicht wurde er gelöscht.")
        }
        StoresError::NameMismatch { expected } => super::live::mismatch(expected.as_str()),
        StoresError::NotFailed(phase) => {
            format!(
                "Nur ein fehlgeschlagener Shop lässt sich erneut versuchen; Status: {}.",
                kinds::phase(*phase)
            )
        }
        StoresError::SentBefore { name, .. } => super::live::error::sent_before(name),
        StoresError::Unsuited { wish, phase } => unsuited(*wish, *phase),
        StoresError::TooSmall { plan } => format!(
            "Der Tarif {} hat weniger Platz als die Volumes dieses Shops, und Volumes schrumpfen nicht. Stattdessen einen neuen Shop mit diesem Tarif erstellen.",
            kinds::plan(*plan)
        ),
        StoresError::Over(over) => self::over(*over),
        StoresError::TheirsOver { over, owner } => format!("{owner}: {}", self::over(*over)),
        StoresError::NotAllowed => {
            "Diese Plattform lässt keinen Shop dieses Systems ins Internet. Den Betreiber fragen.".to_owned()
        }
        StoresError::NoSafeMode => "Shops dieses Systems haben keinen abgesicherten Modus.".to_owned(),
        StoresError::Unable => {
            "Shops dieses Systems lassen von hier niemanden ein. Verwaltung öffnen und dort anmelden.".to_owned()
        }
        StoresError::Away(phase) => format!(
            "Der Shop lässt gerade niemanden ein; Status: {}. Erneut versuchen, wenn er läuft.",
            kinds::phase(*phase)
        ),
        StoresError::Busy => {
            "Gerade wird jemand anderes in diesen Shop eingelassen. Erneut versuchen.".to_owned()
        }
        StoresError::TooSlow => {
            "Der Shop hat nicht rechtzeitig eingelassen: Er ist vielleicht ausgelastet oder wird geändert. In einer Minute erneut versuchen.".to_owned()
        }
        StoresError::NoMail => "Ein Shop dieses Systems verschickt keine E-Mails.".to_owned(),
        StoresError::MailIsClosed => {
            "Ein eigener Mailserver liegt im Internet, das dieser Shop nicht erreicht. Ihn zuerst zum Internet öffnen.".to_owned()
        }
        StoresError::MailPort { port, ports } => format!(
            "Diese Plattform lässt Shops im Internet nicht auf Port {port}, nur auf {ports}. Einen davon verwenden oder den Betreiber fragen."
        ),
        StoresError::TooFast(error) => too_fast(*error),
        StoresError::NotOffered(engine) => {
            format!("Diese Plattform bietet {engine} nicht an. Ein anderes Shopsystem wählen.")
        }
        StoresError::NotDone(told) => by_operator(told),
        // Worded where it happened, by the cluster.
        StoresError::Refused { .. } | StoresError::Unavailable { .. } => error.to_string(),
    }
    })
}

fn unsuited(wish: Wish, phase: Phase) -> String {
    let what = match wish {
        Wish::Suspend => "angehalten",
        Wish::Resume => "gestartet",
        Wish::Update => "aktualisiert",
        Wish::Plan(PlanName::Small | PlanName::Medium | PlanName::Large) => {
            "auf einen anderen Tarif umgestellt"
        }
        Wish::Egress(_) => "zum Internet geöffnet oder geschlossen",
        Wish::SafeMode(true) => "in den abgesicherten Modus versetzt",
        Wish::SafeMode(false) => "aus dem abgesicherten Modus geholt",
        Wish::PlatformMail => "auf einen anderen Mailserver umgestellt",
    };
    format!(
        "In diesem Status kann der Shop nicht {what} werden: {}. Seite neu laden, um den Stand zu sehen.",
        kinds::phase(phase)
    )
}

/// One store too many.
pub fn over(over: Over) -> String {
    in_german(&over, || {
        let plan = over.plan.map(|plan| format!(" mit dem Tarif {}", kinds::plan(plan))).unwrap_or_default();
        let way_out = said::text(said::german(&over.way_out()));
        format!("Erlaubt: {}{plan}, vorhanden: {}. {way_out}", list::count(over.may as usize), over.has)
    })
}

/// Why the nodes have no room for a store.
pub fn lack(lack: &Lack) -> String {
    in_german(lack, || {
        let cores = |cpu: u64| health::decimal(&capacity::cores(cpu));
        let why = match lack {
            Lack::NoNode => "Zurzeit nimmt kein Knoten die Pods von Shops an".to_owned(),
            Lack::Cpu { asked, left } => {
                format!("Verlangt {} CPU, frei auf den Knoten: {}", cores(*asked), cores(*left))
            }
            Lack::Memory { asked, left } => {
                format!("Verlangt {asked} MiB Arbeitsspeicher, frei auf den Knoten: {left} MiB")
            }
            Lack::Pod { part, asks: Amount { cpu, memory } } => format!(
                "Auf keinem Knoten sind die {} CPU und {memory} MiB Arbeitsspeicher frei, die der Pod von {} verlangt",
                cores(*cpu),
                part.told(Language::German).0
            ),
            Lack::Together => {
                "Jeder Pod fände einen Knoten, aber für alle zugleich ist kein Platz".to_owned()
            }
        };
        format!(
            "Passt zurzeit nicht. {why}. Der Shop würde warten, bis ein anderer gelöscht oder ein Knoten hinzugefügt wird."
        )
    })
}

fn too_fast(error: TooFast) -> String {
    let seconds = error.wait().as_millis().div_ceil(1_000).max(1);
    let wait = if seconds > 60 { format!("{} min", seconds.div_ceil(60)) } else { format!("{seconds} s") };
    match error {
        TooFast::Person { count, .. } => format!(
            "Innerhalb einer Stunde wurde schon angefordert, was erlaubt ist: {}. In {wait} erneut versuchen.",
            list::count(count as usize)
        ),
        TooFast::Everybody { count, .. } => format!(
            "Diese Plattform nimmt in einer Stunde nicht mehr an als {}. In {wait} erneut versuchen.",
            list::count(count as usize)
        ),
    }
}

pub fn of_mail(error: MailError) -> String {
    in_german(&error, || {
        match error {
            MailError::Host => "Den Namen des Mailservers eingeben, etwa mail.example.com.",
            MailError::Port => "Den Port des Mailservers eingeben, eine Zahl von 1 bis 65535, etwa 587.",
            MailError::Tls => {
                "Wählen, wie die Verbindung zum Mailserver verschlüsselt ist: none, starttls oder tls."
            }
            MailError::Sender => "Die Absenderadresse eingeben, etwa shop@example.com.",
            MailError::HalfLogin => {
                "Benutzer und Passwort für den Mailserver eingeben, oder keines von beiden, wenn er keine verlangt."
            }
            MailError::Login => "Benutzer und Passwort sind je eine Zeile und nicht zu lang.",
        }
        .to_owned()
    })
}

pub fn of_person(error: PersonIdError) -> String {
    in_german(&error, || {
        match error {
        PersonIdError::Empty => "Einen Benutzernamen eingeben.".to_owned(),
        PersonIdError::TooLong => too_long(store::PersonId::MAX_CHARS),
        PersonIdError::Malformed => {
            "Der Benutzername darf nur die Buchstaben a bis z, Ziffern und . _ - enthalten und beginnt und endet mit Buchstabe oder Ziffer.".to_owned()
        }
    }
    })
}

pub fn of_password(error: PasswordError) -> String {
    in_german(&error, || match error {
        PasswordError::TooShort => {
            format!("Ein Passwort mit mindestens {} Zeichen eingeben.", access::Password::MIN_CHARS)
        }
        PasswordError::TooLong => too_long(access::Password::MAX_CHARS),
        PasswordError::Control => {
            "Das Passwort enthält ein Steuerzeichen, etwa Tabulator oder Zeilenumbruch.".to_owned()
        }
    })
}

fn too_many(wait: Duration) -> String {
    format!("Zu viele Versuche. {} s warten, dann erneut versuchen.", wait.as_secs() + 1)
}

const BUSY: &str = "Gerade melden sich viele an. In ein paar Sekunden erneut versuchen.";
const NOT_READY: &str =
    "Storeyard hat noch nicht gelesen, wer sich anmelden darf. In einem Moment erneut versuchen.";

pub fn of_sign_in(refused: &Refused) -> String {
    in_german(refused, || match refused {
        Refused::Wrong => "Benutzername oder Passwort ist falsch.".to_owned(),
        Refused::NotHere => "Hier meldet sich niemand mit einem Passwort an.".to_owned(),
        Refused::TooMany(wait) => too_many(*wait),
        Refused::Busy(_) => BUSY.to_owned(),
        Refused::NotReady(_) => NOT_READY.to_owned(),
    })
}

pub fn of_provider(refused: &oidc::Refused) -> String {
    in_german(refused, || {
        match refused {
        oidc::Refused::Off => "Auf diesem Weg meldet sich hier niemand an.".to_owned(),
        oidc::Refused::Stale => {
            "Diese Anmeldung begann vor zu langer Zeit oder nicht in diesem Browser, oder sie ist schon beendet. Neu anmelden.".to_owned()
        }
        oidc::Refused::Declined { provider, contact } => {
            format!("{provider} hat die Anmeldung abgelehnt. Neu anmelden; war das falsch, Bescheid geben: {contact}.")
        }
        oidc::Refused::Untrusted { provider, contact } => format!(
            "Der Auskunft von {provider} ist nicht zu trauen, daher wurde niemand angemeldet. Neu anmelden; bleibt es so, Bescheid geben: {contact}."
        ),
        oidc::Refused::Unknown { provider, contact } => format!(
            "{provider} erkennt Storeyard nicht an. Bescheid geben: {contact}. Der Grund steht im Log."
        ),
        oidc::Refused::NoRole { provider, who, contact } => format!(
            "{provider} nennt {who}, aber keine der Gruppen dort hat hier Zutritt. Um Zutritt bitten: {contact}. Dann neu anmelden."
        ),
        oidc::Refused::Away { provider } => {
            format!("{provider} antwortet nicht. In einem Moment erneut versuchen.")
        }
        oidc::Refused::TooMany(wait) => too_many(*wait),
        oidc::Refused::NotReady(_) => NOT_READY.to_owned(),
    }
    })
}

pub fn of_set_up(error: &SetUpError) -> String {
    in_german(error, || {
        match error {
        SetUpError::WrongToken => {
            "Das Token ist falsch. Es steht in dem Secret, das die Installation nennt.".to_owned()
        }
        SetUpError::Done => {
            "Der erste Benutzer wurde schon angelegt. Anmelden oder Benutzer über die Befehlszeile hinzufügen.".to_owned()
        }
        SetUpError::Reserved => {
            "So heißt jemand, den der Identitätsanbieter kennt. Einen Namen wählen, der nicht mit oidc und einem Punkt beginnt.".to_owned()
        }
        SetUpError::TooMany(wait) => too_many(*wait),
        SetUpError::Busy(_) => BUSY.to_owned(),
        SetUpError::NotReady(_) => NOT_READY.to_owned(),
        SetUpError::Unavailable(_) => {
            "Der Cluster antwortet nicht, daher wurde der Benutzer nicht angelegt. In einem Moment erneut versuchen.".to_owned()
        }
    }
    })
}

pub fn of_own_password(error: OwnPasswordError) -> String {
    in_german(&error, || match error {
        OwnPasswordError::Wrong => "Das jetzige Passwort ist ein anderes.".to_owned(),
        OwnPasswordError::TooMany(wait) => too_many(wait),
        OwnPasswordError::Busy(_) => BUSY.to_owned(),
    })
}

pub fn of_change(error: &ChangeError) -> String {
    in_german(error, || {
        match error {
        ChangeError::Refused(told) => by_operator(told),
        ChangeError::Busy(_) => BUSY.to_owned(),
        ChangeError::NotReady(_) => NOT_READY.to_owned(),
        ChangeError::TooSlow => {
            "Der Operator hat es nicht rechtzeitig getan: Er ist vielleicht weg. Ist er binnen einer Minute zurück, tut er es noch: In der Liste nachsehen, dann erneut versuchen.".to_owned()
        }
        ChangeError::Unavailable(_) => {
            "Der Cluster antwortet nicht, daher wurde nichts geändert. In einem Moment erneut versuchen.".to_owned()
        }
    }
    })
}

pub fn of_window(error: &AskError) -> String {
    in_german(error, || match error {
        AskError::NobodyActs => {
            "Gerade arbeitet kein Operator, und er zeigt dies. In einer Minute erneut versuchen.".to_owned()
        }
        AskError::NoWindow => {
            "Der Operator zeigt nichts: Er hat kein Fenster. Den Betreiber der Plattform fragen.".to_owned()
        }
        AskError::Silent { .. } => {
            "Der Operator antwortet nicht. In einem Moment erneut versuchen.".to_owned()
        }
        AskError::Refused { told, .. } => by_operator(told),
    })
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;
    use store::Said;

    use super::*;

    #[test]
    fn what_the_library_says_is_what_is_said_in_english() {
        assert_eq!(no_such_wish(), Wish::parse("fly").unwrap_err().to_string());
        assert_eq!(no_such_role(), store::Role::parse("king").unwrap_err().to_string());
        assert_eq!(no_store_id(), store::StoreId::parse("").unwrap_err().to_string());
    }

    #[test]
    fn what_the_operator_refuses_is_told_in_the_readers_language_and_what_has_no_code_as_it_is_worded() {
        let last = Said::LastAdmin { user: "ada".to_owned() };
        for (told, english, german) in [
            (last.into(), "ada is the last admin.", "ada ist der letzte Admin."),
            ("It is Sunday.".into(), "It is Sunday.", "It is Sunday."),
        ] {
            let refused = ChangeError::Refused(told);
            for (language, begins) in [(Language::English, english), (Language::German, german)] {
                let told = Owner::new().with(|| {
                    provide_context(language);
                    of_change(&refused)
                });
                assert!(told.starts_with(begins), "{told}");
            }
        }
    }
}
