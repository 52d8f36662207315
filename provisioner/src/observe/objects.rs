//! What stands in the stores' namespaces, as fingerprints: whether it is as it was when it was last known to be right. Of ten thousand
//! stores no more can be kept.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use futures::{Stream, StreamExt};
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::{
    ResourceExt,
    api::{ApiResource, DynamicObject, PartialObjectMeta},
    runtime::watcher::{self, Event},
};
use serde_json::Value;

use super::seen::Seen;
use crate::resource::{MANAGED_BY_LABEL, MANAGER};

/// Who has made an object, and so who brings it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Part {
    /// The operator itself: policies, quota, limits.
    Fence,
    /// Helm, for the release.
    Release,
}

/// The kinds that are watched.
pub(crate) const KINDS: [Kind; 8] = [
    Kind { part: Part::Fence, group: "networking.k8s.io", kind: "NetworkPolicy", plural: "networkpolicies" },
    Kind { part: Part::Fence, group: "", kind: "ResourceQuota", plural: "resourcequotas" },
    Kind { part: Part::Fence, group: "", kind: "LimitRange", plural: "limitranges" },
    Kind { part: Part::Release, group: "apps", kind: "Deployment", plural: "deployments" },
    Kind { part: Part::Release, group: "apps", kind: "StatefulSet", plural: "statefulsets" },
    Kind { part: Part::Release, group: "", kind: "Service", plural: "services" },
    Kind { part: Part::Release, group: "networking.k8s.io", kind: "Ingress", plural: "ingresses" },
    Kind { part: Part::Release, group: "", kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims" },
];

/// All of them are served under `v1`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    part: Part,
    group: &'static str,
    kind: &'static str,
    pub(crate) plural: &'static str,
}

impl Kind {
    pub(crate) fn resource(&self) -> ApiResource {
        let api_version = if self.group.is_empty() { "v1".to_owned() } else { format!("{}/v1", self.group) };
        ApiResource {
            group: self.group.to_owned(),
            version: "v1".to_owned(),
            api_version,
            kind: self.kind.to_owned(),
            plural: self.plural.to_owned(),
        }
    }
}

/// Cheap to clone; the same for all clones.
#[derive(Clone, Default)]
pub(crate) struct Objects(Arc<RwLock<HashMap<&'static str, Known>>>);

/// Of one kind, by namespace and name. A kind whose first list has not come, or whose watch broke off, is not current.
#[derive(Default)]
struct Known {
    is_current: bool,
    by_namespace: HashMap<String, BTreeMap<String, u64>>,
}

impl Objects {
    /// Takes over what `events` tell of a kind. `changed` hears the namespace of whatever is not as it was.
    pub(crate) async fn follow(
        self,
        kind: Kind,
        events: impl Stream<Item = watcher::Result<Event<DynamicObject>>>,
        changed: impl Fn(&str),
    ) {
        let mut events = std::pin::pin!(events);
        let mut list: HashMap<String, BTreeMap<String, u64>> = HashMap::new();
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::Init) => list.clear(),
                Ok(Event::InitApply(object)) => {
                    if let Some(namespace) = object.namespace() {
                        list.entry(namespace).or_default().insert(object.name_any(), fingerprint(&object));
                    }
                }
                Ok(Event::InitDone) => {
                    let list = std::mem::take(&mut list);
                    let mut namespaces: BTreeSet<String> = list.keys().cloned().collect();
                    let known = Known { is_current: true, by_namespace: list };
                    let before = self.write().insert(kind.plural, known).unwrap_or_default();
                    namespaces.extend(before.by_namespace.into_keys());
                    namespaces.iter().for_each(|namespace| changed(namespace));
                }
                Ok(Event::Apply(object)) => {
                    let Some(namespace) = object.namespace() else { continue };
                    if self.put(kind, &namespace, object.name_any(), fingerprint(&object)) {
                        changed(&namespace);
                    }
                }
                Ok(Event::Delete(object)) => {
                    let Some(namespace) = object.namespace() else { continue };
                    self.take(kind, &namespace, &object.name_any());
                    changed(&namespace);
                }
                Err(error) => {
                    if let Some(known) = self.write().get_mut(kind.plural) {
                        known.is_current = false;
                    }
                    tracing::debug!(kind = kind.kind, %error, "the watch broke off and begins anew");
                }
            }
        }
    }

    /// A number for all objects of that part in the namespace.
    pub(crate) fn fingerprint(&self, namespace: &str, part: Part) -> Seen<u64> {
        let known = self.read();
        let mut hasher = DefaultHasher::new();
        for kind in KINDS.iter().filter(|kind| kind.part == part) {
            let Some(known) = known.get(kind.plural).filter(|known| known.is_current) else {
                return Seen::Unknown;
            };
            (kind.plural, known.by_namespace.get(namespace)).hash(&mut hasher);
        }
        Seen::There(hasher.finish())
    }

    /// Whether it is not as it was.
    fn put(&self, kind: Kind, namespace: &str, name: String, print: u64) -> bool {
        let mut known = self.write();
        let known = known.entry(kind.plural).or_default();
        known.is_current = true;
        let before = known.by_namespace.entry(namespace.to_owned()).or_default().insert(name, print);
        before != Some(print)
    }

    fn take(&self, kind: Kind, namespace: &str, name: &str) {
        let mut known = self.write();
        let known = known.entry(kind.plural).or_default();
        known.is_current = true;
        if let Some(objects) = known.by_namespace.get_mut(namespace) {
            objects.remove(name);
            if objects.is_empty() {
                known.by_namespace.remove(namespace);
            }
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<&'static str, Known>> {
        // Whoever panicked while holding it changed whole entries only.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<&'static str, Known>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the cluster gives an object of a specification when it is made.
const GIVEN: [&str; 3] = ["clusterIP", "clusterIPs", "volumeName"];

/// What somebody could have changed of an object: not its status, and nothing that the cluster counts.
fn fingerprint(object: &DynamicObject) -> u64 {
    let mut hasher = DefaultHasher::new();
    object.labels().hash(&mut hasher);
    if let Value::Object(fields) = &object.data {
        for (name, value) in fields.iter().filter(|(name, _)| *name != "status") {
            let mut value = value.clone();
            if let Value::Object(value) = &mut value {
                GIVEN.iter().for_each(|given| drop(value.remove(*given)));
            }
            (name, value.to_string()).hash(&mut hasher);
        }
    }
    object.metadata.deletion_timestamp.is_some().hash(&mut hasher);
    hasher.finish()
}

/// With what no watch tells of: the namespace's own labels, and the Secrets that the operator made in it. Of these only the version is known.
pub(crate) fn with_secrets(fences: u64, namespace: &Namespace, secrets: &[PartialObjectMeta<Secret>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (fences, namespace.labels()).hash(&mut hasher);
    let mut versions: Vec<(String, Option<&str>)> = secrets
        .iter()
        .filter(|secret| secret.labels().get(MANAGED_BY_LABEL).is_some_and(|by| by == MANAGER))
        .map(|secret| (secret.name_any(), secret.metadata.resource_version.as_deref()))
        .collect();
    versions.sort();
    versions.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use serde_json::json;

    use super::*;

    fn quota(hard: &str, status: &str) -> DynamicObject {
        serde_json::from_value(json!({
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "plan", "namespace": "store-a", "resourceVersion": status },
            "spec": { "hard": { "pods": hard } }, "status": { "used": { "pods": status } },
        }))
        .unwrap()
    }

    async fn told(events: Vec<Event<DynamicObject>>) -> Objects {
        let objects = Objects::default();
        for kind in KINDS {
            let events = if kind.kind == "ResourceQuota" {
                events.clone()
            } else {
                vec![Event::Init, Event::InitDone]
            };
            objects.clone().follow(kind, stream::iter(events.into_iter().map(Ok)), |_| ()).await;
        }
        objects
    }

    #[tokio::test]
    async fn what_the_cluster_counts_changes_nothing_and_what_somebody_writes_does() {
        let begun = |last: Event<DynamicObject>| {
            vec![Event::Init, Event::InitApply(quota("8", "1")), Event::InitDone, last]
        };
        let of = |objects: Objects| objects.fingerprint("store-a", Part::Fence).there().unwrap();
        let known = of(told(begun(Event::Apply(quota("8", "1")))).await);
        assert_eq!(of(told(begun(Event::Apply(quota("8", "2")))).await), known);
        assert_ne!(of(told(begun(Event::Apply(quota("9", "1")))).await), known);
        assert_ne!(of(told(begun(Event::Delete(quota("8", "1")))).await), known);
    }

    #[tokio::test]
    async fn nothing_is_known_while_a_watch_has_not_told_everything() {
        let objects = told(vec![Event::Init, Event::InitApply(quota("8", "1"))]).await;
        assert_eq!(objects.fingerprint("store-a", Part::Fence), Seen::Unknown);
        assert_ne!(objects.fingerprint("store-a", Part::Release), Seen::Unknown);
    }
}
