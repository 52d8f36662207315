//! A store: how far it is, where it is, what was done for it.

use store::{
    ConditionKind, Language,
    view::{Ask, Place, PodState, Source},
};

use crate::language::{language, say};

texts! {
    stores: "← Stores", "← Shops";
    store: "Store", "Shop";
    unread: "The store cannot be read", "Der Shop ist nicht lesbar";
    reading: "The store is being read.", "Der Shop wird gelesen.";
    about: "About this store", "Zu diesem Shop";
    not_renewed(time: &str): "This is the state of {time} UTC; it does not renew itself without JavaScript. ", "Das ist der Stand von {time} UTC; ohne JavaScript aktualisiert er sich nicht. ";
    usually(time: &str): ", usually {time}", ", sonst {time}";
    /// Before how long something has been so.
    lasts: "for ", "seit ";

    of_this_store: "Of this store", "Zu diesem Shop";
    overview: "Overview", "Übersicht";
    logs: "Logs", "Logs";
    metrics: "Metrics", "Messwerte";

    open_shop: "Open shop", "Shop öffnen";
    open_admin: "Open admin", "Verwaltung öffnen";
    delete: "Delete…", "Löschen…";

    steps: "Steps", "Schritte";
    removal: "Removal", "Entfernung";
    done_of(done: usize, all: usize): "{done} of {all}", "{done} von {all}";
    made: "Made", "Erstellt";
    made_in(time: &str): "Made in {time}", "Erstellt in {time}";
    /// Around how long is left.
    slow: "Takes longer than usual. Given up in ", "Dauert länger als sonst. Abbruch in ";
    slow_unless: " if it does not succeed.", ", falls es nicht gelingt.";

    timeline: "Timeline", "Verlauf";
    as_run: "commands as they were run", "Befehle, wie sie ausgeführt wurden";
    nothing_done: "Nothing was done yet.", "Noch ist nichts geschehen.";
    dropped_one: "1 older entry is not kept.", "1 älterer Eintrag wird nicht aufbewahrt.";
    dropped(count: u32): "{count} older entries are not kept.", "{count} ältere Einträge werden nicht aufbewahrt.";
    exit(code: i32): "exit {code}", "Exit-Code {code}";
    ended_early: "ended early", "vorzeitig beendet";
    command: "command", "Befehl";
    /// Between what was asked for and who did.
    asked_by: " asked for by ", " angefordert von ";

    details: "Details", "Details";
    address: "Address", "Adresse";
    address_word: "address", "Adresse";
    engine: "Engine", "Shopsystem";
    runs: "Runs", "Versionen";
    plan: "Plan", "Tarif";
    disk: "Disk", "Speicherplatz";
    /// After what a volume is called.
    holds(used: &str, size: u32): " {used} of {size} GiB", " {used} von {size} GiB";
    internet: "Internet", "Internet";
    mail: "Mail", "E-Mail";
    mail_from(address: &str): "from {address}", "von {address}";
    admin: "Admin", "Administrator";
    set_up_with: "Set up with", "Eingerichtet mit";
    may_have_changed: "The shop's admin may have changed it since.", "In der Verwaltung des Shops seitdem änderbar.";
    namespace: "Namespace", "Namespace";
    created: "Created", "Erstellt";
    attempt: "Try", "Versuch";
    pods: "Pods", "Pods";
    no_pod: "No pod is there.", "Kein Pod vorhanden.";

    failed_at(step: &str): "Failed at {step}", "Fehlgeschlagen bei {step}";
    retry: "Retry", "Erneut versuchen";
    retrying: "Retrying…", "Neuer Versuch…";
    details_word: "details", "Details";
    failed_line(id: &str, engine: &str, plan: &str, step: &str, attempt: u32): "Store {id} ({engine}, {plan}) failed at {step}, try {attempt}.", "Shop {id} ({engine}, {plan}) ist bei {step} fehlgeschlagen, Versuch {attempt}.";

    /// Around the time, and before how long it took.
    deleted_at: "Deleted at ", "Gelöscht um ";
    deleted_in(time: &str): " in {time}.", " in {time}.";
    unseen: ": not seen to be gone, since the store's record went first. Look for it in the cluster.", ": Entfernung nicht beobachtet, da der Eintrag des Shops zuerst verschwand. Im Cluster danach sehen.";
    release(name: &str): "helm release {name}", "Helm-Release {name}";
    namespace_gone(name: &str): "namespace {name} and everything in it", "Namespace {name} mit allem darin";
    data: "database and uploads", "Datenbank und Uploads";

    pods_not_ready: "Pods that are not ready", "Pods, die nicht bereit sind";
    own_words: "In its own words", "Im Wortlaut";
    no_reason: "No reason is known.", "Kein Grund bekannt.";
    /// Before how long it has been so.
    since: "For ", "Seit ";
    degraded_line(id: &str, engine: &str, plan: &str): "Store {id} ({engine}, {plan}) is degraded.", "Shop {id} ({engine}, {plan}) ist beeinträchtigt.";
    asked_again: "It is asked again every few seconds, and the store is ready as soon as it answers. Its log may tell more.", "Er wird alle paar Sekunden neu gefragt und ist bereit, sobald er antwortet. Mehr steht möglicherweise in seinem Log.";
    starts_again: "What has ended is started again by itself, and the store is ready as soon as all of it runs and the shop answers. Where it does not stay up, its log tells why.", "Was beendet wurde, startet von selbst neu, und der Shop ist bereit, sobald alles läuft und er antwortet. Bleibt etwas nicht oben, steht der Grund im Log.";
    more_memory: "Where memory ran out, a larger plan gives more of it.", "Fehlt Arbeitsspeicher, bringt ein größerer Tarif mehr davon.";
    try_safe_mode: "If a plugin or a theme broke it: safe mode runs the shop without what its owner brought, so that its admin can be used to take that away.", "Falls ein Plugin oder Theme die Ursache ist: Der abgesicherte Modus startet den Shop ohne Mitgebrachtes, sodass es sich in der Verwaltung entfernen lässt.";
    is_in_safe_mode: "It is in safe mode: what its owner brought does not run, and so is not why.", "Er läuft im abgesicherten Modus: Mitgebrachtes läuft nicht und ist daher nicht die Ursache.";
}

/// What of a store that was ready is not so any more.
pub fn lost(first: ConditionKind) -> &'static str {
    match first {
        ConditionKind::NamespaceReady => {
            say("The namespace is not as it was", "Der Namespace ist nicht mehr, wie er war")
        }
        ConditionKind::QuotaApplied | ConditionKind::CredentialsReady | ConditionKind::ReleaseDeployed => {
            say("Something of the store is missing", "Ein Teil des Shops fehlt")
        }
        ConditionKind::WorkloadsReady => say("Not all of the shop runs", "Nicht alle Teile des Shops laufen"),
        ConditionKind::StorefrontReachable => {
            say("The shop does not answer as it should", "Der Shop antwortet nicht, wie er soll")
        }
    }
}

/// From where evidence is, as the operator words it.
pub fn source(source: &Source) -> String {
    if language() == Language::English {
        return source.to_string();
    }
    match source {
        Source::Command => "Befehl".to_owned(),
        Source::Shop => "Shop".to_owned(),
        Source::Events => "Ereignisse".to_owned(),
        Source::Pod(place) => of_pod(place),
        Source::Log(place) => format!("Log von {}", of_pod(place)),
        Source::Other(words) => words.clone(),
    }
}

fn of_pod(Place { pod, container }: &Place) -> String {
    match container {
        Some(container) => format!("Pod {pod}, Container {container}"),
        None => format!("Pod {pod}"),
    }
}

pub fn pod(state: PodState) -> &'static str {
    match state {
        PodState::Waiting => say("Waiting", "Wartet"),
        PodState::Starting => say("Starting", "Startet"),
        PodState::Ready => say("Ready", "Bereit"),
        PodState::Failing => say("Failing", "Fehlerhaft"),
        PodState::Stopping => say("Stopping", "Stoppt"),
    }
}

/// What somebody asked for.
pub fn ask(what: Ask) -> &'static str {
    match what {
        Ask::Creation => say("Creation", "Erstellung"),
        Ask::Retry => say("Another try", "Neuer Versuch"),
        Ask::Suspension => say("A stop of the shop", "Anhalten des Shops"),
        Ask::Resumption => say("A start of the shop", "Start des Shops"),
        Ask::Update => say("An update", "Aktualisierung"),
        Ask::PlanChange => say("Another plan", "Anderer Tarif"),
        Ask::EgressChange => say("Another access to the internet", "Anderer Internetzugang"),
        Ask::SignIn => say("A sign-in to the shop's admin", "Anmeldung in der Verwaltung"),
        Ask::NewPassword => say("A new password for an administrator", "Neues Passwort eines Administrators"),
        Ask::SafeMode => say("Safe mode", "Abgesicherter Modus"),
        Ask::SafeModeEnd => say("An end of safe mode", "Ende des abgesicherten Modus"),
        Ask::MailChange => say("Another mail server", "Anderer Mailserver"),
        Ask::Deletion => say("Deletion", "Löschung"),
    }
}
