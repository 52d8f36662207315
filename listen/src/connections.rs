//! Connections: accepted, timed, and let go of in order at the end.

use std::{
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

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

/// What all clients together may take of a program, which has to fit the memory that it is given.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of a request's head. As much is held of an answer that is not read.
    pub head_bytes: usize,
    /// Whoever comes beyond these waits until one ends.
    pub connections: usize,
    /// How long what is under way may take after the end was asked for: less than Kubernetes gives.
    pub grace: Duration,
}

/// The other end of a request's connection, among the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// How long a client is waited for.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// For the head of the first request of a connection.
    first: Duration,
    /// For that of every later one, from the answer to the one before.
    next: Duration,
    /// For what it is sent to be read.
    unread: Duration,
}

const PATIENCE: Patience = Patience {
    first: Duration::from_secs(20),
    // Longer than Traefik keeps a connection that rests (`idleConnTimeout`, 90 s): what it sends into one that ends at that
    // moment it may not send again where that changes something, and so the visitor would be told 502.
    next: Duration::from_secs(100),
    unread: Duration::from_secs(30),
};
/// After a failed accept, for instance for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown`, then lets what is under way finish.
pub async fn run(listener: TcpListener, router: Router, limits: Limits, shutdown: CancellationToken) {
    run_for(listener, router, limits, PATIENCE, shutdown).await;
}

async fn run_for(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    patience: Patience,
    shutdown: CancellationToken,
) {
    // HTTP/1.1 alone, which is what ingress controllers speak: what first finds out which version it is waits for that without an end.
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.next);
    http.max_header_size(limits.head_bytes).max_buf_size(limits.head_bytes);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections));
    while let Some((stream, peer, place)) = next(&listener, &places, &shutdown).await {
        if let Err(error) = set_up(&stream, patience.unread) {
            tracing::debug!(%error, "a connection was gone before it began");
            continue;
        }
        let router = router.clone();
        let asked = Arc::new(AtomicBool::new(false));
        let asks = Arc::clone(&asked);
        let service = tower::service_fn(move |mut request: Request<Incoming>| {
            asks.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(Peer(peer));
            router.clone().oneshot(request)
        });
        let service = TowerToHyperService::new(service);
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = &mut connection => Some(ended),
                () = sleep(patience.first) => None,
            };
            let ended = match ended {
                Some(ended) => ended,
                None if asked.load(Ordering::Relaxed) => connection.await,
                None => return tracing::debug!("a connection was let go of that nothing was asked by"),
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    if timeout(limits.grace, graceful.shutdown()).await.is_err() {
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
    use axum::{Extension, routing::get};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpSocket,
        task::JoinHandle,
    };

    use super::*;

    const BRIEF: Patience =
        Patience { first: SECOND, next: Duration::from_secs(4), unread: Duration::from_secs(2) };
    const SECOND: Duration = Duration::from_secs(1);

    fn limits() -> Limits {
        Limits { head_bytes: 16 * 1024, connections: 2, grace: Duration::from_secs(10) }
    }

    async fn serve(router: Router, shutdown: &CancellationToken) -> (SocketAddr, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (address, tokio::spawn(run_for(listener, router, limits(), BRIEF, shutdown.clone())))
    }

    async fn ask(address: SocketAddr) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn whoever_reads_nothing_of_what_was_asked_for_is_let_go_of() {
        let router = Router::new().route("/", get(|| async { "x".repeat(100_000) }));
        let shutdown = CancellationToken::new();
        let (address, serving) = serve(router, &shutdown).await;
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut stream = socket.connect(address).await.unwrap();
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000);
        let asking = async { while stream.write_all(request.as_bytes()).await.is_ok() {} };
        assert!(timeout(Duration::from_secs(20), asking).await.is_ok(), "it is waited for");
        shutdown.cancel();
        timeout(limits().grace / 2, serving).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_is_under_way_at_the_end_is_finished_and_nothing_new_begun() {
        let shutdown = CancellationToken::new();
        let told = shutdown.clone();
        let order = async move || {
            told.cancel();
            sleep(Duration::from_millis(200)).await;
            "ordered"
        };
        let (address, serving) = serve(Router::new().route("/", get(order)), &shutdown).await;
        let answer = ask(address).await;
        assert!(answer.ends_with("ordered"), "{answer}");
        timeout(limits().grace / 2, serving).await.unwrap().unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn a_request_says_where_it_is_from_and_waits_for_a_place() {
        let whence = async |Extension(Peer(peer)): Extension<Peer>| peer.ip().to_string();
        let shutdown = CancellationToken::new();
        let (address, serving) = serve(Router::new().route("/", get(whence)), &shutdown).await;
        let mut silent = Vec::new();
        for _ in 0..limits().connections {
            silent.push(TcpStream::connect(address).await.unwrap());
        }
        let mut asking = tokio::spawn(ask(address));
        assert!(timeout(Duration::from_millis(200), &mut asking).await.is_err(), "it had a place");
        silent.pop();
        assert!(asking.await.unwrap().ends_with("127.0.0.1"));
        shutdown.cancel();
        timeout(limits().grace / 2, serving).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_connection_that_asks_nothing_is_let_go_of_sooner_than_one_that_rests_after_an_answer() {
        let shutdown = CancellationToken::new();
        let (address, _serving) = serve(Router::new().route("/", get(|| async { "here" })), &shutdown).await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut resting = TcpStream::connect(address).await.unwrap();
        let answered = async |stream: &mut TcpStream| {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
            let mut told = [0; 1024];
            let length = stream.read(&mut told).await.unwrap();
            assert!(told[..length].ends_with(b"here"), "{}", String::from_utf8_lossy(&told[..length]));
        };
        answered(&mut resting).await;
        let ended = timeout(BRIEF.next / 2, silent.read(&mut [0; 1])).await;
        assert_eq!(ended.expect("it is waited for").unwrap(), 0);
        sleep(BRIEF.next / 2 - SECOND / 2).await;
        answered(&mut resting).await;
        let ended = timeout(BRIEF.next + SECOND, resting.read(&mut [0; 1])).await;
        assert_eq!(ended.expect("it rests without an end").unwrap(), 0);
    }
}
