use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::path;
use crate::{
    Action, EngineError, Part, Verb,
    action::{Token, TokenPath},
    file,
    placeholder::{Piece, pieces},
};

/// Of the kind that a real one is.
const A_TOKEN: &str = "0123456789abcdef";

pub(super) fn actions(
    actions: BTreeMap<Verb, Spanned<file::Action>>,
    parts: &[Part],
) -> Result<BTreeMap<Verb, Action>, EngineError> {
    let checked = actions.into_iter().map(|(verb, action)| {
        let field = format!("actions.{verb}");
        let place = Spanned::new((), action.referenced, action.defined);
        let refused = |sentence: String| Err(EngineError::at(&place, &field, sentence));
        let file::Action { part, command, path } = action.value;
        match parts.iter().find(|known| known.name == part) {
            None => return refused(format!("is done in {part}, which is no part")),
            Some(known) if !known.when.is_always() => {
                return refused(format!("is done in {part}, which is not always there"));
            }
            Some(_) => {}
        }
        if command.first().is_none_or(String::is_empty) {
            return refused("has no command: give the program and its arguments".to_owned());
        }
        let path = match (verb, path) {
            (Verb::SignIn, Some(path)) => Some(token_path(path, &format!("{field}.path"))?),
            (Verb::SignIn, None) => {
                return refused(
                    "has no path: say where below the shop's address a token is taken".to_owned(),
                );
            }
            (_, Some(_)) => return refused("has a path, which goes with signIn only".to_owned()),
            (_, None) => None,
        };
        Ok((verb, Action { part, command, path }))
    });
    checked.collect()
}

fn token_path(text: Spanned<String>, field: &str) -> Result<TokenPath, EngineError> {
    let named = |name: &str| match name {
        "token" => Ok(Token),
        other => Err(format!("names $({other}): a path of a sign-in knows $(token) only")),
    };
    let found = pieces(&text.value, named).map_err(|complaint| EngineError::at(&text, field, complaint))?;
    if found.iter().filter(|piece| matches!(piece, Piece::Of(Token))).count() != 1 {
        return Err(EngineError::at(&text, field, "has to have $(token) in it once"));
    }
    let token_path = TokenPath(found);
    path(Spanned::new(token_path.with(A_TOKEN), text.referenced, text.defined), field)?;
    Ok(token_path)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PAGE, assert_refused};
    use crate::{Engine, Verb};

    #[test]
    fn an_action_is_a_command_in_a_part() {
        assert_refused("{part: data, command", "{part: base, command", "actions.dump", "no part");
        assert_refused("command: [dump-all]", "command: []", "actions.dump", "no command");
        assert_refused("[dump-all]}", "[dump-all], path: /a}", "actions.dump", "signIn only");
    }

    #[test]
    fn a_sign_in_takes_its_token_at_a_path() {
        let engine = Engine::parse(PAGE).unwrap();
        assert_eq!(engine.actions[&Verb::SignIn].path_with("abc").as_deref(), Some("/in?token=abc"));
        assert_eq!(engine.actions[&Verb::Dump].path_with("abc"), None);

        assert_refused(", path: \"/in?token=$(token)\"", "", "actions.signIn", "no path");
        assert_refused("?token=$(token)", "", "actions.signIn.path", "once");
        assert_refused("=$(token)", "=$(token)$(token)", "actions.signIn.path", "once");
        assert_refused("=$(token)", "=$(user)", "actions.signIn.path", "$(token) only");
        assert_refused("=$(token)", "=$(token", "actions.signIn.path", "not closed");
        assert_refused("\"/in?", "\"in?", "actions.signIn.path", "below the shop's address");
        assert_refused("\"/in?", "\"/i n?", "actions.signIn.path", "below the shop's address");
    }
}
