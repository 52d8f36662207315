//! A quota that is charged for what is not there is counted at once, where helm is refused by it.

use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use kube::{Api, api::ListParams};
use store::Said;

use super::{ReconcileError, reconcile::Reconcile};
use crate::{
    act::{
        commands,
        manifests::{self, PLAN},
        recount::recounted,
        runner::CommandError,
    },
    decide::charged::{is_charged_for_nothing, is_used_up},
    observe::counted::Counted,
    resource::{Wanted, now},
};

impl Reconcile<'_> {
    /// Once until a command has done what it was to do: what is refused then is refused for another reason. Helm is run again in its own time.
    pub(super) async fn recount_if_charged(
        &mut self,
        wanted: &Wanted,
        outcome: &Result<String, CommandError>,
    ) -> Result<(), ReconcileError> {
        let Err(CommandError::Failed { complaint, .. }) = outcome else { return Ok(()) };
        if self.memory.recounted || !is_used_up(complaint, PLAN) {
            return Ok(());
        }
        let claims: Api<PersistentVolumeClaim> =
            Api::namespaced(self.context.client.clone(), &self.id.namespace());
        let claims = claims.list(&ListParams::default()).await?;
        if !is_charged_for_nothing(complaint, PLAN, &Counted::of(&claims.items)) {
            return Ok(());
        }
        self.memory.recounted = true;
        let tls = &self.context.config.ingress.tls;
        let limits = manifests::limits(&self.id, &wanted.engine.definition, &wanted.sizes, tls);
        let recount = commands::apply("ResourceQuota, to be counted anew", &recounted(&limits));
        // Of one that fails the timeline tells, and helm is refused until the cluster counts by itself.
        if self.run_through(recount).await.is_ok() {
            self.progress.note(Said::QuotaCountedAnew, now());
        }
        Ok(())
    }
}
