//! Requests of shapes that no browser sends, and that proxies and servers are known to read differently.

use crate::process::{Web, head};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
/// What is hidden behind another request, to be taken for the next one's beginning.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: dashboard.localhost\r\n\r\n";

fn post(headers: &str, body: &str) -> Vec<u8> {
    format!("POST /sign-in HTTP/1.1\r\nHost: dashboard.localhost\r\n{FORM}{headers}\r\n{body}").into_bytes()
}

fn got(target: &str, headers: &str) -> Vec<u8> {
    head("GET", target, headers).into_bytes()
}

/// What is sent, and the status; of each there is one answer, or none where it is 0, and then the connection ends.
fn table() -> Vec<(&'static str, Vec<u8>, u16)> {
    let chunked = format!("0\r\n\r\n{HIDDEN}");
    let many = |count: usize| (0..count).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    vec![
        (
            "length and then chunks",
            post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", &chunked),
            403,
        ),
        (
            "chunks and then length",
            post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", &chunked),
            403,
        ),
        (
            "chunks named twice",
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", &chunked),
            403,
        ),
        ("chunks and what is none", post("Transfer-Encoding: chunked, identity\r\n", &chunked), 400),
        ("what is nearly chunked", post("Transfer-Encoding: xchunked\r\n", &chunked), 400),
        ("chunked after a tab", post("Transfer-Encoding:\tchunked\r\n", &chunked), 403),
        ("a space before the colon", post("Transfer-Encoding : chunked\r\n", &chunked), 400),
        ("a folded header", post("Transfer-Encoding:\r\n chunked\r\n", &chunked), 400),
        (
            "chunks under HTTP/1.0",
            b"POST /sign-in HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(),
            400,
        ),
        ("two lengths", post("Content-Length: 0\r\nContent-Length: 5\r\n", HIDDEN), 400),
        ("a length with a sign", post("Content-Length: +0\r\n", HIDDEN), 400),
        ("a length below nothing", post("Content-Length: -1\r\n", HIDDEN), 400),
        ("a length in words", post("Content-Length: 0, 5\r\n", HIDDEN), 400),
        ("a length that no number holds", post("Content-Length: 99999999999999999999\r\n", HIDDEN), 400),
        (
            "a chunk that no number holds",
            post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nx"),
            408,
        ),
        ("a chunk of no number", post("Transfer-Encoding: chunked\r\n", "zz\r\nx\r\n0\r\n\r\n"), 408),
        (
            "two hosts",
            b"GET /sign-in HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n".to_vec(),
            400,
        ),
        ("a name with a NUL", got("/sign-in", "X\0Y: z\r\n"), 400),
        ("a value with a NUL", got("/sign-in", "X: y\0z\r\n"), 400),
        ("a value with a line's end", got("/sign-in", "X: y\rSet-Cookie: z\r\n"), 400),
        ("an address with a NUL", got("/sign-in\0", ""), 400),
        ("an address with a space", got("/sign in", ""), 400),
        (
            "an address that is not ASCII",
            "GET /ü HTTP/1.1\r\nConnection: close\r\n\r\n".as_bytes().to_vec(),
            404,
        ),
        ("no address", b"GET HTTP/1.1\r\n\r\n".to_vec(), 400),
        ("the server itself", head("OPTIONS", "*", "").into_bytes(), 405),
        ("another server", got("http://evil.example/sign-in", ""), 200),
        ("a tunnel", head("CONNECT", "evil.example:443", "").into_bytes(), 405),
        ("an upgrade", got("/sign-in", "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"), 200),
        ("HTTP/2 at once", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec(), 0),
        ("HTTP/0.9", b"GET /sign-in\r\n\r\n".to_vec(), 400),
        ("TLS", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03".repeat(40), 400),
        ("nothing but lines", b"\r\n".repeat(20_000), 431),
        ("two hundred headers", got("/sign-in", &many(200)), 431),
        ("a header of 100 kB", got("/sign-in", &format!("X: {}\r\n", "y".repeat(100_000))), 431),
        ("an address of 60 kB", got(&format!("/sign-in?to={}", "y".repeat(60_000)), ""), 431),
        (
            "a method of 10 kB",
            format!("{} / HTTP/1.1\r\nConnection: close\r\n\r\n", "M".repeat(10_000)).into_bytes(),
            405,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_read_in_two_ways_is_refused_or_ends_the_connection() {
    let web = Web::start("shapes").await;
    let mut wrong = Vec::new();
    for (what, request, expected) in table() {
        let answer = web.say(&request).await;
        if (answer.status(), answer.count()) != (expected, usize::from(expected > 0)) {
            wrong.push(format!(
                "{what}: {} of {} answers, and not {expected}",
                answer.status(),
                answer.count()
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(!web.log().contains("/hidden"), "what was hidden in another request was read as one");
    assert!(!web.log().contains("panicked"));
    web.assert_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_sent_at_once_are_answered_in_turn() {
    let web = Web::start("pipelined").await;
    let keep = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: dashboard.localhost\r\n\r\n");
    let requests = keep("/sign-in") + &keep("/nowhere") + &keep("/favicon.svg") + &head("GET", "/stores", "");
    let answer = web.say(&requests).await;
    let statuses: Vec<&str> = answer.0.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["200", "404", "200", "303"]);
}
