//! The Stores.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{Asked, Log, Mood, NAMESPACE, failed, merge, not_found, told};

#[derive(Debug, Default)]
pub(crate) struct Stores {
    objects: BTreeMap<String, Value>,
    log: Log,
    /// So many writes over a version that was read come too late yet.
    too_late: u32,
}

impl Stores {
    pub(crate) fn put(&mut self, mut store: Value) -> Value {
        store["apiVersion"] = json!("storeyard.dev/v1alpha1");
        store["kind"] = json!("Store");
        let metadata = &mut store["metadata"];
        for (key, value) in [
            ("namespace", json!(NAMESPACE)),
            ("uid", json!("8d3d9a52-0d57-4d1c-9a4c-6a8f5c1f2a10")),
            ("creationTimestamp", json!("2026-11-23T13:22:11Z")),
            ("finalizers", json!(["storeyard.dev/deletion"])),
        ] {
            if metadata[key].is_null() {
                metadata[key] = value;
            }
        }
        metadata["resourceVersion"] = json!((self.log.version() + 1).to_string());
        let name = metadata["name"].as_str().unwrap_or_default().to_owned();
        let known = self.objects.insert(name.clone(), store.clone()).is_some();
        self.log.tell(if known { "MODIFIED" } else { "ADDED" }, &name, &store);
        store
    }

    pub(crate) fn overtake(&mut self, writes: u32) {
        self.too_late = writes;
    }

    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(store) = self.objects.remove(name) {
            self.log.tell("DELETED", name, &store);
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        self.objects.get(name).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Value> {
        self.objects.values().cloned().collect()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.objects.keys().cloned().collect()
    }

    pub(crate) fn answer(
        &mut self,
        name: Option<&str>,
        asked: Asked<'_>,
        mood: watch::Receiver<Mood>,
    ) -> Response<Body> {
        match (asked.method, name) {
            ("GET", None) if asked.is_watch() => {
                self.log.watch(asked.since(), asked.followed().map(str::to_owned), mood)
            }
            ("GET", None) => told(StatusCode::OK, &self.list(&asked)),
            ("POST", None) => self.create(asked.body),
            (method, Some(name)) => match self.get(name) {
                Some(store) => self.change(method, name, store, asked.body),
                None => not_found(),
            },
            _ => not_found(),
        }
    }

    /// Those of the name and with the label that are asked for, if any are.
    /// As many as are asked for, after the one that was the last.
    fn list(&self, asked: &Asked<'_>) -> Value {
        let limit = asked.parameter("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
        let after = asked.parameter("continue").unwrap_or_default();
        let selector =
            asked.parameter("labelSelector").map(|selector| selector.replace("%2F", "/").replace("%3D", "="));
        let label = selector.as_deref().and_then(|selector| selector.split_once('='));
        let is_asked_for = |name: &str, store: &Value| {
            label.is_none_or(|(key, value)| store["metadata"]["labels"][key] == value)
                && asked.followed().is_none_or(|followed| followed == name)
        };
        let mut rest =
            self.objects.iter().filter(|(name, store)| name.as_str() > after && is_asked_for(name, store));
        let page: Vec<(&String, &Value)> = rest.by_ref().take(limit).collect();
        let mut metadata = json!({"resourceVersion": self.log.version().to_string()});
        if let (Some((last, _)), Some(_)) = (page.last(), rest.next()) {
            metadata["continue"] = json!(last);
        }
        let items: Vec<&Value> = page.into_iter().map(|(_, store)| store).collect();
        json!({"apiVersion": "storeyard.dev/v1alpha1", "kind": "StoreList", "metadata": metadata, "items": items})
    }

    fn create(&mut self, mut store: Value) -> Response<Body> {
        let Some(name) = store["metadata"]["name"].as_str() else {
            return failed(StatusCode::UNPROCESSABLE_ENTITY, "Invalid");
        };
        if self.objects.contains_key(name) {
            return failed(StatusCode::CONFLICT, "AlreadyExists");
        }
        if store["metadata"]["creationTimestamp"].is_null() {
            store["metadata"]["creationTimestamp"] = now();
        }
        told(StatusCode::CREATED, &self.put(store))
    }

    fn change(&mut self, method: &str, name: &str, mut store: Value, body: Value) -> Response<Body> {
        match method {
            "DELETE" if store["metadata"]["deletionTimestamp"].is_null() => {
                store["metadata"]["deletionTimestamp"] = now();
                store = self.put(store);
            }
            "PATCH" => {
                let expected = &body["metadata"]["resourceVersion"];
                if !expected.is_null() && self.too_late > 0 {
                    self.too_late -= 1;
                    store = self.put(store);
                }
                if !expected.is_null() && *expected != store["metadata"]["resourceVersion"] {
                    return failed(StatusCode::CONFLICT, "Conflict");
                }
                merge(&mut store, body);
                let is_deleted = !store["metadata"]["deletionTimestamp"].is_null();
                if is_deleted && store["metadata"]["finalizers"] == json!([]) {
                    self.remove(name);
                } else {
                    store = self.put(store);
                }
            }
            _ => {}
        }
        told(StatusCode::OK, &store)
    }
}

fn now() -> Value {
    json!(jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
