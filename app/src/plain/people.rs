//! Who may come in, for admins; and one's own password and sessions, for everybody.

use leptos::prelude::*;
use store::{Person, PersonId, Role};

use crate::{
    links,
    plain::document,
    texts::{frame, list, people as texts},
};

/// What the forms' fields are called, and what they ask for.
pub const WHAT: &str = "do";
pub const ADD: &str = "add";
pub const ROLE: &str = "role";
pub const PASSWORD: &str = "password";
pub const END_SESSIONS: &str = "end-sessions";
pub const REMOVE: &str = "remove";

/// Somebody who may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: PersonId,
    pub role: Role,
    pub stores: usize,
}

/// What became of what was asked for last. A password that was made can be neither printed nor asked for again.
pub enum Said {
    Done(String),
    Refused(String),
    Made { user: PersonId, password: String },
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Said(…)")
    }
}

/// What was typed for a new user, but for the password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub user: String,
    pub role: String,
}

pub fn users(style: &str, person: &Person, rows: &[Row], kept: &Kept, said: Option<Said>) -> String {
    let body = view! {
        <div class="page-head"><div><h1>{texts::users()}</h1><p>{texts::who_may()}</p></div></div>
        {said.map(notice)}
        <section class="card" aria-label=texts::users()>
            <ul class="people">{rows.iter().map(|row| user(row, person)).collect_view()}</ul>
        </section>
        <section class="card" aria-labelledby="add-title">
            <header><h2 id="add-title">{texts::add_a_user()}</h2></header>
            <form class="stacked" method="post" action=links::USERS>
                <input type="hidden" name=WHAT value=ADD/>
                <div class="field">
                    <label for="add-user">{texts::user_name()}</label>
                    <input id="add-user" name="user" value=kept.user.clone() required autocomplete="off" autocapitalize="none" spellcheck="false"/>
                </div>
                {roles("add-role", Role::parse(&kept.role).unwrap_or(Role::Member))}
                {new_password("add-password")}
                <label class="check"><input type="checkbox" name="with_stores" value="yes"/>{texts::take_over()}</label>
                <div class="actions"><button class="button primary" type="submit">{texts::add_user()}</button></div>
            </form>
        </section>
    };
    document(style, person, links::USERS, texts::users(), body.into_any())
}

pub fn account(style: &str, person: &Person, is_local: bool, said: Option<Said>) -> String {
    let password = if is_local {
        view! {
            <form class="stacked" method="post" action=links::ACCOUNT>
                <input type="hidden" name="username" autocomplete="username" value=person.id.to_string()/>
                <div class="field">
                    <label for="current">{texts::current()}</label>
                    <input id="current" name="current" type="password" required autocomplete="current-password"/>
                </div>
                {new_password("own-password")}
                <p class="hint">{texts::stay_here()}</p>
                <div class="actions"><button class="button primary" type="submit">{texts::change_password()}</button></div>
            </form>
        }
        .into_any()
    } else {
        view! { <p class="stacked">{texts::kept_elsewhere()}</p> }.into_any()
    };
    let body = view! {
        <div class="page-head"><div><h1>{texts::your_account()}</h1><p><bdi>{person.name.clone()}</bdi>", "{frame::role(person.role)}</p></div></div>
        {said.map(notice)}
        <section class="card" aria-labelledby="password-title"><header><h2 id="password-title">{texts::password()}</h2></header>{password}</section>
        <section class="card" aria-labelledby="sessions-title">
            <header><h2 id="sessions-title">{texts::sessions()}</h2></header>
            <form class="stacked" method="post" action=links::SIGN_OUT_EVERYWHERE>
                <p class="hint">{texts::ends_every()}</p>
                <div class="actions"><button class="button" type="submit">{frame::sign_out_everywhere()}</button></div>
            </form>
        </section>
    };
    document(style, person, links::ACCOUNT, texts::your_account(), body.into_any())
}

fn notice(said: Said) -> AnyView {
    match said {
        Said::Done(sentence) => view! { <p class="card padded" role="status">{sentence}</p> }.into_any(),
        Said::Refused(sentence) => {
            view! { <div class="notice" role="alert"><h2>{texts::nothing_changed()}</h2><p>{sentence}</p></div> }
                .into_any()
        }
        Said::Made { user, password } => view! {
            <section class="card padded made" role="status">
                <h2>{texts::new_password_of()}<bdi>{user.to_string()}</bdi></h2>
                <p><code>{password}</code></p>
                <p class="hint">{texts::copy_now()}</p>
            </section>
        }
        .into_any(),
    }
}

fn user(Row { id, role, stores }: &Row, person: &Person) -> AnyView {
    let is_oneself = *id == person.id;
    let name = id.to_string();
    let stores = match stores {
        0 => texts::no_stores().to_owned(),
        some => list::count(*some),
    };
    let forms = if is_oneself {
        view! { <p class="hint">{texts::this_is_you()}<a href=links::ACCOUNT>{texts::your_password()}</a>{texts::anothers_to_decide()}</p> }.into_any()
    } else {
        view! {
            <details class="upkeep">
                <summary>{texts::change()}<bdi>{name.clone()}</bdi></summary>
                {form(ROLE, &name, roles(&format!("role-{name}"), *role), texts::save_role(), "button")}
                {form(PASSWORD, &name, new_password(&format!("password-{name}")), texts::set_password(), "button")}
                {form(END_SESSIONS, &name, view! { <p class="hint">{texts::sign_in_again()}</p> }.into_any(), texts::end_sessions(), "button")}
                {form(REMOVE, &name, sure(), texts::remove_user(), "button danger")}
            </details>
        }
        .into_any()
    };
    view! { <li><p><b><bdi>{name}</bdi></b><span class="muted">{format!("{}, {stores}", frame::role(*role))}</span></p>{forms}</li> }.into_any()
}

fn form(
    what: &'static str,
    user: &str,
    fields: AnyView,
    label: &'static str,
    class: &'static str,
) -> AnyView {
    view! {
        <form class="stacked" method="post" action=links::USERS>
            <input type="hidden" name=WHAT value=what/>
            <input type="hidden" name="user" value=user.to_owned()/>
            {fields}
            <div class="actions"><button class=class type="submit">{label}<span class="visually-hidden">{texts::of()}{user.to_owned()}</span></button></div>
        </form>
    }
    .into_any()
}

fn sure() -> AnyView {
    view! { <label class="check"><input type="checkbox" name="sure" value="yes" required/>{texts::no_more()}</label> }.into_any()
}

fn roles(id: &str, chosen: Role) -> AnyView {
    let option =
        |role: Role| view! { <option value=role.key() selected={role == chosen}>{texts::may(role)}</option> };
    view! {
        <div class="field">
            <label for=id.to_owned()>{texts::role()}</label>
            <select id=id.to_owned() name="role">{Role::ALL.map(option).collect_view()}</select>
        </div>
    }
    .into_any()
}

fn new_password(id: &str) -> AnyView {
    let hint = format!("{id}-hint");
    view! {
        <div class="field">
            <label for=id.to_owned()>{texts::new_password()}</label>
            <input id=id.to_owned() name="password" type="password" autocomplete="new-password" aria-describedby=hint.clone()/>
            <p class="hint" id=hint>{texts::password_hint()}</p>
        </div>
    }
    .into_any()
}
