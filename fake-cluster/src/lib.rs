//! As much of an API server as Storeyard talks to, in memory: Stores, what they consist of, Secrets and `ConfigMap`s, with watches. It can be made to fail, or to
//! say nothing. Tests reach it as a client, or over HTTP.

mod containers;
mod example;
mod kept;
mod line;
mod log;
mod objects;
mod stores;

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use axum::body::{Body, to_bytes};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};

use self::{
    containers::Containers,
    kept::Kept,
    log::Log,
    objects::{Objects, Place},
    stores::Stores,
};
pub use self::{example::store, line::Line};

/// The one namespace there is.
pub const NAMESPACE: &str = "storeyard";
/// Where the mood is put, over HTTP.
const MOOD: &str = "/mood/";

/// How the API server takes requests for Stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// Refuses each, and ends the watches, as while it restarts.
    Down,
    /// Takes each and never answers.
    Silent,
    /// Answers, and its watches tell of nothing.
    Lagging,
    /// Answers, and takes no new Store.
    Full,
}

impl Mood {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "well" => Some(Self::Well),
            "down" => Some(Self::Down),
            "silent" => Some(Self::Silent),
            "lagging" => Some(Self::Lagging),
            "full" => Some(Self::Full),
            _ => None,
        }
    }
}

#[derive(Debug)]
pub struct Cluster {
    stores: Mutex<Stores>,
    kept: Mutex<Kept>,
    objects: Mutex<Objects>,
    containers: Mutex<Containers>,
    mood: watch::Sender<Mood>,
    requests: AtomicU64,
}

impl Cluster {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            stores: Mutex::default(),
            kept: Mutex::default(),
            objects: Mutex::default(),
            containers: Mutex::default(),
            mood: watch::Sender::new(Mood::Well),
            requests: AtomicU64::new(0),
        })
    }

    pub fn client(self: &Arc<Self>) -> kube::Client {
        self.line().client()
    }

    /// A way of its own for one of several that reach the cluster.
    pub fn line(self: &Arc<Self>) -> Arc<Line> {
        Line::to(Arc::clone(self))
    }

    /// Answers over HTTP for as long as the process lives.
    ///
    /// # Errors
    /// No connection can be taken any more.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) -> std::io::Result<()> {
        let answer = move |request: Request<Body>| {
            let cluster = Arc::clone(&self);
            async move { cluster.answer(request).await }
        };
        axum::serve(listener, axum::Router::new().fallback(answer)).await
    }

    pub fn be(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// The next so many writes over a version of a Store that was read find it written by somebody else just before.
    pub fn overtake(&self, writes: u32) {
        lock(&self.stores).overtake(writes);
    }

    /// Puts a Store as it is, and tells the watches.
    pub fn put(&self, store: Value) {
        lock(&self.stores).put(store);
    }

    pub fn remove(&self, name: &str) {
        lock(&self.stores).remove(name);
    }

    pub fn get(&self, name: &str) -> Option<Value> {
        lock(&self.stores).get(name)
    }

    /// Every Store as it is at one moment.
    pub fn all(&self) -> Vec<Value> {
        lock(&self.stores).all()
    }

    pub fn names(&self) -> Vec<String> {
        lock(&self.stores).names()
    }

    /// Puts a Secret or a `ConfigMap`, and tells whoever follows it.
    pub fn keep(&self, resource: &str, name: &str, data: Value) {
        lock(&self.kept).keep(resource, name, data);
    }

    /// Puts a Lease as renewed `at` that time, with what its holder tells in its annotations.
    pub fn renew(&self, name: &str, at: &str, annotations: Value) {
        let metadata = json!({"name": name, "namespace": NAMESPACE, "annotations": annotations});
        self.place("leases", json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": {"renewTime": at}}));
    }

    /// How often anything was asked for so far, watches among it.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Puts an object that is neither a Store nor a Secret or `ConfigMap` of the platform's namespace, as it is: a namespace, or an object of the
    /// one that it names, else of the platform's.
    pub fn place(&self, resource: &str, object: Value) {
        let text = |name: &str| object["metadata"][name].as_str().map(str::to_owned);
        let (name, namespace) = (text("name").unwrap_or_default(), text("namespace"));
        let namespace = namespace.as_deref().unwrap_or(NAMESPACE);
        let namespace = (resource != "namespaces").then_some(namespace);
        let place = Place { resource, namespace, name: Some(&name) };
        lock(&self.objects).place(&place, object);
    }

    /// What was put so, or made by whoever reaches the cluster.
    pub fn placed(&self, resource: &str, name: &str) -> Option<Value> {
        lock(&self.objects).get(&Place { resource, namespace: Some(NAMESPACE), name: Some(name) })
    }

    /// Has a container, named with its namespace and its pod, log a line that begins with when it did.
    pub fn log(&self, place: [&str; 3], line: &str) {
        lock(&self.containers).log(place, line);
    }

    /// Has a container's log begin anew, as it does when the container ends and is started again.
    pub fn begin_anew(&self, place: [&str; 3]) {
        lock(&self.containers).begin_anew(place);
    }

    pub fn kept(&self, resource: &str, name: &str) -> Option<Value> {
        lock(&self.kept).get(resource, name)
    }

    /// The names of all Secrets or `ConfigMap`s there are.
    pub fn kept_names(&self, resource: &str) -> Vec<String> {
        lock(&self.kept).names(resource)
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let (parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, usize::MAX).await else {
            return failed(StatusCode::BAD_REQUEST, "BadRequest");
        };
        let path = parts.uri.path();
        if parts.method == Method::PUT
            && let Some(mood) = path.strip_prefix(MOOD).and_then(Mood::parse)
        {
            self.be(mood);
            return told(StatusCode::OK, &json!({}));
        }
        let asked = Asked {
            method: parts.method.as_str(),
            query: parts.uri.query().unwrap_or_default(),
            is_apply: parts
                .headers
                .get(http::header::CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok())
                .is_some_and(|kind| kind.starts_with("application/apply-patch")),
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        };
        if let Some(log) = lock(&self.containers).answer(path, &asked) {
            return log;
        }
        let Some(place) = Place::parse(path) else { return not_found() };
        match place.resource {
            "stores" if place.namespace == Some(NAMESPACE) => self.answer_stores(place.name, asked).await,
            resource @ ("secrets" | "configmaps") if place.namespace == Some(NAMESPACE) => {
                lock(&self.kept).answer(resource, place.name, asked)
            }
            _ => lock(&self.objects).answer(&place, asked),
        }
    }

    async fn answer_stores(&self, name: Option<&str>, asked: Asked<'_>) -> Response<Body> {
        let mood = *self.mood.borrow();
        match mood {
            Mood::Full if asked.method == "POST" => {
                failed(StatusCode::INTERNAL_SERVER_ERROR, "InternalError")
            }
            Mood::Well | Mood::Lagging | Mood::Full => {
                lock(&self.stores).answer(name, asked, self.mood.subscribe())
            }
            Mood::Down => failed(StatusCode::INTERNAL_SERVER_ERROR, "InternalError"),
            Mood::Silent => std::future::pending().await,
        }
    }
}

/// A request, but for what it is about.
struct Asked<'a> {
    method: &'a str,
    query: &'a str,
    /// Whether a patch makes what is not there.
    is_apply: bool,
    body: Value,
}

impl Asked<'_> {
    fn is_watch(&self) -> bool {
        self.query.contains("watch=")
    }

    /// What it names in its query.
    fn parameter(&self, name: &str) -> Option<&str> {
        self.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    /// The one name that it is about.
    fn followed(&self) -> Option<&str> {
        self.parameter("fieldSelector")?.strip_prefix("metadata.name%3D")
    }

    /// The labels that it asks for.
    fn labels(&self) -> Vec<(String, String)> {
        let selector = self.parameter("labelSelector").unwrap_or_default();
        let selector = selector.replace("%2F", "/").replace("%3D", "=").replace("%2C", ",");
        let label = |pair: &str| {
            let (key, value) = pair.split_once('=')?;
            Some((key.to_owned(), value.to_owned()))
        };
        selector.split(',').filter_map(label).collect()
    }

    /// The version after which a watch is to begin.
    fn since(&self) -> usize {
        self.parameter("resourceVersion").and_then(|version| version.parse().ok()).unwrap_or(0)
    }
}

/// A test that panicked while it held the lock has failed already.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As RFC 7386 has it: null takes away, and what is not an object replaces.
fn merge(into: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *into = patch;
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    for (key, value) in patch {
        if value.is_null() {
            if let Some(object) = into.as_object_mut() {
                object.remove(&key);
            }
        } else {
            merge(&mut into[key], value);
        }
    }
}

fn told(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

fn failed(status: StatusCode, reason: &str) -> Response<Body> {
    told(
        status,
        &json!({"apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": reason, "message": reason, "code": status.as_u16()}),
    )
}

fn not_found() -> Response<Body> {
    failed(StatusCode::NOT_FOUND, "NotFound")
}
