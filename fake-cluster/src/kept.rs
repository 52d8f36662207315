//! Secrets and `ConfigMap`s. As the account of web may, one may be listed and watched by its name only; by their labels, as the operator's may.

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
    /// With the labels and annotations that it had.
    pub(crate) fn keep(&mut self, resource: &str, name: &str, data: Value) {
        let known = self.get(resource, name).unwrap_or_default();
        let of_known = |key: &str| known["metadata"][key].clone();
        self.put(resource, name, data, [of_known("labels"), of_known("annotations")]);
    }

    fn put(&mut self, resource: &str, name: &str, data: Value, [labels, annotations]: [Value; 2]) {
        let version = (self.log.version() + 1).to_string();
        let object = json!({
            "apiVersion": "v1", "kind": if resource == "secrets" { "Secret" } else { "ConfigMap" }, "data": data,
            "metadata": {"name": name, "namespace": NAMESPACE, "resourceVersion": version, "uid": name, "labels": labels, "annotations": annotations},
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
        match (asked.method, name, asked.followed()) {
            ("GET", None, Some(name)) if asked.is_watch() => {
                // Whoever may come in is known even while the Stores cannot be read.
                self.log.watch(asked.since(), Some(key(resource, name)), self.well.subscribe())
            }
            ("GET", None, Some(name)) => self.list(self.get(resource, name).into_iter().collect()),
            ("GET", None, None) => match asked.labels() {
                labels if labels.is_empty() => failed(StatusCode::FORBIDDEN, "Forbidden"),
                labels => self.list(self.labelled(resource, &labels)),
            },
            ("POST", None, _) => self.create(resource, asked.body),
            (method, Some(name), _) => self.change(method, resource, name, asked.body),
            _ => not_found(),
        }
    }

    fn list(&self, items: Vec<Value>) -> Response<Body> {
        let metadata = json!({"resourceVersion": self.log.version().to_string()});
        told(
            StatusCode::OK,
            &json!({"apiVersion": "v1", "kind": "List", "metadata": metadata, "items": items}),
        )
    }

    /// Those that bear all of these labels.
    fn labelled(&self, resource: &str, labels: &[(String, String)]) -> Vec<Value> {
        let below = key(resource, "");
        let bears = |object: &&Value| {
            labels.iter().all(|(key, value)| object["metadata"]["labels"][key] == value.as_str())
        };
        let of_kind = self.objects.iter().filter(|(key, _)| key.starts_with(&below));
        of_kind.map(|(_, object)| object).filter(bears).cloned().collect()
    }

    fn create(&mut self, resource: &str, mut body: Value) -> Response<Body> {
        let (data, labels) = (body["data"].take(), body["metadata"]["labels"].take());
        let Some(name) = body["metadata"]["name"].as_str() else {
            return failed(StatusCode::UNPROCESSABLE_ENTITY, "Invalid");
        };
        if self.get(resource, name).is_some() {
            return failed(StatusCode::CONFLICT, "AlreadyExists");
        }
        self.put(resource, name, data, [labels, Value::Null]);
        told(StatusCode::CREATED, &self.get(resource, name).unwrap_or_default())
    }

    fn change(&mut self, method: &str, resource: &str, name: &str, mut body: Value) -> Response<Body> {
        let Some(mut object) = self.get(resource, name) else { return not_found() };
        match method {
            "PATCH" => {
                let expected = &body["metadata"]["resourceVersion"];
                if !expected.is_null() && *expected != object["metadata"]["resourceVersion"] {
                    return failed(StatusCode::CONFLICT, "Conflict");
                }
                for key in ["labels", "annotations"] {
                    if body["metadata"][key].is_object() {
                        merge(&mut object["metadata"][key], body["metadata"][key].take());
                    }
                }
                if body["data"].is_object() {
                    merge(&mut object["data"], body["data"].take());
                }
                let metadata = ["labels", "annotations"].map(|key| object["metadata"][key].clone());
                self.put(resource, name, object["data"].take(), metadata);
            }
            "DELETE" => {
                self.objects.remove(&key(resource, name));
                self.log.tell("DELETED", &key(resource, name), &object);
                return told(StatusCode::OK, &object);
            }
            _ => {}
        }
        told(StatusCode::OK, &self.get(resource, name).unwrap_or_default())
    }
}

fn key(resource: &str, name: &str) -> String {
    format!("{resource}/{name}")
}
