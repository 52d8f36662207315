//! Connections: accepted, timed, and let go of in order at the end.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// How long a client may take to send a request's head. A kept connection may rest as long.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a client may leave lie what it is sent.
const UNREAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Of a request's head, and of an answer that is not read.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// With a head and a page each they fit the memory that the chart gives; whoever comes then waits until one ends.
const MAX_CONNECTIONS: usize = 256;
/// How long what is under way may take after the end was asked for: less than Kubernetes gives, and longer than an order takes.
const GRACE: Duration = Duration::from_secs(20);
/// After a failed accept, for instance for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown`, then lets what is under way finish.
pub(crate) async fn run(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    http.max_header_size(MAX_HEAD_BYTES).max_buf_size(MAX_HEAD_BYTES);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let accepting = async {
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let stream = accept(&listener).await;
            if let Err(error) = set_up(&stream) {
                tracing::debug!(%error, "a connection was gone before it began");
                continue;
            }
            let service = TowerToHyperService::new(router.clone());
            let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection ended early");
                }
                drop(place);
            });
        }
    };
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = accepting => {}
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still open at the end of the time they were given");
    }
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn set_up(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    SockRef::from(stream).set_tcp_user_timeout(Some(UNREAD_TIMEOUT))
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn what_is_under_way_at_the_end_is_finished_and_nothing_new_begun() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let told = shutdown.clone();
        let order = async move || {
            told.cancel();
            tokio::time::sleep(Duration::from_millis(200)).await;
            "ordered"
        };
        let serving = tokio::spawn(run(listener, Router::new().route("/", get(order)), shutdown));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("ordered"), "{answer}");
        tokio::time::timeout(GRACE / 2, serving).await.unwrap().unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}
