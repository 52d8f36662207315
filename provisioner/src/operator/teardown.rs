//! What was made goes, and is seen to be gone: release, namespace, volumes. Nothing is ever forced.

use std::{sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::{Namespace, PersistentVolume};
use kube::{Api, ResourceExt, api::ListParams};
use store::RemovalKind;

use super::{
    PassError, claimant,
    keep::labels_are_gone,
    prepare::{Found, Ours},
    work::{Flow, Work},
};
use crate::{
    act::{commands, runner::CommandError},
    decide::backoff,
    resource::now,
};

/// How far a teardown is.
pub(super) enum Torn {
    Going { kind: RemovalKind, message: String },
    Gone,
}

/// After this long it is said what holds a namespace.
const QUICK: Duration = Duration::from_secs(15);
/// Helm may fail to uninstall what is broken; the namespace then takes all of it along.
const UNINSTALLS: u32 = 2;

impl Work<'_> {
    /// Does what can be done now for the namespace that was found. Called again until nothing is left.
    pub(super) async fn tear_down(&mut self, found: Found) -> Result<Torn, PassError> {
        if self.memory.teardown_began.is_none() {
            self.memory.teardown_began = Some(now());
            self.memory.complaints = 0;
        }
        match found {
            Found::Ours(Ours { terminating: true, namespace, .. }) => {
                self.memory.torn.insert(RemovalKind::ReleaseUninstalled);
                return Ok(Torn::Going {
                    kind: RemovalKind::NamespaceDeleted,
                    message: self.what_holds(&namespace),
                });
            }
            Found::Ours(Ours { labelled: false, .. }) => {
                return Ok(Torn::Going {
                    kind: RemovalKind::NamespaceDeleted,
                    message: format!("{}, or delete it by hand.", labels_are_gone(self)),
                });
            }
            Found::Ours(Ours { uid, .. }) => {
                let Ok(_turn) = self.context.removals.try_acquire() else {
                    return Ok(Torn::Going {
                        kind: RemovalKind::ReleaseUninstalled,
                        message: "Other stores are removed first.".to_owned(),
                    });
                };
                if let Some(going) = self.uninstall().await? {
                    return Ok(going);
                }
                let name = self.id.namespace();
                let deleted = self.run_through(commands::delete_namespace(&name, &uid)).await;
                let message = match deleted {
                    Ok(_) => "The cluster removes the namespace with all that is in it.".to_owned(),
                    Err(error) => format!("The namespace could not be deleted and is tried again: {error}"),
                };
                return Ok(Torn::Going { kind: RemovalKind::NamespaceDeleted, message });
            }
            Found::Foreign => {
                let own = if self.progress.namespace_uid.is_some() {
                    "its own is gone"
                } else {
                    "it has none of its own"
                };
                self.progress.note(
                    format!(
                        "The namespace {} was not made for this store and is left untouched; {own}.",
                        self.id.namespace()
                    ),
                    now(),
                );
                self.memory.torn.extend([RemovalKind::ReleaseUninstalled, RemovalKind::NamespaceDeleted]);
                return Ok(Torn::Gone);
            }
            Found::Nothing => {}
        }
        self.memory.torn.extend([RemovalKind::ReleaseUninstalled, RemovalKind::NamespaceDeleted]);
        let left = self.volumes_left().await?;
        if left.is_empty() {
            self.memory.torn.insert(RemovalKind::VolumesDeleted);
            return Ok(Torn::Gone);
        }
        Ok(Torn::Going {
            kind: RemovalKind::VolumesDeleted,
            message: format!("The storage provisioner removes {}.", left.join(", ")),
        })
    }

    pub(super) fn look_again(&self) -> Flow {
        Flow::Pause(backoff::look_again(self.elapsed_since(self.memory.teardown_began)))
    }

    /// None when the release is gone, or helm cannot make it so.
    async fn uninstall(&mut self) -> Result<Option<Torn>, PassError> {
        if self.memory.torn.contains(&RemovalKind::ReleaseUninstalled) {
            return Ok(None);
        }
        if self.history().await.is_ok_and(|history| history.is_empty()) {
            self.memory.torn.insert(RemovalKind::ReleaseUninstalled);
            return Ok(None);
        }
        match self.run_through(commands::uninstall(&self.id)).await {
            Ok(_) => {}
            Err(error @ CommandError::CouldNotStart { .. }) => {
                return Ok(Some(Torn::Going {
                    kind: RemovalKind::ReleaseUninstalled,
                    message: error.to_string(),
                }));
            }
            Err(error) => {
                self.memory.complaints = self.memory.complaints.saturating_add(1);
                if self.memory.complaints < UNINSTALLS {
                    let message = format!("helm could not uninstall the release and is tried again: {error}");
                    return Ok(Some(Torn::Going { kind: RemovalKind::ReleaseUninstalled, message }));
                }
                self.progress.note(
                    "helm could not uninstall the release; the namespace takes all of it along.",
                    now(),
                );
            }
        }
        self.memory.torn.insert(RemovalKind::ReleaseUninstalled);
        Ok(None)
    }

    fn what_holds(&self, namespace: &Namespace) -> String {
        if self.elapsed_since(self.memory.teardown_began) < QUICK {
            return "The cluster removes the namespace with all that is in it.".to_owned();
        }
        let reasons: Vec<&str> = namespace
            .status
            .iter()
            .filter_map(|status| status.conditions.as_ref())
            .flatten()
            .filter(|condition| condition.status == "True")
            .filter_map(|condition| condition.message.as_deref())
            .collect();
        if reasons.is_empty() {
            return "The cluster still removes the namespace.".to_owned();
        }
        format!("The namespace is held: {}", reasons.join(" "))
    }

    /// Volumes of the store's namespace that are there and will go. One whose class keeps volumes stays, and is noted once.
    async fn volumes_left(&mut self) -> Result<Vec<String>, PassError> {
        let is_kept = |volume: &PersistentVolume| {
            volume.spec.as_ref().and_then(|spec| spec.persistent_volume_reclaim_policy.as_deref())
                == Some("Retain")
        };
        let own = self.volumes().await?;
        let (kept, left): (Vec<_>, Vec<_>) =
            own.iter().map(AsRef::as_ref).partition(|volume| is_kept(volume));
        if left.is_empty() && !kept.is_empty() {
            let names: Vec<String> = kept.iter().map(|volume| volume.name_any()).collect();
            self.progress.note(
                format!("Kept by their storage class (Retain), to be deleted by hand: {}.", names.join(", ")),
                now(),
            );
        }
        Ok(left.iter().map(|volume| volume.name_any()).collect())
    }

    /// As the watch tells them; asked for where it cannot.
    async fn volumes(&self) -> Result<Vec<Arc<PersistentVolume>>, PassError> {
        let namespace = self.id.namespace();
        if self.context.volumes.is_current() {
            return Ok(self.context.volumes.get(&namespace));
        }
        let volumes: Api<PersistentVolume> = Api::all(self.context.client.clone());
        let found = volumes.list(&ListParams::default()).await?;
        let is_own = |volume: &PersistentVolume| claimant(volume).as_ref() == Some(&namespace);
        Ok(found.items.into_iter().filter(is_own).map(Arc::new).collect())
    }
}
