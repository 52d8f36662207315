//! The WASM entry: takes over the page that the server rendered.

use std::time::Duration;

use app::{browser, components::Status, first};
use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

/// Several times within what the shell's script takes for the program's end.
const BEAT: Duration = Duration::from_secs(5);

#[wasm_bindgen]
pub fn begin() {
    std::panic::set_hook(Box::new(|panic| {
        leptos::logging::error!("{panic}");
        browser::give_up();
    }));
    let status = browser::first(first::STATUS);
    let status = status.and_then(|(place, binary)| Some((place, first::read(&binary)?)));
    let Some((place, first)) = status else { return browser::give_up() };
    let view = browser::visit::loaded();
    leptos::mount::hydrate_from(place, move || view! { <Status view first/> }).forget();
    browser::beat();
    set_interval(browser::beat, BEAT);
}
