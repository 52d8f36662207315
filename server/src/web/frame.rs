//! What stands around the pages that need no program, as far as it depends on who asks.

use app::guard::Asking;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use leptos::{context::provide_context, reactive::computed::ScopedFuture, reactive::owner::Owner};
use provisioner::stores::Stores;

/// Has such a page know what the others do: who asks, with what request, and the stores.
pub(super) async fn around(State(stores): State<Stores>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let answered = Owner::new().with(|| {
        provide_context(stores);
        if let Some(asking) = parts.extensions.get::<Asking>() {
            provide_context(asking.clone());
        }
        provide_context(parts.clone());
        ScopedFuture::new(next.run(Request::from_parts(parts, body)))
    });
    answered.await
}
