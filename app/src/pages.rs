//! One module a page. They are the server's: what changes on them comes with the next answer. The form for a new store is read by the browser
//! too.

#[cfg(feature = "ssr")]
pub mod delete;
pub mod new;
#[cfg(feature = "ssr")]
pub mod not_found;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod stores;

#[cfg(feature = "ssr")]
pub use rendered::{nowhere, page};

/// Says with the answer's header when what was refused may be tried again.
#[cfg(feature = "ssr")]
pub(crate) fn set_again_after(seconds: u32) {
    use leptos::prelude::use_context;
    if let Some(options) = use_context::<leptos_axum::ResponseOptions>() {
        options.insert_header(http::header::RETRY_AFTER, http::HeaderValue::from(seconds));
    }
}

/// Says with the answer's status what the page says in words.
#[cfg(feature = "ssr")]
pub(crate) fn set_status(status: u16) {
    use leptos::prelude::use_context;
    if let (Some(options), Ok(status)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::StatusCode::from_u16(status))
    {
        options.set_status(status);
    }
}

#[cfg(feature = "ssr")]
mod rendered {
    use leptos::prelude::*;

    use super::{delete, not_found, store, stores};
    use crate::{
        language::language,
        texts::title,
        update::{Page, Shown, Update, View},
        words,
    };

    /// What is shown of `update` at `view`.
    pub fn page(view: &View, update: Update) -> Page {
        let html = match view {
            View::List(query) => stores::page(query, &update),
            View::Store(id) => store::page(id, &update),
            View::Delete(_) => delete::page(&update),
            View::New | View::Nowhere => return nowhere(),
        };
        let title = match view {
            View::Delete(_) => title::delete_store().to_owned(),
            _ => words::title(&update),
        };
        Page {
            html: html.to_html(),
            language: language(),
            title,
            icon: words::icon(&update).to_owned(),
            sayings: words::sayings(&update),
            summary: words::found(&update),
            pace: update.pace(),
            // What cannot be read at all says so itself.
            stale: update.stale.filter(|_| !matches!(update.shown, Shown::Unread(_))),
            revision: update.revision,
            now: update.now,
            ..Page::default()
        }
    }

    /// An address that leads nowhere.
    pub fn nowhere() -> Page {
        still(title::no_such_page(), not_found::page())
    }

    /// A page that stays as it is.
    pub(super) fn still(title: &str, html: AnyView) -> Page {
        Page {
            html: html.to_html(),
            language: language(),
            title: title.to_owned(),
            icon: "/favicon.svg".to_owned(),
            now: crate::api::answer::now(),
            ..Page::default()
        }
    }
}
