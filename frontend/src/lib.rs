//! The WASM entry: takes over the page that the server rendered.

use std::time::Duration;

use app::browser;
use wasm_bindgen::prelude::wasm_bindgen;

/// Several times within what the shell's script takes for the program's end.
const BEAT: Duration = Duration::from_secs(5);

#[wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|panic| {
        leptos::logging::error!("{panic}");
        browser::give_up();
    }));
    leptos::mount::hydrate_body(app::App);
    browser::beat();
    leptos::prelude::set_interval(browser::beat, BEAT);
}
