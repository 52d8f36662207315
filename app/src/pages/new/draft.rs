//! What is in the form so far, and what is wrong with it.

use leptos::{ev, prelude::*};
use store::{AccountRule, EngineCard, Field, FieldError, NewStoreForm, StoreId};

use crate::{
    browser,
    error::{ApiError, Kept},
};

const FIELDS: [Field; 8] = [
    Field::Request,
    Field::Name,
    Field::Engine,
    Field::Plan,
    Field::Egress,
    Field::Email,
    Field::User,
    Field::Password,
];

/// The browser owns the fields; this is what was read from them last. A field is told wrong once it was left, or refused by the server.
#[derive(Clone, Copy, Debug)]
pub struct Draft {
    engines: StoredValue<Vec<EngineCard>>,
    form: RwSignal<NewStoreForm>,
    touched: RwSignal<Vec<Field>>,
    refused: RwSignal<Vec<FieldError>>,
    refusal: RwSignal<Option<String>>,
    /// The store that this form was sent as before.
    sent_before: RwSignal<Option<StoreId>>,
    status: Option<u16>,
}

impl Draft {
    /// A fresh form for one of `engines`, or the one that came back with `error`.
    pub fn new(engines: Vec<EngineCard>, error: Option<ApiError>) -> Self {
        let status = error.as_ref().map(ApiError::status);
        let kept = match &error {
            Some(ApiError::Invalid { kept, .. }) => kept.as_ref().clone(),
            _ => Kept::default(),
        };
        let draft = Self {
            engines: StoredValue::new(engines),
            form: RwSignal::new(kept.into()),
            touched: RwSignal::new(Vec::new()),
            refused: RwSignal::new(Vec::new()),
            refusal: RwSignal::new(None),
            sent_before: RwSignal::new(None),
            status,
        };
        if let Some(error) = error {
            draft.refuse(error);
        }
        draft
    }

    /// The status of the answer that the form came back with.
    pub fn status(self) -> Option<u16> {
        self.status
    }

    pub fn kept(self) -> Kept {
        self.form.with_untracked(|form| Kept::from(form))
    }

    pub fn name(self) -> String {
        self.form.with(|form| form.name.clone())
    }

    pub fn engines(self) -> Vec<EngineCard> {
        self.engines.get_value()
    }

    /// The engine that is chosen, or the one that is before anybody chooses.
    pub fn engine(self) -> Option<EngineCard> {
        self.form.with(|form| self.chosen(form))
    }

    pub fn engine_untracked(self) -> Option<EngineCard> {
        self.form.with_untracked(|form| self.chosen(form))
    }

    pub fn plan_untracked(self) -> String {
        self.form.with_untracked(|form| form.plan.clone())
    }

    pub fn egress_untracked(self) -> String {
        self.form.with_untracked(|form| form.egress.clone())
    }

    pub fn asks_for_user(self) -> bool {
        self.engine().is_none_or(|card| card.account == AccountRule::UserName)
    }

    fn chosen(self, form: &NewStoreForm) -> Option<EngineCard> {
        self.engines.with_value(|engines| form.chosen(engines).or(engines.first()).cloned())
    }

    /// Reads what was typed before the page was hydrated, or filled in by the browser after Back.
    pub fn follow(self) {
        Effect::new(move |_| self.read());
    }

    pub fn read(self) {
        let Some(form) = read_form() else { return };
        let before = self.form.get_untracked();
        let changed = |field: Field| text(&before, field) != text(&form, field);
        // A refusal is about what was sent, not about what is typed since.
        self.refused.update(|refused| refused.retain(|error| !changed(error.field)));
        self.form.set(form);
    }

    pub fn touch(self, event: &ev::FocusEvent) {
        // A message that appeared now would move the button away from under the pointer; sending checks every field anyway.
        if browser::goes_to_submit(event) {
            return;
        }
        let left = browser::name_of_target(event);
        let Some(field) = FIELDS.into_iter().find(|field| Some(field.key()) == left.as_deref()) else {
            return;
        };
        let is_empty = self.form.with_untracked(|form| text(form, field).is_empty());
        // Passing through an empty field is no mistake yet.
        if !is_empty && !self.touched.with_untracked(|touched| touched.contains(&field)) {
            self.touched.update(|touched| touched.push(field));
        }
    }

    /// The form if it can be sent, or the first field that has to be mended.
    pub fn checked(self) -> Result<NewStoreForm, Field> {
        self.read();
        let form = self.form.get_untracked();
        self.touched.set(FIELDS.to_vec());
        self.refusal.set(None);
        match self.engines.with_value(|engines| form.parse(engines)) {
            Ok(_) => Ok(form),
            Err(errors) => match errors.iter().find(|error| error.field != Field::Request) {
                Some(error) => Err(error.field),
                // Only the server can say what to do about a lost request id.
                None => Ok(form),
            },
        }
    }

    /// Takes the server's answer; the first field that has to be mended, if it is about fields.
    pub fn refuse(self, error: ApiError) -> Option<Field> {
        match error {
            ApiError::Invalid { errors, .. } => {
                let request = errors.iter().find(|error| error.field == Field::Request);
                self.refusal.set(request.map(|error| error.message.clone()));
                let first =
                    errors.iter().find(|error| error.field != Field::Request).map(|error| error.field);
                self.refused.set(errors);
                first
            }
            error => {
                self.sent_before.set(match &error {
                    ApiError::SentBefore { id, .. } => Some(id.clone()),
                    _ => None,
                });
                self.refusal.set(Some(error.to_string()));
                None
            }
        }
    }

    pub fn error(self, field: Field) -> Option<String> {
        let refused = self.refused.with(|errors| {
            errors.iter().find(|error| error.field == field).map(|error| error.message.clone())
        });
        refused.or_else(|| {
            let touched = self.touched.with(|touched| touched.contains(&field));
            let error = |form: &NewStoreForm| self.engines.with_value(|engines| form.error(field, engines));
            touched.then(|| self.form.with(error)).flatten()
        })
    }

    pub fn sent_before(self) -> Option<StoreId> {
        self.sent_before.get()
    }

    pub fn refusal(self) -> Option<String> {
        self.refusal.get()
    }
}

fn read_form() -> Option<NewStoreForm> {
    let text = browser::form_reader("new-store")?;
    Some(NewStoreForm {
        request: text(Field::Request.key()),
        name: text(Field::Name.key()),
        engine: text(Field::Engine.key()),
        plan: text(Field::Plan.key()),
        egress: text(Field::Egress.key()),
        email: text(Field::Email.key()),
        user: text(Field::User.key()),
        password: text(Field::Password.key()),
    })
}

fn text(form: &NewStoreForm, field: Field) -> &str {
    match field {
        Field::Request => &form.request,
        Field::Name => &form.name,
        Field::Engine => &form.engine,
        Field::Plan => &form.plan,
        Field::Egress => &form.egress,
        Field::Email => &form.email,
        Field::User => &form.user,
        Field::Password => &form.password,
    }
}
