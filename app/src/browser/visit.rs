//! Going from page to page: links, the browser's own history, and putting on the page what the server says is there.

use std::{cell::RefCell, time::Duration};

use leptos::prelude::*;
use store::Millis;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, History, HtmlAnchorElement, MouseEvent, UrlSearchParams};

use super::{
    around, catch_focus, document, fields, find, focus_heading, forms, keys, listen, new, note_focus,
    palette, patch, set, times, window,
};
use crate::{
    links,
    live::Live,
    update::{Page, View},
};

/// A page that comes within it is not announced by an empty one.
const UNNOTICED: Duration = Duration::from_millis(150);

thread_local! {
    static SHOWN: RefCell<Shown> = const { RefCell::new(Shown::new()) };
}

/// What is on the page, and what there was.
struct Shown {
    live: Option<Live>,
    path: String,
    /// How far down to be once the page is there.
    scroll: Option<f64>,
    /// The list as it was seen last, and how far down it was scrolled.
    list: Option<String>,
    list_scroll: f64,
}

impl Shown {
    const fn new() -> Self {
        Self { live: None, path: String::new(), scroll: None, list: None, list_scroll: 0.0 }
    }
}

fn shown<T>(part: impl FnOnce(&mut Shown) -> T) -> T {
    SHOWN.with_borrow_mut(part)
}

/// What keeps this page up to date, once the program has taken it over.
pub(super) fn live() -> Option<Live> {
    shown(|shown| shown.live)
}

/// Takes over the page that was loaded.
pub(crate) fn begin(live: Live, icon: &str) {
    set_icon(icon);
    let Some((path, search)) = address() else { return };
    // A store's page tells by its way back from which list it was opened.
    let list = find("[data-list]").and_then(|link| link.get_attribute("href"));
    shown(|shown| {
        shown.list = if path == links::STORES { Some(format!("{path}{search}")) } else { list };
        shown.path = path;
        shown.live = Some(live);
    });
    if let Some(body) = find("body") {
        times::localise(&body, live.now_untracked());
    }
    arrive();
    listen(window(), "click", |event| follow(&event));
    listen(window(), "popstate", |_| match address().and_then(|(path, search)| at(&path, &search)) {
        Some(view) => turn(view, None),
        None => super::reload(),
    });
    listen(window(), "scroll", |_| {
        shown(|shown| {
            if shown.path == links::STORES {
                shown.list_scroll = scrolled();
            }
        });
    });
    listen(document(), "focusin", |event| note_focus(&event));
    forms::begin();
    fields::begin();
    palette::begin();
    keys::begin();
    new::begin();
}

/// What the page was loaded as.
pub fn loaded() -> View {
    address().and_then(|(path, search)| at(&path, &search)).unwrap_or(View::Nowhere)
}

/// Goes to an address as a link there would.
pub(crate) fn go(address: &str, way: Way) {
    let Some(view) = (match address.split_once('?') {
        Some((path, search)) => at(path, search),
        None => at(address, ""),
    }) else {
        return leave_for(address);
    };
    // However the address tells where one came from.
    let is_there = live().is_some_and(|live| live.view() == view)
        && self::address().is_some_and(|(path, _)| address.split('?').next() == Some(path.as_str()));
    if let Some(history) = history().filter(|_| !is_there) {
        let replaces = matches!(way, Way::Replacing | Way::ReplacingInPlace);
        // Fails only for an address of another site.
        let _ = match replaces {
            true => history.replace_state_with_url(&JsValue::NULL, "", Some(address)),
            false => history.push_state_with_url(&JsValue::NULL, "", Some(address)),
        };
    }
    let is_in_place = matches!(way, Way::InPlace | Way::ReplacingInPlace);
    turn(view, (!is_in_place).then_some(0.0));
}

/// How an address comes into the history, and whether the page stays where it is scrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Anew,
    InPlace,
    Replacing,
    ReplacingInPlace,
}

fn turn(view: View, scroll: Option<f64>) {
    let (Some((path, search)), Some(live)) = (address(), live()) else { return };
    let is_other_place = shown(|shown| {
        let is_other_place = shown.path != path;
        let is_last_list = shown.list.as_deref() == Some(&format!("{path}{search}"));
        shown.scroll = if is_other_place && is_last_list { Some(shown.list_scroll) } else { scroll };
        is_other_place
    });
    live.turn_to(view, is_other_place);
    if is_other_place {
        let wait = move || {
            if live.is_waiting() {
                keep_the_place(&live.view());
            }
        };
        set_timeout(wait, UNNOTICED);
    }
}

/// Says that something is being read, for as long as there is nothing else to show.
fn keep_the_place(view: &View) {
    let reading = match view {
        View::List(_) => "list",
        _ => "store",
    };
    let template = find(&format!("#reading-{reading}"));
    let Some(html) = template.map(|template| template.inner_html()) else { return };
    let scroll = shown(|shown| shown.scroll.take());
    replace(&html, Millis::default());
    shown(|shown| shown.scroll = scroll);
}

/// Puts a page there, or what has changed on it.
pub(crate) fn show(view: &View, page: &Page, now: Millis) {
    let Some((path, search)) = address() else { return };
    if matches!(view, View::List(_)) {
        shown(|shown| shown.list = Some(format!("{path}{search}")));
    }
    if shown(|shown| shown.path != path) {
        replace(&page.html, now);
    } else if !page.html.is_empty() {
        change(PLACE, &page.html, now);
        fields::follow_search(view);
        arrive();
    }
    change("#tray", &page.tray, now);
    request_animation_frame(catch_focus);
    scroll();
    if let Some(document) = document() {
        document.set_title(&page.title);
    }
    set_icon(&page.icon);
}

/// Makes what is there what is written.
fn change(selector: &str, html: &str, now: Millis) {
    if let (Some(place), Some(written)) = (find(selector), patch::written(html)) {
        prepare(&written, now);
        patch::children(&place, &written);
    }
}

fn set_icon(path: &str) {
    if let Some(link) = document().and_then(|document| document.get_element_by_id("favicon")) {
        set(&link, "href", Some(path));
    }
}

/// Another page: nothing stays of the one before.
fn replace(html: &str, now: Millis) {
    let (Some(place), Some(written), Some((path, _))) = (find(PLACE), patch::written(html), address()) else {
        return;
    };
    shown(|shown| shown.path.clone_from(&path));
    new::leave();
    prepare(&written, now);
    place.set_inner_html("");
    // What was just written is in nobody's way.
    let _ = place.append_child(&written);
    arrive();
    close_menu();
    if let Some(link) = find("header nav a") {
        let current = if path == links::STORES { "page" } else { "true" };
        set(&link, "aria-current", Some(current));
    }
    focus_heading();
}

fn close_menu() {
    if let Some(menu) = find("[popover]:popover-open") {
        // It is open.
        let _ = menu.hide_popover();
    }
}

fn prepare(written: &web_sys::Node, now: Millis) {
    times::localise(written, now);
    // The way back leads to the list as it was.
    let list = shown(|shown| shown.list.clone());
    for link in super::all(written, "[data-list]") {
        set(&link, "href", Some(list.as_deref().unwrap_or(links::STORES)));
    }
    // Whoever goes on to another of the store's pages comes back there too.
    let from = list.as_deref().and_then(|list| list.split_once('?')).map_or("", |(_, pairs)| pairs);
    for link in super::all(written, "[data-from]") {
        if let Some(address) = link.get_attribute("href") {
            set(&link, "href", Some(&links::from(&address, from)));
        }
    }
}

/// What a page needs beside its text.
fn arrive() {
    new::arrive();
    fields::fill();
    fields::tell_all();
}

fn scroll() {
    if let (Some(down), Some(window)) = (shown(|shown| shown.scroll.take()), window()) {
        window.scroll_to_with_x_and_y(0.0, down);
    }
}

fn follow(event: &Event) {
    // Also where it is followed in another tab.
    if around(event, "[popover] a").is_some() {
        close_menu();
    }
    let Some(link) = led(event) else { return };
    let address = format!("{}{}", link.pathname(), link.search());
    if at(&link.pathname(), &link.search()).is_none() {
        return;
    }
    event.prevent_default();
    go(&address, if link.has_attribute("data-noscroll") { Way::InPlace } else { Way::Anew });
}

/// The link that the browser would follow in this tab.
fn led(event: &Event) -> Option<HtmlAnchorElement> {
    let click = event.dyn_ref::<MouseEvent>()?;
    let is_plain = click.button() == 0
        && !(click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key())
        && !event.default_prevented();
    let link: HtmlAnchorElement =
        around(event, "a[href]:not([target], [rel~=external], [data-opens])")?.dyn_into().ok()?;
    let is_here = link.origin() == window()?.location().origin().ok()?;
    (is_plain && is_here).then_some(link)
}

fn at(path: &str, search: &str) -> Option<View> {
    let asked = UrlSearchParams::new_with_str(search).ok()?;
    View::at(path, |key| asked.get(key))
}

fn address() -> Option<(String, String)> {
    let location = window()?.location();
    Some((location.pathname().ok()?, location.search().ok()?))
}

fn leave_for(address: &str) {
    if let Some(window) = window() {
        let _ = window.location().assign(address);
    }
}

const PLACE: &str = "#page";

fn history() -> Option<History> {
    window()?.history().ok()
}

fn scrolled() -> f64 {
    window().and_then(|window| window.scroll_y().ok()).unwrap_or_default()
}
