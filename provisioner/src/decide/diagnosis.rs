//! Why a store was given up: from everything that was seen, one plain sentence with what to do, and the evidence.

use engine::Part;
use k8s_openapi::api::core::v1::{Event, PersistentVolumeClaim, Pod};
use kube::ResourceExt;
use store::{
    ConditionKind, Said, Told,
    view::{Evidence, Place, Source},
};

use crate::{
    observe::pods::{Trouble, What, look, telling_line},
    resource::progress::shortened,
};

/// What is known when a try is given up.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The step that was not reached.
    pub step: Option<ConditionKind>,
    /// How long the try had.
    pub seconds: u32,
    /// What a command complained about last, where that is why.
    pub complaint: Option<String>,
    /// The same by codes, where it has them.
    pub why: Told,
    /// Why the shop's answer was none.
    pub no_answer: Option<Said>,
    /// What the shop consists of.
    pub parts: Vec<Part>,
    pub pods: Vec<Pod>,
    pub events: Vec<Event>,
    pub claims: Vec<PersistentVolumeClaim>,
    /// Last lines of the containers that are under suspicion.
    pub logs: Vec<Evidence>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    pub told: Told,
    pub evidence: Vec<Evidence>,
}

/// Pieces of evidence that are kept, and their length in characters: a status has to stay small.
const MAX_EVIDENCE: usize = 6;
const MAX_TEXT: usize = 1500;
const MAX_SENTENCE: usize = 600;

pub fn diagnose(case: &Case) -> Diagnosis {
    let (cause, advice) = cause(case);
    let sentence = cause.to_string();
    let cause = if sentence.chars().count() <= MAX_SENTENCE {
        cause
    } else {
        shortened(&sentence, MAX_SENTENCE).into()
    };
    Diagnosis { told: cause.and(advice), evidence: evidence(case) }
}

fn cause(case: &Case) -> (Told, Said) {
    if let Some(complaint) = &case.complaint {
        return complained(case, complaint);
    }
    let seen = look(&case.parts, &case.pods);
    if let Some(trouble) = seen.troubles.iter().max_by_key(|trouble| weight(trouble)) {
        return (troubled(trouble, case), advice(trouble));
    }
    if let Some(why) = refused_pods(&case.events) {
        let advice = advice_on_refusal(&why);
        return (Said::PodsWereNotAdmitted { why }.into(), advice);
    }
    if let Some(claim) = pending(&case.claims) {
        return (not_provided(claim, &case.events).into(), Said::CheckStorage);
    }
    if let Some(no_answer) = case.no_answer.clone().filter(|_| seen.ready) {
        return (vec![Said::AllReadyBut, no_answer].into(), Said::CheckIngress);
    }
    let late = Told::from(Said::NotReadyWithin { seconds: case.seconds }).and(seen.told);
    match last_words(case) {
        Some(last) => (late.and(last), Said::ReadLogOrRetry),
        None => (late, Said::RetryIfSlow),
    }
}

fn complained(case: &Case, complaint: &str) -> (Told, Said) {
    let line =
        complaint.lines().last().unwrap_or(complaint).trim_start_matches("Error: ").trim_start_matches("- ");
    let line = line.trim_end_matches('.').to_owned();
    match case.step {
        Some(ConditionKind::ReleaseDeployed) => (Said::HelmFailed { line }.into(), Said::CheckEngine),
        Some(ConditionKind::CredentialsReady) => {
            let is_coded = case.why.to_string() == complaint;
            let why = if is_coded { case.why.clone() } else { format!("{line}.").into() };
            (Told::from(Said::CredentialsFailed).and(why), Said::RetryOrMakeAnew)
        }
        _ => (Said::NamespaceFailed { line }.into(), Said::CheckRights),
    }
}

/// The trouble that tells most comes first.
fn weight(trouble: &Trouble) -> u8 {
    match trouble.what {
        What::Image { .. } => 5,
        What::CannotStart { .. } => 4,
        What::Crash { .. } | What::Evicted { .. } => 3,
        What::Unschedulable { .. } => 2,
        What::Volumes { .. } => 1,
    }
}

fn troubled(trouble: &Trouble, case: &Case) -> Told {
    let told = Told::from(trouble.told());
    match &trouble.what {
        What::Crash { last_words: words, .. } if words.is_empty() => match last_words(case) {
            Some(last) => told.and(last),
            None => told,
        },
        What::Volumes { .. } => {
            pending(&case.claims).map_or(told, |claim| not_provided(claim, &case.events).into())
        }
        _ => told,
    }
}

fn advice(trouble: &Trouble) -> Said {
    match trouble.what {
        What::Image { .. } => Said::CheckImage,
        What::CannotStart { .. } => Said::CheckReferences,
        What::Crash { .. } => Said::ReadLog,
        What::Evicted { .. } => Said::CheckDisk,
        What::Unschedulable { .. } if trouble.is_for_room() => Said::FreeRoom,
        What::Unschedulable { .. } => Said::FitNode,
        What::Volumes { .. } => Said::CheckStorage,
    }
}

/// As the API server tells of a priority class and of a runtime class that is not there.
const NO_CLASS: [&str; 2] = ["no PriorityClass with name", "RuntimeClass \""];

fn advice_on_refusal(message: &str) -> Said {
    if NO_CLASS.iter().any(|sign| message.contains(sign)) { Said::MakeClass } else { Said::GiveQuota }
}

/// Why the cluster does not admit the store's pods, in its own words.
pub fn refused_pods(events: &[Event]) -> Option<String> {
    let refusal = events.iter().rev().find(|event| event.reason.as_deref() == Some("FailedCreate"))?;
    refusal.message.as_deref().map(|message| shortened(message.trim_end_matches('.'), 300))
}

fn pending(claims: &[PersistentVolumeClaim]) -> Option<&PersistentVolumeClaim> {
    claims
        .iter()
        .find(|claim| claim.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Pending"))
}

fn not_provided(claim: &PersistentVolumeClaim, events: &[Event]) -> Said {
    let class = claim.spec.as_ref().and_then(|spec| spec.storage_class_name.clone());
    let volume = claim.name_any();
    let why = events
        .iter()
        .rev()
        .filter(|event| {
            event.involved_object.name.as_deref() == Some(&volume)
                && event.type_.as_deref() == Some("Warning")
        })
        .find_map(|event| event.message.as_deref())
        .map(|message| shortened(message.trim_end_matches('.'), 200))
        .unwrap_or_default();
    match class.filter(|class| !class.is_empty()) {
        Some(class) => Said::VolumeNotProvided { volume, class, why },
        None => Said::VolumeOfNoClass { volume, why },
    }
}

fn last_words(case: &Case) -> Option<Said> {
    let line = case.logs.iter().find_map(|log| telling_line(&log.text))?;
    Some(Said::LastWords { line: shortened(line, 200) })
}

fn evidence(case: &Case) -> Vec<Evidence> {
    let complaint = case.complaint.iter().map(|text| Evidence::verbatim(Source::Command, text));
    let no_answer = case.no_answer.iter().map(|said| Evidence::seen(Source::Shop, said.clone()));
    let seen = look(&case.parts, &case.pods);
    let troubles = seen.troubles.iter().map(|trouble| {
        let place = Place { pod: trouble.pod.clone(), container: trouble.container.clone() };
        Evidence::seen(Source::Pod(place), trouble.told())
    });
    let warnings: Vec<String> = case
        .events
        .iter()
        .filter(|event| event.type_.as_deref() == Some("Warning"))
        .map(|event| {
            let object = &event.involved_object;
            format!(
                "{} {}: {}: {}",
                object.kind.as_deref().unwrap_or_default().to_lowercase(),
                object.name.as_deref().unwrap_or_default(),
                event.reason.as_deref().unwrap_or_default(),
                event.message.as_deref().unwrap_or_default().trim()
            )
        })
        .collect();
    let newest = &warnings[warnings.len().saturating_sub(8)..];
    let events = (!newest.is_empty()).then(|| Evidence::verbatim(Source::Events, newest.join("\n")));
    complaint
        .chain(no_answer)
        .chain(troubles.take(2))
        .chain(case.logs.iter().cloned())
        .chain(events)
        .take(MAX_EVIDENCE)
        .map(fitting)
        .collect()
}

/// As much of it as there is room for. What is cut off is told by its text alone.
fn fitting(piece: Evidence) -> Evidence {
    let text = shortened(&piece.text, MAX_TEXT);
    if text == piece.text { piece } else { Evidence::verbatim(piece.source, text) }
}

pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::observe::pods::tests::{DATABASE, WEB, parts, pod};

    fn ready() -> Value {
        json!({ "conditions": [{ "type": "PodScheduled", "status": "True" }, { "type": "Ready", "status": "True" }] })
    }

    fn waiting(reason: &str, message: &str) -> Value {
        json!({ "conditions": [{ "type": "PodScheduled", "status": "True" }], "initContainerStatuses": [{
            "name": "setup", "image": "localhost/nowhere:1", "imageID": "", "ready": false, "restartCount": 2,
            "state": { "waiting": { "reason": reason, "message": message } }, "lastState": { "terminated": { "exitCode": 1 } } }] })
    }

    fn event(kind: &str, name: &str, reason: &str, message: &str) -> Event {
        serde_json::from_value(json!({ "metadata": {}, "involvedObject": { "kind": kind, "name": name }, "type": "Warning", "reason": reason, "message": message })).unwrap()
    }

    fn case() -> Case {
        Case { step: Some(ConditionKind::WorkloadsReady), seconds: 600, parts: parts(), ..Case::default() }
    }

    #[test]
    fn an_image_that_does_not_exist() {
        let diagnosis = diagnose(&Case {
            pods: vec![pod("wordpress-1", WEB, &waiting("ImagePullBackOff", "not found"))],
            ..case()
        });
        assert_eq!(
            diagnosis.told.to_string(),
            "The image localhost/nowhere:1 of container setup in pod wordpress-1 cannot be pulled (not found). \
             Check that the image exists and that the nodes may pull it, then press Retry."
        );
        assert!(
            diagnosis
                .evidence
                .iter()
                .any(|piece| piece.source.to_string() == "pod wordpress-1, container setup")
        );
    }

    #[test]
    fn a_crash_with_its_last_words() {
        let logs =
            vec![Evidence::verbatim(Source::Other("log".to_owned()), "starting\nfatal: no database\n\n")];
        let diagnosis = diagnose(&Case {
            pods: vec![pod("wordpress-1", WEB, &waiting("CrashLoopBackOff", ""))],
            logs,
            ..case()
        });
        assert!(
            diagnosis.told.to_string().contains("has ended: exit code 1, 2 restarts"),
            "{}",
            diagnosis.told
        );
        assert!(diagnosis.told.to_string().contains("“fatal: no database”"), "{}", diagnosis.told);
    }

    #[test]
    fn pods_that_the_quota_does_not_admit() {
        let events = vec![event(
            "ReplicaSet",
            "wordpress-1",
            "FailedCreate",
            "pods \"w\" is forbidden: exceeded quota: plan",
        )];
        let sentence = diagnose(&Case { events, ..case() }).told.to_string();
        assert!(sentence.contains("exceeded quota: plan"), "{sentence}");
        for refused in
            ["no PriorityClass with name shops was found", "pod rejected: RuntimeClass \"gvisor\" not found"]
        {
            let events = vec![event("ReplicaSet", "wordpress-1", "FailedCreate", refused)];
            let sentence = diagnose(&Case { events, ..case() }).told.to_string();
            assert!(sentence.contains(refused) && sentence.contains("stores.scheduling"), "{sentence}");
        }
    }

    #[test]
    fn a_volume_that_nobody_provides() {
        let claims = vec![serde_json::from_value(json!({ "metadata": { "name": "data-mariadb-0" }, "spec": { "storageClassName": "fast" }, "status": { "phase": "Pending" } })).unwrap()];
        let events = vec![event(
            "PersistentVolumeClaim",
            "data-mariadb-0",
            "ProvisioningFailed",
            "storageclass \"fast\" not found",
        )];
        let sentence = diagnose(&Case { claims, events, ..case() }).told.to_string();
        assert!(sentence.contains("The volume data-mariadb-0 was not provided (storage class fast): storageclass \"fast\" not found"), "{sentence}");
    }

    #[test]
    fn a_shop_that_does_not_answer_though_its_pods_are_ready() {
        let pods = vec![pod("mariadb-0", DATABASE, &ready()), pod("wordpress-1", WEB, &ready())];
        let no_answer = Some(Said::HasError { status: 500 });
        let sentence = diagnose(&Case { pods, no_answer, ..case() }).told.to_string();
        assert_eq!(
            sentence,
            "All pods are ready, but the shop answers 500: it has an error, its log tells more. \
             Check the ingress controller and the shop's log below, then press Retry."
        );
    }

    #[test]
    fn a_release_that_helm_refuses() {
        let complaint = Some(
            "coalesce.go: warning\nError: values don't meet the specifications of the schema".to_owned(),
        );
        let diagnosis = diagnose(&Case { step: Some(ConditionKind::ReleaseDeployed), complaint, ..case() });
        assert!(
            diagnosis.told.to_string().starts_with("Helm could not deploy the release: values don't meet"),
            "{}",
            diagnosis.told
        );
    }

    #[test]
    fn credentials_that_are_missing_are_told_by_their_code() {
        let why = Told::from(Said::CredentialsMissing { secret: "mine".into() });
        let step = Some(ConditionKind::CredentialsReady);
        let complaint = Some(why.to_string());
        let told = diagnose(&Case { step, complaint, why: why.clone(), ..case() }).told;
        assert_eq!(told, Told::from(Said::CredentialsFailed).and(why).and(Said::RetryOrMakeAnew));
        assert_eq!(
            told.to_string(),
            "The store's credentials could not be prepared: The Secret mine with the store's credentials is missing. \
             If this stays so after Retry, delete the store and make it anew."
        );
        let complaint = Some("Error: forbidden".to_owned());
        let told = diagnose(&Case { step, complaint, ..case() }).told.to_string();
        assert!(told.starts_with("The store's credentials could not be prepared: forbidden. If"), "{told}");
    }

    proptest! {
        #[test]
        fn whatever_was_seen_there_is_a_bounded_sentence(message in ".{0,3000}", log in ".{0,9000}", seconds: u32) {
            let logs = vec![Evidence::verbatim(Source::Other("log".to_owned()), log)];
            let pods = vec![pod("a", WEB, &waiting("CrashLoopBackOff", &message)), pod("b", DATABASE, &waiting("ImagePullBackOff", &message))];
            let diagnosis = diagnose(&Case { pods, logs, seconds, no_answer: Some(Said::Words { text: message.clone() }), ..case() });
            let length = diagnosis.told.to_string().chars().count();
            prop_assert!(length > 0 && length < 1000);
            prop_assert!(diagnosis.evidence.iter().all(|piece| piece.text.chars().count() <= MAX_TEXT));
        }
    }
}
