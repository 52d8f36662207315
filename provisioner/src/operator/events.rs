//! What becomes of a store, told as Events on its Store: for `kubectl describe`, and for whoever collects Events.

use k8s_openapi::api::core::v1::ObjectReference;
use kube::{
    Client, Resource,
    runtime::events::{Event, EventType, Recorder, Reporter},
};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::{
    act::claim::Claim,
    resource::{MANAGER, Store, progress::shortened},
};

/// Events that may wait to be told; more than that in one moment are dropped.
const WAITING: usize = 256;
/// Kube's recorder looks through all that it remembers at each Event; after so many another one begins.
const REMEMBERED: usize = 256;
/// Characters of a note, of which an Event takes 1 kB.
const MAX_NOTE: usize = 250;

/// Why there is something to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Created,
    Deployed,
    Updated,
    RolledBack,
    Healed,
    GivingUp,
    Degraded,
    Recovered,
    Suspended,
    Resumed,
    SafeMode,
    Deleted,
    Released,
}

impl Reason {
    fn key(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Deployed => "Deployed",
            Self::Updated => "Updated",
            Self::RolledBack => "RolledBack",
            Self::Healed => "Healed",
            Self::GivingUp => "GivingUp",
            Self::Degraded => "Degraded",
            Self::Recovered => "Recovered",
            Self::Suspended => "Suspended",
            Self::Resumed => "Resumed",
            Self::SafeMode => "SafeMode",
            Self::Deleted => "Deleted",
            Self::Released => "Released",
        }
    }

    /// What the operator was about.
    fn action(self) -> &'static str {
        match self {
            Self::Created | Self::Deployed | Self::GivingUp => "Make",
            Self::Updated | Self::RolledBack | Self::SafeMode => "Update",
            Self::Healed | Self::Degraded | Self::Recovered => "Keep",
            Self::Suspended => "Suspend",
            Self::Resumed => "Resume",
            Self::Deleted | Self::Released => "Remove",
        }
    }

    fn kind(self) -> EventType {
        match self {
            Self::GivingUp | Self::Degraded | Self::RolledBack => EventType::Warning,
            _ => EventType::Normal,
        }
    }
}

/// Where Events are left; they are told by a task of their own, so that no store waits for it.
#[derive(Clone, Debug)]
pub(super) struct Events(Sender<(ObjectReference, Reason, String)>);

pub(super) struct Told(Receiver<(ObjectReference, Reason, String)>);

impl Events {
    pub(super) fn new() -> (Self, Told) {
        let (sender, receiver) = channel(WAITING);
        (Self(sender), Told(receiver))
    }

    /// Tells that of a store. An Event that is lost takes nothing along: all that counts is in the status.
    pub(super) fn tell(&self, store: &ObjectReference, reason: Reason, note: impl AsRef<str>) {
        let note = shortened(note.as_ref(), MAX_NOTE);
        if self.0.try_send((store.clone(), reason, note)).is_err() {
            metrics::counter!("storeyard_events_dropped_total").increment(1);
            tracing::debug!(store = store.name, ?reason, "an event is dropped: too many wait to be told");
        }
    }
}

impl Told {
    /// Publishes what is left with [`Events`], for as long as there is one.
    pub(super) async fn publish(mut self, client: Client, claim: Claim) {
        let reporter = Reporter { controller: MANAGER.to_owned(), instance: std::env::var("HOSTNAME").ok() };
        let mut recorder = Recorder::new(client.clone(), reporter.clone());
        let mut remembered = 0;
        while let Some((store, reason, note)) = self.0.recv().await {
            if remembered == REMEMBERED {
                recorder = Recorder::new(client.clone(), reporter.clone());
                remembered = 0;
            }
            remembered += 1;
            let event = Event {
                type_: reason.kind(),
                reason: reason.key().to_owned(),
                note: Some(note),
                action: reason.action().to_owned(),
                secondary: None,
            };
            if let Err(error) = recorder.publish(&event, &store).await
                && claim.is_valid()
            {
                tracing::warn!(store = store.name, ?reason, %error, "an event could not be told");
            }
        }
    }
}

/// The Store as Events name what they are about.
pub(super) fn reference(resource: &Store) -> ObjectReference {
    // A version that is named would have a Store that was only written anew taken for another one.
    ObjectReference { resource_version: None, ..resource.object_ref(&()) }
}
