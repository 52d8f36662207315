//! Deletion: everything of the store goes, each step shown, and the Store itself goes last.

use store::{RemovalKind, Said, State, Told};

use super::{
    ReconcileError,
    reconcile::{Flow, Reconcile},
    teardown::Teardown,
};
use crate::{act::commands, resource::now};

impl Reconcile<'_> {
    /// None when nothing is left but the Store.
    pub(super) async fn remove(&mut self) -> Result<Option<Flow>, ReconcileError> {
        if self.progress.removal.is_empty() {
            // A teardown that a failure began is looked at anew.
            self.memory.teardown_began = None;
            self.progress.see_removal(RemovalKind::ReleaseUninstalled, State::InProgress, "", now());
            self.save().await?;
            self.context.wake_next();
        }
        let found = self.find_namespace().await?;
        let (going, message) = match self.tear_down(&found).await? {
            Teardown::Going { kind, message } => (Some(kind), message),
            Teardown::Gone => (None, Told::default()),
        };
        for kind in RemovalKind::ALL {
            let is_over = going.is_none_or(|going| kind < going);
            if is_over && self.progress.removal_state(kind) != State::Done {
                self.progress.see_removal(kind, State::InProgress, "", now());
                self.progress.see_removal(kind, State::Done, "", now());
            }
            if going == Some(kind) {
                self.progress.see_removal(kind, State::InProgress, message.clone(), now());
            }
        }
        if going.is_some() {
            self.progress.pods = crate::observe::pods::views(&self.context.pods_of(&self.id));
            self.save().await?;
            return Ok(Some(self.look_again()));
        }
        let Ok(_turn) = self.context.removals.try_acquire() else { return Ok(Some(self.look_again())) };
        for secret in self.made_secrets().await? {
            let secret = commands::delete_secret(&secret, &self.context.config.namespace);
            if let Err(error) = self.run_through(secret).await {
                self.progress.note(Said::CredentialsNotDeleted { why: error.to_string() }, now());
                self.save().await?;
                return Ok(Some(self.look_again()));
            }
        }
        self.progress.pods.clear();
        self.save().await?;
        Ok(None)
    }
}
