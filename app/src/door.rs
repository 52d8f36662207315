//! The pages in front of the dashboard: signing in, and making the first user. Plain forms without a script, so that nothing of the
//! dashboard is sent to whoever has not come in.

use leptos::prelude::*;

use crate::links;

/// What the forms' fields are called.
pub const NAME: &str = "name";
pub const PASSWORD: &str = "password";
pub const TOKEN: &str = "token";
/// The page to go on to.
pub const TO: &str = "to";

/// A sign-in, fresh or with why the last one failed.
pub fn sign_in(style: &str, to: &str, name: &str, refusal: Option<String>) -> String {
    let is_refused = refusal.is_some();
    let form = view! {
        <form class="new" method="post" action=links::SIGN_IN>
            <h1>"Sign in"</h1>
            {refusal.map(refused)}
            <input type="hidden" name=TO value=to.to_owned()/>
            {field("User name", NAME, "text", "username", name, Mark::of(is_refused, name.is_empty()))}
            {field("Password", PASSWORD, "password", "current-password", "", Mark::of(is_refused, !name.is_empty()))}
            <div class="actions"><button class="button primary" type="submit">"Sign in"</button></div>
        </form>
    };
    document(style, "Sign in", form.into_any())
}

/// The first user's form, which works once.
pub fn set_up(style: &str, name: &str, refusal: Option<String>) -> String {
    let is_refused = refusal.is_some();
    let form = view! {
        <form class="new" method="post" action=links::SET_UP>
            <h1>"Welcome to Storeyard"</h1>
            <p>"Make the first user, an admin. Others are added with "<code>"storeyard user add"</code>"."</p>
            {refusal.map(refused)}
            {field("One-time token, as the installation told it", TOKEN, "password", "one-time-code", "", Mark::of(is_refused, true))}
            {field("User name", NAME, "text", "username", name, Mark::of(is_refused, false))}
            {field("Password, at least 12 characters", PASSWORD, "password", "new-password", "", Mark::of(is_refused, false))}
            <div class="actions"><button class="button primary" type="submit">"Make the first user"</button></div>
        </form>
    };
    document(style, "Set up", form.into_any())
}

const REFUSAL: &str = "refusal";

/// How a field stands out. A page that was loaded says nothing by itself: its sentence is told with the field that has the focus.
struct Mark {
    is_refused: bool,
    has_focus: bool,
}

impl Mark {
    fn of(is_refused: bool, has_focus: bool) -> Self {
        Self { is_refused, has_focus }
    }
}

fn refused(sentence: String) -> AnyView {
    view! { <div class="notice" id=REFUSAL><p>{sentence}</p></div> }.into_any()
}

fn field(
    label: &'static str,
    name: &'static str,
    kind: &'static str,
    complete: &'static str,
    initial: &str,
    mark: Mark,
) -> AnyView {
    let invalid = mark.is_refused.then_some("true");
    let described_by = mark.is_refused.then_some(REFUSAL);
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input id=name name=name type=kind autocomplete=complete value=initial.to_owned() autocapitalize="none" spellcheck="false" required
                autofocus=mark.has_focus aria-invalid=invalid aria-describedby=described_by/>
        </div>
    }
    .into_any()
}

fn document(style: &str, title: &'static str, body: AnyView) -> String {
    let page = view! {
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title inner_html=format!("{title} · Storeyard")></title>
                <link rel="stylesheet" href=style.to_owned()/>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
            </head>
            <body><main id="main" class="threshold">{body}</main></body>
        </html>
    };
    format!("<!DOCTYPE html>{}", page.to_html())
}
