//! What was asked for once is done in the store's own part, by the command that the engine names for it, and its status tells how it went.

use serde_json::json;
use store::{ConditionKind, State};

use super::{ReconcileError, reconcile::Reconcile};
use crate::{
    act::{
        commands,
        runner::{CommandError, Input},
    },
    decide::diagnosis::capitalised,
    observe::pods::ready_pod,
    resource::{
        Wanted,
        action::{Acted, Action, What},
        now,
    },
};

/// Why it is not done, for the person who asked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("It was asked for more than a minute ago, and nobody waits for it any more. Ask again.")]
    Old,
    #[error("Shops of this engine cannot do that.")]
    Unable,
    #[error(
        "{part} does not run at this moment, so nothing can be done in it. Try again when the shop answers."
    )]
    Away { part: String },
    #[error("The store's namespace is not as it was, and nothing is done in it until that is mended.")]
    NoNamespace,
    #[error("The new password did not come along, so nothing was changed. Set it again.")]
    NoPassword,
    #[error("{0}")]
    Told(String),
    #[error(
        "The shop could not do it: the command failed, and the store's timeline says how. An update of the store may help."
    )]
    Failed,
}

impl Reconcile<'_> {
    /// Does what was asked for last, unless that was done.
    pub(super) async fn answer(&mut self, wanted: &Wanted) -> Result<(), ReconcileError> {
        let is_done =
            |action: &Action| self.progress.acted.as_ref().is_some_and(|acted| acted.id == action.id);
        let Some(action) = self.action.clone().filter(|action| !is_done(action)) else { return Ok(()) };
        let refused = self.carry_out(&action, wanted).await.err().map(|refusal| refusal.to_string());
        self.progress.acted = Some(Acted { id: action.id.clone(), at: now(), refused });
        self.save().await?;
        if action.what == What::SetPassword {
            self.forget_password(&action).await?;
        }
        Ok(())
    }

    async fn carry_out(&mut self, action: &Action, wanted: &Wanted) -> Result<(), Refusal> {
        if action.is_old(now()) {
            return Err(Refusal::Old);
        }
        let engine = &wanted.engine.definition;
        let command = engine.actions.get(&action.what.verb()).ok_or(Refusal::Unable)?;
        let part = engine.part(&command.part).ok_or(Refusal::Unable)?;
        if self.progress.state(ConditionKind::NamespaceReady) == State::Lost {
            return Err(Refusal::NoNamespace);
        }
        let pod = ready_pod(part, &self.context.pods_of(&self.id))
            .ok_or_else(|| Refusal::Away { part: capitalised(&part.title.to_string()) })?;
        let input = self.input(action).await?;
        let exec = commands::exec(&self.id.namespace(), &pod, &command.command, input);
        self.run_through(exec).await.map(drop).map_err(|error| refusal(&error))
    }

    /// What the command is about.
    async fn input(&self, action: &Action) -> Result<Input, Refusal> {
        let account = &action.account;
        match &action.what {
            What::SignIn { digest } => {
                Ok(Input::new("a token's digest", &json!({ "account": account, "digest": digest })))
            }
            What::SetPassword => {
                let password = self.new_password(&action.id).await.unwrap_or_else(|error| {
                    tracing::warn!(store = %self.id, %error, "a new password cannot be read");
                    None
                });
                let password = password.ok_or(Refusal::NoPassword)?;
                let input = json!({ "account": account, "password": password.reveal() });
                Ok(Input::new("a new password", &input))
            }
        }
    }

    /// What cannot be removed now is swept up later.
    async fn forget_password(&mut self, action: &Action) -> Result<(), ReconcileError> {
        let secret = commands::delete_secret(&action.id.secret(&self.id), &self.context.config.namespace);
        if let Err(error) = self.run_through(secret).await {
            tracing::warn!(store = %self.id, %error, "a password that was set could not be forgotten yet");
        }
        self.save().await
    }
}

fn refusal(error: &CommandError) -> Refusal {
    match error {
        CommandError::Failed { exit: Some(engine::Action::REFUSED), complaint } => {
            let is_own = |line: &&str| !line.is_empty() && !line.starts_with("command terminated");
            let told = complaint.lines().rev().find(is_own);
            told.map_or(Refusal::Failed, |sentence| Refusal::Told(sentence.to_owned()))
        }
        _ => Refusal::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(exit: i32, complaint: &str) -> Refusal {
        refusal(&CommandError::Failed { exit: Some(exit), complaint: complaint.to_owned() })
    }

    #[test]
    fn a_command_that_will_not_says_why_and_one_that_cannot_does_not() {
        let told = "PHP Warning: something\nThe shop has no administrator “bo”.\ncommand terminated with exit code 3";
        assert_eq!(failed(3, told).to_string(), "The shop has no administrator “bo”.");
        for (exit, complaint) in [
            (3, "command terminated with exit code 3"),
            (1, "Error from server (Forbidden): pods \"a\" is forbidden"),
            (127, "sh: action: not found"),
        ] {
            assert_eq!(failed(exit, complaint), Refusal::Failed);
        }
    }
}
