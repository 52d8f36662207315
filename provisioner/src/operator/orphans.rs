//! Credentials whose Store never came, because the web process died between the two: they are removed.

use std::{sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::Secret;
use kube::{Api, ResourceExt, api::ListParams};

use super::context::Context;
use crate::{
    act::commands,
    resource::{COMPONENT_LABEL, MANAGED_BY_LABEL, MANAGER, STORE_LABEL, Store, now},
    stores::credentials::CREDENTIALS,
};

const EVERY: Duration = Duration::from_secs(600);
/// A request that takes longer than this between the two has died.
const AGE: i64 = 60 * 60 * 1000;

pub(super) async fn sweep(context: Arc<Context>) {
    loop {
        if context.claim.is_valid()
            && let Err(error) = once(&context).await
        {
            tracing::warn!(%error, "credentials without a store could not be looked for");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn once(context: &Context) -> Result<(), kube::Error> {
    let namespace = &context.config.namespace;
    let secrets: Api<Secret> = Api::namespaced(context.client.clone(), namespace);
    let stores: Api<Store> = Api::namespaced(context.client.clone(), namespace);
    let ours = ListParams::default()
        .labels(&format!("{COMPONENT_LABEL}={CREDENTIALS},{MANAGED_BY_LABEL}={MANAGER}"));
    for secret in secrets.list_metadata(&ours).await?.items {
        let created =
            secret.metadata.creation_timestamp.as_ref().map_or(i64::MAX, |time| time.0.as_millisecond());
        let Some(id) = secret.labels().get(STORE_LABEL).cloned() else { continue };
        if now().0.saturating_sub(created) < AGE || stores.get_metadata_opt(&id).await?.is_some() {
            continue;
        }
        let ran = context
            .runner
            .run(commands::delete_secret(&secret.name_any(), namespace), std::future::pending())
            .await;
        match ran.outcome {
            Ok(_) => tracing::info!(store = %id, "credentials without a store were removed"),
            Err(error) => {
                tracing::warn!(store = %id, %error, "credentials without a store could not be removed");
            }
        }
    }
    Ok(())
}
