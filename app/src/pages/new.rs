//! The form for a new store. The server renders it; what is typed is checked in the browser as the server does it, by what is pure here and
//! by [`crate::browser::new`].

pub mod address;
pub mod choices;
pub mod draft;
pub mod questions;
pub mod refusal;
pub mod text;

#[cfg(feature = "ssr")]
pub use server::page;

#[cfg(feature = "ssr")]
mod server {
    use leptos::{prelude::*, server_fn::ServerFn};
    use store::{Field, StoreName, limit::Left, time::Elapsed};

    use super::{
        address::{self, Around},
        choices,
        draft::Draft,
        questions, refusal,
    };
    use crate::{
        api::CreateStore,
        clock,
        components::{Whence, crumb, new_password, refused_notice, refused_without_script, unread_notice},
        error::ApiError,
        first, links,
        pages::{rendered::still, set_again_after, set_status},
        texts::{errors, form::page as texts, frame, title},
        update::{Offer, Page},
    };

    pub fn page(offer: Result<Offer, ApiError>) -> Page {
        let body = match offer {
            Ok(Offer { left: Left { refusal: Some(over), .. }, .. }) => no_more(errors::over(over)),
            Ok(offer) => form(offer),
            Err(ApiError::Forbidden(why)) => {
                view! { <h1 tabindex="-1">{texts::new()}</h1> {refused_notice(why)} }.into_any()
            }
            Err(error) => {
                set_status(error.status());
                let notice =
                    unread_notice(texts::unread(), error.to_string().into_any(), links::NEW.to_owned());
                view! { <h1 tabindex="-1">{texts::new()}</h1> {notice} }.into_any()
            }
        };
        still(title::new_store(), view! { {crumb(&Whence::known())} {body} }.into_any())
    }

    fn form(offer: Offer) -> AnyView {
        // A form that was sent without a script comes back with its error in the address.
        let error = refused_without_script::<CreateStore>();
        if let Some(error) = &error {
            set_status(error.status());
            if let Some(seconds) = error.again_after() {
                set_again_after(seconds);
            }
        }
        let begins = first::written(&(&offer.engines, &error));
        let draft = Draft::new(offer.engines, error);
        let request = Some(&draft.form.request).filter(|kept| !kept.is_empty());
        let request = request.cloned().unwrap_or_else(|| offer.request.as_str().to_owned());
        let (scheme, suffix) = (offer.scheme.to_string(), format!(".{}", offer.domain_suffix));
        let around = Around { scheme: &scheme, suffix: &suffix };
        let known = StoreName::parse(&draft.form.name).ok();
        let known = known.and_then(|name| address::of_name(&name, around));
        let preview = known.unwrap_or_else(address::unknown);
        let class = draft.refusal.as_ref().map(|_| "notice");
        view! {
            <div class="page-head">
                <div><h1 tabindex="-1">{texts::new()}</h1><p>{told(offer.usually, &offer.left)}</p></div>
            </div>
            <form id="new-store" class="new" method="post" action=CreateStore::url() novalidate data-first=begins>
                <div id="refusal" role="alert" tabindex="-1" class=class inner_html=refusal::refusal(&draft)></div>
                <input type="hidden" name=Field::Request.key() value=request/>
                <div class="field">
                    {text_field(&draft, Typed { also: Some("address"), ..Typed::of(Field::Name, texts::name(), &draft.form.name) })}
                    <div class="address" id="address" data-scheme=scheme.clone() data-suffix=suffix.clone() inner_html=preview></div>
                </div>
                {choice(&draft, Field::Engine, texts::engine(), choices::engines(&draft))}
                {choice(&draft, Field::Plan, texts::plan(), choices::plans(&draft))}
                {choice(&draft, Field::Egress, texts::egress(), choices::egress(&draft))}
                {asked(&draft)}
                <fieldset>
                    <legend class="legend">{texts::admin()}</legend>
                    <div class="pair">
                        {text_field(&draft, Typed { kind: "email", literal: true, ..Typed::of(Field::Email, texts::email(), &draft.form.email) })}
                        <div id="user-field" hidden=!draft.asks_for_user()>
                            {text_field(&draft, Typed { literal: true, ..Typed::of(Field::User, texts::user(), &draft.form.user) })}
                        </div>
                    </div>
                    {new_password("password", texts::password(), draft.error(Field::Password), texts::note_it())}
                </fieldset>
                <div class="actions">
                    <button class="button primary" type="submit" data-busy=texts::creating()>{texts::create()}</button>
                    <a class="button" data-list="" href=links::STORES>{texts::cancel()}</a>
                </div>
            </form>
        }
        .into_any()
    }

    fn choice(draft: &Draft, field: Field, legend: &'static str, cards: String) -> AnyView {
        let (key, error_id) = (field.key(), format!("{}-error", field.key()));
        let is_empty = cards.is_empty();
        view! {
            <fieldset aria-describedby=error_id.clone() hidden=is_empty>
                <legend class="legend">{legend}</legend>
                <div class="choices" data-choices=key inner_html=cards></div>
                {message(error_id.clone(), draft.error(field))}
            </fieldset>
        }
        .into_any()
    }

    /// What the engine that is chosen asks beside what all do: a list for each question.
    fn asked(draft: &Draft) -> AnyView {
        let lists = questions::questions(draft);
        let is_empty = lists.is_empty();
        view! {
            <fieldset aria-describedby="options-error options-hint" hidden=is_empty>
                <legend class="legend">{texts::settings()}</legend>
                <div class="pair" data-choices=Field::Options.key() inner_html=lists></div>
                {message("options-error".to_owned(), draft.error(Field::Options))}
                <p class="hint" id="options-hint">{texts::settings_hint()}</p>
            </fieldset>
        }
        .into_any()
    }

    /// A field into which one types.
    struct Typed<'a> {
        field: Field,
        label: &'static str,
        value: &'a str,
        kind: &'static str,
        /// Not for prose: no spelling, no capitals.
        literal: bool,
        /// What else describes it.
        also: Option<&'static str>,
    }

    impl<'a> Typed<'a> {
        fn of(field: Field, label: &'static str, value: &'a str) -> Self {
            Self { field, label, value, kind: "text", literal: false, also: None }
        }
    }

    fn text_field(draft: &Draft, typed: Typed<'_>) -> AnyView {
        let key = typed.field.key();
        let error = draft.error(typed.field);
        let is_invalid = error.is_some().then_some("true");
        let error_id = format!("{key}-error");
        let described_by = typed.also.map_or_else(|| error_id.clone(), |also| format!("{error_id} {also}"));
        view! {
            <div class="field">
                <label for=key>{typed.label}</label>
                <input
                    id=key
                    name=key
                    type=typed.kind
                    value=typed.value.to_owned()
                    autocomplete="off"
                    autocapitalize=typed.literal.then_some("none")
                    spellcheck=typed.literal.then_some("false")
                    aria-invalid=is_invalid
                    aria-describedby=described_by
                />
                {message(error_id, error)}
            </div>
        }
        .into_any()
    }

    /// There before it says something, so that it is read out when it does.
    fn message(id: String, error: Option<String>) -> AnyView {
        view! { <p class="error" id=id aria-live="polite">{error}</p> }.into_any()
    }

    /// Whoever has as many stores as they may is not asked to fill in anything.
    fn no_more(why: String) -> AnyView {
        view! {
            <h1 tabindex="-1">{texts::new()}</h1>
            <section class="card empty">
                <h2>{texts::have_all()}</h2>
                <p>{why}</p>
                <a class="button primary" href=links::STORES>{frame::all_stores()}</a>
            </section>
        }
        .into_any()
    }

    fn told(usually: Option<Elapsed>, left: &Left) -> String {
        let usually = usually.map(|elapsed| texts::usually(&clock::brief(elapsed)));
        usually.unwrap_or_default() + &texts::used(left)
    }
}
