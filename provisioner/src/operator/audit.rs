//! Keeps the audit log few and small: the dashboard, which writes it, can only add to it.

use std::{sync::Arc, time::Duration};

use access::audit::{LABELS, Tidying, tidy};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api,
    api::{DeleteParams, ListParams, PostParams},
};

use super::context::Context;
use crate::resource::now;

const EVERY: Duration = Duration::from_secs(120);

pub(super) async fn keep(context: Arc<Context>) {
    let prefix = context.config.sign_in.audit.clone();
    if prefix.is_empty() {
        return;
    }
    loop {
        if context.claim.is_valid()
            && let Err(error) = once(&context, &prefix).await
        {
            tracing::warn!(%error, "the audit log could not be tidied up");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn once(context: &Context, prefix: &str) -> Result<(), kube::Error> {
    let maps: Api<ConfigMap> = Api::namespaced(context.client.clone(), &context.config.namespace);
    let labels = LABELS.map(|(key, value)| format!("{key}={value}")).join(",");
    let all = maps.list(&ListParams::default().labels(&labels)).await?;
    for step in tidy(prefix, &all.items, now()) {
        let done = match step {
            Tidying::Make(map) => maps.create(&PostParams::default(), &map).await.map(drop),
            Tidying::Delete(name) => maps.delete(&name, &DeleteParams::default()).await.map(drop),
        };
        match done {
            // It was made, or went, when this was cut off.
            Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => {}
            done => done?,
        }
    }
    Ok(())
}
