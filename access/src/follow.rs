//! Keeps one object of the cluster in sight, by name: an account that may read nothing else can still do this.

use futures::StreamExt;
use kube::{
    Api,
    runtime::{
        WatchStreamExt,
        watcher::{self, DefaultBackoff},
    },
};
use serde::de::DeserializeOwned;

/// Calls `tell` with the object as it is, and with nothing where there is none, at every change; while the cluster does not answer what was
/// told last stands.
pub(crate) async fn follow<K>(api: Api<K>, name: &str, tell: impl Fn(Option<&K>))
where
    K: kube::Resource + Clone + DeserializeOwned + std::fmt::Debug + Send + 'static,
{
    let mut told = watcher::watch_object(api, name).backoff(DefaultBackoff::default()).boxed();
    while let Some(event) = told.next().await {
        match event {
            Ok(object) => tell(object.as_ref()),
            Err(error) => tracing::warn!(object = name, %error, "cannot be followed for the moment"),
        }
    }
}
