//! A way to the cluster: of each of several that reach it, one can see what it wrote, and keep it from being answered.

use std::{
    convert::Infallible,
    future::pending,
    sync::{Arc, Mutex},
};

use axum::body::Body;
use http::{Method, Request};

use crate::{Cluster, NAMESPACE, lock, objects::Place};

#[derive(Debug)]
pub struct Line {
    cluster: Arc<Cluster>,
    lost: Mutex<Vec<String>>,
    written: Mutex<Vec<String>>,
}

impl Line {
    pub(crate) fn to(cluster: Arc<Cluster>) -> Arc<Self> {
        Arc::new(Self { cluster, lost: Mutex::default(), written: Mutex::default() })
    }

    pub fn client(self: &Arc<Self>) -> kube::Client {
        let line = Arc::clone(self);
        let service = tower::service_fn(move |request: Request<kube::client::Body>| {
            let line = Arc::clone(&line);
            async move {
                if line.loses(request.method(), request.uri().path()) {
                    pending::<()>().await;
                }
                Ok::<_, Infallible>(line.cluster.answer(request.map(Body::new)).await)
            }
        });
        kube::Client::new(service, NAMESPACE)
    }

    /// From now on nothing that is asked about such objects by this way comes to the cluster, or is answered.
    pub fn lose(&self, resource: &str) {
        lock(&self.lost).push(resource.to_owned());
    }

    pub fn lose_nothing(&self) {
        lock(&self.lost).clear();
    }

    /// What came by this way that changes something: `PATCH stores/a-00000`.
    pub fn written(&self) -> Vec<String> {
        lock(&self.written).clone()
    }

    /// Whether the request does not come to the cluster; else what it writes is kept.
    fn loses(&self, method: &Method, path: &str) -> bool {
        let Some(place) = Place::parse(path) else { return false };
        if lock(&self.lost).iter().any(|lost| lost == place.resource) {
            return true;
        }
        if *method != Method::GET {
            let what = format!("{method} {}/{}", place.resource, place.name.unwrap_or_default());
            lock(&self.written).push(what);
        }
        false
    }
}
