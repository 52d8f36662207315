//! The pages and the server functions behind them: one Leptos codebase, rendered on the server and hydrated in the browser.
//!
//! Reading order: [`update`] (what a page is told), [`api`] (how it asks), [`live`] (how it stays up to date), [`app`] and [`pages`]
//! (what it shows), `guard` (to whom), `door` (the pages in front of it), [`words`] and [`clock`] (how that is put), [`changing`] (how it changes). Nothing but [`api::answer`] reaches the provisioner, and nothing but
//! [`browser`] reaches the browser.

#![recursion_limit = "256"]

pub mod api;
pub mod app;
pub mod browser;
pub mod changing;
pub mod clock;
pub mod components;
#[cfg(feature = "ssr")]
pub mod door;
pub mod error;
#[cfg(feature = "ssr")]
pub mod guard;
pub mod keys;
pub mod links;
pub mod live;
pub mod me;
pub mod pages;
pub mod password;
pub mod shell;
pub mod update;
pub mod words;

#[cfg(test)]
mod fixtures;

pub use app::App;
pub use shell::{Assets, shell};
