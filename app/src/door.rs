//! The pages in front of the dashboard: signing in, and making the first user. Plain forms without a script, so that nothing of the
//! dashboard is sent to whoever has not come in.

use leptos::prelude::*;

use crate::{components::language_choice, links, plain::html, texts::door as texts};

/// What the forms' fields are called.
pub const NAME: &str = "name";
pub const PASSWORD: &str = "password";
pub const TOKEN: &str = "token";
/// The page to go on to.
pub const TO: &str = "to";

/// How one signs in here.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    pub password: Local,
    /// What the identity provider is called.
    pub provider: Option<String>,
    /// Where one signs out at the provider, for whoever has just signed out here.
    pub leave: Option<String>,
}

/// Whether there are users with passwords.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Local {
    #[default]
    Yes,
    /// The first one is still to be made.
    NotYet,
    Never,
}

/// Why the last sign-in failed.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// Of what was typed into the form.
    Typed(String),
    /// Of another way in.
    Elsewhere(String),
}

/// A sign-in, fresh or with why the last one failed.
pub fn sign_in(style: &str, ways: &Ways, to: &str, name: &str, refusal: Option<Refusal>) -> String {
    let is_typed = matches!(refusal, Some(Refusal::Typed(_)));
    let is_elsewhere = matches!(refusal, Some(Refusal::Elsewhere(_)));
    let sentence = refusal.map(|(Refusal::Typed(sentence) | Refusal::Elsewhere(sentence))| refused(sentence));
    let provider = ways.provider.as_deref();
    let local = match ways.password {
        Local::Yes => by_password(to, name, is_typed, provider.is_none()),
        Local::NotYet => view! { <p><a href=links::SET_UP>{texts::first_with_password()}</a></p> }.into_any(),
        Local::Never => ().into_any(),
    };
    let page = view! {
        <div class="ways">
            <h1>{texts::sign_in()}</h1>
            {sentence}
            {ways.leave.clone().zip(provider).map(|(leave, provider)| left(leave, provider))}
            {provider.map(|provider| by_provider(provider, to, is_elsewhere))}
            {local}
        </div>
    };
    document(style, texts::sign_in(), page.into_any())
}

/// `is_alone`: whether there is no other way.
fn by_password(to: &str, name: &str, is_refused: bool, is_alone: bool) -> AnyView {
    let kind = if is_alone { "button primary" } else { "button" };
    view! {
        <form class="new" method="post" action=links::SIGN_IN>
            <input type="hidden" name=TO value=to.to_owned()/>
            {field(texts::user_name(), NAME, "text", "username", name, Mark::of(is_refused, is_alone && name.is_empty()))}
            {field(texts::password(), PASSWORD, "password", "current-password", "", Mark::of(is_refused, !name.is_empty()))}
            <div class="actions"><button class=kind type="submit">{texts::sign_in()}</button></div>
        </form>
    }
    .into_any()
}

/// A link and no form: it leads elsewhere, where the page's policy lets no form lead.
fn by_provider(provider: &str, to: &str, is_refused: bool) -> AnyView {
    let href = format!("{}?{TO}={}", links::SIGN_IN_PROVIDER, links::escaped(to));
    let described_by = is_refused.then_some(REFUSAL);
    view! {
        <div class="actions">
            <a class="button primary" href=href autofocus=is_refused aria-describedby=described_by>
                <span>{texts::sign_in_with()}<bdi>{provider.to_owned()}</bdi></span>
            </a>
        </div>
    }
    .into_any()
}

fn left(leave: String, provider: &str) -> AnyView {
    view! {
        <p class="muted">
            {texts::signed_out()}<bdi>{provider.to_owned()}</bdi>". "
            <a href=leave rel="external">{texts::sign_out_there()}</a>"."
        </p>
    }
    .into_any()
}

/// The first user's form, which works once.
pub fn set_up(style: &str, name: &str, refusal: Option<String>) -> String {
    let is_refused = refusal.is_some();
    let form = view! {
        <form class="new" method="post" action=links::SET_UP>
            <h1>{texts::welcome()}</h1>
            <p>{texts::make_the_first()}<code>"storeyard user add"</code>"."</p>
            {refusal.map(refused)}
            {field(texts::token(), TOKEN, "password", "one-time-code", "", Mark::of(is_refused, true))}
            {field(texts::user_name(), NAME, "text", "username", name, Mark::of(is_refused, false))}
            {field(texts::new_password(), PASSWORD, "password", "new-password", "", Mark::of(is_refused, false))}
            <div class="actions"><button class="button primary" type="submit">{texts::make_first()}</button></div>
        </form>
    };
    document(style, texts::set_up(), form.into_any())
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
    html(style, title, view! { <main id="main" class="threshold">{body}</main> <footer class="threshold">{language_choice()}</footer> }.into_any())
}
