//! What single elements of a page do when they are pressed or typed into, whichever page they are on: copy, show, make a password, open a
//! dialog, search.

use std::{cell::RefCell, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use store::ListQuery;
use wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, EventInit, HtmlDialogElement, HtmlElement, HtmlFormElement, HtmlInputElement,
    HtmlSelectElement,
};

use super::{
    all, around, copy, find, forms, generate_password, listen, set,
    visit::{self, Way},
    window,
};
use crate::{links, texts::live as texts, update::View};

/// How long a button says what came of it.
const TOLD_FOR: Duration = Duration::from_secs(2);
/// Long enough for the next letter, short enough to feel immediate.
const TYPING_PAUSE: Duration = Duration::from_millis(150);

thread_local! {
    static SEARCH: RefCell<Option<TimeoutHandle>> = const { RefCell::new(None) };
}

pub(super) fn begin() {
    listen(window(), "click", |event| {
        let pressed = |selector: &str| around(&event, selector);
        if let Some(button) = pressed("[data-copy], [data-copies]") {
            copy_from(button);
        } else if let Some(button) = pressed("[data-makes]") {
            with_input(&button, "data-makes", |input| make(&input));
        } else if let Some(button) = pressed("[data-reveals]") {
            with_input(&button, "data-reveals", |input| reveal(&input, input.type_() == "password"));
        } else if let Some(opener) = pressed("[data-opens]") {
            if let Some(dialog) = dialog(&opener, "data-opens") {
                event.prevent_default();
                // Fails only for a dialog that is open already.
                let _ = dialog.show_modal();
            }
        } else if let Some(closer) = pressed("[data-closes]")
            && let Some(dialog) = dialog(&closer, "data-closes")
        {
            dialog.close();
        }
    });
    listen(window(), "toggle", |_| fill());
    listen(window(), "input", |event| {
        if let Some(input) = around(&event, "[data-made]") {
            set(&input, "data-made", None);
        }
    });
    listen(window(), "change", |event| {
        let all = around(&event, "[data-all]").and_then(|all| all.dyn_into::<HtmlInputElement>().ok());
        if let Some(all) = all {
            boxes().iter().for_each(|each| each.set_checked(all.checked()));
        }
        tell_all();
    });
    begin_search();
}

/// Says at the head of the table whether all of its rows are ticked, or some.
pub(super) fn tell_all() {
    let all = find("[data-all]").and_then(|all| all.dyn_into::<HtmlInputElement>().ok());
    let Some(all) = all else { return };
    let boxes = boxes();
    let ticked = boxes.iter().filter(|each| each.checked()).count();
    all.set_checked(ticked > 0 && ticked == boxes.len());
    all.set_indeterminate(ticked > 0 && ticked < boxes.len());
}

/// Those of the rows.
fn boxes() -> Vec<HtmlInputElement> {
    let Some(form) = find("form.selecting") else { return Vec::new() };
    all(&form, "input[name=id]").into_iter().filter_map(|each| each.dyn_into().ok()).collect()
}

/// Makes the passwords that are wanted and seen.
pub(super) fn fill() {
    let Some(main) = find("main") else { return };
    for input in all(&main, "input[data-wanted]:not(details:not([open]) *)") {
        if let Ok(input) = input.dyn_into::<HtmlInputElement>()
            && input.value().is_empty()
        {
            make(&input);
        }
    }
}

fn make(input: &HtmlInputElement) {
    let Some(password) = generate_password() else { return };
    input.set_value(&password);
    reveal(input, true);
    // What nobody typed is not lost when the page is left.
    set(input, "data-made", Some(""));
    let bubbles = EventInit::new();
    bubbles.set_bubbles(true);
    if let Ok(event) = Event::new_with_event_init_dict("change", &bubbles) {
        // For whoever reads the form; fails only for an event that is on its way already.
        let _ = input.dispatch_event(&event);
    }
}

fn reveal(input: &HtmlInputElement, is_shown: bool) {
    input.set_type(if is_shown { "text" } else { "password" });
    if let Some(label) = find(&format!("[data-reveals={}] span", input.id())) {
        label.set_text_content(Some(if is_shown { texts::hide() } else { texts::show() }));
    }
}

fn copy_from(button: Element) {
    let text = match button.get_attribute("data-copy") {
        Some(text) => text,
        None => input(&button, "data-copies").map(|input| input.value()).unwrap_or_default(),
    };
    spawn_local(async move {
        let is_copied = copy(text).await;
        let Ok(Some(label)) = button.query_selector("[aria-live]") else { return };
        label.set_text_content(Some(if is_copied { texts::copied() } else { texts::not_allowed() }));
        set_timeout(move || label.set_text_content(Some(texts::copy())), TOLD_FOR);
    });
}

fn with_input(button: &Element, name: &str, then: impl FnOnce(HtmlInputElement)) {
    if let Some(input) = input(button, name) {
        then(input);
    }
}

/// The field that the button is for.
fn input(button: &Element, name: &str) -> Option<HtmlInputElement> {
    named(button, name)?.dyn_into().ok()
}

fn dialog(button: &Element, name: &str) -> Option<HtmlDialogElement> {
    named(button, name)?.dyn_into().ok()
}

fn named(button: &Element, name: &str) -> Option<HtmlElement> {
    find(&format!("#{}", button.get_attribute(name)?))
}

fn begin_search() {
    listen(window(), "input", |event: Event| {
        if around(&event, "#search").is_none() {
            return;
        }
        stop();
        let waiting = set_timeout_with_handle(|| search(Way::ReplacingInPlace), TYPING_PAUSE).ok();
        SEARCH.with_borrow_mut(|search| *search = waiting);
    });
    listen(window(), "change", |event| {
        if around(&event, "form.search select").is_some() {
            stop();
            search(Way::InPlace);
        }
    });
    listen(window(), "submit", |event| {
        if around(&event, "form.search").is_some() {
            event.prevent_default();
            stop();
            search(Way::ReplacingInPlace);
        }
    });
    // What was typed before the page was taken over is searched for.
    search(Way::ReplacingInPlace);
}

fn stop() {
    if let Some(waiting) = SEARCH.with_borrow_mut(Option::take) {
        waiting.clear();
    }
}

fn search(way: Way) {
    let (Some(form), Some(live)) = (searching(), visit::live()) else { return };
    // The page may have been left before the pause was over.
    let View::List(asked) = live.view() else { return };
    let Some(fields) = forms::written(&form) else { return };
    let Some(View::List(typed)) = View::at(links::STORES, |key| fields.get(key)) else { return };
    let ListQuery { filter, sort, descending, page, .. } = asked;
    if (ListQuery { filter, sort, descending, page, ..typed.clone() }) != asked {
        let query = ListQuery { filter, sort, descending, page: 0, ..typed };
        visit::go(&links::list(&query), way);
    }
}

/// The address leads, for instance after Back; but what is being typed is not touched.
pub(super) fn follow_search(view: &View) {
    let (Some(form), View::List(query)) = (searching(), view) else { return };
    let asked = query.to_pairs();
    for select in all(&form, "select") {
        if let Ok(select) = select.dyn_into::<HtmlSelectElement>() {
            let name = select.name();
            let chosen = asked.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_str());
            select.set_value(chosen);
        }
    }
    let Some(input) = find("#search").and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else {
        return;
    };
    let is_typed_into = input.matches(":focus").unwrap_or(false);
    if !is_typed_into && input.value().trim() != query.search {
        input.set_value(&query.search);
    }
}

fn searching() -> Option<HtmlFormElement> {
    find("form.search")?.dyn_into().ok()
}
