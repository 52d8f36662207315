//! What a collector of traces is told, and what becomes of the dashboard where it takes none.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{ResourceSpans, Span},
};
use prost::Message;
use tokio::{net::TcpListener, time::sleep};

use crate::process::{PASSWORD, STORE, Web};

type Taken = Arc<Mutex<Vec<ResourceSpans>>>;

/// As much of a collector as takes traces, and its address.
async fn collector(taken: Taken) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/v1/traces", post(take)).with_state(taken);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/v1/traces")
}

async fn take(State(taken): State<Taken>, body: Bytes) -> StatusCode {
    let Ok(told) = ExportTraceServiceRequest::decode(body) else { return StatusCode::BAD_REQUEST };
    taken.lock().unwrap().extend(told.resource_spans);
    StatusCode::OK
}

fn spans(taken: &Taken) -> Vec<Span> {
    let told = taken.lock().unwrap();
    told.iter().flat_map(|told| &told.scope_spans).flat_map(|scope| scope.spans.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_is_told_of_each_request_and_of_nothing_that_is_anybodys() {
    let taken = Taken::default();
    let address = collector(Arc::clone(&taken)).await;
    let web =
        Web::with("traces", &[("STOREYARD_TRACES", address.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "100")])
            .await;
    let bo = web.sign_in("bo", "203.0.113.1").await;
    assert_eq!(web.get(&format!("/stores/{STORE}?q=a-search"), &bo, "203.0.113.1").await.status(), 200);
    let is_told = |route: &str| format!("{:?}", spans(&taken)).contains(route);
    let began = Instant::now();
    while !is_told("/stores/{id}") || !is_told("/sign-in") {
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", spans(&taken));
        sleep(Duration::from_millis(50)).await;
    }
    let told = format!("{:?}", taken.lock().unwrap());
    for part in ["storeyard-web", "\"request\"", "http.request.method", "http.response.status_code"] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    let cookie = bo.split("; ").next().unwrap().split_once('=').unwrap().1;
    for secret in [PASSWORD, cookie, "a-search", STORE, "203.0.113.1", "\"bo\""] {
        assert!(!told.contains(secret), "{secret} is in {told}");
    }
    assert!(spans(&taken).iter().all(|span| span.events.is_empty()), "lines of the log are no traces");
    web.assert_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_not_there_is_said_once_and_keeps_nobody_waiting() {
    let web = Web::with(
        "untraced",
        &[("STOREYARD_TRACES", "http://127.0.0.1:9/v1/traces"), ("OTEL_BSP_SCHEDULE_DELAY", "50")],
    )
    .await;
    for _ in 0..20 {
        web.assert_well().await;
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(web.log().matches("the collector takes no traces").count(), 1, "{}", web.log());
}
