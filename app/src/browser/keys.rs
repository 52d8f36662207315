//! Keys of a single letter or sign press what bears them on the page. Whoever speaks to their computer, or hits keys by mistake, can switch
//! them off.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::{all, around, document, find, focus, is_key_free, keep, kept, listen, set, window};

/// Under which the browser keeps whether they are off.
const KEPT: &str = "storeyard-keys";
const OFF: &str = "off";

pub(super) fn begin() {
    show(are_on());
    listen(window(), "click", |event| {
        if around(&event, "[data-keys-switch]").is_some() {
            let are_on = !are_on();
            keep(KEPT, if are_on { "on" } else { OFF });
            show(are_on);
        }
    });
    listen(window(), "keydown", |event| {
        let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
        let is_plain = !key.ctrl_key() && !key.meta_key() && !key.alt_key() && !key.default_prevented();
        if !is_plain || !are_on() || !is_key_free() {
            return;
        }
        let pressed = key.key();
        let bears = |element: &HtmlElement| element.get_attribute("data-hotkey").as_ref() == Some(&pressed);
        let Some(element) = everywhere("[data-hotkey]").into_iter().find(bears) else { return };
        // What has nothing to do on this page is left to the browser.
        if element.get_attribute("data-focuses").is_none_or(|what| find(&what).is_some()) {
            key.prevent_default();
            element.click();
        }
    });
    listen(window(), "click", |event| {
        if let Some(what) =
            around(&event, "[data-focuses]").and_then(|pressed| pressed.get_attribute("data-focuses"))
        {
            focus(&what);
        }
    });
}

fn everywhere(selector: &str) -> Vec<HtmlElement> {
    let body = find("body").map(|body| all(&body, selector)).unwrap_or_default();
    body.into_iter().filter_map(|element| element.dyn_into().ok()).collect()
}

fn are_on() -> bool {
    kept(KEPT).as_deref() != Some(OFF)
}

fn show(are_on: bool) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        set(&root, "data-keys", (!are_on).then_some(OFF));
    }
    for switch in everywhere("[data-keys-switch]") {
        set(&switch, "aria-checked", Some(if are_on { "true" } else { "false" }));
    }
}
