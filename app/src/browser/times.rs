//! Times as the viewer has them: by their clock, and ticking. The server writes them in UTC and as they were when it answered.

use store::Millis;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Node};

use super::{all, document, set};
use crate::clock::{self, Tick, Zone};

/// Puts what is below `root` into the viewer's time.
pub(super) fn localise(root: &Node, now: Millis) {
    for time in all(root, "time") {
        let Some(at) = at(&time) else { continue };
        if time.has_attribute("title") {
            set(&time, "title", Some(&clock::date_and_time(at, Zone::Viewer)));
        }
        match time.get_attribute("data-shows").as_deref() {
            Some("time") => write(&time, &clock::time_of_day(at, Zone::Viewer)),
            Some("date") => write(&time, &clock::date_and_time(at, Zone::Viewer)),
            _ => {}
        }
    }
    for list in all(root, "ol.timeline") {
        head_days(&list);
    }
    tick_below(root, now);
}

/// Tells each day once, above what comes first in it.
fn head_days(list: &Element) {
    let mut before = String::new();
    for entry in all(list, "li") {
        let Some(at) = entry.query_selector("time").ok().flatten().and_then(|time| at(&time)) else {
            continue;
        };
        let day = clock::day(at, Zone::Viewer);
        let head = entry.query_selector(".day").ok().flatten();
        match head {
            Some(head) if day == before => head.remove(),
            Some(head) => write(&head, &day),
            None if day != before => {
                if let Some(head) = document().and_then(|document| document.create_element("p").ok()) {
                    head.set_class_name("day muted");
                    write(&head, &day);
                    // An element that was just made is in nobody's way.
                    let _ = entry.prepend_with_node_1(&head);
                }
            }
            None => {}
        }
        before = day;
    }
}

pub(crate) fn tick(now: Millis) {
    if let Some(body) = super::find("body") {
        tick_below(&body, now);
    }
}

fn tick_below(root: &Node, now: Millis) {
    for ticking in all(root, "[data-tick]") {
        let told = |name: &str| ticking.get_attribute(name);
        let at = told("data-at").and_then(|at| at.parse().ok()).map(Millis);
        if let (Some(tick), Some(at)) = (told("data-tick").as_deref().and_then(Tick::parse), at) {
            write(&ticking, &tick.text(at, now));
        }
    }
    for later in all(root, "[data-from]") {
        let from = later.get_attribute("data-from").and_then(|from| from.parse().ok());
        let is_shown = from.is_some_and(|from| now >= Millis(from));
        let _ = later.class_list().toggle_with_force("shown", is_shown);
    }
}

fn at(time: &Element) -> Option<Millis> {
    let written = time.get_attribute("datetime")?;
    let millis = js_sys::Date::new(&JsValue::from_str(&written)).get_time();
    (!millis.is_nan()).then_some(Millis(millis as i64))
}

/// Nothing is drawn anew that stays the same.
pub(super) fn write(element: &Element, text: &str) {
    if element.text_content().as_deref() != Some(text) {
        element.unchecked_ref::<Node>().set_text_content(Some(text));
    }
}
