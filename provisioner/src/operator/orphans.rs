//! Secrets that nobody needs any more, because the web process died before it could tell of them: credentials whose Store never came, and what
//! came with an action. They are removed.

use std::{sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::Secret;
use kube::{Api, ResourceExt, api::ListParams};

use super::context::Context;
use crate::{
    act::commands,
    resource::{COMPONENT_LABEL, MANAGED_BY_LABEL, MANAGER, STORE_LABEL, Store, action, now},
    stores::credentials::{CREDENTIALS, OF_ACTION},
};

const EVERY: Duration = Duration::from_secs(600);
/// A request that takes longer than this between the two has died.
const AGE: Duration = Duration::from_secs(60 * 60);

pub(super) async fn sweep(context: Arc<Context>) {
    loop {
        if context.claim.is_valid()
            && let Err(error) = once(&context).await
        {
            tracing::warn!(%error, "Secrets that nobody needs could not be looked for");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn once(context: &Context) -> Result<(), kube::Error> {
    let namespace = &context.config.namespace;
    let secrets: Api<Secret> = Api::namespaced(context.client.clone(), namespace);
    let stores: Api<Store> = Api::namespaced(context.client.clone(), namespace);
    let ours = ListParams::default()
        .labels(&format!("{COMPONENT_LABEL} in ({CREDENTIALS},{OF_ACTION}),{MANAGED_BY_LABEL}={MANAGER}"));
    for secret in secrets.list_metadata(&ours).await?.items {
        let created =
            secret.metadata.creation_timestamp.as_ref().map_or(i64::MAX, |time| time.0.as_millisecond());
        let Some(id) = secret.labels().get(STORE_LABEL).cloned() else { continue };
        let is_of_action =
            secret.labels().get(COMPONENT_LABEL).is_some_and(|component| component == OF_ACTION);
        // What is older than its action may be is needed by nothing, whatever became of it.
        let age = if is_of_action { 2 * action::LASTS } else { AGE };
        let is_young = i128::from(now().0) - i128::from(created) < age.as_millis() as i128;
        if is_young || !is_of_action && stores.get_metadata_opt(&id).await?.is_some() {
            continue;
        }
        let ran = context
            .runner
            .run(commands::delete_secret(&secret.name_any(), namespace), std::future::pending())
            .await;
        match ran.outcome {
            Ok(_) => tracing::info!(store = %id, "a Secret that nobody needs was removed"),
            Err(error) => {
                tracing::warn!(store = %id, %error, "a Secret that nobody needs could not be removed");
            }
        }
    }
    Ok(())
}
