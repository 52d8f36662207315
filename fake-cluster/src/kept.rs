//! Secrets and `ConfigMap`s. As the account of web may: one may be listed and watched by its name only.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{Asked, Log, Mood, NAMESPACE, failed, merge, not_found, told};

#[derive(Debug)]
pub(crate) struct Kept {
    /// By resource and name.
    objects: BTreeMap<String, Value>,
    log: Log,
    well: watch::Sender<Mood>,
}

impl Default for Kept {
    fn default() -> Self {
        Self { objects: BTreeMap::new(), log: Log::default(), well: watch::Sender::new(Mood::Well) }
    }
}

impl Kept {
    /// With the labels that it had.
    pub(crate) fn keep(&mut self, resource: &str, name: &str, data: Value) {
        let labels = self.get(resource, name).map_or(json!({}), |known| known["metadata"]["labels"].clone());
        self.put(resource, name, data, labels);
    }

    fn put(&mut self, resource: &str, name: &str, data: Value, labels: Value) {
        let version = (self.log.version() + 1).to_string();
        let object = json!({
            "apiVersion": "v1", "kind": if resource == "secrets" { "Secret" } else { "ConfigMap" }, "data": data,
            "metadata": {"name": name, "namespace": NAMESPACE, "resourceVersion": version, "uid": name, "labels": labels},
        });
        let key = key(resource, name);
        let known = self.objects.insert(key.clone(), object.clone()).is_some();
        self.log.tell(if known { "MODIFIED" } else { "ADDED" }, &key, &object);
    }

    pub(crate) fn get(&self, resource: &str, name: &str) -> Option<Value> {
        self.objects.get(&key(resource, name)).cloned()
    }

    pub(crate) fn names(&self, resource: &str) -> Vec<String> {
        let below = key(resource, "");
        self.objects.keys().filter_map(|key| key.strip_prefix(&below)).map(str::to_owned).collect()
    }

    pub(crate) fn answer(&mut self, resource: &str, name: Option<&str>, asked: Asked<'_>) -> Response<Body> {
        let followed =
            asked.parameter("fieldSelector").and_then(|field| field.strip_prefix("metadata.name%3D"));
        match (asked.method, name, followed) {
            ("GET", None, Some(name)) if asked.is_watch() => {
                // Whoever may come in is known even while the Stores cannot be read.
                self.log.watch(asked.since(), Some(key(resource, name)), self.well.subscribe())
            }
            ("GET", None, Some(name)) => {
                let items: Vec<Value> = self.get(resource, name).into_iter().collect();
                let metadata = json!({"resourceVersion": self.log.version().to_string()});
                told(
                    StatusCode::OK,
                    &json!({"apiVersion": "v1", "kind": "List", "metadata": metadata, "items": items}),
                )
            }
            ("GET", None, None) => failed(StatusCode::FORBIDDEN, "Forbidden"),
            ("POST", None, _) => self.create(resource, asked.body),
            (method, Some(name), _) => self.change(method, resource, name, asked.body),
            _ => not_found(),
        }
    }

    fn create(&mut self, resource: &str, mut body: Value) -> Response<Body> {
        let (data, labels) = (body["data"].take(), body["metadata"]["labels"].take());
        let Some(name) = body["metadata"]["name"].as_str() else {
            return failed(StatusCode::UNPROCESSABLE_ENTITY, "Invalid");
        };
        if self.get(resource, name).is_some() {
            return failed(StatusCode::CONFLICT, "AlreadyExists");
        }
        self.put(resource, name, data, if labels.is_object() { labels } else { json!({}) });
        told(StatusCode::CREATED, &self.get(resource, name).unwrap_or_default())
    }

    fn change(&mut self, method: &str, resource: &str, name: &str, mut body: Value) -> Response<Body> {
        let Some(mut object) = self.get(resource, name) else { return not_found() };
        if method == "PATCH" {
            merge(&mut object["data"], body["data"].take());
            self.keep(resource, name, object["data"].take());
        }
        told(StatusCode::OK, &self.get(resource, name).unwrap_or_default())
    }
}

fn key(resource: &str, name: &str) -> String {
    format!("{resource}/{name}")
}
