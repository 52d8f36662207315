//! What was made goes, and is seen to be gone: release, namespace, volumes. Nothing is ever forced.

use std::{sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::PersistentVolume;
use kube::{Api, ResourceExt, api::ListParams};
use store::RemovalKind;

use super::{
    ReconcileError, claimant,
    keep::labels_are_gone,
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
    Going { kind: RemovalKind, message: String },
    Gone,
}

/// After this long it is said what holds a namespace.
const QUICK: Duration = Duration::from_secs(15);
const OTHERS_FIRST: &str = "Other stores are removed first.";

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
                    let message = format!("{}, or delete it by hand.", labels_are_gone(self));
                    (RemovalKind::NamespaceDeleted, message)
                }
                remove::Act::AwaitVolumes => {
                    let message = format!("The storage provisioner removes {}.", left.join(", "));
                    (RemovalKind::VolumesDeleted, message)
                }
                remove::Act::Rest => (RemovalKind::ReleaseUninstalled, String::new()),
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
    async fn uninstall(&mut self) -> Result<(), String> {
        let context = self.context;
        let Ok(_turn) = context.removals.try_acquire() else { return Err(OTHERS_FIRST.to_owned()) };
        match self.run_through(commands::uninstall(&self.id)).await {
            Ok(_) => {
                self.memory.uninstalled = true;
                Ok(())
            }
            Err(error @ CommandError::CouldNotStart { .. }) => Err(error.to_string()),
            Err(error) => {
                self.memory.complaints = self.memory.complaints.saturating_add(1);
                if self.memory.complaints < UNINSTALLS {
                    return Err(format!("helm could not uninstall the release and is tried again: {error}"));
                }
                let note = "helm could not uninstall the release; the namespace takes all of it along.";
                self.progress.note(note, now());
                Ok(())
            }
        }
    }

    async fn delete_namespace(&mut self, uid: &str) -> String {
        let context = self.context;
        let Ok(_turn) = context.removals.try_acquire() else { return OTHERS_FIRST.to_owned() };
        match self.run_through(commands::delete_namespace(&self.id.namespace(), uid)).await {
            Ok(_) => "The cluster removes the namespace with all that is in it.".to_owned(),
            Err(error) => format!("The namespace could not be deleted and is tried again: {error}"),
        }
    }

    fn note_if_foreign(&mut self, found: &Found) {
        if !matches!(found, Found::Foreign) {
            return;
        }
        let own = match self.progress.namespace_uid {
            Some(_) => "its own is gone",
            None => "it has none of its own",
        };
        let namespace = self.id.namespace();
        let note =
            format!("The namespace {namespace} was not made for this store and is left untouched; {own}.");
        self.progress.note(note, now());
    }

    fn what_holds(&self, found: &Found) -> String {
        if elapsed_since(self.memory.teardown_began) < QUICK {
            return "The cluster removes the namespace with all that is in it.".to_owned();
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
            return "The cluster still removes the namespace.".to_owned();
        }
        format!("The namespace is held: {}", reasons.join(" "))
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
            self.progress.note(
                format!("Kept by their storage class (Retain), to be deleted by hand: {}.", names.join(", ")),
                now(),
            );
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
