//! One module a page.

pub mod delete;
pub mod new;
pub mod not_found;
pub mod store;
pub mod stores;

pub use delete::DeleteStorePage;
pub use new::NewStorePage;
pub use not_found::NotFoundPage;
pub use store::StorePage;
pub use stores::StoresPage;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The id in the page's address, if there is a store's id in it.
fn id_in_path() -> Memo<Option<::store::StoreId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| ::store::StoreId::parse(params.get_str("id")?).ok()))
}

/// Says with the answer's status what the page says in words. In the browser there is no status left to set.
pub(crate) fn set_status(status: u16) {
    #[cfg(feature = "ssr")]
    if let (Some(options), Ok(status)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::StatusCode::from_u16(status))
    {
        options.set_status(status);
    }
    #[cfg(not(feature = "ssr"))]
    let _ = status;
}
