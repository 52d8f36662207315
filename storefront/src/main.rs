//! The binary `storefront`: the pages in which a visitor finds and buys what one shop sells. It keeps nothing. Goods, carts and orders are the
//! backend's, which is asked for them page by page, and what a visitor has is named by cookies of theirs.

mod backend;
mod date;
mod groups;
mod money;
mod pages;
mod shop;
mod web;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use backend::{Backend, Patience};
use clap::Parser;
use http::{HeaderValue, Uri};
use listen::Limits;
use shop::{Shops, Site};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use web::Storefront;

#[derive(Debug, Parser)]
#[command(name = "storefront", version, about = "The pages of one shop")]
struct Settings {
    /// Where the shop's API answers, inside of its namespace.
    #[arg(long, env = "STOREFRONT_BACKEND", default_value = "http://127.0.0.1:9000")]
    backend: Uri,
    /// The file with the key by which the API knows storefronts.
    #[arg(long, env = "STOREFRONT_KEY_FILE", default_value = "/run/secrets/storeyard/publishable-key")]
    key_file: PathBuf,
    /// The shop's own address, such as `https://shop.example.com`.
    #[arg(long, env = "STORE_URL", default_value = "http://localhost:8080")]
    url: String,
    /// What the shop is called while its backend does not say so.
    #[arg(long, env = "STORE_TITLE", default_value = "Shop")]
    title: String,
    #[arg(long, env = "STOREFRONT_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where health is told: nowhere that visitors reach.
    #[arg(long, env = "STOREFRONT_HEALTH_LISTEN", default_value = "127.0.0.1:8081")]
    health_listen: String,
}

/// With a head and a page each they fit the memory that the chart gives; and an order takes less than what is given at the end.
const LIMITS: Limits = Limits { head_bytes: 16 * 1024, connections: 256, grace: Duration::from_secs(20) };

fn main() -> ExitCode {
    log_to_standard_error();
    match run(Settings::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

// Two are enough for what waits for a backend nearly all of its time, and each takes memory of its own.
#[tokio::main(worker_threads = 2)]
async fn run(settings: Settings) -> anyhow::Result<()> {
    let key = key(&settings.key_file)?;
    let backend = Backend::new(&settings.backend, key, Patience::default())?;
    let site = Site::new(&settings.url, &settings.title);
    let storefront = Storefront::new(Shops::new(backend, site));
    let shutdown = listen::on_signal()?;
    let health = listen::bind(&settings.health_listen).await?;
    let listener = listen::bind(&settings.listen).await?;
    // It answers for as long as there is something to ask after: longer than until the signal to end.
    let done = CancellationToken::new();
    let told = axum::serve(health, web::health()).with_graceful_shutdown(done.clone().cancelled_owned());
    let told = tokio::spawn(told.into_future());
    listen::run(listener, web::router(storefront), LIMITS, shutdown).await;
    done.cancel();
    // A client of it that does not go is not waited for.
    let _ended = tokio::time::timeout(Duration::from_secs(1), told).await;
    Ok(())
}

fn key(file: &Path) -> anyhow::Result<HeaderValue> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    HeaderValue::from_str(text.trim()).with_context(|| format!("{} holds no key", file.display()))
}

/// Lines for a person at a terminal, JSON for everything else.
fn log_to_standard_error() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        log.init();
    } else {
        log.json().flatten_event(true).init();
    }
}
