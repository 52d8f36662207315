//! All that is asked of the browser itself. Called from effects and event handlers only, so never on the server.

use std::cell::RefCell;

use store::Millis;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    Document, FormData, HtmlDialogElement, HtmlElement, HtmlFormElement, HtmlInputElement, VisibilityState,
    Window,
};

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

/// What the document's head says under that name.
pub fn told(name: &str) -> Option<String> {
    document()?.query_selector(&format!("meta[name={name}]")).ok()??.get_attribute("content")
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

/// How far the page is scrolled down.
pub fn scrolled() -> f64 {
    window().and_then(|window| window.scroll_y().ok()).unwrap_or_default()
}

pub fn scroll_to(down: f64) {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, down);
    }
}

thread_local! {
    /// What in the page had the focus last.
    static FOCUSED: RefCell<Option<HtmlElement>> = const { RefCell::new(None) };
}

pub fn note_focus(event: &web_sys::FocusEvent) {
    let element = event.target().and_then(|target| target.dyn_into().ok());
    FOCUSED.with_borrow_mut(|focused| *focused = element);
}

/// Gives the focus to the heading if what had it has been taken off the page.
pub fn catch_focus() {
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

/// Closes what was opened over the page.
pub fn hide_popover(id: &str) {
    if let Some(element) = find(&format!("#{id}")) {
        // Fails only for what is not open.
        let _ = element.hide_popover();
    }
}

/// What this browser keeps under that name.
pub fn kept(name: &str) -> Option<String> {
    window()?.local_storage().ok()??.get_item(name).ok()?
}

pub fn keep(name: &str, value: &str) {
    if let Some(storage) = window().and_then(|window| window.local_storage().ok()?) {
        // A browser that keeps nothing forgets it with the page.
        let _ = storage.set_item(name, value);
    }
}

pub fn open(dialog: &HtmlDialogElement) {
    // Fails only for a dialog that is open already.
    let _ = dialog.show_modal();
}

/// Whether the focus goes to what sends the form.
pub fn goes_to_submit(event: &web_sys::FocusEvent) -> bool {
    let next = event.related_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    next.is_some_and(|element| element.matches("[type=submit]").unwrap_or(false))
}

pub fn set_icon(path: &str) {
    if let Some(link) = document().and_then(|document| document.get_element_by_id("favicon")) {
        // Setting an attribute of a valid name does not fail.
        let _ = link.set_attribute("href", path);
    }
}

/// Whether a key pressed now is meant for the page, not for a field or an open dialog.
pub fn is_key_free() -> bool {
    let Some(document) = document() else { return false };
    let typing = document.active_element().is_some_and(|element| {
        element.matches("input, textarea, select, [contenteditable]").unwrap_or(false)
    });
    let in_dialog = document.query_selector("dialog[open]").ok().flatten().is_some();
    !typing && !in_dialog
}

/// A new password from the browser's own source of randomness.
pub fn generate_password() -> Option<String> {
    let crypto = window()?.crypto().ok()?;
    let mut bytes = [0; password::RANDOM_BYTES];
    // Too few fair bytes come once in a hundred thousand draws; the second draw is another one.
    (0..8).find_map(|_| {
        crypto.get_random_values_with_u8_array(&mut bytes).ok()?;
        password::from_random(&bytes)
    })
}

/// Copies to the clipboard; false where the browser does not allow it.
pub async fn copy(text: String) -> bool {
    let Some(navigator) = window().map(|window| window.navigator()) else { return false };
    // There is no clipboard on a page that came over plain HTTP from another machine.
    let has_clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"))
        .is_ok_and(|clipboard| clipboard.is_object());
    if !has_clipboard {
        return false;
    }
    wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(&text)).await.is_ok()
}

/// Puts `value` into the input that `selector` finds.
pub fn fill(selector: &str, value: &str) {
    if let Some(input) = find(selector).and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) {
        input.set_value(value);
    }
}

/// What is in the input that `selector` finds.
pub fn value(selector: &str) -> Option<String> {
    Some(find(selector)?.dyn_into::<HtmlInputElement>().ok()?.value())
}

/// Reads the fields of the form with that id by name.
pub fn form_reader(id: &str) -> Option<impl Fn(&str) -> String> {
    let form: HtmlFormElement = document()?.get_element_by_id(id)?.dyn_into().ok()?;
    let data = FormData::new_with_form(&form).ok()?;
    Some(move |name: &str| data.get(name).as_string().unwrap_or_default())
}

/// The name of the form field that an event is about.
pub fn name_of_target(event: &web_sys::Event) -> Option<String> {
    Some(event.target()?.dyn_into::<HtmlInputElement>().ok()?.name())
}

/// Listens until the guard is dropped.
#[derive(Debug)]
pub struct Listening {
    targets: Vec<(web_sys::EventTarget, &'static str)>,
    callback: Closure<dyn FnMut()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        for (target, event) in &self.targets {
            // Fails only for an event name that is not a string.
            let _ = target.remove_event_listener_with_callback(event, self.callback.as_ref().unchecked_ref());
        }
    }
}

/// Calls `turned` when the connection goes or comes back, and when the page comes to the front or leaves it.
pub fn on_turn(turned: impl FnMut() + 'static) -> Option<Listening> {
    let callback = Closure::<dyn FnMut()>::new(turned);
    let targets: Vec<(web_sys::EventTarget, &'static str)> = vec![
        (window()?.into(), "online"),
        (window()?.into(), "offline"),
        (document()?.into(), "visibilitychange"),
    ];
    for (target, event) in &targets {
        target.add_event_listener_with_callback(event, callback.as_ref().unchecked_ref()).ok()?;
    }
    Some(Listening { targets, callback })
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
