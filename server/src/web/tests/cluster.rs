//! As much of an API server as the web process talks to, in memory: Stores, Secrets and `ConfigMap`s, with watches.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::body::{Body, to_bytes};
use futures::{StreamExt, stream};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::broadcast;

#[derive(Debug)]
pub(crate) struct Cluster {
    stores: Mutex<BTreeMap<String, Value>>,
    /// Secrets and `ConfigMap`s, by resource and name.
    kept: Mutex<BTreeMap<(String, String), Value>>,
    events: broadcast::Sender<String>,
    kept_events: broadcast::Sender<(String, String)>,
    is_down: AtomicBool,
    is_silent: AtomicBool,
}

impl Cluster {
    pub(crate) fn new() -> Arc<Self> {
        let (events, _) = broadcast::channel(4096);
        let (kept_events, _) = broadcast::channel(64);
        Arc::new(Self {
            stores: Mutex::default(),
            kept: Mutex::default(),
            events,
            kept_events,
            is_down: AtomicBool::new(false),
            is_silent: AtomicBool::new(false),
        })
    }

    pub(crate) fn client(self: &Arc<Self>) -> kube::Client {
        let cluster = Arc::clone(self);
        let service = tower::service_fn(move |request: Request<kube::client::Body>| {
            let cluster = Arc::clone(&cluster);
            async move {
                let (parts, body) = request.into_parts();
                let body = to_bytes(Body::new(body), usize::MAX).await.unwrap();
                let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
                Ok::<_, Infallible>(cluster.answer(&parts.method, parts.uri.path(), parts.uri.query(), body))
            }
        });
        kube::Client::new(service, "storeyard")
    }

    /// From now on every request for Stores is refused, as while the API server restarts.
    pub(crate) fn go_down(&self) {
        self.is_down.store(true, Ordering::Relaxed);
    }

    /// From now on the watch tells of nothing, as one that lags behind.
    pub(crate) fn fall_silent(&self) {
        self.is_silent.store(true, Ordering::Relaxed);
    }

    /// Puts a Store as it is, and tells the watch.
    pub(crate) fn put(&self, mut store: Value) {
        let metadata = &mut store["metadata"];
        for (key, value) in [
            ("namespace", json!("storeyard")),
            ("uid", json!("8d3d9a52-0d57-4d1c-9a4c-6a8f5c1f2a10")),
            ("resourceVersion", json!("2")),
            ("creationTimestamp", json!("2026-11-23T13:22:11Z")),
        ] {
            if metadata[key].is_null() {
                metadata[key] = value;
            }
        }
        let name = metadata["name"].as_str().unwrap().to_owned();
        store["apiVersion"] = json!("storeyard.dev/v1alpha1");
        store["kind"] = json!("Store");
        let known = self.stores.lock().unwrap().insert(name, store.clone()).is_some();
        let kind = if known { "MODIFIED" } else { "ADDED" };
        self.tell(kind, &store);
    }

    pub(crate) fn remove(&self, name: &str) {
        if let Some(store) = self.stores.lock().unwrap().remove(name) {
            self.tell("DELETED", &store);
        }
    }

    fn tell(&self, kind: &str, store: &Value) {
        if !self.is_silent.load(Ordering::Relaxed) {
            // Nobody may be watching yet; the list then tells.
            drop(self.events.send(format!("{}\n", json!({"type": kind, "object": store}))));
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        self.stores.lock().unwrap().get(name).cloned()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.stores.lock().unwrap().keys().cloned().collect()
    }

    /// Puts a Secret or a ConfigMap, and tells whoever follows it.
    pub(crate) fn keep(&self, resource: &str, name: &str, data: Value) {
        let object = json!({
            "apiVersion": "v1", "kind": if resource == "secrets" { "Secret" } else { "ConfigMap" }, "data": data,
            "metadata": {"name": name, "namespace": "storeyard", "resourceVersion": "2", "uid": name},
        });
        self.kept.lock().unwrap().insert((resource.to_owned(), name.to_owned()), object.clone());
        let event = format!("{}\n", json!({"type": "MODIFIED", "object": object}));
        // Nobody may follow it yet; the list then tells.
        drop(self.kept_events.send((format!("{resource}/{name}"), event)));
    }

    pub(crate) fn kept(&self, resource: &str, name: &str) -> Option<Value> {
        self.kept.lock().unwrap().get(&(resource.to_owned(), name.to_owned())).cloned()
    }

    fn answer(&self, method: &Method, path: &str, query: Option<&str>, body: Value) -> Response<Body> {
        let Some((_, resource)) = path.split_once("/namespaces/storeyard/") else {
            return failed(StatusCode::NOT_FOUND, "NotFound");
        };
        if resource.starts_with("stores") && self.is_down.load(Ordering::Relaxed) {
            return failed(StatusCode::INTERNAL_SERVER_ERROR, "InternalError");
        }
        match (method.as_str(), resource.split('/').collect::<Vec<_>>().as_slice()) {
            ("GET", ["stores"]) if query.is_some_and(|query| query.contains("watch=")) => self.watch(),
            ("GET", ["stores"]) => {
                let items: Vec<Value> = self.stores.lock().unwrap().values().cloned().collect();
                told(
                    StatusCode::OK,
                    &json!({"apiVersion": "storeyard.dev/v1alpha1", "kind": "StoreList", "metadata": {"resourceVersion": "1"}, "items": items}),
                )
            }
            (method, [resource @ ("secrets" | "configmaps"), rest @ ..]) => {
                self.answer_kept(method, resource, rest.first().copied(), query, body)
            }
            ("POST", ["stores"]) => {
                let name = body["metadata"]["name"].as_str().unwrap().to_owned();
                if self.get(&name).is_some() {
                    return failed(StatusCode::CONFLICT, "AlreadyExists");
                }
                self.put(body);
                told(StatusCode::CREATED, &self.get(&name).unwrap())
            }
            (method, ["stores", name]) => self.one(method, name, body),
            _ => failed(StatusCode::NOT_FOUND, "NotFound"),
        }
    }

    fn answer_kept(
        &self,
        method: &str,
        resource: &str,
        name: Option<&str>,
        query: Option<&str>,
        body: Value,
    ) -> Response<Body> {
        let query = query.unwrap_or_default();
        // The account may list and watch these by name only.
        let followed = query.split('&').find_map(|pair| pair.strip_prefix("fieldSelector=metadata.name%3D"));
        match (method, name, followed) {
            ("GET", None, Some(name)) if query.contains("watch=") => {
                self.follow(format!("{resource}/{name}"))
            }
            ("GET", None, Some(name)) => {
                let items: Vec<Value> = self.kept(resource, name).into_iter().collect();
                told(
                    StatusCode::OK,
                    &json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": "1"}, "items": items}),
                )
            }
            ("GET", None, None) => failed(StatusCode::FORBIDDEN, "Forbidden"),
            ("POST", None, _) => {
                let name = body["metadata"]["name"].as_str().unwrap();
                if self.kept(resource, name).is_some() {
                    return failed(StatusCode::CONFLICT, "AlreadyExists");
                }
                self.keep(resource, name, body["data"].clone());
                told(StatusCode::CREATED, &body)
            }
            (method, Some(name), _) => {
                let Some(mut object) = self.kept(resource, name) else {
                    return failed(StatusCode::NOT_FOUND, "NotFound");
                };
                if method == "PATCH" {
                    for (key, value) in body["data"].as_object().unwrap() {
                        object["data"][key] = value.clone();
                    }
                    self.keep(resource, name, object["data"].clone());
                }
                told(StatusCode::OK, &object)
            }
            _ => failed(StatusCode::NOT_FOUND, "NotFound"),
        }
    }

    fn follow(&self, what: String) -> Response<Body> {
        let events = stream::unfold(self.kept_events.subscribe(), move |mut events| {
            let what = what.clone();
            async move {
                loop {
                    let (told, event) = events.recv().await.ok()?;
                    if told == what {
                        return Some((Ok::<_, Infallible>(event), events));
                    }
                }
            }
        });
        Response::new(Body::from_stream(events.boxed()))
    }

    fn one(&self, method: &str, name: &str, body: Value) -> Response<Body> {
        let Some(mut store) = self.get(name) else { return failed(StatusCode::NOT_FOUND, "NotFound") };
        match method {
            "DELETE" => {
                store["metadata"]["deletionTimestamp"] = json!("2026-11-23T13:30:00Z");
                self.put(store.clone());
            }
            "PATCH" => {
                for (key, value) in body["spec"].as_object().unwrap() {
                    store["spec"][key] = value.clone();
                }
                self.put(store.clone());
            }
            _ => {}
        }
        told(StatusCode::OK, &store)
    }

    fn watch(&self) -> Response<Body> {
        let events = stream::unfold(self.events.subscribe(), |mut events| async {
            let event = events.recv().await.ok()?;
            Some((Ok::<_, Infallible>(event), events))
        });
        Response::new(Body::from_stream(events.boxed()))
    }
}

fn told(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
}

fn failed(status: StatusCode, reason: &str) -> Response<Body> {
    told(
        status,
        &json!({"apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": reason, "message": reason, "code": status.as_u16()}),
    )
}
