//! What somebody changed or deleted by hand in a store is put back, and told.

use std::time::Duration;

use store::{Said, Told};
use tokio::time::Instant;

use super::{
    ReconcileError,
    change::SETTLES,
    events::Reason,
    reconcile::{Flow, Reconcile},
};
use crate::{
    act::commands,
    decide::{backoff, keep::Heal},
    resource::{Wanted, change::Settled, now},
};

/// What is changed by hand again and again, or by another controller, is put back ever less often.
const HEAL_AGAIN: Duration = Duration::from_secs(600);
const AT_ONCE: u32 = 5;

/// What is being put back after somebody changed it, by its fingerprints before.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Healing {
    fences: Option<u64>,
    objects: Option<u64>,
}

impl Reconcile<'_> {
    /// `before`: what stands there now.
    pub(super) async fn heal(
        &mut self,
        heal: Heal,
        before: Option<Settled>,
        wanted: &Wanted,
    ) -> Result<Flow, ReconcileError> {
        if heal.fences
            && let Err(complaint) = self.fence(wanted).await?
        {
            return Ok(self.healing_failed(complaint));
        }
        if let Some(revision) = heal.revision {
            let ran = self.run_through(commands::roll_back(&self.id, revision)).await;
            self.recount_if_charged(wanted, &ran).await?;
            if let Err(error) = ran {
                return Ok(self.healing_failed(error.to_string().lines().last().unwrap_or_default()));
            }
        }
        if let Some(before) = self.progress.settled {
            let healing = self.memory.healing.get_or_insert_default();
            healing.fences = healing.fences.or(heal.fences.then_some(before.fences));
            healing.objects = healing.objects.or(heal.revision.map(|_| before.objects));
        }
        self.count_heal();
        self.memory.settling = Some((Instant::now(), before));
        Ok(Flow::Requeue(SETTLES))
    }

    fn healing_failed(&mut self, why: impl Into<Told>) -> Flow {
        self.progress.note(Told::from(Said::NotPutBack).and(why), now());
        self.count_heal();
        Flow::Continue
    }

    /// The first few times something is put back at once, and then ever less often until there has been peace for a while.
    fn count_heal(&mut self) {
        let is_calm = self.memory.healed.is_none_or(|at| at.elapsed() > HEAL_AGAIN);
        self.memory.heals = if is_calm { 1 } else { self.memory.heals.saturating_add(1) };
        self.memory.healed = Some(Instant::now());
    }

    pub(super) fn is_healed(&self) -> bool {
        let repeated = self.memory.heals.saturating_sub(AT_ONCE);
        let pause = backoff::pause(repeated, HEAL_AGAIN, &self.id);
        repeated > 0 && self.memory.healed.is_some_and(|at| at.elapsed() < pause)
    }

    /// What stands there now is right; of a change by hand it is told what became of it.
    pub(super) fn settled(&mut self, settled: Settled) {
        if let Some(before) = self.memory.healing.take() {
            // What another controller wrote into an object is nobody's hand, and does not come back as it was.
            let notes = [
                before.fences.map(|fences| match fences == settled.fences {
                    true => Said::FencesBack,
                    false => Said::FencesAnew,
                }),
                (before.objects == Some(settled.objects)).then_some(Said::PartsBack),
            ];
            for note in notes.into_iter().flatten() {
                tracing::info!(store = %self.id, "{note}");
                self.tell_event(Reason::Healed, note.to_string());
                self.progress.note(note, now());
            }
        }
        self.progress.settled = Some(settled);
        self.memory.settling = None;
    }
}
