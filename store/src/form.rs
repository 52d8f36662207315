//! The form for a new store: what was typed, and the parsed request or a sentence for each field that cannot be.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AdminEmail, AdminPassword, AdminUser, Engine, Plan, RequestId, StoreName};

/// What was typed, before anything is known of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewStoreForm {
    pub request: String,
    pub name: String,
    pub engine: String,
    pub plan: String,
    pub email: String,
    pub user: String,
    /// Never printed and never sent back.
    pub password: String,
}

impl fmt::Debug for NewStoreForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewStoreForm")
            .field("request", &self.request)
            .field("name", &self.name)
            .field("engine", &self.engine)
            .field("plan", &self.plan)
            .field("email", &self.email)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// A store that can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStore {
    pub request: RequestId,
    pub name: StoreName,
    pub engine: Engine,
    pub plan: Plan,
    pub email: AdminEmail,
    pub user: AdminUser,
    pub password: AdminPassword,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    Request,
    Name,
    Engine,
    Plan,
    Email,
    User,
    Password,
}

impl Field {
    /// The field's name in the form.
    pub fn key(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Name => "name",
            Self::Engine => "engine",
            Self::Plan => "plan",
            Self::Email => "email",
            Self::User => "user",
            Self::Password => "password",
        }
    }
}

/// What to say beside a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: Field,
    pub message: String,
}

impl NewStoreForm {
    /// Parses every field; the errors are in the order of the form.
    pub fn parse(&self) -> Result<NewStore, Vec<FieldError>> {
        let mut errors = Vec::new();
        let request = checked(&mut errors, Field::Request, RequestId::parse(&self.request));
        let name = checked(&mut errors, Field::Name, StoreName::parse(&self.name));
        let engine = checked(&mut errors, Field::Engine, Engine::parse(&self.engine));
        let plan = checked(&mut errors, Field::Plan, Plan::parse(&self.plan));
        let email = checked(&mut errors, Field::Email, AdminEmail::parse(&self.email));
        let user = checked(&mut errors, Field::User, AdminUser::parse(&self.user));
        let password = checked(&mut errors, Field::Password, AdminPassword::parse(&self.password));
        match (request, name, engine, plan, email, user, password) {
            (
                Some(request),
                Some(name),
                Some(engine),
                Some(plan),
                Some(email),
                Some(user),
                Some(password),
            ) => Ok(NewStore { request, name, engine, plan, email, user, password }),
            _ => Err(errors),
        }
    }

    /// What is wrong with one field, for a message as one types.
    pub fn error(&self, field: Field) -> Option<String> {
        let sentence = |error: &dyn fmt::Display| error.to_string();
        match field {
            Field::Request => RequestId::parse(&self.request).err().map(|e| sentence(&e)),
            Field::Name => StoreName::parse(&self.name).err().map(|e| sentence(&e)),
            Field::Engine => Engine::parse(&self.engine).err().map(|e| sentence(&e)),
            Field::Plan => Plan::parse(&self.plan).err().map(|e| sentence(&e)),
            Field::Email => AdminEmail::parse(&self.email).err().map(|e| sentence(&e)),
            Field::User => AdminUser::parse(&self.user).err().map(|e| sentence(&e)),
            Field::Password => AdminPassword::parse(&self.password).err().map(|e| sentence(&e)),
        }
    }
}

fn checked<T, E: fmt::Display>(
    errors: &mut Vec<FieldError>,
    field: Field,
    parsed: Result<T, E>,
) -> Option<T> {
    parsed.map_err(|error| errors.push(FieldError { field, message: error.to_string() })).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> NewStoreForm {
        NewStoreForm {
            request: "0123456789abcdef0123456789abcdef".into(),
            name: "Atelier Nord".into(),
            engine: "woocommerce".into(),
            plan: "small".into(),
            email: "ada@atelier.example".into(),
            user: "ada".into(),
            password: "correct horse battery".into(),
        }
    }

    #[test]
    fn a_good_form_is_a_store() {
        assert_eq!(good().parse().unwrap().name.as_str(), "Atelier Nord");
    }

    #[test]
    fn every_bad_field_is_told_at_once_in_the_order_of_the_form() {
        let fields: Vec<Field> =
            NewStoreForm::default().parse().unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(
            fields,
            [
                Field::Request,
                Field::Name,
                Field::Engine,
                Field::Plan,
                Field::Email,
                Field::User,
                Field::Password
            ]
        );
    }

    #[test]
    fn the_message_as_one_types_is_the_message_on_submit() {
        let form = NewStoreForm { password: "short".into(), user: "a b".into(), ..good() };
        for error in form.parse().unwrap_err() {
            assert_eq!(form.error(error.field), Some(error.message));
        }
        assert_eq!(form.error(Field::Name), None);
    }

    #[test]
    fn printing_a_form_shows_no_password() {
        assert!(!format!("{:?} {:?}", good(), good().parse().unwrap()).contains("horse"));
    }
}
