//! What the operator says of a store, in German. In English it is what stands in the resource.

use store::{Language, Said, Text, Told};

use crate::{
    clock,
    language::language,
    texts::{health, kinds, list},
};

/// Of a sentence: the page's own words, or somebody else's, which are in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Own(String),
    Foreign(String),
}

impl Piece {
    fn into_text(self) -> String {
        match self {
            Self::Own(text) | Self::Foreign(text) => text,
        }
    }
}

/// As text alone, for where nothing can be marked as somebody else's.
pub fn text(pieces: Vec<Piece>) -> String {
    pieces.into_iter().map(Piece::into_text).collect()
}

/// What stands in English beside its codes: in the page's language where those say the same.
pub fn sentences(english: &str, told: &Told) -> Vec<Piece> {
    if language() == Language::English {
        return own(english);
    }
    let told = told.or_sentence(english);
    let sentence = |(n, said)| {
        let gap = (n > 0).then(|| Piece::Own(" ".to_owned()));
        gap.into_iter().chain(german(said))
    };
    told.sentences().iter().enumerate().flat_map(sentence).collect()
}

/// A few words of it, in the same way.
pub fn few_words(english: &str, told: &Told) -> Vec<Piece> {
    match language() {
        Language::English => own(english),
        Language::German if told.brief() == english => brief(told),
        Language::German => vec![Piece::Foreign(english.to_owned())],
    }
}

/// Without full stops and in one line, for where there is room for a few words.
fn brief(told: &Told) -> Vec<Piece> {
    let mut brief = Vec::new();
    for said in told.sentences() {
        if !brief.is_empty() {
            brief.push(Piece::Own(", ".to_owned()));
        }
        brief.extend(german(said));
        if let Some(Piece::Own(text) | Piece::Foreign(text)) = brief.last_mut() {
            text.truncate(text.trim_end_matches('.').len());
        }
    }
    brief
}

pub fn german(said: &Said) -> Vec<Piece> {
    match said {
        Said::Words { text } => vec![Piece::Foreign(text.clone())],

        Said::Queued { ahead } => own(queued(*ahead)),
        Said::EarlierTryFirst => own("Zuerst wird entfernt, was der frühere Versuch angelegt hat."),
        Said::AfterEarlierTry => {
            own("Der Namespace eines früheren Versuchs wird noch entfernt; danach beginnt dieser.")
        }
        Said::MayHave { who, may, has } => {
            own(format!("Für {who} erlaubt: {}, vorhanden: {has}.", list::count(*may as usize)))
        }
        Said::MayHaveOfPlan { who, may, plan, has } => own(format!(
            "Für {who} erlaubt: {} mit dem Tarif {}, vorhanden: {has}.",
            list::count(*may as usize),
            kinds::plan(*plan)
        )),
        Said::AskForMore => own("Einen Admin um mehr bitten."),
        Said::DeleteOrAsk => own("Einen davon löschen oder einen Admin um mehr bitten."),
        Said::OtherPlanOrAsk => {
            own("Einen anderen Tarif wählen, einen davon löschen oder einen Admin um mehr bitten.")
        }
        Said::ThenRetry => own("Danach erneut versuchen."),

        Said::MakingNamespace => own("Der Namespace wird angelegt."),
        Said::ForeignNamespace { namespace } => own(format!(
            "Der Namespace {namespace} ist schon da und wurde nicht für diesen Shop angelegt; er bleibt unberührt. Diesen Shop löschen und unter einem anderen Namen neu erstellen."
        )),
        Said::LimitsNotApplied { why } => {
            before("Die Grenzen des Tarifs ließen sich nicht anwenden, und es geht ohne sie weiter:", why)
        }
        Said::QuotaCountedAnew => own(
            "Dem Kontingent des Tarifs waren Volumes angerechnet, die es nicht gibt, wie nach einem abgebrochenen helm. Es wird neu gezählt.",
        ),
        Said::NamespaceGoing => own("Der Namespace wird von jemand anderem gelöscht, mit allem darin."),
        Said::NamespaceDeleted => own(
            "Der Namespace wurde von jemand anderem gelöscht. Diesen Shop löschen und bei Bedarf neu erstellen.",
        ),
        Said::OtherNamespace { namespace } => own(format!(
            "Der Namespace {namespace} ist ein anderer desselben Namens; der dieses Shops wurde von jemand anderem gelöscht. Diesen Shop löschen: Der andere Namespace bleibt unberührt."
        )),
        Said::LabelsGone { command } => own(format!(
            "Jemand hat dem Namespace die Labels genommen; Storeyard darf ihn daher nicht anrühren. So kommen sie zurück: {command}"
        )),
        Said::LabelsGoneOrDelete { command } => own(format!(
            "Jemand hat dem Namespace die Labels genommen; Storeyard darf ihn daher nicht anrühren. So kommen sie zurück: {command} – oder ihn von Hand löschen."
        )),

        Said::CredentialsMissing { secret } => {
            own(format!("Das Secret {secret} mit den Zugangsdaten des Shops fehlt."))
        }
        Said::CredentialsOfOther { secret, other } => {
            own(format!("Das Secret {secret} gehört zum Shop {other}. Jeder Shop hat sein eigenes."))
        }
        Said::CredentialsLack { secret, key } => {
            own(format!("Das Secret {secret} hat keinen Text unter dem Schlüssel {key}."))
        }
        Said::CredentialsDiffer { secret, key } => own(format!(
            "{key} ist im Secret {secret} anders als im Store. Beide angleichen oder es im Secret weglassen."
        )),
        Said::PasswordUnusable { secret, key, why } => {
            before(&format!("{key} im Secret {secret} ist nicht zu gebrauchen."), why)
        }
        Said::SeedGuessable { secret, key, min } => own(format!(
            "{key} im Secret {secret} ließe sich erraten. Es braucht mindestens {min} zufällige Zeichen, oder es weglassen und eines erzeugen lassen."
        )),
        Said::SeedNotMade { why } => before("Der Cluster lässt keinen Seed anlegen:", why),
        Said::CredentialsIncomplete { key } => own(format!(
            "Die Zugangsdaten des Shops sind unvollständig: {key} fehlt. Den Shop löschen und neu erstellen."
        )),
        Said::LoginMissing { secret } => {
            own(format!("Das Secret {secret} mit Benutzer und Passwort des Mailservers fehlt."))
        }
        Said::LoginLacks { secret, key } => own(format!(
            "Das Secret {secret} hat keinen Text unter dem Schlüssel {key}, den der Mailserver verlangt."
        )),
        Said::LoginOfOther { secret, label } => own(format!(
            "Das Secret {secret} mit Benutzer und Passwort des Mailservers gehört nicht zum Shop: ihm das Label {label} geben."
        )),
        Said::PullSecretMissing { secret, namespace } => {
            own(format!("Das Secret {secret}, mit dem Images geladen werden, fehlt in {namespace}."))
        }
        Said::CertificateMissing { secret, namespace } => {
            own(format!("Das Secret {secret} mit dem Zertifikat aller Shops fehlt in {namespace}."))
        }

        Said::DeployingChart => own("Das Chart wird installiert."),
        Said::HelmMayBeAtWork { left } => own(format!(
            "Ein früher gestartetes helm arbeitet vielleicht noch am Release; es bekommt noch {}.",
            clock::exact(*left)
        )),
        Said::HelmKilled { revision } => own(format!(
            "Ein helm wurde mitten in Revision {revision} abgebrochen. Die Revision wird verworfen, und was sie angelegt hat, wird übernommen."
        )),
        Said::UninstallRepeated => {
            own("Eine Deinstallation des Release war abgebrochen und wird wiederholt.")
        }
        Said::TriedAgain => own("Noch nicht, wird erneut versucht:"),
        Said::UninstallBegun => own("Jemand hat begonnen, das Release zu deinstallieren."),

        Said::PartReady { part } => of_part(part, ": bereit."),
        Said::Part { part } => of_part(part, ":"),
        Said::NotCreated => own("noch nicht angelegt."),
        Said::Stopping => own("hält an."),
        Said::WaitsForNode => own("wartet auf einen Knoten und seine Volumes."),
        Said::Loading => own("bindet Volumes ein und lädt das Image."),
        Said::Preparing => own("wird vorbereitet."),
        Said::SettingUp => own("richtet den Shop ein."),
        Said::Starting => own("startet."),
        Said::HasNoImage { container } => own(format!("{container}: Image lässt sich nicht laden.")),
        Said::Ended { container, exit } => own(format!("{container}: endete mit {exit}.")),
        Said::HasReason { container, reason } => around(format!("{container}: "), reason, "."),
        Said::NoRoom => own("kein Knoten hat Platz."),
        Said::NoNode => own("kein Knoten nimmt ihn."),
        Said::PutOff => own("von seinem Knoten verdrängt."),
        Said::WaitsForVolume => own("wartet auf sein Volume."),
        Said::Restarts { times } => own(begun_anew(*times)),

        Said::Trouble => own("Störung:"),
        Said::ImageNotPulled { image, container, pod, detail } => around(
            format!("Das Image {image} des Containers {container} im Pod {pod} lässt sich nicht laden ("),
            detail,
            ").",
        ),
        Said::OutOfMemory { container, pod, restarts, words } => {
            ended(container, pod, "kein Arbeitsspeicher mehr frei", *restarts, words)
        }
        Said::Crashed { container, pod, exit, restarts, words } => {
            ended(container, pod, &format!("Exit-Code {exit}"), *restarts, words)
        }
        Said::NotStarted { container, pod, reason, detail } => around(
            format!("Der Container {container} im Pod {pod} lässt sich nicht starten: "),
            &format!("{reason} ({detail})"),
            ".",
        ),
        Said::NoRoomFor { pod, detail } => {
            around(format!("Kein Knoten hat Platz für den Pod {pod}: "), detail, ".")
        }
        Said::NoNodeFor { pod, detail } => around(format!("Kein Knoten nimmt den Pod {pod}: "), detail, "."),
        Said::PodPutOff { pod, detail } => {
            around(format!("Der Pod {pod} wurde von seinem Knoten verdrängt: "), detail, ".")
        }
        Said::PodWaitsForVolume { pod, detail } => {
            around(format!("Der Pod {pod} wartet auf sein Volume: "), detail, ".")
        }
        Said::PodsNotAdmitted { why } => around("Der Cluster lässt die Pods des Shops nicht zu: ", why, "."),
        Said::GivenUpAt { clock } => own(format!("Abbruch um {clock} UTC, wenn es so bleibt.")),
        Said::WaitsForRoom { cpu, disk, memory } => {
            own(format!("Wartet auf Platz auf den Knoten: verlangt {}.", room(*cpu, *disk, *memory)))
        }
        Said::NoNodeTakesPods => own("Kein Knoten nimmt Pods an."),
        Said::MostRoom { cpu, disk, memory } => {
            own(format!("Frei auf dem Knoten mit dem meisten Platz: {}.", room(*cpu, *disk, *memory)))
        }
        Said::GoesOnWithRoom => {
            own("Es geht weiter, sobald ein anderer Shop gelöscht oder ein Knoten hinzugefügt wird.")
        }
        Said::LacksRoom { pod, detail } => {
            around(format!("(Kein Knoten hat Platz für den Pod {pod}: "), detail, ")")
        }
        Said::StoppingPods => own("Seine Pods werden angehalten."),

        Said::AskingShop => own("Der Shop wird über den Ingress gefragt."),
        Said::ShopSays { german, .. } if german.is_empty() => vec![Piece::Foreign(said.to_string())],
        Said::ShopSays { german, line, .. } if line.is_empty() => own(format!("Der Shop {german}.")),
        Said::ShopSays { german, line, .. } => around(format!("Der Shop {german}: „"), line, "“."),
        Said::Unreachable { address, why } => {
            around(format!("Der Shop ist über den Ingress unter {address} nicht erreichbar: "), why, ".")
        }
        Said::UnknownAuthority => own(
            "Der Shop zeigt ein Zertifikat, das noch keine bekannte Stelle unterschrieben hat: Besucher würden gewarnt, bis das richtige ausgestellt ist.",
        ),
        Said::CertificateOfOther => own(
            "Der Shop zeigt ein Zertifikat, das noch nicht für seine Adresse gilt: Besucher würden gewarnt.",
        ),
        Said::CertificateOver => own(
            "Der Shop zeigt ein Zertifikat, das abgelaufen oder noch nicht gültig ist: Besucher würden gewarnt.",
        ),
        Said::CertificateRevoked => {
            own("Der Shop zeigt ein Zertifikat, das widerrufen wurde: Besucher würden gewarnt.")
        }
        Said::CertificateDistrusted { why } => around(
            "Der Shop zeigt ein Zertifikat, dem nicht zu trauen ist (",
            why,
            "): Besucher würden gewarnt.",
        ),
        Said::NoCertificate => {
            own("Der Shop hat noch kein Zertifikat: Der Ingress lehnt TLS für seine Adresse ab.")
        }
        Said::CertificateNotIssued { secret, namespace } => own(format!(
            "Der Shop wartet auf sein Zertifikat: Das Secret {secret} in {namespace} ist noch nicht ausgestellt."
        )),
        Said::HttpsNotBelieved { address } => own(format!(
            "Der Shop leitet von https auf sich selbst: Der Ingress-Controller unter {address} glaubt nicht, dass ein Besucher über https kam. Er muss dem X-Forwarded-Proto des Operators und dessen trauen, was TLS vor ihm beendet."
        )),
        Said::NoAnswerWithin { seconds } => {
            own(format!("Der Shop hat nicht innerhalb von {seconds} s geantwortet."))
        }
        Said::AnswersNotAsShop => own("Es antwortet etwas, aber nicht der Shop."),
        Said::Redirects { to } => own(format!("Der Shop leitet auf {to} um, und so antwortet kein Shop.")),
        Said::NotLedTo => own("Der Shop antwortet mit 404: Der Ingress führt noch nicht zu ihm."),
        Said::NoReadyPod => own("Der Shop antwortet mit 503: Der Ingress findet keinen bereiten Pod."),
        Said::HasError { status } => {
            own(format!("Der Shop antwortet mit {status}: Er hat einen Fehler, mehr steht in seinem Log."))
        }
        Said::AnswersOtherwise { status } => {
            own(format!("Der Shop antwortet mit {status}, und so antwortet kein Shop."))
        }

        Said::HelmFailed { line } => around("Helm konnte das Release nicht installieren: ", line, "."),
        Said::CredentialsFailed => own("Die Zugangsdaten des Shops ließen sich nicht vorbereiten:"),
        Said::NamespaceFailed { line } => {
            around("Der Namespace des Shops ließ sich nicht vorbereiten: ", line, ".")
        }
        Said::PodsWereNotAdmitted { why } => {
            around("Der Cluster hat die Pods des Shops nicht zugelassen: ", why, ".")
        }
        Said::VolumeNotProvided { volume, class, why } => {
            because(format!("Das Volume {volume} wurde nicht bereitgestellt (Storage-Class {class})"), why)
        }
        Said::VolumeOfNoClass { volume, why } => because(
            format!(
                "Das Volume {volume} wurde nicht bereitgestellt (keine Storage-Class, und der Cluster hat keine voreingestellte)"
            ),
            why,
        ),
        Said::AllReadyBut => own("Alle Pods sind bereit, aber:"),
        Said::NotReadyWithin { seconds } => {
            own(format!("Der Shop war nicht innerhalb von {seconds} s bereit."))
        }
        Said::LastWords { line } => around("Seine letzten Worte: „", line, "“."),
        Said::CheckEngine => own(
            "Chart, Images und Werte der Engine in der Konfiguration der Plattform prüfen, dann erneut versuchen.",
        ),
        Said::RetryOrMakeAnew => {
            own("Bleibt es nach einem erneuten Versuch dabei, den Shop löschen und neu erstellen.")
        }
        Said::CheckRights => own(
            "Die Rechte des Operators und die Zulassungsregeln des Clusters prüfen, dann erneut versuchen.",
        ),
        Said::CheckIngress => {
            own("Den Ingress-Controller und das Log des Shops unten prüfen, dann erneut versuchen.")
        }
        Said::ReadLogOrRetry => own("Das Log unten ansehen; ist der Cluster nur langsam, erneut versuchen."),
        Said::RetryIfSlow => own("Ist der Cluster nur langsam, erneut versuchen."),
        Said::CheckStorage => own("Die Storage-Class und ihren Provisioner prüfen, dann erneut versuchen."),
        Said::CheckImage => {
            own("Prüfen, ob es das Image gibt und ob die Knoten es laden dürfen, dann erneut versuchen.")
        }
        Said::CheckReferences => own("Prüfen, worauf sich der Container bezieht, dann erneut versuchen."),
        Said::ReadLog => own("Das Log unten ansehen, dann erneut versuchen."),
        Said::CheckDisk => own(
            "Ansehen, was er auf dem Knoten hinterlassen hat, oder einen größeren Tarif wählen, dann erneut versuchen.",
        ),
        Said::FreeRoom => own(
            "Platz schaffen, einen Knoten hinzufügen oder einen kleineren Tarif wählen, dann erneut versuchen.",
        ),
        Said::FitNode => own(
            "Einen Knoten bereitstellen, der zu stores.scheduling in den Werten der Plattform passt, oder diese ändern, dann erneut versuchen.",
        ),
        Said::MakeClass => own(
            "Die Klasse anlegen, die stores.scheduling in den Werten der Plattform nennt, oder dort eine andere nennen, dann erneut versuchen.",
        ),
        Said::GiveQuota => own(
            "Dem Tarif des Shops oder dem Kontingent des Namespace mehr Platz geben oder die Regel ändern, die ablehnt, dann erneut versuchen.",
        ),
        Said::BeingRemoved => own("Was angelegt war, wird entfernt."),
        Said::BeingRemovedSoFar => own("Was angelegt war, wird entfernt:"),

        Said::Updating { versions } => {
            doing("Aktualisierung auf das jetzige Angebot der Plattform", versions)
        }
        Said::ChangingPlan { versions } => doing("Der Tarif wird gewechselt", versions),
        Said::StoppingShop { versions } => doing("Der Shop wird angehalten", versions),
        Said::StartingShop { versions } => doing("Der Shop wird wieder gestartet", versions),
        Said::EnteringSafeMode { versions } => {
            doing("Der Shop wird im abgesicherten Modus gestartet", versions)
        }
        Said::LeavingSafeMode { versions } => doing("Der abgesicherte Modus wird verlassen", versions),
        Said::ApplyingSettings { versions } => doing("Geänderte Einstellungen werden angewendet", versions),
        Said::Updated { took } => own(format!("Aktualisiert ({}).", clock::exact(*took))),
        Said::PlanChanged { took } => own(format!("Der Tarif wurde gewechselt ({}).", clock::exact(*took))),
        Said::Suspended { took } => own(format!(
            "Angehalten: Nichts vom Shop läuft, seine Daten bleiben erhalten ({}).",
            clock::exact(*took)
        )),
        Said::Resumed { took } => own(format!("Der Shop läuft wieder ({}).", clock::exact(*took))),
        Said::InSafeMode { took } => own(format!(
            "Der Shop läuft im abgesicherten Modus, ohne Mitgebrachtes ({}).",
            clock::exact(*took)
        )),
        Said::SafeModeLeft { took } => {
            own(format!("Der abgesicherte Modus wurde verlassen ({}).", clock::exact(*took)))
        }
        Said::SettingsApplied { took } => {
            own(format!("Geänderte Einstellungen wurden angewendet ({}).", clock::exact(*took)))
        }
        Said::VolumesWithPlan { plan, sizes } => {
            own(format!("Volumes mit dem Tarif {}: {sizes}.", kinds::plan(*plan)))
        }
        Said::PlanNotChanged => own("Der Tarif wird nicht gewechselt:"),
        Said::GoingBack => own("Es geht zurück zu dem, was vorher lief."),
        Said::LimitsLate => own("Seine Grenzen und Regeln ließen sich nicht rechtzeitig anwenden."),
        Said::ReleaseLate => own("Das Release ließ sich nicht rechtzeitig installieren."),
        Said::PartsLate => own("Seine Teile liefen nicht rechtzeitig."),
        Said::AnswerLate => own("Der Shop hat nicht rechtzeitig geantwortet."),
        Said::UndoneElsewhere => own(
            "Bei einem anderen Shop musste sie zurückgenommen werden; daher wird kein Shop von selbst darauf aktualisiert.",
        ),
        Said::UpdatedWhenAsked => own("Diese Plattform aktualisiert einen Shop, wenn es jemand verlangt."),
        Said::UpdatedInTurn => {
            own("Ein Shop wird zuerst aktualisiert; hat er geantwortet, folgen die anderen nach und nach.")
        }
        Said::VolumeOver { volume, holds, size } => own(format!(
            "Das Volume {volume} enthält {} GiB, mehr als die {size} GiB seines Tarifs. Nichts hindert es daran, allen anderen Shops den Platz zu nehmen: in der Verwaltung des Shops löschen, was nicht gebraucht wird, oder dem Shop einen größeren Tarif geben.",
            health::decimal(holds)
        )),

        Said::StatusLost => {
            own("Der Shop war schon bereit, und sein Status ging verloren. Was da ist, bleibt, wie es ist.")
        }
        Said::TryOfReady => {
            own("Ein weiterer Versuch wurde verlangt. Der Shop war bereit und bleibt daher, wie er ist.")
        }
        Said::TryAgain { attempt } => own(format!("Ein weiterer Versuch wurde verlangt: Versuch {attempt}.")),
        Said::GivenUp => own("Aufgegeben:"),
        Said::Undone => own("Zurückgenommen:"),
        Said::NothingRemoved => own("Der Shop war schon bereit; daher wird nichts von ihm entfernt."),
        Said::NamespaceOlder => own("Der Namespace war vor diesem Versuch da und bleibt daher, wie er ist."),
        Said::FencesBack => own(
            "Jemand hatte eine Grenze oder Regel des Shops von Hand geändert oder gelöscht; sie ist wieder, wie sie war.",
        ),
        Said::FencesAnew => {
            own("Grenzen, Regeln und Secrets wurden neu angewendet, weil etwas davon geändert war.")
        }
        Said::PartsBack => own(
            "Jemand hatte einen Teil des Shops von Hand geändert oder gelöscht; er ist wieder, wie er war.",
        ),
        Said::NotPutBack => {
            own("Was jemand geändert hat, ließ sich nicht zurücksetzen und wird erneut versucht:")
        }

        Said::AskedTooLate => own(
            "Das wurde vor mehr als einer Minute angefordert, und niemand wartet mehr darauf. Erneut anfordern.",
        ),
        Said::EngineCannot => own("Shops dieses Systems können das nicht."),
        Said::PartAway { part } => of_part(
            part,
            " läuft gerade nicht, daher lässt sich darin nichts tun. Erneut versuchen, wenn der Shop antwortet.",
        ),
        Said::NamespaceAwry => own(
            "Der Namespace des Shops ist nicht mehr, wie er war; bis das behoben ist, wird darin nichts getan.",
        ),
        Said::NewPasswordLost => {
            own("Das neue Passwort kam nicht mit, daher wurde nichts geändert. Es erneut setzen.")
        }
        Said::CommandFailed => own(
            "Der Shop konnte das nicht: Der Befehl schlug fehl; wie, steht im Verlauf des Shops. Vielleicht hilft eine Aktualisierung des Shops.",
        ),

        Said::NoSeal => own("Ohne Siegel erfährt hier niemand etwas."),
        Said::OperatorTurning => {
            own("Der Operator fängt gerade an oder hört gerade auf. In einem Moment erneut versuchen.")
        }
        Said::NothingMade { store } => {
            own(format!("Den Shop {store} gibt es nicht, oder von ihm wurde noch nichts angelegt."))
        }
        Said::FollowersFull => own(
            "Gerade lesen so viele in Logs mit, dass niemand mehr dazukommen kann. Neu laden, um Neues zu sehen.",
        ),
        Said::SecretAway => own(
            "Das Secret des Shops ist nicht da, daher lässt sich nicht sagen, was aus seinen Logs niemanden etwas angeht. Der Operator legt es wieder an: In einer Minute erneut versuchen.",
        ),
        Said::LogsUnreadable => {
            own("Der Cluster gibt die Logs nicht heraus. In einem Moment erneut versuchen.")
        }
        Said::PrometheusSilent { address } => own(format!("Der Prometheus unter {address} antwortet nicht.")),
        Said::PrometheusClosed { address, status } => own(format!(
            "Der Prometheus unter {address} lässt den Operator nicht ein ({status}): Er verlangt ein anderes Token als das im Secret, das monitoring.prometheus.credentials nennt."
        )),
        Said::PrometheusTokenAway { address } => own(format!(
            "Der Prometheus unter {address} wird nicht gefragt, weil das Token für ihn nicht zu lesen ist: Im Secret, das monitoring.prometheus.credentials nennt, muss es unter dem Schlüssel token stehen."
        )),
        Said::PrometheusTokenUnusable { address } => own(format!(
            "Der Prometheus unter {address} wird nicht gefragt, weil sich das Token für ihn nicht senden lässt."
        )),
        Said::PrometheusRefuses { address, why } => {
            around(format!("Der Prometheus unter {address} tut nicht, worum er gebeten wird: "), why, ".")
        }
        Said::NoPrometheus { address } => {
            own(format!("Der Prometheus unter {address} antwortet nicht wie ein Prometheus."))
        }
        Said::VolumesUnmeasured { address } => own(format!(
            "Der Prometheus unter {address} weiß nichts von den Volumes des Shops (kubelet_volume_stats_used_bytes): Er muss die Metriken der Kubelets lesen, und über manche Speicherklassen sagen diese nichts."
        )),
        Said::MemoryUnmeasured { address } => own(format!(
            "Der Prometheus unter {address} weiß nichts vom Speicher der Container des Shops (container_memory_working_set_bytes): Er muss /metrics/cadvisor der Kubelets lesen."
        )),
        Said::CpuUnmeasured { address } => own(format!(
            "Der Prometheus unter {address} weiß nichts von der CPU der Container des Shops (container_cpu_usage_seconds_total): Er muss /metrics/cadvisor der Kubelets lesen."
        )),
        Said::PartsUnknown => {
            own("Der Cluster sagt nicht, welche Metriken zu welchem Teil des Shops gehören.")
        }

        Said::OnlyAdmins => own("Das darf nur ein Admin. Einen davon fragen."),
        Said::NotOneself => {
            own("Die eigene Rolle oder sich selbst kann sich niemand nehmen. Das muss ein anderer Admin tun.")
        }
        Said::NoUserYet => {
            own("Hier gibt es noch keinen Benutzer. Den ersten unter /set-up mit dem Token anlegen.")
        }
        Said::UserTaken { user } => own(format!(
            "Den Benutzer {user} gibt es schon. Einen anderen Namen wählen oder {user} ein neues Passwort geben."
        )),
        Said::UserReserved { user } => own(format!(
            "{user} heißt jemand, den der Identitätsanbieter kennt. Einen Namen wählen, der nicht mit oidc und einem Punkt beginnt."
        )),
        Said::UserUnknown { user } => {
            own(format!("Den Benutzer {user} gibt es nicht. Wen es gibt, steht in der Liste der Benutzer."))
        }
        Said::LastAdmin { user } => own(format!(
            "{user} ist der letzte Admin. Zuerst einen weiteren hinzufügen, sonst könnte niemand mehr die Plattform verwalten."
        )),

        Said::UninstallTriedAgain { why } => {
            before("helm konnte das Release nicht deinstallieren und versucht es erneut:", why)
        }
        Said::UninstallLeft => {
            own("helm konnte das Release nicht deinstallieren; der Namespace nimmt alles davon mit.")
        }
        Said::OthersFirst => own("Zuerst werden andere Shops entfernt."),
        Said::RemovingNamespace => own("Der Cluster entfernt den Namespace mit allem darin."),
        Said::StillRemovingNamespace => own("Der Cluster entfernt den Namespace noch."),
        Said::NamespaceHeld { why } => before("Der Namespace wird festgehalten:", why),
        Said::NamespaceNotDeleted { why } => {
            before("Der Namespace ließ sich nicht löschen und wird erneut versucht:", why)
        }
        Said::RemovingVolumes { volumes } => own(format!("Der Storage-Provisioner entfernt {volumes}.")),
        Said::VolumesKept { volumes } => {
            own(format!("Von ihrer Storage-Class behalten (Retain), von Hand zu löschen: {volumes}."))
        }
        Said::CredentialsNotDeleted { why } => {
            before("Die Zugangsdaten ließen sich nicht löschen und werden erneut versucht:", why)
        }
        Said::ForeignLeftOwnGone { namespace } => own(format!(
            "Der Namespace {namespace} wurde nicht für diesen Shop angelegt und bleibt unberührt; sein eigener ist weg."
        )),
        Said::ForeignLeftNoOwn { namespace } => own(format!(
            "Der Namespace {namespace} wurde nicht für diesen Shop angelegt und bleibt unberührt; er hat keinen eigenen."
        )),
    }
}

/// What an engine calls a part, and what is said of it.
fn of_part(part: &Text, said: &str) -> Vec<Piece> {
    match part.told(Language::German) {
        (title, Language::German) => own(format!("{title}{said}")),
        (title, Language::English) => around("", title, said),
    }
}

fn own(text: impl Into<String>) -> Vec<Piece> {
    vec![Piece::Own(text.into())]
}

fn before(text: &str, foreign: &str) -> Vec<Piece> {
    vec![Piece::Own(format!("{text} ")), Piece::Foreign(foreign.to_owned())]
}

fn around(before: impl Into<String>, foreign: &str, after: &str) -> Vec<Piece> {
    let all = [Piece::Own(before.into()), Piece::Foreign(foreign.to_owned()), Piece::Own(after.to_owned())];
    all.into_iter().filter(|piece| *piece != Piece::Own(String::new())).collect()
}

fn because(text: String, why: &str) -> Vec<Piece> {
    if why.is_empty() { own(text + ".") } else { around(text + ": ", why, ".") }
}

fn ended(container: &str, pod: &str, why: &str, restarts: i32, words: &str) -> Vec<Piece> {
    let text = format!("Der Container {container} im Pod {pod} endete: {why}, {}", begun_anew(restarts));
    if words.is_empty() { own(text + ".") } else { around(text + ", mit den Worten „", words, "“.") }
}

fn begun_anew(times: i32) -> String {
    format!("{times} {}", if times == 1 { "Neustart" } else { "Neustarts" })
}

fn doing(what: &str, versions: &str) -> Vec<Piece> {
    own(if versions.is_empty() { format!("{what}.") } else { format!("{what}: {versions}.") })
}

fn queued(ahead: u32) -> String {
    match ahead {
        0 => "Wartet und kommt als Nächstes an die Reihe.".to_owned(),
        1 => "Wartet; ein Shop kommt vorher.".to_owned(),
        2..=9 => format!("Wartet; {ahead} Shops kommen vorher."),
        _ => format!("Wartet; mehr als {} Shops kommen vorher.", ahead - 1),
    }
}

fn room(cpu: u64, disk: u64, memory: u64) -> String {
    format!("{cpu}m CPU, {disk} MiB flüchtiger Speicher und {memory} MiB Arbeitsspeicher")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use leptos::prelude::*;

    use super::*;

    fn told(said: &Said) -> String {
        Owner::new().with(|| {
            provide_context(Language::German);
            text(german(said))
        })
    }

    /// Of names and of somebody else's words alone.
    const WORDLESS: [&str; 3] = ["Words", "Part", "HasReason"];

    #[test]
    fn every_code_is_said_in_german_too_with_all_its_values() {
        for (code, names) in Said::CODES.iter().filter(|(code, _)| !WORDLESS.contains(code)) {
            let value = |name: &&str| match *name {
                "plan" => "large".to_owned(),
                "took" | "left" => "5000".to_owned(),
                _ => "5".to_owned(),
            };
            let values: BTreeMap<String, String> =
                names.iter().map(|name| ((*name).to_owned(), value(name))).collect();
            let said = Said::read(code, &values).expect(code);
            let (english, german) = (said.to_string(), told(&said));
            assert_ne!(english, german, "{code}");
            let is_other = |name: &&&str| !["plan", "english"].contains(name);
            assert!(german.matches('5').count() >= names.iter().filter(is_other).count(), "{code}: {german}");
            assert!(!names.contains(&"plan") || german.contains("Groß"), "{code}: {german}");
            let end = |text: &str| text.chars().last().filter(|last| ".:)".contains(*last));
            assert!(
                ["AllReadyBut", "UninstallBegun"].contains(code)
                    || !names.is_empty()
                    || end(&english) == end(&german),
                "{code}: {german}"
            );
        }
    }

    #[test]
    fn what_an_engine_says_in_english_alone_stays_english_and_the_line_of_a_log_does_so_always() {
        let says = |of: &str, line: &str| {
            german(&Said::ShopSays { english: "is tired".into(), german: of.into(), line: line.into() })
        };
        assert_eq!(says("", "no bed"), [Piece::Foreign("The shop is tired: “no bed”.".into())]);
        assert_eq!(says("ist müde", ""), [Piece::Own("Der Shop ist müde.".into())]);
        assert_eq!(
            says("ist müde", "no bed"),
            [
                Piece::Own("Der Shop ist müde: „".into()),
                Piece::Foreign("no bed".into()),
                Piece::Own("“.".into())
            ]
        );
    }

    #[test]
    fn a_part_is_called_as_the_engine_calls_it_in_german_and_else_in_english() {
        let part = |german: Option<&str>| Text::new("Database", german.map(str::to_owned));
        let own = |text: &str| Piece::Own(text.into());
        assert_eq!(german(&Said::PartReady { part: part(Some("Datenbank")) }), [own("Datenbank: bereit.")]);
        assert_eq!(german(&Said::Part { part: part(Some("Datenbank")) }), [own("Datenbank:")]);
        assert_eq!(german(&Said::Part { part: part(None) }), [Piece::Foreign("Database".into()), own(":")]);
    }

    #[test]
    fn a_few_words_are_told_without_full_stops() {
        let restarts = |times| Said::Restarts { times };
        let own = |text: &str| Piece::Own(text.into());
        assert_eq!(
            brief(&Told::from(Said::SettingUp).and(restarts(1))),
            [own("richtet den Shop ein"), own(", "), own("1 Neustart")]
        );
        let reason = Said::HasReason { container: "web".into(), reason: "OOMKilled".into() };
        assert_eq!(brief(&reason.into()), [own("web: "), Piece::Foreign("OOMKilled".into()), own("")]);
    }

    #[test]
    fn a_place_in_the_queue_is_as_coarse_as_in_english() {
        assert_eq!(told(&Said::queued(0)), "Wartet und kommt als Nächstes an die Reihe.");
        assert_eq!(told(&Said::queued(345)), "Wartet; mehr als 299 Shops kommen vorher.");
    }
}
