//! Shortcuts of a single key. Whoever speaks to their computer, or hits keys by mistake, can switch them off.

use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{browser, links, me::me};

/// Under which the browser keeps whether they are off.
const KEPT: &str = "storeyard-keys";
const OFF: &str = "off";

/// Whether they are on.
#[derive(Clone, Copy, Debug)]
pub struct Keys(RwSignal<bool>);

impl Keys {
    /// On every page, for as long as it is there.
    pub fn provide() {
        let keys = Self(RwSignal::new(true));
        provide_context(keys);
        Effect::new(move |_| keys.0.set(browser::kept(KEPT).as_deref() != Some(OFF)));
    }

    pub fn are_on(self) -> bool {
        self.0.get()
    }

    fn turn(self) {
        self.0.update(|on| *on = !*on);
        browser::keep(KEPT, if self.0.get_untracked() { "on" } else { OFF });
    }
}

pub fn keys() -> Keys {
    expect_context()
}

#[component]
pub fn KeysSwitch() -> impl IntoView {
    let keys = keys();
    view! {
        <button type="button" class="button switch scripted" role="switch" aria-checked=move || keys.are_on().to_string() on:click=move |_| keys.turn()>
            "Single-key shortcuts"
        </button>
    }
}

pub fn listen() {
    let (keys, navigate, creates) = (keys(), use_navigate(), me().creates());
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let listener = window_event_listener(ev::keydown, move |key| {
            let is_plain = !key.ctrl_key() && !key.meta_key() && !key.alt_key() && !key.default_prevented();
            if !is_plain || !keys.0.get_untracked() || !browser::is_key_free() {
                return;
            }
            let is_taken = match key.key().as_str() {
                "n" if creates => {
                    navigate(links::NEW, NavigateOptions::default());
                    true
                }
                "/" => browser::focus("#search"),
                _ => false,
            };
            if is_taken {
                key.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}
