//! Forms that the page's program sends: those with `data-send`. They are sent as the browser would, the page stays, and what comes of it is
//! told in the form. Its way on, if there is one, is in `data-then`.

use codee::{Decoder, binary::PostcardCodec};
use leptos::{
    server_fn::{
        ServerFn,
        client::Client,
        error::FromServerFnError,
        request::{ClientReq, browser::BrowserRequest},
        response::ClientRes,
    },
    task::spawn_local,
};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, FormData, HtmlFormElement, HtmlInputElement, UrlSearchParams};

use super::{
    all, around, listen, set,
    visit::{self, Way},
    window,
};
use crate::{
    api::{self, build::OfThisBuild},
    error::ApiError,
    links,
    texts::live as texts,
};

const FORM: &str = "application/x-www-form-urlencoded";
const POSTCARD: &str = "application/x-postcard";

pub(super) fn begin() {
    listen(window(), "submit", |event| {
        let form = around(&event, "form[data-send]").and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        if let Some(form) = form {
            event.prevent_default();
            submit(form);
        }
    });
    listen(window(), "input", |event| {
        if let Some(form) = around(&event, "form[data-exactly]") {
            tell(&form, "");
        }
    });
    listen(window(), "close", |event| forget(&event));
}

fn submit(form: HtmlFormElement) {
    if form.has_attribute("data-pending") || !is_exact(&form) {
        return;
    }
    spawn_local(async move {
        let answer: Result<(), ApiError> = send_while_pending(&form).await;
        let done = form.get_attribute("data-done").filter(|_| answer.is_ok());
        if let Ok(Some(status)) = form.query_selector("[role=status]") {
            status.set_text_content(done.as_deref());
        }
        match answer {
            Ok(()) => {
                tell(&form, "");
                match (form.get_attribute("data-then"), visit::live()) {
                    (Some(address), _) => visit::go(&address, Way::Anew),
                    // What came of it may be no news to anybody else.
                    (None, Some(live)) => live.wake(),
                    _ => {}
                }
            }
            Err(error) => tell(&form, &error.to_string()),
        }
    });
}

/// Sends a form whose button says so meanwhile.
pub(super) async fn send_while_pending<T: DeserializeOwned>(form: &HtmlFormElement) -> Result<T, ApiError> {
    let button = form.query_selector("[type=submit]").ok().flatten().ok_or(ApiError::Malformed)?;
    let label = button.text_content();
    set(form, "data-pending", Some(""));
    set(&button, "aria-disabled", Some("true"));
    button.set_text_content(button.get_attribute("data-busy").as_deref());
    let answer = send(form).await;
    set(form, "data-pending", None);
    set(&button, "aria-disabled", None);
    button.set_text_content(label.as_deref());
    answer
}

/// Sends a form to where it leads, and reads what it is answered.
async fn send<T: DeserializeOwned>(form: &HtmlFormElement) -> Result<T, ApiError> {
    let body = written(form).ok_or(ApiError::Malformed)?;
    let bytes = post(&form.get_attribute("action").unwrap_or_default(), body.to_string().into()).await?;
    PostcardCodec::decode(&bytes).map_err(|_| ApiError::Unreachable)
}

/// What a form has in it, as it is sent.
pub(super) fn written(form: &HtmlFormElement) -> Option<UrlSearchParams> {
    let data = FormData::new_with_form(form).ok()?;
    UrlSearchParams::new_with_str_sequence_sequence(&data).ok()
}

/// Where a store of that name would be.
pub(super) async fn preview_address(name: &str) -> Result<String, ApiError> {
    let bytes = post(api::PreviewAddress::PATH, format!("name={}", links::escaped(name))).await?;
    PostcardCodec::decode(&bytes).map_err(|_| ApiError::Unreachable)
}

/// What is found for that text, as it is to stand on the page.
pub(super) async fn palette(text: &str) -> Result<String, ApiError> {
    let bytes = post(api::FindAnything::PATH, format!("text={}", links::escaped(text))).await?;
    PostcardCodec::decode(&bytes).map_err(|_| ApiError::Unreachable)
}

/// Asks a server function as a form does.
async fn post(to: &str, body: String) -> Result<Vec<u8>, ApiError> {
    let request: BrowserRequest = ClientReq::<ApiError>::try_new_post(to, FORM, POSTCARD, body)?;
    let answer = <OfThisBuild as Client<ApiError, ApiError, ApiError>>::send(request).await?;
    let is_refused = ClientRes::<ApiError>::status(&answer) >= 400;
    let bytes = ClientRes::<ApiError>::try_into_bytes(answer).await?;
    if is_refused { Err(ApiError::de(bytes)) } else { Ok(bytes.to_vec()) }
}

/// Whether what has to be typed exactly was; told if not.
fn is_exact(form: &HtmlFormElement) -> bool {
    let Some(name) = form.get_attribute("data-exactly") else { return true };
    let input = form.query_selector("input[name=name]").ok().flatten();
    let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else { return true };
    if input.value().trim() == name {
        return true;
    }
    tell(form, &texts::mismatch(&name));
    // It can have the focus: it is shown.
    let _ = input.focus();
    false
}

/// Says in the form what is wrong with it.
fn tell(form: &Element, sentence: &str) {
    let Ok(Some(place)) = form.query_selector(".error[data-held]") else { return };
    place.set_text_content(Some(sentence));
    if !place.id().is_empty() {
        for input in all(form, &format!("[aria-describedby={}]", place.id())) {
            set(&input, "aria-invalid", (!sentence.is_empty()).then_some("true"));
        }
    }
}

/// A dialog that is opened again has nothing in it.
fn forget(event: &Event) {
    let Some(dialog) = super::target(event) else { return };
    for form in all(&dialog, "form") {
        tell(&form, "");
        if let Some(form) = form.dyn_ref::<HtmlFormElement>() {
            form.reset();
        }
    }
}
