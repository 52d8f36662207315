use codee::binary::PostcardCodec;
use leptos::{children::ViewFnOnce, prelude::*};

use crate::{
    api,
    error::ApiError,
    update::{Update, View},
};

/// Shows a page with the first answer about `view`: the server renders it and sends the answer along, so that the browser takes the page
/// over without asking again.
#[component]
pub fn Loaded(
    view: View,
    #[prop(into)] placeholder: ViewFnOnce,
    #[prop(into)] page: Callback<Result<Update, ApiError>, AnyView>,
) -> impl IntoView {
    let first =
        Resource::<_, PostcardCodec>::new_with_options(|| (), move |()| api::poll(view.clone(), None), false);
    view! {
        <Suspense fallback=placeholder>
            {move || Suspend::new(async move { page.run(first.await) })}
        </Suspense>
    }
}
