//! The pages and the server functions behind them: one Leptos codebase. The server renders the pages, first as documents and then, whenever
//! one changes or is gone to, as the text of an answer. In the browser a small program asks, puts the answers on the page, and does what has
//! to be done at once, such as telling what is wrong with a field.
//!
//! Reading order: [`update`] (what a page is told), [`api`] (how it asks), [`live`] (how it stays up to date), [`browser`] (how what is told
//! comes on the page, and what can be done there), `app` and `pages` (what it shows), `guard` (to whom), `door` (the pages in front of it),
//! `plain` (those beside it that need no program), `keys` and `palette` (the ways to all of it by keyboard), `words` and [`clock`] (how that
//! is put), [`texts`] and [`language`] (in which language), [`changing`] (what changes without an answer).
//! Nothing but [`api::answer`] reaches the provisioner, and nothing but [`browser`] reaches the browser.

#![recursion_limit = "256"]

pub mod api;
#[cfg(feature = "ssr")]
pub mod app;
pub mod browser;
pub mod changing;
pub mod clock;
pub mod components;
#[cfg(feature = "ssr")]
pub mod door;
pub mod error;
pub mod first;
#[cfg(feature = "ssr")]
pub mod guard;
#[cfg(feature = "ssr")]
pub mod keys;
pub mod language;
pub mod links;
pub mod live;
#[cfg(feature = "ssr")]
pub mod me;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod palette;
pub mod password;
#[cfg(feature = "ssr")]
pub mod plain;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod texts;
pub mod update;
#[cfg(feature = "ssr")]
pub mod words;

#[cfg(feature = "ssr")]
#[cfg(test)]
mod fixtures;

#[cfg(feature = "ssr")]
pub use app::App;
#[cfg(feature = "ssr")]
pub use shell::{Assets, shell};
