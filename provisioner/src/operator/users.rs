//! Does what the dashboard asks for of the users, whom it cannot change itself.

use std::{sync::Arc, time::Duration};

use access::errand::{self, Errand};
use k8s_openapi::api::core::v1::Secret;
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams},
};

use super::context::Context;
use crate::resource::now;

/// Somebody waits for it, and the operator may not watch Secrets.
const EVERY: Duration = Duration::from_secs(1);
/// Tries to write over what was read of the users.
const TRIES: u32 = 5;

pub(super) async fn serve(context: Arc<Context>) {
    let mut is_told = false;
    loop {
        if context.claim.is_valid() {
            match once(&context).await {
                Ok(()) => is_told = false,
                // Once: it is tried every second.
                Err(error) if !is_told => {
                    tracing::warn!(%error, "what is asked for of the users could not be done and is tried again");
                    is_told = true;
                }
                Err(_) => {}
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn once(context: &Context) -> Result<(), kube::Error> {
    let secrets: Api<Secret> = Api::namespaced(context.client.clone(), &context.config.namespace);
    let errands = secrets.list_metadata(&ListParams::default().labels(&errand::labels())).await?;
    for name in errands.items.iter().map(ResourceExt::name_any) {
        let Some(secret) = secrets.get_opt(&name).await? else { continue };
        match Errand::read(&secret) {
            Some(errand) => run(&secrets, &context.config.sign_in.users, &errand).await?,
            None => tracing::warn!(secret = name, "what is asked for of the users is not understood"),
        }
        match secrets.delete(&name, &DeleteParams::default()).await {
            Err(kube::Error::Api(status)) if status.code == 404 => {}
            deleted => drop(deleted?),
        }
    }
    Ok(())
}

/// Over the users as they are at that moment, so that of two that would take the last two admins away one is refused.
async fn run(secrets: &Api<Secret>, users: &str, errand: &Errand) -> Result<(), kube::Error> {
    for _ in 0..TRIES {
        let known = secrets.get_opt(users).await?;
        let patch = match errand::done(errand, known.as_ref(), now()) {
            Ok(Some(patch)) => patch,
            Ok(None) => return Ok(()),
            Err(refusal) => {
                tracing::warn!(user = %errand.user, %refusal, "nothing is changed of the users");
                return Ok(());
            }
        };
        match secrets.patch(users, &PatchParams::default(), &Patch::Merge(patch)).await {
            Ok(_) => {
                tracing::info!(target: "audit", by = %errand.by, user = %errand.user, "what was asked for of a user was looked at");
                return Ok(());
            }
            Err(kube::Error::Api(status)) if status.code == 409 => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
