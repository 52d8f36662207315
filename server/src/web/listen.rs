//! Connections: accepted, timed, and let go of in order at the end.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use http::Request;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::client::Peer;

/// How long a client may take to send a request's head. A kept connection may rest as long.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a client may leave lie what it is sent.
const UNREAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Of a request's head: the cookies are a twentieth of it. As much is held of an answer that is not read.
const MAX_HEAD_BYTES: usize = 32 * 1024;
/// With a head and a body each they fit the memory that the chart gives; whoever comes then waits until one ends.
const MAX_CONNECTIONS: usize = 1024;
/// How long what is under way may take after the end was asked for: less than Kubernetes gives.
const GRACE: Duration = Duration::from_secs(10);
/// After a failed accept, for instance for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

pub(crate) async fn run(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    run_for(listener, router, UNREAD_TIMEOUT, shutdown).await;
}

async fn run_for(listener: TcpListener, router: Router, unread: Duration, shutdown: CancellationToken) {
    // HTTP/1.1 alone, which is what ingress controllers speak: what first finds out which version it is waits for that without an end.
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    http.max_header_size(MAX_HEAD_BYTES).max_buf_size(MAX_HEAD_BYTES);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    while let Some((stream, peer, place)) = next(&listener, &places, &shutdown).await {
        if let Err(error) = set_up(&stream, unread) {
            tracing::debug!(%error, "a connection was gone before it began");
            continue;
        }
        let router = router.clone();
        let service = tower::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            router.clone().oneshot(request)
        });
        let service = TowerToHyperService::new(service);
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    if timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still open at the end of the time they were given");
    }
}

fn set_up(stream: &TcpStream, unread: Duration) -> std::io::Result<()> {
    // Without it the end of a chunked page waits 40 ms for an acknowledgement.
    stream.set_nodelay(true)?;
    SockRef::from(stream).set_tcp_user_timeout(Some(unread))
}

/// The next connection, once there is a place for it; nothing once the end was asked for.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    shutdown: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = tokio::select! {
        () = shutdown.cancelled() => return None,
        // The semaphore is never closed.
        place = Arc::clone(places).acquire_owned() => place.ok()?,
    };
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => return Some((stream, peer, place)),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{io::AsyncWriteExt, net::TcpSocket};

    use super::*;

    #[tokio::test]
    async fn whoever_reads_nothing_of_what_was_asked_for_is_let_go_of() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "x".repeat(100_000) }));
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(run_for(listener, router, Duration::from_secs(2), shutdown.clone()));
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut stream = socket.connect(address).await.unwrap();
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000);
        let asking = async { while stream.write_all(request.as_bytes()).await.is_ok() {} };
        assert!(timeout(Duration::from_secs(20), asking).await.is_ok(), "it is waited for");
        shutdown.cancel();
        timeout(GRACE / 2, serving).await.unwrap().unwrap();
    }
}
