//! What is refused before any page or function sees it, and the statuses of what functions refuse.

use std::time::Duration;

use app::error::ApiError;
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use leptos::server_fn::error::FromServerFnError as _;

/// Ten times what the largest form fills.
pub(super) const MAX_BODY_BYTES: usize = 64 * 1024;
/// What is still read of a body that is too large.
const MAX_DISCARDED_BYTES: usize = 32 * 1024 * 1024;
/// How long a body may pause.
pub(super) const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// Set by `server_fn` on the answer of a function that returned an error.
const ERROR_HEADER: &str = "serverfnerror";

/// Refuses what no page sends, before a function sees it.
pub(super) async fn refuse_early(request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
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
    match Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "The request broke off before its end. Try again.\n")
            .into_response(),
    }
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
    if let Ok(status) = StatusCode::from_u16(ApiError::de(bytes.clone()).status()) {
        parts.status = status;
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Programs are told when to ask again what cannot be answered now; people are told in words.
pub(super) async fn say_when_to_try_again(mut response: Response) -> Response {
    const SOON: HeaderValue = HeaderValue::from_static("5");
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
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
