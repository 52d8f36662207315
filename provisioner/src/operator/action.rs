//! What was asked for once is done in the store's own part, by the command that the engine names for it, and its status tells how it went.

use serde_json::json;
use store::{ConditionKind, Said, State, Told};

use super::{ReconcileError, reconcile::Reconcile};
use crate::{
    act::{
        commands,
        runner::{CommandError, Input},
    },
    observe::pods::ready_pod,
    resource::{
        Wanted,
        action::{Acted, Action, What},
        now,
    },
};

impl Reconcile<'_> {
    /// Does what was asked for last, unless that was done.
    pub(super) async fn answer(&mut self, wanted: &Wanted) -> Result<(), ReconcileError> {
        let is_done =
            |action: &Action| self.progress.acted.as_ref().is_some_and(|acted| acted.id == action.id);
        let Some(action) = self.action.clone().filter(|action| !is_done(action)) else { return Ok(()) };
        let told = self.carry_out(&action, wanted).await.err().unwrap_or_default();
        let refused = (!told.is_empty()).then(|| told.to_string());
        self.progress.acted = Some(Acted { id: action.id.clone(), at: now(), refused, said: told.coded() });
        self.save().await?;
        if action.what == What::SetPassword {
            self.forget_password(&action).await?;
        }
        Ok(())
    }

    /// # Errors
    /// It is not done, and why, for the person who asked.
    async fn carry_out(&mut self, action: &Action, wanted: &Wanted) -> Result<(), Told> {
        if action.is_old(now()) {
            return Err(Said::AskedTooLate.into());
        }
        let engine = &wanted.engine.definition;
        let command = engine.actions.get(&action.what.verb()).ok_or(Said::EngineCannot)?;
        let part = engine.part(&command.part).ok_or(Said::EngineCannot)?;
        if self.progress.state(ConditionKind::NamespaceReady) == State::Lost {
            return Err(Said::NamespaceAwry.into());
        }
        let pod = ready_pod(part, &self.context.pods_of(&self.id))
            .ok_or_else(|| Said::PartAway { part: part.title.clone() })?;
        let input = self.input(action).await?;
        let exec = commands::exec(&self.id.namespace(), &pod, &command.command, input);
        self.run_through(exec).await.map(drop).map_err(|error| refusal(&error))
    }

    /// What the command is about.
    async fn input(&self, action: &Action) -> Result<Input, Told> {
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
                let password = password.ok_or(Said::NewPasswordLost)?;
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

/// In the shop's own words, where it has any.
fn refusal(error: &CommandError) -> Told {
    match error {
        CommandError::Failed { exit: Some(engine::Action::REFUSED), complaint } => {
            let is_own = |line: &&str| !line.is_empty() && !line.starts_with("command terminated");
            let told = complaint.lines().rev().find(is_own);
            told.map_or_else(|| Said::CommandFailed.into(), Into::into)
        }
        _ => Said::CommandFailed.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(exit: i32, complaint: &str) -> Told {
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
            assert_eq!(failed(exit, complaint), Told::from(Said::CommandFailed));
        }
    }
}
