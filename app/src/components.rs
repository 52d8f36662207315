//! The few pieces that several pages are made of.

#[cfg(feature = "ssr")]
pub mod brand;
#[cfg(feature = "ssr")]
pub mod copy;
#[cfg(feature = "ssr")]
pub mod crumb;
#[cfg(feature = "ssr")]
pub mod english;
#[cfg(feature = "ssr")]
pub mod evidence;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
pub mod health;
#[cfg(feature = "ssr")]
pub mod language;
#[cfg(feature = "ssr")]
pub mod new_password;
#[cfg(feature = "ssr")]
pub mod phase;
#[cfg(feature = "ssr")]
pub mod refused;
#[cfg(feature = "ssr")]
pub mod sentences;
pub mod status;
#[cfg(feature = "ssr")]
pub mod tabs;
#[cfg(feature = "ssr")]
pub mod time;
#[cfg(feature = "ssr")]
pub mod tray;
#[cfg(feature = "ssr")]
pub mod unread;

pub use status::Status;

#[cfg(feature = "ssr")]
pub use self::{
    brand::brand,
    copy::copy_button,
    crumb::{Whence, crumb},
    english::{english, foreign, in_its_language, told},
    evidence::{evidence, listing},
    form::{SentForm, kept, refused_without_script},
    health::health_strip,
    language::language_choice,
    new_password::new_password,
    phase::phase_mark,
    refused::refused_notice,
    sentences::{few_words, sentences},
    tabs::{Tab, tabs},
    time::{date, moment, tick},
    tray::{TRAY, tray},
    unread::{loading_card, unread_notice},
};
