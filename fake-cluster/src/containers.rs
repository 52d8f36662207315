//! What containers have logged: as a kubelet tells of it, the run before the present one among it.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{Response, StatusCode};

use crate::{Asked, failed};

/// Namespace, pod and container.
type Place = [String; 3];

#[derive(Debug, Default)]
pub(crate) struct Containers(BTreeMap<Place, Log>);

#[derive(Debug, Default)]
struct Log {
    present: Vec<String>,
    previous: Option<Vec<String>>,
}

impl Containers {
    /// Each line begins with when it was written.
    pub(crate) fn log(&mut self, place: [&str; 3], line: &str) {
        self.0.entry(place.map(str::to_owned)).or_default().present.push(line.to_owned());
    }

    pub(crate) fn begin_anew(&mut self, place: [&str; 3]) {
        let log = self.0.entry(place.map(str::to_owned)).or_default();
        log.previous = Some(std::mem::take(&mut log.present));
    }

    /// Nothing, if the path is none of a log.
    pub(crate) fn answer(&self, path: &str, asked: &Asked<'_>) -> Option<Response<Body>> {
        let rest = path.strip_prefix("/api/v1/namespaces/")?.strip_suffix("/log")?;
        let (namespace, pod) = rest.split_once("/pods/")?;
        let container = asked.parameter("container").unwrap_or_default();
        let log = self.0.get(&[namespace, pod, container].map(str::to_owned));
        let lines = match asked.parameter("previous") {
            Some("true") => log.and_then(|log| log.previous.as_ref()),
            _ => log.map(|log| &log.present),
        };
        let Some(lines) = lines else { return Some(failed(StatusCode::BAD_REQUEST, "BadRequest")) };
        // Times of one zone and as exact as each other are in the order of their letters; whole seconds are before their own fractions.
        let since = asked.parameter("sinceTime").unwrap_or_default().replace("%3A", ":").replace('Z', "");
        let of_time: Vec<&String> = lines.iter().filter(|line| line.as_str() >= since.as_str()).collect();
        let tail = asked.parameter("tailLines").and_then(|lines| lines.parse().ok()).unwrap_or(usize::MAX);
        let newest = &of_time[of_time.len().saturating_sub(tail)..];
        let text: String = newest.iter().map(|line| format!("{line}\n")).collect();
        Some(Response::new(Body::from(text)))
    }
}
