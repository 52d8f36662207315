//! Who may come in, for admins; and one's own password and sessions, for everybody.

use leptos::prelude::*;
use store::{Person, PersonId, Role};

use crate::{links, plain::document};

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
        <div class="page-head"><div><h1>"Users"</h1><p>"Who may sign in, and what they may do."</p></div></div>
        {said.map(notice)}
        <section class="card" aria-label="Users">
            <ul class="people">{rows.iter().map(|row| user(row, person)).collect_view()}</ul>
        </section>
        <section class="card" aria-labelledby="add-title">
            <header><h2 id="add-title">"Add a user"</h2></header>
            <form class="stacked" method="post" action=links::USERS>
                <input type="hidden" name=WHAT value=ADD/>
                <div class="field">
                    <label for="add-user">"User name"</label>
                    <input id="add-user" name="user" value=kept.user.clone() required autocomplete="off" autocapitalize="none" spellcheck="false"/>
                </div>
                {roles("add-role", Role::parse(&kept.role).unwrap_or(Role::Member))}
                {new_password("add-password")}
                <label class="check"><input type="checkbox" name="with_stores" value="yes"/>"Take over the stores that somebody of this name had before"</label>
                <div class="actions"><button class="button primary" type="submit">"Add user"</button></div>
            </form>
        </section>
    };
    document(style, person, links::USERS, "Users", body.into_any())
}

pub fn account(style: &str, person: &Person, is_local: bool, said: Option<Said>) -> String {
    let password = if is_local {
        view! {
            <form class="stacked" method="post" action=links::ACCOUNT>
                <input type="hidden" name="username" autocomplete="username" value=person.id.to_string()/>
                <div class="field">
                    <label for="current">"Password that you have now"</label>
                    <input id="current" name="current" type="password" required autocomplete="current-password"/>
                </div>
                {new_password("own-password")}
                <p class="hint">"You stay signed in here; your sessions elsewhere end."</p>
                <div class="actions"><button class="button primary" type="submit">"Change password"</button></div>
            </form>
        }
        .into_any()
    } else {
        view! { <p class="stacked">"Your password is not kept here: change it where you sign in from."</p> }
            .into_any()
    };
    let body = view! {
        <div class="page-head"><div><h1>"Your account"</h1><p><bdi>{person.name.clone()}</bdi>", "{person.role.key()}</p></div></div>
        {said.map(notice)}
        <section class="card" aria-labelledby="password-title"><header><h2 id="password-title">"Password"</h2></header>{password}</section>
        <section class="card" aria-labelledby="sessions-title">
            <header><h2 id="sessions-title">"Sessions"</h2></header>
            <form class="stacked" method="post" action=links::SIGN_OUT_EVERYWHERE>
                <p class="hint">"Ends every session of yours, in this browser too."</p>
                <div class="actions"><button class="button" type="submit">"Sign out everywhere"</button></div>
            </form>
        </section>
    };
    document(style, person, links::ACCOUNT, "Your account", body.into_any())
}

fn notice(said: Said) -> AnyView {
    match said {
        Said::Done(sentence) => view! { <p class="card padded" role="status">{sentence}</p> }.into_any(),
        Said::Refused(sentence) => {
            view! { <div class="notice" role="alert"><h2>"Nothing was changed"</h2><p>{sentence}</p></div> }
                .into_any()
        }
        Said::Made { user, password } => view! {
            <section class="card padded made" role="status">
                <h2>"The new password of "<bdi>{user.to_string()}</bdi></h2>
                <p><code>{password}</code></p>
                <p class="hint">"Copy it now: it is kept nowhere and not shown again."</p>
            </section>
        }
        .into_any(),
    }
}

fn user(Row { id, role, stores }: &Row, person: &Person) -> AnyView {
    let is_oneself = *id == person.id;
    let name = id.to_string();
    let stores = match stores {
        0 => "no stores".to_owned(),
        1 => "1 store".to_owned(),
        many => format!("{many} stores"),
    };
    let forms = if is_oneself {
        view! { <p class="hint">"This is you: "<a href=links::ACCOUNT>"your password and sessions"</a>". Your role and your removal are another admin's to decide."</p> }.into_any()
    } else {
        view! {
            <details class="upkeep">
                <summary>"Change "<bdi>{name.clone()}</bdi></summary>
                {form(ROLE, &name, roles(&format!("role-{name}"), *role), "Save role", "button")}
                {form(PASSWORD, &name, new_password(&format!("password-{name}")), "Set password", "button")}
                {form(END_SESSIONS, &name, view! { <p class="hint">"They have to sign in again everywhere."</p> }.into_any(), "End sessions", "button")}
                {form(REMOVE, &name, sure(), "Remove user", "button danger")}
            </details>
        }
        .into_any()
    };
    view! { <li><p><b><bdi>{name}</bdi></b><span class="muted">{format!("{}, {stores}", role.key())}</span></p>{forms}</li> }.into_any()
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
            <div class="actions"><button class=class type="submit">{label}<span class="visually-hidden">" of "{user.to_owned()}</span></button></div>
        </form>
    }
    .into_any()
}

fn sure() -> AnyView {
    view! { <label class="check"><input type="checkbox" name="sure" value="yes" required/>"They may sign in no more; their stores stay"</label> }.into_any()
}

fn roles(id: &str, chosen: Role) -> AnyView {
    let option =
        |role: Role| view! { <option value=role.key() selected={role == chosen}>{told(role)}</option> };
    view! {
        <div class="field">
            <label for=id.to_owned()>"Role"</label>
            <select id=id.to_owned() name="role">{Role::ALL.map(option).collect_view()}</select>
        </div>
    }
    .into_any()
}

fn told(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin: sees and changes every store",
        Role::Member => "member: makes stores, and changes those",
        Role::Viewer => "viewer: sees every store and changes none",
    }
}

fn new_password(id: &str) -> AnyView {
    let hint = format!("{id}-hint");
    view! {
        <div class="field">
            <label for=id.to_owned()>"New password"</label>
            <input id=id.to_owned() name="password" type="password" autocomplete="new-password" aria-describedby=hint.clone()/>
            <p class="hint" id=hint>"At least 12 characters. Leave it empty to have one made, which is shown once."</p>
        </div>
    }
    .into_any()
}
