//! What happened to a kind of object, in order; a place in it is what Kubernetes calls a resource version.

use std::convert::Infallible;

use axum::body::Body;
use futures::{StreamExt, stream};
use http::Response;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::Mood;

#[derive(Debug)]
pub(crate) struct Log(watch::Sender<Vec<Event>>);

#[derive(Clone, Debug)]
struct Event {
    /// Of the object that it is about.
    name: String,
    line: String,
}

impl Default for Log {
    fn default() -> Self {
        Self(watch::Sender::new(Vec::new()))
    }
}

impl Log {
    pub(crate) fn version(&self) -> usize {
        self.0.borrow().len()
    }

    pub(crate) fn tell(&self, kind: &str, name: &str, object: &Value) {
        let line = format!("{}\n", json!({"type": kind, "object": object}));
        self.0.send_modify(|events| events.push(Event { name: name.to_owned(), line }));
    }

    /// What happened since, and whatever does from now on: of the one object that is named, or of all; until the API server is down.
    pub(crate) fn watch(
        &self,
        since: usize,
        name: Option<String>,
        mood: watch::Receiver<Mood>,
    ) -> Response<Body> {
        let events = stream::unfold((self.0.subscribe(), mood, since), move |(mut log, mut mood, at)| {
            let name = name.clone();
            async move {
                let is_meant = |event: &Event| name.as_ref().is_none_or(|name| *name == event.name);
                loop {
                    if *mood.wait_for(|mood| *mood != Mood::Lagging).await.ok()? == Mood::Down {
                        return None;
                    }
                    let found = tokio::select! {
                        known = log.wait_for(|events| events.iter().skip(at).any(is_meant)) => {
                            let known = known.ok()?;
                            let found = known.iter().enumerate().skip(at).find(|(_, event)| is_meant(event))?;
                            (found.1.line.clone(), found.0 + 1)
                        }
                        _ = mood.changed() => continue,
                    };
                    if *mood.borrow() == Mood::Well {
                        return Some((Ok::<_, Infallible>(found.0), (log, mood, found.1)));
                    }
                }
            }
        });
        Response::new(Body::from_stream(events.boxed()))
    }
}
