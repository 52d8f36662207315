//! What is refused before any page or function sees it, and the statuses of what functions refuse.

use std::time::Duration;

use app::{error::ApiError, links};
use axum::{
    Extension,
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, Query, Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use futures::StreamExt;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use leptos::server_fn::error::FromServerFnError as _;

use super::{client::Client, unfinished::Unfinished};

/// Ten times what the largest form fills.
pub(super) const MAX_BODY_BYTES: usize = 64 * 1024;
/// What is still read of a body that is too large.
const MAX_DISCARDED_BYTES: usize = 32 * 1024 * 1024;
/// How long a body may pause.
pub(super) const BODY_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a body may take in all: one that never pauses for long would not end otherwise.
const WHOLE_BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// Set by `server_fn` on the answer of a function that returned an error.
const ERROR_HEADER: &str = "serverfnerror";

/// Refuses what no page sends, before a function sees it.
pub(super) async fn refuse_early(
    State(unfinished): State<Unfinished>,
    Extension(Client(from)): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let Some(place) = unfinished.begin(from) else {
        let sentence = "Too many requests from your network are still being sent. Try again in a moment.\n";
        return (StatusCode::TOO_MANY_REQUESTS, sentence).into_response();
    };
    if length(request.headers()).is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        // One that is too slow is cut off.
        let _read = tokio::time::timeout(BODY_TIMEOUT, discard(request.into_body())).await;
        return too_large();
    }
    if !has_known_content(request.headers()) {
        let sentence =
            "This content type is not understood. Send a form as application/x-www-form-urlencoded.\n";
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, sentence).into_response();
    }
    // What is this small may be held whole, so that its end is known before it is acted upon.
    let (parts, body) = request.into_parts();
    let read = Bytes::from_request(Request::from_parts(parts.clone(), body), &());
    let read = tokio::time::timeout(WHOLE_BODY_TIMEOUT, read).await;
    drop(place);
    match read {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        Ok(Err(_)) | Err(_) => {
            let sentence = "The request broke off before its end, or took too long. Try again.\n";
            (StatusCode::REQUEST_TIMEOUT, sentence).into_response()
        }
    }
}

/// Refuses what proxies, this server and the pages' router could each read differently: two hosts, and addresses that lead up and down.
pub(super) async fn refuse_ambiguous(request: Request, next: Next) -> Response {
    if request.headers().get_all(header::HOST).iter().count() > 1 {
        return (StatusCode::BAD_REQUEST, "The request names more than one host.\n").into_response();
    }
    if request.uri().path().split('/').any(leads_elsewhere) {
        return (StatusCode::NOT_FOUND, "Nothing is at this address.\n").into_response();
    }
    next.run(request).await
}

/// Whether a part of a path is none, but means this part or the one above.
fn leads_elsewhere(part: &str) -> bool {
    let bare = part.replace("%2e", ".").replace("%2E", ".");
    bare == "." || bare == ".."
}

/// Ends the connection after a body in chunks. A request that names its length beside that is read by its chunks, and a proxy in front may
/// have read it by its length: what it takes for the next request is then not answered here.
pub(super) async fn end_after_chunks(request: Request, next: Next) -> Response {
    let is_chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let mut response = next.run(request).await;
    if is_chunked {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Reads a body that is refused, and keeps none of it: a proxy that is cut off while it sends takes that for a broken server, and the
/// person never sees the sentence. A body that goes on for longer is cut off all the same.
async fn discard(body: Body) {
    let mut rest = MAX_DISCARDED_BYTES;
    let mut chunks = body.into_data_stream();
    while let Some(Ok(chunk)) = chunks.next().await
        && chunk.len() <= rest
    {
        rest -= chunk.len();
    }
}

fn too_large() -> Response {
    let sentence =
        "The request is larger than 64 KiB, which no form of this page is. Shorten it and try again.\n";
    (StatusCode::PAYLOAD_TOO_LARGE, sentence).into_response()
}

/// Drops what another site would have a page say: a form that was sent without a script comes back with its error in the address, and any
/// link could have a sentence there. Browsers tell who leads them only where nobody listens in, which is under https.
pub(super) async fn drop_foreign_errors(request: Request, next: Next) -> Response {
    let led_by = request.headers().get("sec-fetch-site");
    let is_foreign = led_by.is_some_and(|site| site != "same-origin");
    let carries = |Query(pairs): Query<Vec<(String, String)>>| pairs.iter().any(|(key, _)| key == "__err");
    let path = request.uri().path();
    if is_foreign && path.starts_with(links::STORES) && Query::try_from_uri(request.uri()).is_ok_and(carries)
    {
        return Redirect::to(path).into_response();
    }
    next.run(request).await
}

/// The answer to a request that another site makes a browser send.
pub(super) fn cross_site(_: tower_http::csrf::ProtectionError) -> Response {
    (StatusCode::FORBIDDEN, "This request came from another site and was refused.\n").into_response()
}

/// Gives an answer that carries an error the error's own status. What a form without a script gets is a redirect, and stays one.
pub(super) async fn say_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR
        || !response.headers().contains_key(ERROR_HEADER)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_BODY_BYTES).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let error = ApiError::de(bytes.clone());
    if let Ok(status) = StatusCode::from_u16(error.status()) {
        parts.status = status;
    }
    if let Some(seconds) = error.again_after() {
        parts.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Programs are told when to ask again what cannot be answered now; people are told in words.
pub(super) async fn say_when_to_try_again(mut response: Response) -> Response {
    const SOON: HeaderValue = HeaderValue::from_static("5");
    if matches!(response.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(SOON);
    }
    response
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn has_known_content(headers: &HeaderMap) -> bool {
    let content = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = content.split(';').next().unwrap_or_default().trim();
    ["application/x-www-form-urlencoded", "application/x-postcard"]
        .iter()
        .any(|known| kind.eq_ignore_ascii_case(known))
}
