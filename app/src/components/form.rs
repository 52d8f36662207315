use leptos::{prelude::*, server_fn::ServerFn};
use store::{ListQuery, StoreId};

use crate::{error::ApiError, texts::upkeep as texts};

/// A form about a store that the page's program sends, and the browser where there is none.
#[derive(Debug)]
pub struct SentForm<'a> {
    pub id: &'a StoreId,
    /// Tells it from its neighbours.
    pub key: &'static str,
    pub label: &'static str,
    /// What its button says meanwhile.
    pub busy: &'static str,
    /// What is said once it is done; where it goes by what it asked for, nothing.
    pub done: Option<&'static str>,
    pub class: &'static str,
}

impl<'a> SentForm<'a> {
    pub fn new(id: &'a StoreId, key: &'static str, label: &'static str) -> Self {
        Self { id, key, label, busy: texts::one_moment(), done: None, class: "wish" }
    }

    /// Its message and its button are the program's while it sends, and so are left as they are by whatever is told of the store.
    pub fn sends<F>(self, fields: AnyView) -> AnyView
    where
        F: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
        F::Output: Clone + Send + Sync + 'static,
    {
        let refused = refused_without_script::<F>().map(|error| error.to_string());
        view! {
            <form class=self.class method="post" action=F::url() data-send="" data-key=self.key data-done=self.done>
                <input type="hidden" name="id" value=self.id.to_string()/>
                {fields}
                <button class="button" type="submit" data-held="" data-busy=self.busy>{self.label}</button>
                <p class="error" role="alert" data-held="">{refused}</p>
                {self.done.map(|_| view! { <p class="muted" role="status" data-held=""></p> }.into_any())}
            </form>
        }
        .into_any()
    }
}

/// What a form takes along of a list that it has no field for.
pub fn kept(list: &ListQuery) -> AnyView {
    let pairs = list.to_pairs().into_iter();
    let pairs = pairs.map(|(key, value)| view! { <input type="hidden" name=key value=value/> }.into_any());
    view! { <span class="kept">{pairs.collect_view()}</span> }.into_any()
}

/// Why a form that was sent without a script was refused: it comes back with that in the address.
pub fn refused_without_script<F>() -> Option<ApiError>
where
    F: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    F::Output: Clone + Send + Sync + 'static,
{
    ServerAction::<F>::new().value().get_untracked().and_then(Result::err)
}
