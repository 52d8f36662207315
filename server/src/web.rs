//! The dashboard's web server: pages, server functions, files.

mod assets;
mod guard;
mod headers;
mod listen;
mod observe;

use std::path::{Path, PathBuf};

use app::{App, api::answer::Stopping};
use axum::{
    Router,
    body::Body,
    extract::DefaultBodyLimit,
    handler::HandlerWithoutStateExt,
    middleware::{from_fn, map_response},
    response::Redirect,
    routing::get,
};
use http::Request;
use leptos::{
    config::LeptosOptions,
    context::{provide_context, use_context},
    nonce::Nonce,
};
use leptos_axum::{LeptosRoutes, generate_route_list};
use provisioner::stores::Stores;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{csrf::CsrfLayer, services::ServeDir, timeout::RequestBodyTimeoutLayer};

/// Serves until `shutdown`, then lets what is under way finish; polls that wait are answered at once.
///
/// # Errors
/// `site_root` lacks what the pages are made of.
pub(crate) async fn serve(
    listener: TcpListener,
    stores: Stores,
    site_root: PathBuf,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let router = router(stores, &site_root, shutdown.clone())?;
    listen::run(listener, router, shutdown).await;
    Ok(())
}

fn router(stores: Stores, site_root: &Path, stopping: CancellationToken) -> anyhow::Result<Router> {
    let assets = assets::locate(site_root)?;
    let options = LeptosOptions::builder()
        .output_name(assets::NAME)
        .site_root(site_root.display().to_string())
        .site_pkg_dir(assets::FOLDER)
        .build();
    let context = move || {
        provide_context(stores.clone());
        provide_context(Stopping(stopping.clone()));
        // The nonce of the answer's own header, in place of the one that Leptos has drawn.
        if let Some(nonce) =
            use_context::<http::request::Parts>().and_then(|parts| parts.extensions.get::<Nonce>().cloned())
        {
            provide_context(nonce);
        }
    };
    let shell = move || app::shell(assets.clone());
    let not_found = {
        let render = leptos_axum::render_app_async_with_context(context.clone(), shell.clone());
        move |request: Request<Body>| render(request)
    };
    let files =
        ServeDir::new(site_root).precompressed_br().precompressed_gzip().fallback(not_found.into_service());
    let files = tower::ServiceBuilder::new().layer(from_fn(headers::cache_files)).service(files);

    Ok(Router::new()
        .route("/", get(|| async { Redirect::temporary(app::links::STORES) }))
        .leptos_routes_with_context(&options, generate_route_list(App), context, shell)
        .fallback_service(files)
        .with_state(options)
        .layer(map_response(guard::say_status))
        .layer(from_fn(guard::refuse_early))
        .layer(DefaultBodyLimit::max(guard::MAX_BODY_BYTES))
        .layer(RequestBodyTimeoutLayer::new(guard::BODY_TIMEOUT))
        .layer(CsrfLayer::new().with_rejection_response(guard::cross_site))
        .layer(from_fn(headers::secure))
        .layer(from_fn(observe::observe)))
}

#[cfg(test)]
mod tests;
