//! Why a shop does not answer, where its log tells it and its answer must not: visitors see that.

use std::time::Duration;

use engine::{Part, probe::NoAnswer};
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, api::LogParams};
use tokio::time::Instant;

use super::reconcile::Reconcile;
use crate::{
    observe::pods::running,
    resource::{Wanted, progress::shortened},
};

/// A shop that is asked again and again is broken for the same reason most of the time.
const READ_AGAIN: Duration = Duration::from_secs(30);
/// What the answer was about stands among the last lines, of the last seconds.
const LINES: i64 = 100;
const RECENT: i64 = 60;
/// Characters of a line that have room in a sentence.
const MAX_LINE: usize = 300;

impl Reconcile<'_> {
    /// With the line of the log that tells why.
    pub(super) async fn told_by_log(&mut self, no_answer: NoAnswer, wanted: &Wanted) -> NoAnswer {
        let is_fresh = self.memory.log_told.as_ref().is_some_and(|(at, _)| at.elapsed() < READ_AGAIN);
        if !is_fresh {
            let parts = wanted.engine.definition.parts.iter().filter(|part| part.public);
            let line = self.line_of_log(&no_answer, parts).await;
            self.memory.log_told = Some((Instant::now(), line));
        }
        match &self.memory.log_told {
            Some((_, Some(line))) => no_answer.because(line),
            _ => no_answer,
        }
    }

    async fn line_of_log(&self, no_answer: &NoAnswer, parts: impl Iterator<Item = &Part>) -> Option<String> {
        let api: Api<Pod> = Api::namespaced(self.context.client.clone(), &self.id.namespace());
        let pods = self.context.pods_of(&self.id);
        for (pod, container) in parts.flat_map(|part| running(part, &pods)) {
            let params = LogParams {
                container: Some(container.clone()),
                tail_lines: Some(LINES),
                since_seconds: Some(RECENT),
                ..LogParams::default()
            };
            match api.logs(&pod, &params).await {
                Ok(log) => {
                    if let Some(line) = no_answer.line(&log) {
                        return Some(shortened(line.trim_end(), MAX_LINE));
                    }
                }
                Err(error) => {
                    tracing::warn!(store = %self.id, %pod, %container, %error, "a log cannot be read");
                }
            }
        }
        None
    }
}
