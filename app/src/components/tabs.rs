use leptos::prelude::*;
use store::StoreId;

use crate::{components::Whence, links, texts::store as texts};

/// Which of a store's pages one is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Logs,
    Metrics,
}

impl Tab {
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => texts::overview(),
            Self::Logs => texts::logs(),
            Self::Metrics => texts::metrics(),
        }
    }
}

/// The ways between a store's pages, on each of which the way back leads to the list that one came from. Those that need no program are
/// loaded as documents.
pub fn tabs(id: &StoreId, here: Tab, whence: &Whence) -> AnyView {
    let tab = |tab: Tab, to: String| {
        let current = (tab == here).then_some("page");
        let rel = (tab != Tab::Overview).then_some("external");
        view! { <a href=whence.kept_in(&to) rel=rel data-from="" aria-current=current>{tab.title()}</a> }
    };
    view! {
        <nav class="tabs" data-key="tabs" aria-label=texts::of_this_store()>
            {tab(Tab::Overview, links::store(id))}
            {tab(Tab::Logs, links::logs(id))}
            {tab(Tab::Metrics, links::metrics(id))}
        </nav>
    }
    .into_any()
}
