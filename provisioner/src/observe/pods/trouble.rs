//! Why a pod does not come up.

use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use kube::ResourceExt;
use store::Said;

use super::{FAILED, condition, phase, statuses, terminated};

/// Why a pod does not come up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub pod: String,
    /// None where the pod as a whole is concerned.
    pub container: Option<String>,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Image {
        image: String,
        detail: String,
    },
    /// The container's program ended badly.
    Crash {
        exit: i32,
        restarts: i32,
        reason: String,
        last_words: String,
    },
    /// The container cannot be made, e.g. for a missing Secret.
    CannotStart {
        reason: String,
        detail: String,
    },
    Unschedulable {
        detail: String,
    },
    /// The node has ended it, for what it used or for want of room.
    Evicted {
        detail: String,
    },
    Volumes {
        detail: String,
    },
}

impl Trouble {
    /// In a sentence.
    pub fn told(&self) -> Said {
        let (pod, container) = (self.pod.clone(), self.container.clone().unwrap_or_default());
        match self.what.clone() {
            What::Image { image, detail } => Said::ImageNotPulled { image, container, pod, detail },
            What::Crash { restarts, reason, last_words: words, .. } if reason == "OOMKilled" => {
                Said::OutOfMemory { container, pod, restarts, words }
            }
            What::Crash { exit, restarts, last_words: words, .. } => {
                Said::Crashed { container, pod, exit, restarts, words }
            }
            What::CannotStart { reason, detail } => Said::NotStarted { container, pod, reason, detail },
            What::Unschedulable { detail } if self.is_for_room() => Said::NoRoomFor { pod, detail },
            What::Unschedulable { detail } => Said::NoNodeFor { pod, detail },
            What::Evicted { detail } => Said::PodPutOff { pod, detail },
            What::Volumes { detail } => Said::PodWaitsForVolume { pod, detail },
        }
    }

    /// In brackets where it is for room: how much the whole store asks for is said before it.
    pub fn aside(&self) -> Said {
        match self.told() {
            Said::NoRoomFor { pod, detail } => Said::LacksRoom { pod, detail },
            other => other,
        }
    }

    /// Whether nothing is wrong with it but that the nodes are full.
    pub fn is_for_room(&self) -> bool {
        const SIGNS: [&str; 2] = ["Insufficient ", "Too many pods"];
        matches!(&self.what, What::Unschedulable { detail } if SIGNS.iter().any(|sign| detail.contains(sign)))
    }

    /// Whether waiting is unlikely to mend it.
    pub fn is_serious(&self) -> bool {
        !matches!(self.what, What::Volumes { .. })
    }
}

const EVICTED: &str = "Evicted";

pub(super) fn trouble(pod: &Pod) -> Option<Trouble> {
    if pod.metadata.deletion_timestamp.is_some() {
        return None;
    }
    let name = pod.name_any();
    if let Some(("False", "Unschedulable", detail)) = condition(pod, "PodScheduled") {
        let detail = detail.trim_end_matches('.').to_owned();
        let is_volume = detail.contains("PersistentVolumeClaim") || detail.contains("persistentvolumeclaim");
        let what = if is_volume { What::Volumes { detail } } else { What::Unschedulable { detail } };
        return Some(Trouble { pod: name, container: None, what });
    }
    if let (Some(FAILED), Some(status)) = (phase(pod), &pod.status)
        && let (Some(EVICTED), Some(message)) = (status.reason.as_deref(), &status.message)
    {
        let what = What::Evicted { detail: brief(message.trim_end().trim_end_matches('.')) };
        return Some(Trouble { pod: name, container: None, what });
    }
    let (container, what) =
        statuses(pod).find_map(|(status, _)| Some((status.name.clone(), what(status)?)))?;
    Some(Trouble { pod: name, container: Some(container), what })
}

fn what(status: &ContainerStatus) -> Option<What> {
    let state = status.state.as_ref()?;
    if let Some((exit, reason, last_words)) = terminated(Some(state)).filter(|(exit, _, _)| *exit != 0) {
        return Some(What::Crash { exit, restarts: status.restart_count, reason, last_words });
    }
    let waiting = state.waiting.as_ref()?;
    let detail = waiting.message.clone().unwrap_or_default();
    match waiting.reason.as_deref()? {
        reason @ ("ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull") => {
            let detail = if detail.is_empty() { reason.to_owned() } else { brief(&detail) };
            Some(What::Image { image: status.image.clone(), detail })
        }
        "CrashLoopBackOff" => {
            let (exit, reason, last_words) = terminated(status.last_state.as_ref()).unwrap_or_default();
            Some(What::Crash { exit, restarts: status.restart_count, reason, last_words })
        }
        reason if reason.ends_with("Error") => {
            Some(What::CannotStart { reason: reason.to_owned(), detail: brief(&detail) })
        }
        _ => None,
    }
}

/// The part of a runtime's message that tells: its first line, bounded.
fn brief(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim_end_matches('.');
    crate::resource::progress::shortened(line, 200)
}

/// In a few words.
pub(super) fn short(trouble: &Trouble) -> Said {
    let container = trouble.container.clone().unwrap_or_default();
    match &trouble.what {
        What::Image { .. } => Said::HasNoImage { container },
        What::Crash { exit, reason, .. } if reason.is_empty() || reason == "Error" => {
            Said::Ended { container, exit: *exit }
        }
        What::Crash { reason, .. } | What::CannotStart { reason, .. } => {
            Said::HasReason { container, reason: reason.clone() }
        }
        What::Unschedulable { .. } if trouble.is_for_room() => Said::NoRoom,
        What::Unschedulable { .. } => Said::NoNode,
        What::Evicted { .. } => Said::PutOff,
        What::Volumes { .. } => Said::WaitsForVolume,
    }
}
