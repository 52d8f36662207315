//! A store that was ready once: whether it still is.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use kube::{ResourceExt, runtime::reflector::ObjectRef};
use store::{ConditionKind, Phase, State};

use super::{
    PassError,
    work::{Flow, Work},
};
use crate::{diagnosis::capitalised, pods::look, resource::now};

/// A shop that does not answer is asked this often.
const ASK_AGAIN: Duration = Duration::from_secs(3);
/// One unanswered request is not yet a shop that is down.
const SECOND_LOOK: Duration = Duration::from_millis(700);

impl Work<'_> {
    pub(super) async fn keep(&mut self) -> Result<Flow, PassError> {
        let pods = self.context.pods_of(self.id());
        let seen = look(&pods);
        self.progress.pods = seen.views.clone();
        let namespace = ObjectRef::new(&self.id().namespace());
        if self
            .context
            .namespaces
            .get(&namespace)
            .is_none_or(|found| found.metadata.deletion_timestamp.is_some())
        {
            let message = "The namespace was deleted by someone else. Delete this store, and make it anew if it is wanted.";
            self.see(ConditionKind::NamespaceReady, State::Lost, message);
        } else {
            self.found_again(ConditionKind::NamespaceReady);
        }
        if seen.ready {
            self.found_again(ConditionKind::WorkloadsReady);
        } else {
            self.see(ConditionKind::WorkloadsReady, State::Lost, &seen.sentence);
        }
        let mut shape: Vec<String> = pods.iter().map(|pod| pod.uid().unwrap_or_default()).collect();
        shape.sort();
        shape.push(seen.ready.to_string());
        if self.memory.asked.is_none() {
            // An operator that has just begun does not ask all shops at once.
            let spread = u64::from(self.context.config.check_seconds) * 1000;
            let mut hasher = DefaultHasher::new();
            self.id().hash(&mut hasher);
            let ago = i64::try_from(hasher.finish() % spread.max(1)).unwrap_or_default();
            self.memory.asked = Some(store::Millis(now().0 - ago));
            self.memory.pods_when_asked = shape.clone();
        }
        let is_changed = self.memory.pods_when_asked != shape;
        let pause = if is_changed || self.elapsed_since(self.memory.asked) >= self.interval() {
            self.memory.pods_when_asked = shape;
            self.ask_again().await
        } else {
            self.interval().saturating_sub(self.elapsed_since(self.memory.asked))
        };
        self.save().await?;
        Ok(Flow::Pause(pause.max(Duration::from_millis(50))))
    }

    /// Asks the shop; how long until it is asked again.
    async fn ask_again(&mut self) -> Duration {
        match self.ask().await {
            Ok(()) => {
                self.memory.no_answers = 0;
                self.found_again(ConditionKind::StorefrontReachable);
            }
            Err(no_answer) => {
                self.memory.no_answers = self.memory.no_answers.saturating_add(1);
                if self.memory.no_answers == 1
                    && self.progress.state(ConditionKind::WorkloadsReady) == State::Done
                {
                    self.memory.pods_when_asked.clear();
                    return SECOND_LOOK;
                }
                let message = format!("{}.", capitalised(&format!("the shop {no_answer}")));
                self.see(ConditionKind::StorefrontReachable, State::Lost, message);
            }
        }
        self.interval()
    }

    fn interval(&self) -> Duration {
        let is_well = Phase::of(&self.progress.conditions, false) == Phase::Ready;
        let check = Duration::from_secs(self.context.config.check_seconds.into());
        if is_well { check } else { ASK_AGAIN.min(check) }
    }

    fn found_again(&mut self, kind: ConditionKind) {
        if self.progress.state(kind) != State::Done {
            self.see(kind, State::Done, "");
        }
    }
}
