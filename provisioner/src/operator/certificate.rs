//! A store's own certificate, which somebody else issues: whether it is there, and that it outlives a try that failed. Authorities issue but a
//! few of one name a week.

use k8s_openapi::api::core::v1::Secret;
use kube::{
    Api,
    api::{DeleteParams, PostParams},
};
use serde_json::Value;

use super::{ReconcileError, reconcile::Reconcile};
use crate::{act::certificate, observe::storefront::NoAnswer};

impl Reconcile<'_> {
    /// What the shop waits for whose certificate no browser trusts.
    pub(super) async fn distrusted(&self, no_answer: NoAnswer) -> NoAnswer {
        if !self.context.config.ingress.tls.is_per_shop() {
            return no_answer;
        }
        let secret = certificate::own_name(&self.id);
        match self.inside().get_metadata_opt(&secret).await {
            Ok(None) => NoAnswer::NotIssued { secret, namespace: self.id.namespace() },
            // What cannot be known is not told.
            Ok(Some(_)) | Err(_) => no_answer,
        }
    }

    /// Keeps what was issued beside the Store, before its namespace goes.
    pub(super) async fn keep_certificate(&self) -> Result<(), ReconcileError> {
        if !self.context.config.ingress.tls.is_per_shop() {
            return Ok(());
        }
        match self.kept_anew().await {
            // The namespace goes all the same: without the right to keep it, it is issued again.
            Err(kube::Error::Api(status)) if status.code == 403 => {
                tracing::warn!(store = %self.id, error = %status.message, "the store's certificate cannot be kept");
                Ok(())
            }
            kept => Ok(kept?),
        }
    }

    async fn kept_anew(&self) -> Result<(), kube::Error> {
        let issued = self.inside().get_opt(&certificate::own_name(&self.id)).await?;
        let Some(kept) = issued.and_then(|issued| certificate::kept(&self.id, &issued)) else {
            return Ok(());
        };
        let (beside, name) = (self.beside(), self.id.certificate_secret());
        match beside.get_opt(&name).await? {
            Some(before) if before.data == kept.data => return Ok(()),
            Some(_) => drop(beside.delete(&name, &DeleteParams::default()).await?),
            None => {}
        }
        beside.create(&PostParams::default(), &kept).await.map(drop)
    }

    /// What was issued before, for the store's namespace.
    pub(super) async fn certificate_of_before(&self) -> Result<Option<Value>, ReconcileError> {
        if !self.context.config.ingress.tls.is_per_shop() {
            return Ok(None);
        }
        let kept = self.beside().get_opt(&self.id.certificate_secret()).await?;
        Ok(kept.map(|kept| certificate::restored(&self.id, &kept)))
    }

    fn inside(&self) -> Api<Secret> {
        Api::namespaced(self.context.client.clone(), &self.id.namespace())
    }
}
