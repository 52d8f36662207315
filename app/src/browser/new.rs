//! The form for a new store: what is typed is checked as the server does it, and told at the field once it is left.

use std::cell::RefCell;

use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;
use store::{EngineCard, Field, StoreId, StoreName};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, FocusEvent, FormData, HtmlFormElement};

use super::{
    around, document, find, first, focus, forms, listen, set, target, times,
    visit::{self, Way},
    window,
};
use crate::{
    error::ApiError,
    links,
    pages::new::{
        address::{self, Around},
        choices,
        draft::{Draft, FIELDS},
        questions, refusal,
    },
};

const ID: &str = "new-store";
const FORM: &str = "#new-store";
/// The server is asked for names that the browser cannot transliterate, once typing pauses.
const TYPING_PAUSE_MS: u32 = 200;

thread_local! {
    static SHOWN: RefCell<Option<Shown>> = const { RefCell::new(None) };
}

struct Shown {
    form: HtmlFormElement,
    draft: Draft,
    /// The key of the engine whose choices are shown.
    engine: Option<String>,
    /// The name whose address is shown.
    name: String,
    /// What is told above the fields.
    refusal: String,
}

pub(super) fn begin() {
    for name in ["input", "change"] {
        listen(window(), name, |event| heard(&event, |_| {}));
    }
    listen(window(), "focusout", |event| heard(&event, |shown| shown.touch(&event)));
    listen(window(), "submit", |event| {
        if around(&event, FORM).is_some() {
            event.prevent_default();
            submit();
        }
    });
}

/// Takes the form over, if there is one on the page.
pub(super) fn arrive() {
    let Some((place, binary)) = first(ID) else { return leave() };
    if SHOWN.with_borrow(Option::is_some) {
        return;
    }
    let begins: Option<(Vec<EngineCard>, Option<ApiError>)> = crate::first::read(&binary);
    let (Some((engines, error)), Ok(form)) = (begins, place.dyn_into()) else { return };
    let draft = Draft::new(engines, error);
    let engine = draft.engine().map(|card| card.key.as_str().to_owned());
    let (name, refusal) = (draft.form.name.clone(), refusal::refusal(&draft));
    let mut shown = Shown { form, draft, engine, name, refusal };
    // What was typed before, or filled in by the browser after Back.
    shown.read();
    SHOWN.with_borrow_mut(|place| *place = Some(shown));
}

pub(super) fn leave() {
    SHOWN.with_borrow_mut(|shown| *shown = None);
}

fn heard(event: &Event, also: impl FnOnce(&mut Shown)) {
    if around(event, FORM).is_none() {
        return;
    }
    shown(|shown| {
        shown.read();
        also(shown);
        shown.tell();
    });
}

/// Nothing without a form, and nothing for what an element tells of itself while it is changed here.
fn shown<T>(part: impl FnOnce(&mut Shown) -> T) -> Option<T> {
    SHOWN.with(|shown| shown.try_borrow_mut().ok()?.as_mut().map(part))
}

impl Shown {
    fn read(&mut self) {
        let Ok(data) = FormData::new_with_form(&self.form) else { return };
        self.draft.read(|name| data.get(name).as_string().unwrap_or_default());
        self.follow_engine();
        self.follow_name();
    }

    /// A message that appeared now would move the button away from under the pointer; sending checks every field anyway.
    fn touch(&mut self, event: &Event) {
        let next = event.dyn_ref::<FocusEvent>().and_then(FocusEvent::related_target);
        let next = next.and_then(|next| next.dyn_into::<Element>().ok());
        if next.is_some_and(|next| next.matches("[type=submit]").unwrap_or(false)) {
            return;
        }
        if let Some(name) = target(event).and_then(|field| field.get_attribute("name")) {
            self.draft.touch(&name);
        }
    }

    /// What is offered follows from the engine.
    fn follow_engine(&mut self) {
        let engine = self.draft.engine().map(|card| card.key.as_str().to_owned());
        if engine == self.engine {
            return;
        }
        self.engine = engine;
        for (field, html) in [
            (Field::Plan, choices::plans(&self.draft)),
            (Field::Egress, choices::egress(&self.draft)),
            (Field::Options, questions::questions(&self.draft)),
        ] {
            let Some(place) = find(&format!("[data-choices={}]", field.key())) else { continue };
            place.set_inner_html(&html);
            if let Some(fieldset) = place.parent_element() {
                set(&fieldset, "hidden", html.is_empty().then_some(""));
            }
        }
        if let Some(user) = find("#user-field") {
            set(&user, "hidden", (!self.draft.asks_for_user()).then_some(""));
        }
    }

    fn follow_name(&mut self) {
        let typed = &self.draft.form.name;
        if *typed == self.name {
            return;
        }
        self.name.clone_from(typed);
        let Ok(name) = StoreName::parse(typed) else { return show_address(None) };
        match with_address(|_, around| address::of_name(&name, around)) {
            Some(known) => show_address(Some(known)),
            None => spawn_local(ask(name)),
        }
    }

    /// Says at each field what is wrong with it, and above them what is wrong beyond.
    fn tell(&mut self) {
        for field in FIELDS {
            let error = self.draft.error(field);
            let key = field.key();
            if let Some(place) = find(&format!("#{key}-error")) {
                times::write(&place, error.as_deref().unwrap_or_default());
            }
            if let Some(input) = find(&format!("#{key}")) {
                set(&input, "aria-invalid", error.map(|_| "true"));
            }
        }
        let refusal = refusal::refusal(&self.draft);
        if let Some(place) = find("#refusal").filter(|_| refusal != self.refusal) {
            set(&place, "class", (!refusal.is_empty()).then_some("notice"));
            place.set_inner_html(&refusal);
            self.refusal = refusal;
        }
    }
}

/// Asks the server for the address once typing pauses. Without an answer it stays unsaid; it is a preview only.
async fn ask(name: StoreName) {
    let is_current = || shown(|shown| StoreName::parse(&shown.name).as_ref() == Ok(&name)).unwrap_or(false);
    TimeoutFuture::new(TYPING_PAUSE_MS).await;
    if !is_current() {
        return;
    }
    let host = forms::preview_address(&name.to_string()).await.ok();
    if is_current() {
        show_address(host.and_then(|host| with_address(|_, around| address::of_host(&host, around))));
    }
}

fn show_address(html: Option<String>) {
    with_address(|place, _| {
        place.set_inner_html(&html.unwrap_or_else(address::unknown));
        Some(())
    });
}

fn with_address<T>(part: impl FnOnce(&Element, Around<'_>) -> Option<T>) -> Option<T> {
    let place = document()?.get_element_by_id("address")?;
    let (scheme, suffix) = (place.get_attribute("data-scheme")?, place.get_attribute("data-suffix")?);
    part(&place, Around { scheme: &scheme, suffix: &suffix })
}

fn submit() {
    let checked = shown(|shown| {
        shown.read();
        let wrong = shown.draft.check();
        shown.tell();
        (wrong, shown.form.clone())
    });
    match checked {
        Some((Some(field), _)) => focus_field(field),
        Some((None, form)) if !form.has_attribute("data-pending") => {
            spawn_local(async move {
                let answer: Result<StoreId, ApiError> = forms::send_while_pending(&form).await;
                answered(answer);
            });
        }
        _ => {}
    }
}

/// Goes on to the new store, or to what has to be mended. The form may have been left meanwhile.
fn answered(answer: Result<StoreId, ApiError>) {
    match answer {
        Ok(id) if SHOWN.with_borrow(Option::is_some) => visit::go(&links::store(&id), Way::Replacing),
        Ok(_) => {}
        Err(error) => {
            let field = shown(|shown| {
                let field = shown.draft.refuse(error);
                shown.tell();
                field
            });
            match field {
                Some(Some(field)) => focus_field(field),
                Some(None) => {
                    focus("#refusal");
                }
                None => {}
            }
        }
    }
}

fn focus_field(field: Field) {
    // A question's field has its name after the key.
    focus(&format!("{FORM} [name^={}]", field.key()));
}
