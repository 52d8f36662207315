//! The users, for admins; one's own password, for everybody. What is asked for is done to its end, also where whoever asked hangs up.

use access::{
    ChangeError, OwnPasswordError, Password,
    audit::{Deed, Entry, Outcome},
    command::Change,
};
use app::{
    guard::Asking,
    links, password,
    plain::people::{self, Kept, Row, Said},
    texts::{errors, people as texts},
};
use axum::{
    Extension, Form, Router,
    extract::{Query, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use http::StatusCode;
use provisioner::{resource::now, stores::Stores};
use serde::Deserialize;
use store::{Person, PersonId, Role};

use super::{admin::admin, session::Sessions};

#[derive(Clone, Debug)]
pub(super) struct People {
    pub(super) sessions: Sessions,
    pub(super) stores: Stores,
    /// Where the pages' style is.
    pub(super) style: String,
}

/// Has no `Debug`, so that a password is not printed.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    r#do: String,
    user: String,
    role: String,
    password: String,
    current: String,
    with_stores: String,
    sure: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
    user: String,
}

/// What is done to somebody, and how it is called in the log.
struct Deal {
    what: Deed,
    user: PersonId,
    to: Option<Role>,
    /// Nothing for the end of their sessions.
    change: Option<Change>,
    /// A password that was made, to be shown once.
    made: Option<String>,
}

pub(super) fn routes<S>(people: People) -> Router<S> {
    Router::new()
        .route(links::USERS, get(show).post(change))
        .route(links::ACCOUNT, get(show_account).post(change_own_password))
        .with_state(people)
}

async fn show(
    State(site): State<People>,
    Extension(asking): Extension<Asking>,
    Query(asked): Query<Asked>,
) -> Response {
    match admin(&asking, &site.style, links::USERS, texts::only_admins()) {
        Ok(person) => site.users(&asking, &person, &Kept::default(), done(&asked)),
        Err(refused) => *refused,
    }
}

async fn change(
    State(site): State<People>,
    Extension(asking): Extension<Asking>,
    Form(typed): Form<Typed>,
) -> Response {
    let person = match admin(&asking, &site.style, links::USERS, texts::only_admins()) {
        Ok(person) => person,
        Err(refused) => return *refused,
    };
    let kept = Kept { user: typed.user.clone(), role: typed.role.clone() };
    let again = |status, sentence: String| {
        let page = site.users(&asking, &person, &kept, Some(Said::Refused(sentence)));
        (status, page).into_response()
    };
    let deal = match site.deal(typed) {
        Ok(deal) => deal,
        Err(sentence) => return again(StatusCode::UNPROCESSABLE_ENTITY, sentence),
    };
    let (what, user, made) = (deal.what, deal.user.clone(), deal.made.clone());
    // It is left to itself, so that it is recorded however it ends.
    let dealt = tokio::spawn(deal_with(asking.clone(), person.id.clone(), deal)).await;
    match (dealt.unwrap_or(Err(ChangeError::TooSlow)), made) {
        (Err(error), _) => again(status(&error), errors::of_change(&error)),
        (Ok(()), Some(password)) => {
            site.users(&asking, &person, &Kept::default(), Some(Said::Made { user, password }))
        }
        (Ok(()), None) => {
            Redirect::to(&format!("{}?done={}&user={user}", links::USERS, what.key())).into_response()
        }
    }
}

async fn show_account(
    State(site): State<People>,
    Extension(asking): Extension<Asking>,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(person) = asking.person() else { return Redirect::to(links::SIGN_IN).into_response() };
    let said = (asked.done == Deed::OwnPassword.key()).then(|| Said::Done(texts::own_changed().to_owned()));
    site.account(&asking, &person, said)
}

async fn change_own_password(
    State(site): State<People>,
    Extension(asking): Extension<Asking>,
    Form(typed): Form<Typed>,
) -> Response {
    let Some(person) = asking.person() else { return Redirect::to(links::SIGN_IN).into_response() };
    let again = |status, sentence: String| {
        (status, site.account(&asking, &person, Some(Said::Refused(sentence)))).into_response()
    };
    let (password, made) = match new_password(&typed.password) {
        Ok(password) => password,
        Err(sentence) => return again(StatusCode::UNPROCESSABLE_ENTITY, sentence),
    };
    if let Err(error) = asking.access.is_own_password(&person.id, &typed.current).await {
        let (status, outcome) = match error {
            OwnPasswordError::Wrong => (StatusCode::FORBIDDEN, Outcome::Refused),
            OwnPasswordError::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, Outcome::Throttled),
            OwnPasswordError::Busy(_) => (StatusCode::SERVICE_UNAVAILABLE, Outcome::Failed),
        };
        asking.note(Some(person.id.clone()), Deed::OwnPassword, outcome);
        return again(status, errors::of_own_password(error));
    }
    let user = person.id.clone();
    let deal =
        Deal { what: Deed::OwnPassword, user, to: None, change: Some(Change::Passwd(password)), made: None };
    let dealt = tokio::spawn(deal_with(asking.clone(), person.id.clone(), deal)).await;
    if let Err(error) = dealt.unwrap_or(Err(ChangeError::TooSlow)) {
        return again(status(&error), errors::of_change(&error));
    }
    let mut response = match made {
        Some(password) => {
            site.account(&asking, &person, Some(Said::Made { user: person.id.clone(), password }))
        }
        None => {
            let done = format!("{}?done={}", links::ACCOUNT, Deed::OwnPassword.key());
            Redirect::to(&done).into_response()
        }
    };
    // The session before was of the password before.
    if let Some(session) = asking.access.renewed(&person.id, now()) {
        site.sessions.keep(&session, response.headers_mut());
    }
    response
}

async fn deal_with(asking: Asking, by: PersonId, deal: Deal) -> Result<(), ChangeError> {
    let Deal { what, user, to, change, .. } = deal;
    let dealt = match change {
        Some(change) => asking.access.change_user(&by, &user, change, now()).await,
        None => {
            let ended = asking.access.sign_out_everywhere(&user, now()).await;
            ended.map_err(ChangeError::Unavailable)
        }
    };
    let outcome = match &dealt {
        Ok(()) => Outcome::Done,
        Err(ChangeError::Refused(_)) => Outcome::Refused,
        Err(_) => Outcome::Failed,
    };
    tracing::info!(target: "audit", person = %by, user = %user, what = what.key(), outcome = outcome.key(), "changed a user");
    let mut entry = Entry::new(Some(by), what, outcome, asking.from).of_user(user);
    entry.to = to.map(|role| role.key().to_owned());
    asking.access.journal().note(entry, now());
    dealt
}

impl People {
    /// What the form asks for, or what has to be typed anew.
    fn deal(&self, typed: Typed) -> Result<Deal, String> {
        let user = PersonId::parse(&typed.user).map_err(errors::of_person)?;
        let role = || Role::parse(&typed.role).map_err(|_| errors::no_such_role().to_owned());
        let deal = |what, to, change, made| Ok(Deal { what, user: user.clone(), to, change, made });
        match typed.r#do.as_str() {
            people::ADD => {
                let (role, (password, made)) = (role()?, new_password(&typed.password)?);
                let left = self.stores_of(&user);
                if left > 0 && typed.with_stores != "yes" && self.sessions.access.role_of(&user).is_none() {
                    return Err(texts::name_of_before(&user, left));
                }
                deal(Deed::AddUser, Some(role), Some(Change::Add(role, password)), made)
            }
            people::ROLE => deal(Deed::Role, Some(role()?), Some(Change::Role(role()?)), None),
            people::PASSWORD => {
                let (password, made) = new_password(&typed.password)?;
                deal(Deed::UserPassword, None, Some(Change::Passwd(password)), made)
            }
            people::END_SESSIONS => deal(Deed::EndSessions, None, None, None),
            people::REMOVE if typed.sure == "yes" => deal(Deed::RemoveUser, None, Some(Change::Remove), None),
            people::REMOVE => Err(texts::tick(&user)),
            _ => Err(texts::nothing_to_do().to_owned()),
        }
    }

    fn stores_of(&self, owner: &PersonId) -> usize {
        self.stores.snapshot().rows().all().filter(|row| row.owner.as_ref() == Some(owner)).count()
    }

    fn users(&self, asking: &Asking, person: &Person, kept: &Kept, said: Option<Said>) -> Response {
        let row = |(id, role)| Row { stores: self.stores_of(&id), id, role };
        let rows: Vec<Row> = asking.access.users().into_iter().map(row).collect();
        Html(people::users(&self.style, person, &rows, kept, said)).into_response()
    }

    fn account(&self, asking: &Asking, person: &Person, said: Option<Said>) -> Response {
        let is_local = asking.access.role_of(&person.id).is_some();
        Html(people::account(&self.style, person, is_local, said)).into_response()
    }
}

/// What was typed, or one that is made where nothing was.
fn new_password(typed: &str) -> Result<(Password, Option<String>), String> {
    let made = if typed.is_empty() { password::made() } else { None };
    let password = Password::parse(made.as_deref().unwrap_or(typed)).map_err(errors::of_password)?;
    Ok((password, made))
}

fn done(asked: &Asked) -> Option<Said> {
    let user = PersonId::parse(&asked.user).ok()?;
    let told = match Deed::parse(&asked.done)? {
        Deed::AddUser => texts::added(&user),
        Deed::Role => texts::role_changed(&user),
        Deed::UserPassword => texts::password_changed(&user),
        Deed::EndSessions => texts::sessions_ended(&user),
        Deed::RemoveUser => texts::removed(&user),
        _ => return None,
    };
    Some(Said::Done(told))
}

fn status(error: &ChangeError) -> StatusCode {
    match error {
        ChangeError::Refused(_) => StatusCode::CONFLICT,
        ChangeError::Busy(_)
        | ChangeError::NotReady(_)
        | ChangeError::TooSlow
        | ChangeError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
