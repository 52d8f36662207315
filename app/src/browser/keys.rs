//! Shortcuts of a single key. Whoever speaks to their computer, or hits keys by mistake, can switch them off.

use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use super::{
    around, document, find, focus, is_key_free, keep, kept, listen, set,
    visit::{self, Way},
    window,
};
use crate::links;

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
        let is_taken = match key.key().as_str() {
            // Whoever may make no store is shown no such key.
            "n" if find("main[data-creates]").is_some() => {
                visit::go(links::NEW, Way::Anew);
                true
            }
            "/" => focus("#search"),
            _ => false,
        };
        if is_taken {
            key.prevent_default();
        }
    });
}

fn are_on() -> bool {
    kept(KEPT).as_deref() != Some(OFF)
}

fn show(are_on: bool) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        set(&root, "data-keys", (!are_on).then_some(OFF));
    }
    if let Some(switch) = find("[data-keys-switch]") {
        set(&switch, "aria-checked", Some(if are_on { "true" } else { "false" }));
    }
}
