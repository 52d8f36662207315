//! How much a store's volumes hold, looked at from time to time. Nothing depends on it but what is told.

use std::{
    future::pending,
    hash::{DefaultHasher, Hash, Hasher},
};

use engine::Volume;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, api::ListParams};
use store::Millis;

use super::{ReconcileError, reconcile::Reconcile};
use crate::{
    act::commands,
    observe::used::{Used, place, sum},
    resource::{Wanted, now},
    window::Quantity,
};

/// To count a large shop's files takes seconds of a core.
const EVERY_SECONDS: i64 = 15 * 60;

impl Reconcile<'_> {
    /// Where it is time, and nobody else is being looked at: the next check of the store comes back to it.
    pub(super) async fn measure(&mut self, wanted: &Wanted) -> Result<(), ReconcileError> {
        if self.memory.measured.is_none() && self.progress.used.is_some() {
            // An operator that has just begun does not look at all of them at once.
            let mut hasher = DefaultHasher::new();
            self.id.hash(&mut hasher);
            let ago = i64::try_from(hasher.finish() % EVERY_SECONDS.unsigned_abs()).unwrap_or_default();
            self.memory.measured = Some(Millis(now().0 - ago * 1000));
        }
        let is_due = self.memory.measured.is_none_or(|at| now().0 - at.0 >= EVERY_SECONDS * 1000);
        if !is_due {
            return Ok(());
        }
        let Ok(_turn) = self.context.measures.try_acquire() else { return Ok(()) };
        self.memory.measured = Some(now());
        let namespace = self.id.namespace();
        let pods: Api<Pod> = Api::namespaced(self.context.client.clone(), &namespace);
        let pods = pods.list(&ListParams::default()).await?.items;
        let mut used = Used::new();
        for Volume { name: volume, .. } in &wanted.engine.definition.volumes {
            let Some(place) = place(volume, &pods) else { continue };
            let measure = commands::measure(&namespace, &place);
            // It changes nothing, and would fill the timeline.
            match self.context.runner.run(measure, pending()).await.outcome {
                Ok(printed) => used.extend(sum(&printed).map(|mebibytes| (volume.clone(), mebibytes))),
                Err(error) => {
                    tracing::warn!(store = %self.id, volume, %error, "what a volume holds is not known");
                }
            }
        }
        for (volume, mebibytes) in &used {
            self.context.note(&self.id, Quantity::Disk, volume, *mebibytes as f32);
        }
        if !used.is_empty() {
            self.progress.used = Some(used);
        }
        Ok(())
    }
}
