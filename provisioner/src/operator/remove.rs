//! Deletion: everything of the store goes, each step shown, and the Store itself goes last.

use std::time::Duration;

use store::{RemovalKind, State};

use super::{
    PassError,
    teardown::Torn,
    work::{Flow, Work},
};
use crate::{act::commands, resource::now};

/// Looks at what goes: often while it usually has gone, then less often.
const LOOK: Duration = Duration::from_millis(500);
const LOOK_LATER: Duration = Duration::from_secs(5);
const USUALLY: Duration = Duration::from_secs(60);

impl Work<'_> {
    fn removal_pause(&self) -> Duration {
        if self.elapsed_since(self.memory.teardown_began) < USUALLY { LOOK } else { LOOK_LATER }
    }

    /// None when nothing is left but the Store.
    pub(super) async fn remove(&mut self) -> Result<Option<Flow>, PassError> {
        if self.progress.removal.is_empty() {
            // A teardown that a failure began is looked at anew.
            self.memory.torn.clear();
            self.memory.teardown_began = None;
            self.progress.see_removal(RemovalKind::ReleaseUninstalled, State::InProgress, "", now());
            self.save().await?;
            self.context.wake_next();
        }
        let torn = self.tear_down().await?;
        let (going, message) = match torn {
            Torn::Going { kind, message } => (Some(kind), message),
            Torn::Gone => (None, String::new()),
        };
        for kind in RemovalKind::ALL {
            let is_over = going.is_none_or(|going| kind < going);
            if is_over && self.progress.removal_state(kind) != State::Done {
                self.progress.see_removal(kind, State::InProgress, "", now());
                self.progress.see_removal(kind, State::Done, "", now());
            }
            if going == Some(kind) {
                self.progress.see_removal(kind, State::InProgress, &message, now());
            }
        }
        if going.is_some() {
            self.progress.pods = crate::observe::pods::look(&self.context.pods_of(&self.id)).views;
            self.save().await?;
            return Ok(Some(Flow::Pause(self.removal_pause())));
        }
        let secret = commands::delete_secret(&self.id.credentials_secret(), &self.context.config.namespace);
        if let Err(error) = self.run_through(secret).await {
            self.progress
                .note(format!("The credentials could not be deleted and are tried again: {error}"), now());
            self.save().await?;
            return Ok(Some(Flow::Pause(Duration::from_secs(2))));
        }
        self.progress.pods.clear();
        self.save().await?;
        Ok(None)
    }
}
