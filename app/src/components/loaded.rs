use codee::binary::PostcardCodec;
use leptos::{children::ViewFnOnce, prelude::*};

use crate::{
    api,
    error::ApiError,
    update::{Update, View, Wait},
};

/// Shows a page with the first answer about `view`: the server renders it and sends the answer along, so that the browser takes the page
/// over without asking again.
#[component]
pub fn Loaded(
    view: View,
    #[prop(into)] placeholder: ViewFnOnce,
    #[prop(into)] page: Callback<Result<Update, ApiError>, AnyView>,
) -> impl IntoView {
    let ask = move |()| {
        let view = view.clone();
        async move { api::poll(view, None, Wait::No).await?.first() }
    };
    let first = Resource::<_, PostcardCodec>::new_with_options(|| (), ask, false);
    view! {
        <Suspense fallback=placeholder>
            {move || Suspend::new(async move { page.run(first.await) })}
        </Suspense>
    }
}
