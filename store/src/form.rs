//! The form for a new store: what was typed, and the parsed request or a sentence for each field that cannot be.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    AccountRule, AdminEmail, AdminPassword, AdminUser, Egress, EngineCard, EngineKey, Options, PlanName,
    RequestId, StoreName,
    admin::{AdminEmailError, AdminPasswordError, AdminUserError},
    id::RequestIdError,
    name::StoreNameError,
    question::{self, OptionsError},
};

/// What was typed, before anything is known of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewStoreForm {
    pub request: String,
    pub name: String,
    pub engine: String,
    pub plan: String,
    pub egress: String,
    /// By the names of the engine's questions.
    pub options: Options,
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
            .field("egress", &self.egress)
            .field("options", &self.options)
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
    pub engine: EngineKey,
    pub plan: PlanName,
    pub egress: Egress,
    /// An answer to each question of the engine.
    pub options: Options,
    pub email: AdminEmail,
    /// None where the administrator signs in by e-mail.
    pub user: Option<AdminUser>,
    pub password: AdminPassword,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    Request,
    Name,
    Engine,
    Plan,
    Egress,
    Options,
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
            Self::Egress => "egress",
            Self::Options => "options",
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

/// Why what is in a field cannot be. Displays as the sentence for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Request(#[from] RequestIdError),
    #[error(transparent)]
    Name(#[from] StoreNameError),
    #[error(transparent)]
    NotOffered(#[from] NotOffered),
    #[error(transparent)]
    Options(#[from] OptionsError),
    #[error(transparent)]
    Email(#[from] AdminEmailError),
    #[error(transparent)]
    User(#[from] AdminUserError),
    #[error(transparent)]
    Password(#[from] AdminPasswordError),
}

/// What was chosen is not offered; what is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOffered {
    #[error("Choose an engine: {}.", one_of(.0, "or", "none is offered"))]
    Engine(Vec<String>),
    #[error("Choose a plan: {}.", one_of(.0, "or", "none is offered"))]
    Plan(Vec<String>),
    #[error("Choose what the shop may reach: {}.", one_of(.0, "or", "none is offered"))]
    Egress(Vec<String>),
}

impl NewStoreForm {
    /// Parses every field, by the rules of the engine that is chosen of those that are offered; the errors are in the order of the form.
    pub fn parse(&self, engines: &[EngineCard]) -> Result<NewStore, Vec<FieldError>> {
        self.parse_saying(engines, Fault::to_string)
    }

    /// The same, with what is wrong put into other words.
    pub fn parse_saying(
        &self,
        engines: &[EngineCard],
        say: impl Fn(&Fault) -> String,
    ) -> Result<NewStore, Vec<FieldError>> {
        let mut errors = Errors { all: Vec::new(), say };
        let request = errors.checked(Field::Request, RequestId::parse(&self.request));
        let name = errors.checked(Field::Name, StoreName::parse(&self.name));
        let engine = errors.checked(Field::Engine, self.engine(engines));
        let plan = errors.checked(Field::Plan, self.plan(engines));
        let egress = errors.checked(Field::Egress, self.egress(engines));
        let options = errors.checked(Field::Options, self.options(engines));
        let email = errors.checked(Field::Email, AdminEmail::parse(&self.email));
        let user = errors.checked(Field::User, self.user(engines));
        let password = errors.checked(Field::Password, AdminPassword::parse(&self.password));
        let shop = (request, name, engine, plan, egress, options);
        let (Some(email), Some(user), Some(password)) = (email, user, password) else {
            return Err(errors.all);
        };
        let (Some(request), Some(name), Some(engine), Some(plan), Some(egress), Some(options)) = shop else {
            return Err(errors.all);
        };
        Ok(NewStore {
            request,
            name,
            engine: engine.key.clone(),
            plan,
            egress,
            options,
            email,
            user,
            password,
        })
    }

    /// What is wrong with one field, for a message as one types.
    pub fn fault(&self, field: Field, engines: &[EngineCard]) -> Option<Fault> {
        match field {
            Field::Request => RequestId::parse(&self.request).err().map(Fault::from),
            Field::Name => StoreName::parse(&self.name).err().map(Fault::from),
            Field::Engine => self.engine(engines).err().map(Fault::from),
            Field::Plan => self.plan(engines).err().map(Fault::from),
            Field::Egress => self.egress(engines).err().map(Fault::from),
            Field::Options => self.options(engines).err().map(Fault::from),
            Field::Email => AdminEmail::parse(&self.email).err().map(Fault::from),
            Field::User => self.user(engines).err().map(Fault::from),
            Field::Password => AdminPassword::parse(&self.password).err().map(Fault::from),
        }
    }

    /// The engine that is chosen.
    pub fn chosen<'a>(&self, engines: &'a [EngineCard]) -> Option<&'a EngineCard> {
        engines.iter().find(|card| card.key.as_str() == self.engine)
    }

    fn engine<'a>(&self, engines: &'a [EngineCard]) -> Result<&'a EngineCard, NotOffered> {
        let titles = || engines.iter().map(|card| card.title.clone()).collect();
        self.chosen(engines).ok_or_else(|| NotOffered::Engine(titles()))
    }

    fn plan(&self, engines: &[EngineCard]) -> Result<PlanName, NotOffered> {
        let offered: Vec<PlanName> = match self.chosen(engines) {
            Some(card) => card.plans.iter().map(|plan| plan.name).collect(),
            None => PlanName::ALL.into(),
        };
        let plan = PlanName::parse(&self.plan).ok().filter(|plan| offered.contains(plan));
        plan.ok_or_else(|| NotOffered::Plan(offered.iter().map(|plan| plan.key().to_owned()).collect()))
    }

    /// Where nothing was chosen, it is what the platform gives.
    fn egress(&self, engines: &[EngineCard]) -> Result<Egress, NotOffered> {
        let offered = self.chosen(engines).map(|card| card.egress.as_slice()).unwrap_or_default();
        if self.egress.is_empty() {
            return Ok(offered.first().copied().unwrap_or_default());
        }
        let egress = Egress::parse(&self.egress).ok().filter(|egress| offered.contains(egress));
        egress
            .ok_or_else(|| NotOffered::Egress(offered.iter().map(|egress| egress.key().to_owned()).collect()))
    }

    /// What is asked is the engine's: of one that is not known, nothing.
    fn options(&self, engines: &[EngineCard]) -> Result<Options, OptionsError> {
        let questions = self.chosen(engines).map(|card| card.questions.as_slice()).unwrap_or_default();
        question::settled(questions, &self.options)
    }

    /// What was typed for an engine that asks for no user name does not count.
    fn user(&self, engines: &[EngineCard]) -> Result<Option<AdminUser>, AdminUserError> {
        match self.chosen(engines).map(|card| card.account).unwrap_or_default() {
            AccountRule::UserName => AdminUser::parse(&self.user).map(Some),
            AccountRule::Email => Ok(None),
        }
    }
}

struct Errors<S> {
    all: Vec<FieldError>,
    say: S,
}

impl<S: Fn(&Fault) -> String> Errors<S> {
    fn checked<T, E: Into<Fault>>(&mut self, field: Field, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|fault| self.all.push(FieldError { field, message: (self.say)(&fault.into()) })).ok()
    }
}

/// “a, b or c”, by the language's word for “or”; `none` where there is nothing.
pub fn one_of(names: &[String], or: &str, none: &str) -> String {
    match names {
        [] => none.to_owned(),
        [one] => one.clone(),
        [names @ .., last] => format!("{} {or} {last}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{PlanCard, question::tests::question, sent::sent};

    fn engines() -> Vec<EngineCard> {
        let card = |key: &str, title: &str, account, plans: &[PlanName]| EngineCard {
            key: EngineKey::parse(key).unwrap(),
            title: title.to_owned(),
            summary: crate::Text::default(),
            versions: crate::Versions::default(),
            notes: Vec::new(),
            account,
            plans: plans.iter().map(|name| PlanCard::new(*name, crate::Allowance::default())).collect(),
            egress: vec![Egress::None],
            questions: Vec::new(),
        };
        vec![
            card("shop", "Shop", AccountRule::UserName, &PlanName::ALL),
            card("page", "Page", AccountRule::Email, &[PlanName::Small, PlanName::Medium]),
        ]
    }

    fn good() -> NewStoreForm {
        NewStoreForm {
            request: "0123456789abcdef0123456789abcdef".into(),
            name: "Atelier Nord".into(),
            engine: "shop".into(),
            plan: "small".into(),
            egress: String::new(),
            options: Options::new(),
            email: "ada@atelier.example".into(),
            user: "ada".into(),
            password: "correct horse battery".into(),
        }
    }

    impl NewStoreForm {
        fn error(&self, field: Field, engines: &[EngineCard]) -> Option<String> {
            self.fault(field, engines).map(|fault| fault.to_string())
        }
    }

    #[test]
    fn a_good_form_is_a_store() {
        let store = good().parse(&engines()).unwrap();
        assert_eq!((store.name.as_str(), store.engine.as_str()), ("Atelier Nord", "shop"));
        assert_eq!(store.user, AdminUser::parse("ada").ok());
    }

    #[test]
    fn an_engine_whose_administrator_signs_in_by_email_asks_for_no_user_name() {
        let form = NewStoreForm { engine: "page".into(), user: "not a name".into(), ..good() };
        assert_eq!(form.parse(&engines()).unwrap().user, None);
    }

    #[test]
    fn what_is_not_offered_is_refused_with_what_is() {
        let unknown = NewStoreForm { engine: "stand".into(), ..good() };
        assert_eq!(
            unknown.error(Field::Engine, &engines()).as_deref(),
            Some("Choose an engine: Shop or Page.")
        );
        let large = NewStoreForm { engine: "page".into(), plan: "large".into(), ..good() };
        assert_eq!(large.error(Field::Plan, &engines()).as_deref(), Some("Choose a plan: small or medium."));
        let none = NewStoreForm { plan: String::new(), ..good() };
        assert_eq!(
            none.error(Field::Plan, &engines()).as_deref(),
            Some("Choose a plan: small, medium or large.")
        );
    }

    #[test]
    fn what_a_shop_may_reach_is_what_the_platform_gives_unless_it_lets_one_choose() {
        let mut engines = engines();
        assert_eq!(good().parse(&engines).unwrap().egress, Egress::None);
        let open = NewStoreForm { egress: "internet".into(), ..good() };
        assert_eq!(
            open.error(Field::Egress, &engines).as_deref(),
            Some("Choose what the shop may reach: none.")
        );
        engines[0].egress = vec![Egress::Internet, Egress::None];
        assert_eq!(good().parse(&engines).unwrap().egress, Egress::Internet);
        assert_eq!(open.parse(&engines).unwrap().egress, Egress::Internet);
    }

    #[test]
    fn a_store_has_an_answer_to_each_question_of_its_engine_and_to_no_other() {
        let mut engines = engines();
        engines[0].questions = vec![question("language", &["en_US", "de_DE"])];
        assert_eq!(good().parse(&engines).unwrap().options["language"], "en_US");
        let german = NewStoreForm { options: [("language".into(), "de_DE".into())].into(), ..good() };
        assert_eq!(german.parse(&engines).unwrap().options["language"], "de_DE");
        let page = NewStoreForm { engine: "page".into(), ..german };
        assert!(page.parse(&engines).unwrap().options.is_empty());
        let unknown = NewStoreForm { options: [("language".into(), "xx".into())].into(), ..good() };
        let errors = unknown.parse(&engines).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(
            (errors[0].field, unknown.error(Field::Options, &engines)),
            (Field::Options, Some(errors[0].message.clone()))
        );
    }

    #[test]
    fn every_bad_field_is_told_at_once_in_the_order_of_the_form() {
        let fields: Vec<Field> = NewStoreForm::default()
            .parse(&engines())
            .unwrap_err()
            .into_iter()
            .map(|error| error.field)
            .collect();
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
        for error in form.parse(&engines()).unwrap_err() {
            assert_eq!(form.error(error.field, &engines()), Some(error.message));
        }
        assert_eq!(form.error(Field::Name, &engines()), None);
    }

    #[test]
    fn printing_a_form_shows_no_password() {
        assert!(!format!("{:?} {:?}", good(), good().parse(&engines()).unwrap()).contains("horse"));
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_and_refused_in_a_few_words(
            texts in prop::collection::vec(sent(), 8),
            options in prop::collection::btree_map(sent(), sent(), 0..4),
            is_known: bool,
        ) {
            let [request, name, engine, plan, egress, email, user, password] = texts.try_into().unwrap();
            let engine = if is_known { "shop".to_owned() } else { engine };
            let form = NewStoreForm { request, name, engine, plan, egress, options, email, user, password };
            if let Err(errors) = form.parse(&engines()) {
                prop_assert!(!errors.is_empty() && errors.len() <= 9);
                prop_assert!(errors.iter().all(|error| error.message.chars().count() <= 200));
            }
        }
    }
}
