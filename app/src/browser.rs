//! All that is asked of the browser itself. Called from effects and event handlers only, so never on the server.

pub mod fields;
pub mod forms;
pub mod keys;
pub mod new;
pub mod palette;
pub mod patch;
pub mod times;
pub mod visit;

use std::cell::RefCell;

use store::{Language, Millis};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Document, Element, Event, EventTarget, HtmlElement, VisibilityState, Window};

use crate::{clock::Zone, password};

/// Milliseconds on a clock that only runs forward.
pub fn ticks() -> f64 {
    window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// `2026-11-23T14:02:11.000Z` by the clock of the zone.
pub fn written(at: Millis, zone: Zone) -> String {
    let date = |millis: f64| js_sys::Date::new(&JsValue::from_f64(millis));
    let millis = at.0 as f64;
    // Minutes that the viewer's clock was behind UTC at that time.
    let behind = if zone == Zone::Viewer { date(millis).get_timezone_offset() } else { 0.0 };
    date(millis - behind * 60_000.0).to_iso_string().into()
}

/// That of the document.
pub fn language() -> Language {
    let root = document().and_then(|document| document.document_element());
    let told = root.and_then(|root| root.get_attribute("lang"));
    told.as_deref().and_then(Language::parse).unwrap_or_default()
}

/// What the document's head says under that name.
pub fn told(name: &str) -> Option<String> {
    document()?.query_selector(&format!("meta[name={name}]")).ok()??.get_attribute("content")
}

/// The element with that id and what it begins with, a character a byte.
pub fn first(id: &str) -> Option<(HtmlElement, String)> {
    let place = find(&format!("#{id}"))?;
    let binary = window()?.atob(&place.get_attribute("data-first")?).ok()?;
    Some((place, binary))
}

/// Asks the server for the page again, which leads to the sign-in if that is what it takes.
pub fn reload() {
    if let Some(window) = window() {
        // Fails only where a page may not be loaded at all.
        let _ = window.location().reload();
    }
}

/// False where the browser knows that nothing can be reached.
pub fn is_online() -> bool {
    window().is_none_or(|window| window.navigator().on_line())
}

/// Whether something was typed into the page. What is searched for does not count: it is in the address.
pub fn has_typed() -> bool {
    let root = document().and_then(|document| document.document_element());
    root.is_some_and(|root| root.has_attribute("data-typed"))
}

/// Tells the script of the shell that the page's program lives.
pub fn beat() {
    signal("storeyard:beat");
}

/// Tells it that the program has come to its end.
pub fn give_up() {
    signal("storeyard:panic");
}

fn signal(name: &str) {
    if let (Some(window), Ok(event)) = (window(), web_sys::Event::new(name)) {
        // Fails only for an event that is on its way already.
        let _ = window.dispatch_event(&event);
    }
}

/// In 0..1.
pub fn random() -> f64 {
    js_sys::Math::random()
}

pub fn is_hidden() -> bool {
    document().is_some_and(|document| document.visibility_state() == VisibilityState::Hidden)
}

/// Whether there is such an element.
pub fn focus(selector: &str) -> bool {
    let Some(element) = find(selector) else { return false };
    // An element that cannot take the focus leaves it where it is.
    let _ = element.focus();
    true
}

pub fn focus_heading() {
    focus("main h1");
}

thread_local! {
    /// What in the page had the focus last.
    static FOCUSED: RefCell<Option<HtmlElement>> = const { RefCell::new(None) };
}

fn note_focus(event: &Event) {
    let element = target(event).and_then(|element| element.dyn_into().ok());
    if let Some(element) = element {
        FOCUSED.with_borrow_mut(|focused| *focused = Some(element));
    }
}

/// Gives the focus to the heading if what had it has been taken off the page.
fn catch_focus() {
    let Some(document) = document() else { return };
    let is_unseen = |element: &HtmlElement| element.offset_width() == 0;
    // What is no longer shown keeps the focus until the page is drawn again.
    let focused = document.active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let is_nowhere = focused.is_none_or(|element| element.tag_name() == "BODY" || is_unseen(&element));
    // A heading that becomes another page's stays in its place, and loses the focus all the same.
    let is_taken = |element: &HtmlElement| element.tag_name() == "H1" || is_unseen(element);
    if is_nowhere && FOCUSED.with_borrow(|focused| focused.as_ref().is_some_and(is_taken)) {
        focus_heading();
    }
}

/// What this browser keeps under that name.
fn kept(name: &str) -> Option<String> {
    window()?.local_storage().ok()??.get_item(name).ok()?
}

fn keep(name: &str, value: &str) {
    if let Some(storage) = window().and_then(|window| window.local_storage().ok()?) {
        // A browser that keeps nothing forgets it with the page.
        let _ = storage.set_item(name, value);
    }
}

/// Whether a key pressed now is meant for the page, not for a field or an open dialog.
fn is_key_free() -> bool {
    let Some(document) = document() else { return false };
    let typing = document.active_element().is_some_and(|element| {
        element.matches("input, textarea, select, [contenteditable]").unwrap_or(false)
    });
    let in_dialog = document.query_selector("dialog[open]").ok().flatten().is_some();
    !typing && !in_dialog
}

/// A new password from the browser's own source of randomness.
fn generate_password() -> Option<String> {
    let crypto = window()?.crypto().ok()?;
    let mut bytes = [0; password::RANDOM_BYTES];
    // Too few fair bytes come once in a hundred thousand draws; the second draw is another one.
    (0..8).find_map(|_| {
        crypto.get_random_values_with_u8_array(&mut bytes).ok()?;
        password::from_random(&bytes)
    })
}

/// Copies to the clipboard; false where the browser does not allow it.
async fn copy(text: String) -> bool {
    let Some(navigator) = window().map(|window| window.navigator()) else { return false };
    // There is no clipboard on a page that came over plain HTTP from another machine.
    let has_clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"))
        .is_ok_and(|clipboard| clipboard.is_object());
    if !has_clipboard {
        return false;
    }
    wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(&text)).await.is_ok()
}

/// Calls `turned` when the connection goes or comes back, and when the page comes to the front or leaves it.
pub fn on_turn(turned: impl Fn() + Clone + 'static) {
    for name in ["online", "offline"] {
        let turned = turned.clone();
        listen(window(), name, move |_| turned());
    }
    listen(document(), "visibilitychange", move |_| turned());
}

/// For as long as the document is there.
fn listen(target: Option<impl AsRef<EventTarget>>, name: &str, heard: impl FnMut(Event) + 'static) {
    let Some(target) = target else { return };
    let heard = Closure::<dyn FnMut(Event)>::new(heard);
    // In the capturing phase, since some events of an element are told to nobody above it; fails only for a name that is no string.
    let _ =
        target.as_ref().add_event_listener_with_callback_and_bool(name, heard.as_ref().unchecked_ref(), true);
    heard.forget();
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// The element that the event is about or that is around it.
fn around(event: &Event, selector: &str) -> Option<Element> {
    target(event)?.closest(selector).ok()?
}

fn all(root: &web_sys::Node, selector: &str) -> Vec<Element> {
    let found = match root.dyn_ref::<Element>() {
        Some(element) => element.query_selector_all(selector),
        None => match root.dyn_ref::<web_sys::DocumentFragment>() {
            Some(fragment) => fragment.query_selector_all(selector),
            None => return Vec::new(),
        },
    };
    let Ok(found) = found else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

/// Attributes of a valid name can always be set.
fn set(element: &Element, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

fn find(selector: &str) -> Option<HtmlElement> {
    document()?.query_selector(selector).ok()??.dyn_into().ok()
}

fn document() -> Option<Document> {
    window()?.document()
}

fn window() -> Option<Window> {
    web_sys::window()
}
