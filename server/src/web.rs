//! The dashboard's web server: pages, server functions, files.

mod activity;
mod admin;
mod assets;
mod audit;
pub(crate) mod away;
mod client;
mod door;
mod frame;
mod guard;
mod headers;
mod https;
mod language;
mod observe;
mod oidc;
mod people;
mod selected;
mod session;
mod unfinished;
mod window;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
    time::Duration,
};

use access::Access;
use app::{App, api::answer::Stopping, guard::Asking};
use axum::{
    Router,
    body::Body,
    extract::DefaultBodyLimit,
    handler::HandlerWithoutStateExt,
    middleware::{from_fn, from_fn_with_state, map_response},
    response::Redirect,
    routing::get,
};
use http::Request;
use leptos::{
    config::LeptosOptions,
    context::{provide_context, use_context},
    nonce::Nonce,
};
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use listen::Limits;
use provisioner::{stores::Stores, window::client::Client};
use store::Language;
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::sync::CancellationToken;
use tower_http::{
    compression::CompressionLayer, csrf::CsrfLayer, services::ServeDir, timeout::RequestBodyTimeoutLayer,
};

/// The pages' routes, found out once: while that is done, no page that is rendered meanwhile anywhere in this process is given its data,
/// and so it never ends.
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

/// Of each port. With a head and a body each all who come fit the memory that the chart gives; of a head, the cookies are a twentieth.
pub(crate) const LIMITS: Limits =
    Limits { head_bytes: 32 * 1024, connections: 1024, grace: Duration::from_secs(10) };

/// Serves until `shutdown`, then lets what is under way finish; polls that wait are answered at once.
///
/// # Errors
/// `site_root` lacks what the pages are made of.
pub(crate) async fn serve(
    listener: TcpListener,
    stores: Stores,
    access: Access,
    window: Client,
    site_root: PathBuf,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let router = router(stores, access, window, &site_root, shutdown.clone())?;
    listen::run(listener, router, LIMITS, shutdown).await;
    Ok(())
}

fn router(
    stores: Stores,
    access: Access,
    window: Client,
    site_root: &Path,
    stopping: CancellationToken,
) -> anyhow::Result<Router> {
    let assets = assets::locate(site_root)?;
    let options = LeptosOptions::builder()
        .output_name(assets::NAME)
        .site_root(site_root.display().to_string())
        .site_pkg_dir(assets::FOLDER)
        .build();
    let scheme = stores.config().scheme;
    let sessions = session::Sessions { access, scheme };
    let door = door::Door { sessions: sessions.clone(), style: assets.style.clone() };
    let people =
        people::People { sessions: sessions.clone(), stores: stores.clone(), style: assets.style.clone() };
    let selecting = selected::Selecting { stores: stores.clone(), style: assets.style.clone() };
    let shown = window::Shown {
        stores: stores.clone(),
        window: window.clone(),
        style: assets.style.clone(),
        stopping: stopping.clone(),
        places: Arc::new(Semaphore::new(window::PLACES)),
    };
    let around = stores.clone();
    let believed = client::Believed::of(stores.config());
    let place = headers::Place::of(stores.config());
    let https = https::Https::of(stores.config());
    let context = move || {
        provide_context(stores.clone());
        provide_context(window.clone());
        provide_context(Stopping(stopping.clone()));
        let Some(parts) = use_context::<http::request::Parts>() else { return };
        // The nonce of the answer's own header, in place of the one that Leptos has drawn.
        if let Some(nonce) = parts.extensions.get::<Nonce>() {
            provide_context(nonce.clone());
        }
        if let Some(asking) = parts.extensions.get::<Asking>() {
            provide_context(asking.clone());
        }
        if let Some(language) = parts.extensions.get::<Language>() {
            provide_context(*language);
        }
    };
    let shell = {
        let assets = assets.clone();
        move || app::shell(assets.clone())
    };
    let not_found = {
        let render = leptos_axum::render_app_async_with_context(context.clone(), shell.clone());
        move |request: Request<Body>| render(request)
    };
    let files =
        ServeDir::new(site_root).precompressed_br().precompressed_gzip().fallback(not_found.into_service());
    let files = tower::ServiceBuilder::new().layer(from_fn(headers::cache_files)).service(files);

    Ok(Router::new()
        .route("/", get(|| async { Redirect::temporary(app::links::STORES) }))
        .leptos_routes_with_context(&options, ROUTES.clone(), context, shell)
        // Nothing secret is on these pages beside what a request brought; on the pages of the door something typed is.
        .layer(CompressionLayer::new().compress_when(headers::is_page))
        .merge(
            Router::new()
                .merge(activity::routes(around.clone(), assets.style.clone()))
                .merge(audit::routes(assets.style.clone()))
                .merge(people::routes(people))
                .merge(selected::routes(selecting))
                .merge(window::routes(shown))
                .layer(from_fn_with_state(around, frame::around)),
        )
        .merge(door::routes(door.clone()))
        .merge(oidc::routes(door))
        .merge(language::routes(scheme))
        .fallback_service(files)
        .with_state(options)
        .layer(from_fn_with_state(sessions, session::recognise))
        .layer(from_fn(language::speak))
        .layer(from_fn_with_state(assets.clone(), assets::refuse_others))
        .layer(from_fn_with_state(assets, assets::refuse_other_builds))
        .layer(map_response(guard::say_status))
        .layer(from_fn(guard::drop_foreign_errors))
        .layer(from_fn_with_state(unfinished::Unfinished::default(), guard::refuse_early))
        .layer(DefaultBodyLimit::max(guard::MAX_BODY_BYTES))
        .layer(RequestBodyTimeoutLayer::new(guard::BODY_TIMEOUT))
        .layer(CsrfLayer::new().with_rejection_response(guard::cross_site))
        .layer(from_fn_with_state(believed, client::find))
        .layer(from_fn(guard::refuse_ambiguous))
        .layer(map_response(guard::say_when_to_try_again))
        .layer(from_fn(guard::end_after_chunks))
        .layer(from_fn_with_state(place, headers::secure))
        .layer(from_fn_with_state(https, https::lead))
        .layer(from_fn(observe::observe)))
}

#[cfg(test)]
mod tests;
