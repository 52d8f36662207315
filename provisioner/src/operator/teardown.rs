//! What was made goes, and is seen to be gone: release, namespace, volumes. Nothing is ever forced.

use std::{sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::PersistentVolume;
use kube::{Api, ResourceExt, api::ListParams};
use store::{RemovalKind, Said, Told};

use super::{
    ReconcileError, claimant,
    keep::label_again,
    prepare::{Found, Ours},
    reconcile::{Flow, Reconcile},
};
use crate::{
    act::{commands, runner::CommandError},
    decide::{
        backoff,
        remove::{self, UNINSTALLS},
    },
    observe::seen::Seen,
    resource::{elapsed_since, now},
};

/// How far a teardown is.
pub(super) enum Teardown {
    Going { kind: RemovalKind, message: Told },
    Gone,
}

/// After this long it is said what holds a namespace.
const QUICK: Duration = Duration::from_secs(15);

impl Reconcile<'_> {
    /// Does what can be done now for the namespace that was found. Called again until nothing is left.
    pub(super) async fn tear_down(&mut self, found: &Found) -> Result<Teardown, ReconcileError> {
        if self.memory.teardown_began.is_none() {
            self.memory.teardown_began = Some(now());
            self.memory.uninstalled = false;
            self.memory.complaints = 0;
        }
        let left = match found {
            Found::Nothing => self.volumes_left().await?,
            Found::Ours(_) | Found::Foreign => Vec::new(),
        };
        loop {
            let facts = remove::Facts {
                namespace: namespace(found),
                release: self.is_released(found).await,
                volumes: if left.is_empty() { Seen::Absent } else { Seen::There(()) },
                uninstalls: self.memory.complaints,
            };
            let (kind, message) = match remove::remove(&facts) {
                remove::Act::Uninstall => match self.uninstall().await {
                    Ok(()) => continue,
                    Err(message) => (RemovalKind::ReleaseUninstalled, message),
                },
                remove::Act::DeleteNamespace { uid } => {
                    (RemovalKind::NamespaceDeleted, self.delete_namespace(uid).await)
                }
                remove::Act::AwaitNamespace => (RemovalKind::NamespaceDeleted, self.what_holds(found)),
                remove::Act::AwaitLabels => {
                    let message = Said::LabelsGoneOrDelete { command: label_again(self) };
                    (RemovalKind::NamespaceDeleted, message.into())
                }
                remove::Act::AwaitVolumes => {
                    let message = Said::RemovingVolumes { volumes: left.join(", ") };
                    (RemovalKind::VolumesDeleted, message.into())
                }
                remove::Act::Rest => (RemovalKind::ReleaseUninstalled, Told::default()),
                remove::Act::Gone => {
                    self.note_if_foreign(found);
                    return Ok(Teardown::Gone);
                }
            };
            return Ok(Teardown::Going { kind, message });
        }
    }

    pub(super) fn look_again(&self) -> Flow {
        Flow::Requeue(backoff::look_again(elapsed_since(self.memory.teardown_began)))
    }

    /// Only in a namespace that stands is it asked for.
    async fn is_released(&self, found: &Found) -> Seen<()> {
        if !matches!(namespace(found), Seen::There(remove::Namespace::Standing { .. })) {
            return Seen::Unknown;
        }
        // Its word is enough: what it left of the release goes with the namespace.
        if self.memory.uninstalled {
            return Seen::Absent;
        }
        match self.history().await {
            Ok(history) if history.is_empty() => Seen::Absent,
            Ok(_) => Seen::There(()),
            Err(error) => {
                tracing::warn!(store = %self.id, %error, "the release's revisions cannot be read");
                Seen::Unknown
            }
        }
    }

    /// Or why it is to be looked at again first.
    async fn uninstall(&mut self) -> Result<(), Told> {
        let context = self.context;
        let Ok(_turn) = context.removals.try_acquire() else { return Err(Said::OthersFirst.into()) };
        match self.run_through(commands::uninstall(&self.id)).await {
            Ok(_) => {
                self.memory.uninstalled = true;
                Ok(())
            }
            Err(error @ CommandError::CouldNotStart { .. }) => Err(error.to_string().into()),
            Err(error) => {
                self.memory.complaints = self.memory.complaints.saturating_add(1);
                if self.memory.complaints < UNINSTALLS {
                    return Err(Said::UninstallTriedAgain { why: error.to_string() }.into());
                }
                self.progress.note(Said::UninstallLeft, now());
                Ok(())
            }
        }
    }

    async fn delete_namespace(&mut self, uid: &str) -> Told {
        let context = self.context;
        let Ok(_turn) = context.removals.try_acquire() else { return Said::OthersFirst.into() };
        match self.run_through(commands::delete_namespace(&self.id.namespace(), uid)).await {
            Ok(_) => Said::RemovingNamespace.into(),
            Err(error) => Said::NamespaceNotDeleted { why: error.to_string() }.into(),
        }
    }

    fn note_if_foreign(&mut self, found: &Found) {
        if !matches!(found, Found::Foreign) {
            return;
        }
        let namespace = self.id.namespace();
        let note = match self.progress.namespace_uid {
            Some(_) => Said::ForeignLeftOwnGone { namespace },
            None => Said::ForeignLeftNoOwn { namespace },
        };
        self.progress.note(note, now());
    }

    fn what_holds(&self, found: &Found) -> Told {
        if elapsed_since(self.memory.teardown_began) < QUICK {
            return Said::RemovingNamespace.into();
        }
        let status = match found {
            Found::Ours(Ours { namespace, .. }) => namespace.status.as_ref(),
            Found::Nothing | Found::Foreign => None,
        };
        let reasons: Vec<&str> = status
            .iter()
            .filter_map(|status| status.conditions.as_ref())
            .flatten()
            .filter(|condition| condition.status == "True")
            .filter_map(|condition| condition.message.as_deref())
            .collect();
        if reasons.is_empty() {
            return Said::StillRemovingNamespace.into();
        }
        Said::NamespaceHeld { why: reasons.join(" ") }.into()
    }

    /// Volumes of the store's namespace that are there and will go. One whose class keeps volumes stays, and is noted once.
    async fn volumes_left(&mut self) -> Result<Vec<String>, ReconcileError> {
        let is_kept = |volume: &PersistentVolume| {
            volume.spec.as_ref().and_then(|spec| spec.persistent_volume_reclaim_policy.as_deref())
                == Some("Retain")
        };
        let own = self.volumes().await?;
        let (kept, left): (Vec<_>, Vec<_>) =
            own.iter().map(AsRef::as_ref).partition(|volume| is_kept(volume));
        if left.is_empty() && !kept.is_empty() {
            let names: Vec<String> = kept.iter().map(|volume| volume.name_any()).collect();
            self.progress.note(Said::VolumesKept { volumes: names.join(", ") }, now());
        }
        Ok(left.iter().map(|volume| volume.name_any()).collect())
    }

    /// As the watch tells them; asked for where it cannot.
    async fn volumes(&self) -> Result<Vec<Arc<PersistentVolume>>, ReconcileError> {
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

fn namespace(found: &Found) -> Seen<remove::Namespace<'_>> {
    match found {
        Found::Nothing => Seen::Absent,
        Found::Foreign => Seen::There(remove::Namespace::Foreign),
        Found::Ours(Ours { terminating: true, .. }) => Seen::There(remove::Namespace::Terminating),
        Found::Ours(Ours { labelled: false, .. }) => Seen::There(remove::Namespace::Unlabelled),
        Found::Ours(Ours { uid, .. }) => Seen::There(remove::Namespace::Standing { uid }),
    }
}
