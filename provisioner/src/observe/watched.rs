//! What is watched beside the Stores, each object under the key by which it is looked for.

use std::{
    collections::HashMap,
    fmt::Debug,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use futures::{Stream, StreamExt};
use kube::{
    Resource, ResourceExt,
    runtime::watcher::{self, Event},
};
use tokio::sync::watch;

/// Cheap to clone; the same objects for all clones.
pub(crate) struct Watched<K>(Arc<Inner<K>>);

struct Inner<K> {
    objects: RwLock<HashMap<String, Vec<Arc<K>>>>,
    reading: watch::Sender<Reading>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// The first list has not come: that an object is missing says nothing.
    Loading,
    Current,
    /// The watch broke off: what is known is as old.
    Broken,
}

impl<K> Clone for Watched<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Resource + Clone + Debug + Send + Sync + 'static> Watched<K> {
    /// Nothing, until [`Watched::follow`] is polled.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner { objects: RwLock::default(), reading: watch::channel(Reading::Loading).0 }))
    }

    /// Takes over what `events` tell, for as long as they do. `changed` hears the key of whatever is not as it was.
    pub(crate) async fn follow(
        self,
        what: &'static str,
        events: impl Stream<Item = watcher::Result<Event<K>>>,
        key: impl Fn(&K) -> Option<String>,
        changed: impl Fn(&str),
    ) {
        let mut events = std::pin::pin!(events);
        let mut list = HashMap::new();
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::Init) => list.clear(),
                Ok(Event::InitApply(object)) => {
                    if let Some(key) = key(&object) {
                        put(&mut list, key, object);
                    }
                }
                Ok(Event::InitDone) => {
                    let before = std::mem::replace(&mut *self.write(), std::mem::take(&mut list));
                    self.0.reading.send_replace(Reading::Current);
                    let now: Vec<String> = self.read().keys().cloned().collect();
                    before
                        .keys()
                        .chain(now.iter().filter(|key| !before.contains_key(*key)))
                        .for_each(|key| changed(key));
                }
                Ok(Event::Apply(object)) => {
                    self.0.reading.send_replace(Reading::Current);
                    if let Some(key) = key(&object) {
                        put(&mut self.write(), key.clone(), object);
                        changed(&key);
                    }
                }
                Ok(Event::Delete(object)) => {
                    self.0.reading.send_replace(Reading::Current);
                    if let Some(key) = key(&object) {
                        take(&mut self.write(), &key, &object);
                        changed(&key);
                    }
                }
                Err(error) => {
                    let is_news = self.0.reading.send_if_modified(|reading| {
                        let was = std::mem::replace(
                            reading,
                            if *reading == Reading::Loading { Reading::Loading } else { Reading::Broken },
                        );
                        was == Reading::Current
                    });
                    if is_news {
                        tracing::warn!(what, %error, "the watch broke off and begins anew");
                    } else {
                        tracing::debug!(what, %error, "the watch could not begin");
                    }
                }
            }
        }
    }

    pub(crate) fn get(&self, key: &str) -> Vec<Arc<K>> {
        self.read().get(key).cloned().unwrap_or_default()
    }

    pub(crate) fn all(&self) -> Vec<Arc<K>> {
        self.read().values().flatten().cloned().collect()
    }

    /// Whether that an object is missing here means that it is missing in the cluster.
    pub(crate) fn is_current(&self) -> bool {
        *self.0.reading.borrow() == Reading::Current
    }

    /// Waits for the first list.
    pub(crate) async fn loaded(&self) {
        // The sender is `self`, so this ends only when it is so.
        drop(self.0.reading.subscribe().wait_for(|reading| *reading != Reading::Loading).await);
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<String, Vec<Arc<K>>>> {
        // Whoever panicked while holding it changed whole entries only.
        self.0.objects.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<String, Vec<Arc<K>>>> {
        self.0.objects.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn put<K: Resource>(objects: &mut HashMap<String, Vec<Arc<K>>>, key: String, object: K) {
    let under = objects.entry(key).or_default();
    let uid = object.meta().uid.clone();
    under.retain(|known| known.meta().uid != uid);
    under.push(Arc::new(object));
}

fn take<K: Resource>(objects: &mut HashMap<String, Vec<Arc<K>>>, key: &str, object: &K) {
    let Some(under) = objects.get_mut(key) else { return };
    under.retain(|known| known.uid() != object.uid());
    if under.is_empty() {
        objects.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures::stream;
    use k8s_openapi::api::core::v1::Pod;

    use super::*;

    fn pod(uid: &str, namespace: &str) -> Pod {
        serde_json::from_value(
            serde_json::json!({ "metadata": { "name": uid, "namespace": namespace, "uid": uid } }),
        )
        .unwrap()
    }

    async fn told(events: Vec<watcher::Result<Event<Pod>>>) -> (Watched<Pod>, Vec<String>) {
        let (watched, heard) = (Watched::new(), Mutex::new(Vec::new()));
        let key = |pod: &Pod| pod.namespace();
        watched
            .clone()
            .follow("pods", stream::iter(events), key, |key| heard.lock().unwrap().push(key.to_owned()))
            .await;
        (watched, heard.into_inner().unwrap())
    }

    #[tokio::test]
    async fn before_the_first_list_is_whole_nothing_is_known_to_be_missing() {
        let (watched, heard) = told(vec![Ok(Event::Init), Ok(Event::InitApply(pod("1", "a")))]).await;
        assert!(!watched.is_current() && watched.get("a").is_empty() && heard.is_empty());
    }

    #[tokio::test]
    async fn objects_are_found_by_their_key_as_they_are_now() {
        let list = [
            Ok(Event::Init),
            Ok(Event::InitApply(pod("1", "a"))),
            Ok(Event::InitApply(pod("2", "a"))),
            Ok(Event::InitDone),
        ];
        let then = [
            Ok(Event::Apply(pod("2", "a"))),
            Ok(Event::Apply(pod("3", "b"))),
            Ok(Event::Delete(pod("1", "a"))),
        ];
        let (watched, heard) = told(list.into_iter().chain(then).collect()).await;
        assert_eq!(watched.get("a").iter().map(|pod| pod.uid().unwrap()).collect::<Vec<_>>(), ["2"]);
        assert_eq!(watched.get("b").len(), 1);
        assert_eq!(heard, ["a", "a", "b", "a"]);
        assert!(watched.is_current());
    }

    #[tokio::test]
    async fn what_went_while_the_watch_was_broken_is_heard_of() {
        let first = || [Ok(Event::Init), Ok(Event::InitApply(pod("1", "a"))), Ok(Event::InitDone)];
        let broken = [Err(watcher::Error::NoResourceVersion)];
        let (watched, _) = told(first().into_iter().chain(broken).collect()).await;
        assert!(!watched.is_current() && watched.get("a").len() == 1);
        let again = [Err(watcher::Error::NoResourceVersion), Ok(Event::Init), Ok(Event::InitDone)];
        let (watched, heard) = told(first().into_iter().chain(again).collect()).await;
        assert!(watched.is_current() && watched.get("a").is_empty());
        assert_eq!(heard, ["a", "a"]);
    }
}
