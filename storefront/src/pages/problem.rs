use maud::{Markup, html};

use super::{Head, unlisted};

/// What went wrong, and where it goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) title: &'static str,
    pub(crate) sentence: &'static str,
    pub(crate) path: &'static str,
    pub(crate) link: &'static str,
}

pub(crate) fn page(head: &Head<'_>, told: &Told) -> Markup {
    let main = html! {
        div.alone {
            h1 { (told.title) }
            p { (told.sentence) }
            p { a.button href=(told.path) { (told.link) } }
        }
    };
    unlisted(head, told.title, &main)
}
