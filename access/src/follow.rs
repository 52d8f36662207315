//! Keeps one object of the cluster in sight, by name: an account that may read nothing else can still do this.

use std::time::Duration;

use futures::StreamExt;
use kube::{
    Api,
    runtime::{
        WatchStreamExt,
        watcher::{self, DefaultBackoff},
    },
};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

/// How long what was told may be old without anybody noticing: a connection can die without a word.
pub(crate) const ANEW: Duration = Duration::from_secs(60);

/// Calls `tell` with the object as it is, and with nothing where there is none, at every change, and anew as often as that in any case.
/// While the cluster does not answer what was told last stands.
pub(crate) async fn follow<K>(api: Api<K>, name: &str, anew: Duration, tell: impl Fn(Option<&K>))
where
    K: kube::Resource + Clone + DeserializeOwned + std::fmt::Debug + Send + 'static,
{
    loop {
        let mut told = watcher::watch_object(api.clone(), name).backoff(DefaultBackoff::default()).boxed();
        let until = Instant::now() + anew;
        while let Ok(Some(event)) = timeout_at(until, told.next()).await {
            match event {
                Ok(object) => tell(object.as_ref()),
                Err(error) => tracing::warn!(object = name, %error, "cannot be followed for the moment"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use http::{Request, Response};
    use k8s_openapi::api::core::v1::ConfigMap;
    use kube::client::Body;
    use serde_json::json;
    use tokio::sync::mpsc;

    use super::*;

    /// Answers lists, each with a newer object, and never says a word in a watch.
    fn cluster_whose_watches_died() -> kube::Client {
        let lists = Arc::new(AtomicUsize::new(0));
        let service = tower::service_fn(move |request: Request<Body>| {
            let lists = Arc::clone(&lists);
            async move {
                if request.uri().query().is_some_and(|query| query.contains("watch=")) {
                    return std::future::pending().await;
                }
                let n = lists.fetch_add(1, Ordering::Relaxed);
                let list = json!({"apiVersion": "v1", "kind": "ConfigMapList", "metadata": {"resourceVersion": "1"},
                    "items": [{"metadata": {"name": "followed"}, "data": {"n": n.to_string()}}]});
                Ok::<_, Infallible>(Response::new(Body::from(list.to_string().into_bytes())))
            }
        });
        kube::Client::new(service, "storeyard")
    }

    #[tokio::test]
    async fn what_is_followed_is_asked_for_anew_though_nothing_is_told() {
        let api: Api<ConfigMap> = Api::namespaced(cluster_whose_watches_died(), "storeyard");
        let (sender, mut told) = mpsc::unbounded_channel();
        let followed = tokio::spawn(async move {
            let n = |map: &ConfigMap| map.data.as_ref().unwrap()["n"].clone();
            let tell = |map: Option<&ConfigMap>| drop(sender.send(n(map.unwrap())));
            follow(api, "followed", Duration::from_millis(20), tell).await;
        });
        for n in 0..3 {
            let news = tokio::time::timeout(Duration::from_secs(5), told.recv()).await;
            assert_eq!(news.ok().flatten(), Some(n.to_string()));
        }
        followed.abort();
    }
}
