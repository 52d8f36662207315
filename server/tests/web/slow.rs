//! Whoever sends slowly: each of them is let go of, and nobody waits for them.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::process::{Web, head};

/// What heads and bodies are given, and a little for a machine that does other things.
const LIMIT: Duration = Duration::from_secs(20 + 10);
const SECOND: Duration = Duration::from_secs(1);

const BODY: &str = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n";

/// Sends what there is at once and then a byte a second, until the other end has had enough: how long that took, and what it said.
async fn drip(mut stream: TcpStream, begin: String, byte: Option<u8>) -> (Duration, String) {
    let began = Instant::now();
    stream.write_all(begin.as_bytes()).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    let dripping = tokio::spawn(async move {
        while let Some(byte) = byte
            && to.write_all(&[byte]).await.is_ok()
        {
            sleep(SECOND).await;
        }
        // The connection is kept until it is ended from there.
        std::future::pending::<()>().await;
        drop(to);
    });
    let mut told = Vec::new();
    let ended = timeout(2 * LIMIT, from.read_to_end(&mut told)).await;
    dripping.abort();
    assert!(ended.is_ok(), "not let go of after {:?}", began.elapsed());
    (began.elapsed(), String::from_utf8_lossy(&told).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_slow_is_let_go_of_and_keeps_nobody_waiting() {
    let web = Web::start("slow").await;
    let from = |last: u8| format!("{BODY}X-Forwarded-For: 203.0.113.{last}\r\n");
    let cases = [
        ("says nothing", String::new(), None, 0),
        ("stops in its head", "GET /sign-in HTTP/1.1\r\nX: ".to_owned(), None, 0),
        ("drips its head", "GET /sign-in HTTP/1.1\r\nX: ".to_owned(), Some(b'x'), 0),
        ("begins to speak HTTP/2", "PRI * HT".to_owned(), None, 0),
        ("stops in its body", head("POST", "/sign-in", &from(1)) + "name=", None, 408),
        ("drips its body", head("POST", "/sign-in", &from(2)) + "name=", Some(b'x'), 408),
        ("drips a body that nobody asked for", head("GET", "/sign-in", &from(3)), Some(b'x'), 200),
    ];
    let mut attacks = Vec::new();
    for (what, begin, byte, status) in cases {
        attacks.push((what, status, tokio::spawn(drip(web.connect().await, begin, byte))));
    }
    let meanwhile = async {
        for _ in 0..6 {
            sleep(3 * SECOND).await;
            web.assert_well().await;
        }
    };
    meanwhile.await;
    for (what, status, attack) in attacks {
        let (took, told) = attack.await.unwrap();
        assert!(took < LIMIT, "whoever {what} is let go of after {took:?}");
        let expected = if status == 0 { String::new() } else { format!("HTTP/1.1 {status} ") };
        assert!(told.starts_with(&expected) && told.is_empty() == expected.is_empty(), "{what}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_sends_many_slow_bodies_keeps_out_itself_alone() {
    let web = Web::start("many-slow").await;
    let begin =
        |from: &str| head("POST", "/sign-in", &format!("{BODY}X-Forwarded-For: {from}\r\n")) + "name=";
    let mut held = Vec::new();
    for n in 0..64 {
        // They are one customer's addresses.
        let mut stream = web.connect().await;
        stream.write_all(begin(&format!("2001:db8::{n:x}")).as_bytes()).await.unwrap();
        held.push(stream);
    }
    sleep(SECOND).await;
    let refused = web.say(begin("2001:db8::ffff")).await;
    assert_eq!(refused.status(), 429, "{refused:?}");
    assert_eq!(refused.headers("retry-after").collect::<Vec<_>>(), ["5"]);
    let elsewhere = web.try_to_sign_in("bo", "wrong", "", "2001:db8:1::1").await;
    assert_eq!(elsewhere.status(), 403);
    drop(held);
    sleep(SECOND).await;
    assert_eq!(web.try_to_sign_in("bo", "wrong", "", "2001:db8::1").await.status(), 403);
    web.assert_well().await;
}
