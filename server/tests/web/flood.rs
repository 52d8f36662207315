//! Much of it at once.

use std::time::Duration;

use futures::future::join_all;
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use crate::process::{Web, head};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_ten_megabytes_are_refused_and_not_kept() {
    let web = Web::start("bodies").await;
    let body = "x".repeat(10 << 20);
    let told =
        head("POST", "/api/create_store", &format!("{FORM}Content-Length: {}\r\n", body.len())) + &body;
    let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let chunked = head("POST", "/sign-in", &format!("{FORM}Transfer-Encoding: chunked\r\n")) + &chunks;
    for request in [told, chunked] {
        let answers = join_all((0..20).map(|_| web.say(&request))).await;
        for answer in answers {
            // Whoever is cut off while they send may not come to read why.
            assert!([413, 0].contains(&answer.status()), "{answer:?}");
        }
        web.assert_well().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_connections_with_full_heads_fit_the_memory_and_others_are_answered() {
    let web = Web::start("connections").await;
    let begin = format!("GET /sign-in HTTP/1.1\r\nX: {}", "y".repeat(30_000));
    let mut held = Vec::new();
    for _ in 0..1_000 {
        let mut stream = web.connect().await;
        stream.write_all(begin.as_bytes()).await.unwrap();
        held.push(stream);
    }
    sleep(Duration::from_secs(1)).await;
    web.assert_well().await;
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_of_every_kind_are_nobodys_and_break_nothing() {
    let web = Web::start("cookies").await;
    let session = web.sign_in("bo", "203.0.113.1").await;
    assert_eq!(web.get("/stores", &session, "203.0.113.1").await.status(), 200);
    let value = session.split("; ").find_map(|pair| pair.strip_prefix("storeyard=")).unwrap();
    let device = session.split("; ").find_map(|pair| pair.strip_prefix("storeyard-device=")).unwrap();
    let (half, rest) = value.split_at(value.len() / 2);
    let cases: Vec<Vec<u8>> = vec![
        b"storeyard=\xff\xfe".to_vec(),
        format!("storeyard={half}").into_bytes(),
        format!("storeyard={half}%00{rest}").into_bytes(),
        format!("storeyard={half} {rest}").into_bytes(),
        format!("storeyard=\"{value}\"").into_bytes(),
        format!("Storeyard={value}").into_bytes(),
        format!("storeyard={device}").into_bytes(),
        format!("__Host-storeyard={value}").into_bytes(),
        format!("storeyard={}", "A".repeat(25_000)).into_bytes(),
        "a=b; ".repeat(5_000).into_bytes(),
        ";".repeat(25_000).into_bytes(),
        "=".repeat(25_000).into_bytes(),
    ];
    for cookie in cases {
        let mut request = b"GET /stores HTTP/1.1\r\nConnection: close\r\nCookie: ".to_vec();
        request.extend(&cookie);
        request.extend(b"\r\n\r\n");
        let answer = web.say(&request).await;
        let shown = String::from_utf8_lossy(&cookie[..cookie.len().min(80)]).into_owned();
        assert_eq!(answer.status(), 303, "{shown}: {answer:?}");
    }
    let large = web.get("/stores", &format!("storeyard={}", "A".repeat(40_000)), "").await;
    assert_eq!(large.status(), 431);
    web.assert_well().await;
}
