//! What a store's pods say: whether the shop's parts run, and what is wrong with one that does not.

mod trouble;

use engine::Part;
use k8s_openapi::api::core::v1::{ContainerState, ContainerStatus, Pod};
use kube::ResourceExt;
use store::{
    Millis, Said, Told,
    view::{PodState, PodView},
};

pub use self::trouble::{Trouble, What};
use self::trouble::{short, trouble};
use crate::window::{Restart, cursor::Run};

/// Of a pod that has ended other than well.
const FAILED: &str = "Failed";

/// All pods of a store, seen together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workloads {
    pub views: Vec<PodView>,
    /// Every part that the shop consists of has a pod that is ready.
    pub ready: bool,
    /// What is waited for.
    pub told: Told,
    pub troubles: Vec<Trouble>,
}

/// Drops of a pod what is never looked at: most of it.
pub fn trim(pod: &mut Pod) {
    pod.managed_fields_mut().clear();
    pod.spec = None;
}

/// `parts`: what the shop consists of.
pub fn look(parts: &[Part], pods: &[Pod]) -> Workloads {
    let (ended, pods): (Vec<&Pod>, Vec<&Pod>) =
        by_name(pods).into_iter().partition(|pod| is_replaced(parts, pod, pods));
    let readiness: Vec<bool> = parts
        .iter()
        .map(|part| pods.iter().any(|pod| is_of(part, pod) && state(pod) == PodState::Ready))
        .collect();
    // Why a part that is not ready has lost a pod is worth a word; of one that is, nobody has to know.
    let is_missed =
        |pod: &&&Pod| parts.iter().zip(&readiness).any(|(part, ready)| !ready && is_of(part, pod));
    let troubles: Vec<Trouble> =
        pods.iter().chain(ended.iter().filter(is_missed)).filter_map(|pod| trouble(pod)).collect();
    let of_part = |(part, ready): (&Part, &bool)| {
        let own: Vec<&Pod> = pods.iter().copied().filter(|pod| is_of(part, pod)).collect();
        let part = part.title.clone();
        if *ready { vec![Said::PartReady { part }] } else { vec![Said::Part { part }, waiting_for(&own)] }
    };
    let of_trouble = |trouble: &Trouble| [Said::Trouble, trouble.told()];
    let serious = troubles.iter().filter(|trouble| trouble.is_serious());
    let told: Vec<Said> =
        parts.iter().zip(&readiness).flat_map(of_part).chain(serious.flat_map(of_trouble)).collect();
    Workloads {
        views: pods.iter().map(|pod| view(pod)).collect(),
        ready: readiness.iter().all(|ready| *ready),
        told: told.into(),
        troubles,
    }
}

/// A pod of that part in which something can be done.
pub fn ready_pod(part: &Part, pods: &[Pod]) -> Option<String> {
    let can_be_used = |pod: &&Pod| is_of(part, pod) && state(pod) == PodState::Ready;
    by_name(pods).into_iter().find(can_be_used).map(ResourceExt::name_any)
}

fn is_of(part: &Part, pod: &Pod) -> bool {
    part.labels.iter().all(|(key, value)| pod.labels().get(key) == Some(value))
}

/// Whether it has ended and another of its part is in its place. What has put a pod off its node leaves it lying there.
fn is_replaced(parts: &[Part], pod: &Pod, pods: &[Pod]) -> bool {
    let is_other = |part: &Part, other: &Pod| is_of(part, other) && phase(other) != Some(FAILED);
    phase(pod) == Some(FAILED)
        && parts
            .iter()
            .filter(|part| is_of(part, pod))
            .any(|part| pods.iter().any(|other| is_other(part, other)))
}

fn phase(pod: &Pod) -> Option<&str> {
    pod.status.as_ref()?.phase.as_deref()
}

/// Each pod by itself, whatever it is of.
pub fn views(pods: &[Pod]) -> Vec<PodView> {
    by_name(pods).into_iter().map(view).collect()
}

fn by_name(pods: &[Pod]) -> Vec<&Pod> {
    let mut pods: Vec<&Pod> = pods.iter().collect();
    pods.sort_by_key(|pod| pod.name_any());
    pods
}

/// Containers that have not done what they should, worth a look into their logs: pod, container, and whether the run before the
/// current one is meant.
pub fn suspects(pods: &[Pod]) -> Vec<(String, String, bool)> {
    let mut found = Vec::new();
    for pod in pods {
        for (status, is_init) in statuses(pod) {
            let finished_well =
                is_init && terminated(status.state.as_ref()).is_some_and(|(exit, _, _)| exit == 0);
            let has_run = status.state.as_ref().is_some_and(|state| state.waiting.is_none())
                || status.restart_count > 0;
            if has_run && !finished_well && (is_init || !status.ready) {
                let waits = status.state.as_ref().is_some_and(|state| state.waiting.is_some());
                found.push((pod.name_any(), status.name.clone(), waits));
            }
        }
    }
    found
}

/// Whether a pod was told to go so lately that visitors may still be led to it: what is answered then may be its answer.
pub fn may_still_answer(pods: &[Pod], now: Millis) -> bool {
    const LED_TO: i64 = 5;
    let told = |pod: &Pod| {
        let gone_by = pod.metadata.deletion_timestamp.as_ref()?.0.as_millisecond();
        Some(Millis(gone_by).plus_seconds(-pod.metadata.deletion_grace_period_seconds.unwrap_or_default()))
    };
    pods.iter().filter_map(told).any(|told| now < told.plus_seconds(LED_TO))
}

/// Containers of a part that run: pod and container.
pub fn running(part: &Part, pods: &[Pod]) -> Vec<(String, String)> {
    let is_own = |pod: &&Pod| part.labels.iter().all(|(key, value)| pod.labels().get(key) == Some(value));
    let runs = |status: &ContainerStatus| status.state.as_ref().is_some_and(|state| state.running.is_some());
    let of_pod = |pod: &Pod| {
        let running = statuses(pod).filter(|(status, is_init)| !is_init && runs(status));
        running.map(|(status, _)| (pod.name_any(), status.name.clone())).collect::<Vec<_>>()
    };
    pods.iter().filter(is_own).flat_map(of_pod).collect()
}

/// What there is to read of a part's containers, the oldest first; and whether it is of the run before the one that a container is in.
pub fn runs(part: &Part, pods: &[Pod]) -> Vec<(Run, bool)> {
    let of = |pod: &Pod, status: &ContainerStatus| {
        let restarts = u32::try_from(status.restart_count).unwrap_or_default();
        let run = |restarts| Run { pod: pod.name_any(), container: status.name.clone(), restarts };
        let has_ended = terminated(status.last_state.as_ref()).is_some();
        let is_waiting = status.state.as_ref().is_none_or(|state| state.waiting.is_some());
        match (has_ended, is_waiting) {
            // Of one that waits to be started again, the last run is what a log without any word more is of.
            (true, true) => vec![(run(restarts), false)],
            (false, true) => Vec::new(),
            (true, false) if restarts > 0 => vec![(run(restarts - 1), true), (run(restarts), false)],
            (_, false) => vec![(run(restarts), false)],
        }
    };
    let own = by_name(pods).into_iter().filter(|pod| is_of(part, pod));
    own.flat_map(|pod| statuses(pod).flat_map(move |(status, _)| of(pod, status))).collect()
}

/// The containers of a part that began anew, the last time each, and how often in all.
pub fn restarts(part: &Part, pods: &[Pod]) -> Vec<Restart> {
    let of = |(status, _): (&ContainerStatus, bool)| {
        let ended = status.last_state.as_ref()?.terminated.as_ref()?;
        let at = Millis(ended.finished_at.as_ref()?.0.as_millisecond());
        let times = u32::try_from(status.restart_count).ok().filter(|times| *times > 0)?;
        let reason = ended.reason.clone().unwrap_or_default();
        Some(Restart { at, part: part.title.clone(), times, reason })
    };
    by_name(pods).into_iter().filter(|pod| is_of(part, pod)).flat_map(statuses).filter_map(of).collect()
}

fn view(pod: &Pod) -> PodView {
    let restarts: i32 = statuses(pod).map(|(status, _)| status.restart_count).sum();
    let why = match state(pod) {
        PodState::Ready | PodState::Stopping => None,
        _ => Some(waiting_for(&[pod])),
    };
    let begun_anew = (restarts > 0).then_some(Said::Restarts { times: restarts });
    let said = Told::from(why.into_iter().chain(begun_anew).collect::<Vec<_>>());
    PodView { name: pod.name_any(), state: state(pod), detail: said.brief(), said: said.coded() }
}

fn state(pod: &Pod) -> PodState {
    if pod.metadata.deletion_timestamp.is_some() {
        return PodState::Stopping;
    }
    if trouble(pod).is_some_and(|trouble| trouble.container.is_some()) {
        return PodState::Failing;
    }
    if phase(pod) == Some(FAILED) {
        return PodState::Failing;
    }
    if condition(pod, "Ready").is_some_and(|(status, _, _)| status == "True") {
        return PodState::Ready;
    }
    let started =
        statuses(pod).any(|(status, _)| status.state.as_ref().is_some_and(|state| state.waiting.is_none()));
    if started { PodState::Starting } else { PodState::Waiting }
}

/// What the pods of one part are at, in a few words.
fn waiting_for(pods: &[&Pod]) -> Said {
    let Some(pod) = pods.iter().find(|pod| pod.metadata.deletion_timestamp.is_none()) else {
        return if pods.is_empty() { Said::NotCreated } else { Said::Stopping };
    };
    if let Some(trouble) = trouble(pod) {
        return short(&trouble);
    }
    if condition(pod, "PodScheduled").is_none_or(|(status, _, _)| status != "True") {
        return Said::WaitsForNode;
    }
    for (status, is_init) in statuses(pod) {
        let state = status.state.as_ref();
        let running = state.is_some_and(|state| state.running.is_some());
        if is_init && running {
            return if status.name == "setup" { Said::SettingUp } else { Said::Preparing };
        }
        if !is_init && running {
            return Said::Starting;
        }
    }
    Said::Loading
}

/// Exit code, reason and last words.
fn terminated(state: Option<&ContainerState>) -> Option<(i32, String, String)> {
    let terminated = state?.terminated.as_ref()?;
    let message = terminated.message.as_deref().unwrap_or_default();
    let last =
        telling_line(message).map(|line| crate::resource::progress::shortened(line, 200)).unwrap_or_default();
    Some((terminated.exit_code, terminated.reason.clone().unwrap_or_default(), last))
}

/// The line of a log that tells why its program ended: the last one, but a database's may be “Aborting”, and the error stands before it.
pub(crate) fn telling_line(log: &str) -> Option<&str> {
    const ERROR: &str = "[ERROR] ";
    let mut newest_first = log.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    let is_error = |line: &&str| line.contains(ERROR) && !line.ends_with("Aborting");
    newest_first
        .clone()
        .find(is_error)
        .and_then(|line| Some(line.split_once(ERROR)?.1))
        .or_else(|| newest_first.next())
}

/// Init containers first, since the others wait for them.
fn statuses(pod: &Pod) -> impl Iterator<Item = (&ContainerStatus, bool)> {
    let status = pod.status.as_ref();
    let init = status.and_then(|status| status.init_container_statuses.as_ref()).into_iter().flatten();
    let main = status.and_then(|status| status.container_statuses.as_ref()).into_iter().flatten();
    init.map(|status| (status, true)).chain(main.map(|status| (status, false)))
}

fn condition<'a>(pod: &'a Pod, kind: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let found = pod.status.as_ref()?.conditions.as_ref()?.iter().find(|condition| condition.type_ == kind)?;
    Some((
        &found.status,
        found.reason.as_deref().unwrap_or_default(),
        found.message.as_deref().unwrap_or_default(),
    ))
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::tests::{engine_of, example};

    pub(crate) const WEB: &str = "web";
    pub(crate) const DATABASE: &str = "database";

    pub(crate) fn parts() -> Vec<Part> {
        engine_of(&mut example()).definition.parts.clone()
    }

    fn look(pods: &[Pod]) -> Workloads {
        super::look(&parts(), pods)
    }

    pub(crate) fn pod(name: &str, component: &str, status: &Value) -> Pod {
        serde_json::from_value(json!({
            "metadata": { "name": name, "labels": { "app.kubernetes.io/component": component } }, "spec": { "containers": [] }, "status": status,
        }))
        .unwrap()
    }

    fn container(name: &str, state: &Value, restarts: i32) -> Value {
        json!({ "name": name, "image": "localhost/x:1", "imageID": "", "ready": false, "restartCount": restarts, "state": state,
                "lastState": { "terminated": { "exitCode": 2, "reason": "Error" } } })
    }

    fn scheduled(init: &Value, main: &Value) -> Value {
        json!({ "conditions": [{ "type": "PodScheduled", "status": "True" }], "initContainerStatuses": init, "containerStatuses": main })
    }

    fn ready() -> Value {
        json!({ "conditions": [{ "type": "PodScheduled", "status": "True" }, { "type": "Ready", "status": "True" }] })
    }

    #[test]
    fn workloads_are_ready_when_every_part_has_a_ready_pod() {
        let both = [pod("mariadb-0", DATABASE, &ready()), pod("wordpress-1", WEB, &ready())];
        assert!(look(&both).ready);
        let waiting = look(&both[..1]);
        assert!(!waiting.ready);
        assert_eq!(waiting.told.to_string(), "Database ready. WordPress: not created yet.");
    }

    #[test]
    fn the_sentence_follows_the_set_up() {
        let running = json!({ "running": {} });
        let setup = scheduled(&json!([container("setup", &running, 0)]), &json!([]));
        let seen = look(&[pod("mariadb-0", DATABASE, &ready()), pod("wordpress-1", WEB, &setup)]);
        assert_eq!(seen.told.to_string(), "Database ready. WordPress: setting up the shop.");
        assert_eq!(seen.views[1].state, PodState::Starting);
    }

    #[test]
    fn an_image_that_cannot_be_pulled_is_named_with_its_container() {
        let waiting =
            json!({ "waiting": { "reason": "ImagePullBackOff", "message": "Back-off pulling image" } });
        let seen = look(&[pod(
            "wordpress-1",
            WEB,
            &scheduled(&json!([container("setup", &waiting, 0)]), &json!([])),
        )]);
        assert_eq!(
            seen.troubles[0].told().to_string(),
            "The image localhost/x:1 of container setup in pod wordpress-1 cannot be pulled (Back-off pulling image)."
        );
        assert_eq!(
            (seen.views[0].state, seen.views[0].detail.as_str()),
            (PodState::Failing, "setup: image cannot be pulled")
        );
    }

    #[test]
    fn a_crash_is_told_with_how_the_last_run_ended_and_its_log_is_that_run_s() {
        let waiting = json!({ "waiting": { "reason": "CrashLoopBackOff" } });
        let pods =
            [pod("mariadb-0", DATABASE, &scheduled(&json!([]), &json!([container("mariadb", &waiting, 3)])))];
        let seen = look(&pods);
        assert_eq!(
            seen.troubles[0].what,
            What::Crash { exit: 2, restarts: 3, reason: "Error".into(), last_words: String::new() }
        );
        assert_eq!(suspects(&pods), [("mariadb-0".to_owned(), "mariadb".to_owned(), true)]);
    }

    #[test]
    fn a_database_that_does_not_start_is_told_in_its_own_words() {
        let log = "2026-11-26  1:02:03 0 [Note] Starting MariaDB\n\
                   2026-11-26  1:02:03 0 [ERROR] InnoDB: The log sequence number is in the future\n\
                   2026-11-26  1:02:03 0 [ERROR] Plugin 'InnoDB' registration as a STORAGE ENGINE failed.\n\
                   2026-11-26  1:02:03 0 [ERROR] Unknown/unsupported storage engine: InnoDB\n\
                   2026-11-26  1:02:03 0 [ERROR] Aborting\n";
        assert_eq!(telling_line(log), Some("Unknown/unsupported storage engine: InnoDB"));
        assert_eq!(telling_line("set-up failed: no\n\n"), Some("set-up failed: no"));
        assert_eq!(telling_line("\n"), None);
        let mut ended = container("mariadb", &json!({ "waiting": { "reason": "CrashLoopBackOff" } }), 3);
        ended["lastState"]["terminated"]["message"] = json!(log);
        let seen = look(&[pod("mariadb-0", DATABASE, &scheduled(&json!([]), &json!([ended])))]);
        let told = seen.told.to_string();
        assert!(told.contains("Unknown/unsupported storage engine: InnoDB"), "{told}");
    }

    #[test]
    fn a_pod_without_a_node_says_why() {
        let status = |message: &str| json!({ "conditions": [{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message }] });
        let cpu = look(&[pod("wordpress-1", WEB, &status("0/1 nodes are available: 1 Insufficient cpu."))]);
        assert_eq!(
            cpu.troubles[0].told().to_string(),
            "No node has room for pod wordpress-1: 0/1 nodes are available: 1 Insufficient cpu."
        );
        let elsewhere = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.";
        let picky = look(&[pod("wordpress-1", WEB, &status(elsewhere))]);
        assert!(picky.troubles[0].told().to_string().starts_with("No node takes pod wordpress-1: 0/1 nodes"));
        assert!(!picky.troubles[0].is_for_room());
        let volume =
            look(&[pod("wordpress-1", WEB, &status("pod has unbound immediate PersistentVolumeClaims"))]);
        assert!(!volume.troubles[0].is_serious());
    }

    #[test]
    fn a_pod_that_was_put_off_its_node_is_told_until_another_is_ready_in_its_place() {
        let evicted = json!({
            "phase": "Failed", "reason": "Evicted", "message": "Usage of EmptyDir volume \"tmp\" exceeds the limit \"1664Mi\". ",
            "conditions": [{ "type": "PodScheduled", "status": "True" }],
        });
        let database = pod("mariadb-0", DATABASE, &ready());
        let gone = pod("wordpress-1", WEB, &evicted);
        let alone = look(&[database.clone(), gone.clone()]);
        assert_eq!((alone.views.len(), alone.views[1].state), (2, PodState::Failing));
        let starting =
            json!({ "phase": "Pending", "conditions": [{ "type": "PodScheduled", "status": "True" }] });
        let replaced = look(&[database.clone(), gone.clone(), pod("wordpress-2", WEB, &starting)]);
        assert_eq!(
            replaced.told.to_string(),
            "Database ready. WordPress: attaching volumes and loading the image. Trouble: pod wordpress-1 was put off its node: \
             Usage of EmptyDir volume \"tmp\" exceeds the limit \"1664Mi\"."
        );
        assert_eq!(replaced.views.len(), 2);
        let back = look(&[database, gone, pod("wordpress-2", WEB, &ready())]);
        assert!(back.ready && back.troubles.is_empty() && back.views.len() == 2);
    }

    #[test]
    fn a_missing_secret_cannot_start_a_container() {
        let waiting = json!({ "waiting": { "reason": "CreateContainerConfigError", "message": "secret \"credentials\" not found" } });
        let seen = look(&[pod(
            "mariadb-0",
            DATABASE,
            &scheduled(&json!([]), &json!([container("mariadb", &waiting, 0)])),
        )]);
        assert!(seen.troubles[0].told().to_string().contains("secret \"credentials\" not found"));
    }

    #[test]
    fn a_pod_that_was_told_to_go_may_answer_for_a_moment() {
        let mut leaving = pod("wordpress-1", WEB, &ready());
        assert!(!may_still_answer(std::slice::from_ref(&leaving), Millis(0)));
        leaving.metadata.deletion_timestamp =
            Some(serde_json::from_value(json!("2026-01-01T00:01:00Z")).unwrap());
        leaving.metadata.deletion_grace_period_seconds = Some(60);
        let told = Millis(1_767_225_600_000);
        let may = |seconds| may_still_answer(std::slice::from_ref(&leaving), told.plus_seconds(seconds));
        assert!(may(0) && may(4) && !may(5) && !may(59));
    }

    #[test]
    fn the_containers_of_a_part_that_run_are_named() {
        let status = scheduled(
            &json!([container("setup", &json!({ "terminated": { "exitCode": 0 } }), 0)]),
            &json!([
                container("wordpress", &json!({ "running": {} }), 0),
                container("cron", &json!({ "waiting": {} }), 0)
            ]),
        );
        let pods = [pod("wordpress-1", WEB, &status), pod("mariadb-0", DATABASE, &ready())];
        let web = parts().into_iter().find(|part| part.name == WEB).unwrap();
        assert_eq!(running(&web, &pods), [("wordpress-1".to_owned(), "wordpress".to_owned())]);
    }

    #[test]
    fn a_pod_that_stops_is_not_ready() {
        let mut stopping = pod("wordpress-1", WEB, &ready());
        stopping.metadata.deletion_timestamp =
            Some(serde_json::from_value(json!("2026-01-01T00:00:00Z")).unwrap());
        let seen = look(&[stopping]);
        assert_eq!((seen.ready, seen.views[0].state), (false, PodState::Stopping));
    }
}
