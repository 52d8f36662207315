//! The command palette: what is typed into it is looked for by the server, which writes what is found.

use std::{cell::RefCell, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::{all, around, document, find, forms, listen, patch, set, window};
use crate::texts::live::palette as texts;

/// Long enough for the next letter, short enough to feel immediate.
const TYPING_PAUSE: Duration = Duration::from_millis(100);

thread_local! {
    static ASKING: RefCell<Option<TimeoutHandle>> = const { RefCell::new(None) };
}

pub(super) fn begin() {
    listen(window(), "keydown", |event| {
        if let Some(key) = event.dyn_ref::<KeyboardEvent>()
            && is_taken(&event, key)
        {
            key.prevent_default();
        }
    });
    listen(window(), "click", |event| {
        if around(&event, "#palette [role=option]").is_some()
            && let Some(dialog) = dialog()
        {
            dialog.close();
        }
    });
    listen(window(), "input", |event| {
        if around(&event, "#palette-input").is_some() {
            ask_in(TYPING_PAUSE);
        }
    });
    listen(document(), "focusin", |event| {
        if around(&event, "#palette-input").is_some()
            && let Some(input) = input()
        {
            input.select();
            ask_in(Duration::ZERO);
        }
    });
}

fn is_taken(event: &Event, key: &KeyboardEvent) -> bool {
    let is_modified = (key.ctrl_key() || key.meta_key()) && !key.alt_key() && !key.shift_key();
    match key.key().as_str() {
        "k" | "K" if is_modified => turn(),
        "ArrowDown" if around(event, "#palette-input").is_some() => choose_by(1),
        "ArrowUp" if around(event, "#palette-input").is_some() => choose_by(-1),
        "Enter" if around(event, "#palette-input").is_some() => {
            if let Some(chosen) = find("#palette [aria-selected=true]") {
                chosen.click();
            }
        }
        _ => return false,
    }
    true
}

/// Opens it where nothing else is asked, and closes it.
fn turn() {
    let Some(dialog) = dialog() else { return };
    if dialog.open() {
        dialog.close();
    } else if find("dialog[open]").is_none() {
        // Fails only for a dialog that is open already.
        let _ = dialog.show_modal();
    }
}

fn ask_in(pause: Duration) {
    if let Some(before) = ASKING.with_borrow_mut(Option::take) {
        before.clear();
    }
    let asking = set_timeout_with_handle(|| spawn_local(ask()), pause).ok();
    ASKING.with_borrow_mut(|known| *known = asking);
}

async fn ask() {
    let Some(input) = input() else { return };
    let text = input.value();
    let found = forms::palette(&text).await;
    // An answer to what was typed before comes too late.
    if input.value() != text {
        return;
    }
    let (Some(list), Some(status)) = (find("#palette-found"), find("#palette-status")) else { return };
    let told = match found {
        Ok(html) => {
            list.set_inner_html("");
            if let Some(written) = patch::written(&html) {
                // What was just written is in nobody's way.
                let _ = list.append_child(&written);
            }
            match options().len() {
                0 => texts::nothing().to_owned(),
                found => texts::found(found),
            }
        }
        Err(error) => error.to_string(),
    };
    status.set_text_content(Some(&told));
    choose_by(0);
}

/// The option so far below the one that is chosen, around the end.
fn choose_by(step: i32) {
    let (options, Some(input)) = (options(), input()) else { return };
    let is_chosen = |option: &Element| option.get_attribute("aria-selected").as_deref() == Some("true");
    let at = options.iter().position(is_chosen).unwrap_or_default() as i32;
    let chosen = options.get((at + step).rem_euclid(options.len().max(1) as i32) as usize);
    for option in &options {
        set(option, "aria-selected", Some(if Some(option) == chosen { "true" } else { "false" }));
    }
    set(&input, "aria-activedescendant", chosen.map(Element::id).as_deref());
    if let (Some(list), Some(chosen)) =
        (find("#palette-found"), chosen.and_then(|it| it.dyn_ref::<HtmlElement>()))
    {
        bring_into_view(&list, chosen);
    }
}

/// Scrolls no further than it takes.
fn bring_into_view(list: &HtmlElement, chosen: &HtmlElement) {
    let top = chosen.offset_top() - list.offset_top();
    let lowest = top + chosen.offset_height() - list.client_height();
    if list.scroll_top() > top {
        list.set_scroll_top(top);
    } else if list.scroll_top() < lowest {
        list.set_scroll_top(lowest);
    }
}

fn options() -> Vec<Element> {
    find("#palette-found").map(|list| all(&list, "[role=option]")).unwrap_or_default()
}

fn dialog() -> Option<HtmlDialogElement> {
    find("#palette").and_then(|dialog: HtmlElement| dialog.dyn_into().ok())
}

fn input() -> Option<HtmlInputElement> {
    find("#palette-input")?.dyn_into().ok()
}
