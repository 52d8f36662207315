//! What is in the form so far, and what is wrong with it. Pure: the server begins with it, the browser goes on.

use std::borrow::Cow;

use store::{AccountRule, EngineCard, Field, FieldError, NewStoreForm, StoreId};

use crate::{
    error::{ApiError, Kept},
    texts::fields as texts,
};

pub const FIELDS: [Field; 9] = [
    Field::Request,
    Field::Name,
    Field::Engine,
    Field::Plan,
    Field::Egress,
    Field::Options,
    Field::Email,
    Field::User,
    Field::Password,
];

/// The browser owns the fields; this is what was read from them last. A field is told wrong once it was left, or refused by the server.
#[derive(Debug)]
pub struct Draft {
    pub engines: Vec<EngineCard>,
    pub form: NewStoreForm,
    touched: Vec<Field>,
    refused: Vec<FieldError>,
    /// What is wrong beyond single fields.
    pub refusal: Option<String>,
    /// The store that this form was sent as before.
    pub sent_before: Option<StoreId>,
}

impl Draft {
    /// A fresh form for one of `engines`, or the one that came back with `error`.
    pub fn new(engines: Vec<EngineCard>, error: Option<ApiError>) -> Self {
        let kept = match &error {
            Some(ApiError::Invalid { kept, .. }) => kept.as_ref().clone(),
            _ => Kept::default(),
        };
        let mut draft = Self {
            engines,
            form: kept.into(),
            touched: Vec::new(),
            refused: Vec::new(),
            refusal: None,
            sent_before: None,
        };
        if let Some(error) = error {
            draft.refuse(error);
        }
        draft
    }

    /// The engine that is chosen, or the one that is before anybody chooses.
    pub fn engine(&self) -> Option<&EngineCard> {
        self.form.chosen(&self.engines).or(self.engines.first())
    }

    pub fn asks_for_user(&self) -> bool {
        self.engine().is_none_or(|card| card.account == AccountRule::UserName)
    }

    pub fn error(&self, field: Field) -> Option<String> {
        let refused = self.refused.iter().find(|error| error.field == field);
        refused.map(|error| error.message.clone()).or_else(|| {
            let is_touched = self.touched.contains(&field);
            is_touched
                .then(|| self.form.fault(field, &self.engines))
                .flatten()
                .map(|fault| texts::fault(&fault))
        })
    }

    /// Takes what is in the fields, each by its name. A question's field is there while its engine is chosen.
    pub fn read(&mut self, typed: impl Fn(&str) -> String) {
        let questions = self.engines.iter().flat_map(|card| &card.questions);
        let options = questions.map(|question| (question.name.clone(), typed(&question.field())));
        let form = NewStoreForm {
            request: typed(Field::Request.key()),
            name: typed(Field::Name.key()),
            engine: typed(Field::Engine.key()),
            plan: typed(Field::Plan.key()),
            egress: typed(Field::Egress.key()),
            options: options.filter(|(_, key)| !key.is_empty()).collect(),
            email: typed(Field::Email.key()),
            user: typed(Field::User.key()),
            password: typed(Field::Password.key()),
        };
        // A refusal is about what was sent, not about what is typed since.
        self.refused.retain(|error| text(&self.form, error.field) == text(&form, error.field));
        self.form = form;
    }

    /// The field of that name was left.
    pub fn touch(&mut self, name: &str) {
        let Some(field) = FIELDS.into_iter().find(|field| field.key() == name) else { return };
        // Passing through an empty field is no mistake yet.
        if !text(&self.form, field).is_empty() && !self.touched.contains(&field) {
            self.touched.push(field);
        }
    }

    /// The first field that has to be mended before the form can be sent.
    pub fn check(&mut self) -> Option<Field> {
        self.touched = FIELDS.to_vec();
        self.refusal = None;
        // Only the server can say what to do about a lost request id.
        let mut fields = FIELDS.into_iter().filter(|field| *field != Field::Request);
        fields.find(|field| self.form.fault(*field, &self.engines).is_some())
    }

    /// Takes the server's answer; the first field that has to be mended, if it is about fields.
    pub fn refuse(&mut self, error: ApiError) -> Option<Field> {
        self.sent_before = match &error {
            ApiError::SentBefore { id, .. } => Some(id.clone()),
            _ => None,
        };
        let ApiError::Invalid { errors, .. } = error else {
            self.refusal = Some(error.to_string());
            return None;
        };
        let of_request = errors.iter().find(|error| error.field == Field::Request);
        self.refusal = of_request.map(|error| error.message.clone());
        self.refused = errors;
        self.refused.iter().map(|error| error.field).find(|field| *field != Field::Request)
    }
}

fn text(form: &NewStoreForm, field: Field) -> Cow<'_, str> {
    Cow::Borrowed(match field {
        Field::Request => &form.request,
        Field::Name => &form.name,
        Field::Engine => &form.engine,
        Field::Plan => &form.plan,
        Field::Egress => &form.egress,
        Field::Email => &form.email,
        Field::User => &form.user,
        Field::Password => &form.password,
        Field::Options => return form.options.values().map(String::as_str).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(field: Field) -> ApiError {
        let error = FieldError { field, message: "No.".into() };
        ApiError::Invalid { errors: vec![error], kept: Box::default() }
    }

    #[test]
    fn a_field_is_told_wrong_once_it_was_left_and_not_while_one_passes_through_it() {
        let mut draft = Draft::new(Vec::new(), None);
        draft.touch("email");
        assert_eq!(draft.error(Field::Email), None);
        draft.read(|name| if name == "email" { "not one".into() } else { String::new() });
        assert_eq!(draft.error(Field::Email), None);
        draft.touch("email");
        assert!(draft.error(Field::Email).is_some());
        assert_eq!(draft.error(Field::Name), None);
    }

    #[test]
    fn a_form_that_is_sent_tells_all_that_is_wrong_and_begins_with_the_first() {
        let mut draft = Draft::new(Vec::new(), None);
        assert_eq!(draft.check(), Some(Field::Name));
        assert!(draft.error(Field::Password).is_some());
    }

    #[test]
    fn a_refusal_is_about_what_was_sent_and_goes_with_it() {
        let mut draft = Draft::new(Vec::new(), None);
        assert_eq!(draft.refuse(refused(Field::Plan)), Some(Field::Plan));
        assert_eq!(draft.error(Field::Plan).as_deref(), Some("No."));
        draft.read(|name| if name == "plan" { "large".into() } else { String::new() });
        assert_eq!(draft.error(Field::Plan), None);
    }

    #[test]
    fn what_is_wrong_beyond_the_fields_is_told_above_them() {
        let mut draft = Draft::new(Vec::new(), None);
        assert_eq!(draft.refuse(refused(Field::Request)), None);
        assert_eq!(draft.refusal.as_deref(), Some("No."));
        assert_eq!(draft.refuse(ApiError::Unreachable), None);
        assert_eq!(draft.refusal, Some(ApiError::Unreachable.to_string()));
    }
}
