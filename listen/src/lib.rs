//! How a program serves HTTP: where it listens, whom it waits for and for how long, and how it ends.

mod connections;
mod ending;

pub use connections::{Limits, Peer, run};
pub use ending::on_signal;
use tokio::net::TcpListener;

#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct CannotListen {
    address: String,
    source: std::io::Error,
}

/// Listens, and tells the log where.
///
/// # Errors
/// The address is none, or is taken.
pub async fn bind(address: &str) -> Result<TcpListener, CannotListen> {
    let refused = |source| CannotListen { address: address.to_owned(), source };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    tracing::info!(address = %listener.local_addr().map_err(refused)?, "listening");
    Ok(listener)
}
