//! Everything else that the operator looks at or makes: objects of any kind, by where they are.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{Asked, Log, Mood, failed, merge, not_found, told};

/// A kind of object as paths name it: `pods`, and where one kind is in many namespaces, in which.
pub(crate) struct Place<'a> {
    pub(crate) resource: &'a str,
    pub(crate) namespace: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// Of a path such as `/api/v1/namespaces/a/pods/b`. A namespace is an object, too.
    pub(crate) fn parse(path: &'a str) -> Option<Self> {
        let mut segments = path.strip_prefix('/')?.split('/');
        match segments.next()? {
            "api" => segments.nth(0)?,
            "apis" => segments.nth(1)?,
            _ => return None,
        };
        let rest: Vec<&str> = segments.collect();
        match rest.as_slice() {
            ["namespaces", namespace, resource, name @ ..] if *resource != "status" => {
                Some(Self { resource, namespace: Some(namespace), name: name.first().copied() })
            }
            [resource, name @ ..] => Some(Self { resource, namespace: None, name: name.first().copied() }),
            [] => None,
        }
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.resource, self.namespace.unwrap_or_default())
    }

    /// Whether an object under the key is among those that a list of this place has.
    fn holds(&self, key: &str) -> bool {
        let mut parts = key.split('/');
        parts.next() == Some(self.resource) && (self.namespace.is_none() || parts.next() == self.namespace)
    }
}

#[derive(Debug)]
pub(crate) struct Objects {
    objects: BTreeMap<String, Value>,
    /// One for each resource, since a watch is on one.
    logs: BTreeMap<String, Log>,
    well: watch::Sender<Mood>,
}

impl Default for Objects {
    fn default() -> Self {
        Self { objects: BTreeMap::new(), logs: BTreeMap::new(), well: watch::Sender::new(Mood::Well) }
    }
}

impl Objects {
    pub(crate) fn answer(&mut self, place: &Place<'_>, asked: Asked<'_>) -> Response<Body> {
        match (asked.method, place.name) {
            ("POST", None) if place.resource == "selfsubjectreviews" => {
                let mut review = asked.body;
                review["status"] = json!({"userInfo": {"username": "operator"}});
                told(StatusCode::CREATED, &review)
            }
            ("GET", None) if asked.is_watch() => {
                let well = self.well.subscribe();
                self.log(place.resource).watch(asked.since(), None, well)
            }
            ("GET", None) => told(StatusCode::OK, &self.list(place)),
            ("POST", None) => match asked.body["metadata"]["name"].as_str() {
                Some(name) => {
                    let key = place.key(name);
                    told(StatusCode::CREATED, &self.put(place.resource, &key, asked.body.clone()))
                }
                None => failed(StatusCode::UNPROCESSABLE_ENTITY, "Invalid"),
            },
            ("PATCH", Some(name)) => {
                let key = place.key(name);
                let known = self.objects.get(&key).cloned();
                let named = || json!({"metadata": {"name": name, "namespace": place.namespace}});
                let Some(mut object) = known.or_else(|| asked.is_apply.then(named)) else {
                    return not_found();
                };
                let expected = &asked.body["metadata"]["resourceVersion"];
                if !expected.is_null() && *expected != object["metadata"]["resourceVersion"] {
                    return failed(StatusCode::CONFLICT, "Conflict");
                }
                merge(&mut object, asked.body);
                told(StatusCode::OK, &self.put(place.resource, &key, object))
            }
            ("DELETE", Some(name)) => match self.objects.remove(&place.key(name)) {
                Some(object) => {
                    self.log(place.resource).tell("DELETED", name, &object);
                    told(StatusCode::OK, &object)
                }
                None => not_found(),
            },
            (_, Some(name)) => match self.objects.get(&place.key(name)) {
                Some(object) => told(StatusCode::OK, object),
                None => not_found(),
            },
            _ => not_found(),
        }
    }

    /// Puts an object as it is, and tells the watches.
    pub(crate) fn place(&mut self, place: &Place<'_>, object: Value) {
        let key = place.key(place.name.unwrap_or_default());
        self.put(place.resource, &key, object);
    }

    pub(crate) fn get(&self, place: &Place<'_>) -> Option<Value> {
        self.objects.get(&place.key(place.name?)).cloned()
    }

    fn put(&mut self, resource: &str, key: &str, mut object: Value) -> Value {
        let log = self.log(resource);
        let version = (log.version() + 1).to_string();
        object["metadata"]["resourceVersion"] = json!(version);
        if object["metadata"]["uid"].is_null() {
            object["metadata"]["uid"] = json!(format!("uid-{version}"));
        }
        let known = self.objects.insert(key.to_owned(), object.clone()).is_some();
        self.log(resource).tell(if known { "MODIFIED" } else { "ADDED" }, key, &object);
        object
    }

    fn list(&mut self, place: &Place<'_>) -> Value {
        let version = self.log(place.resource).version().to_string();
        let items: Vec<&Value> =
            self.objects.iter().filter(|(key, _)| place.holds(key)).map(|(_, object)| object).collect();
        json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": version}, "items": items})
    }

    fn log(&mut self, resource: &str) -> &Log {
        self.logs.entry(resource.to_owned()).or_default()
    }
}
