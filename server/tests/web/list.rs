//! What an answer of the list costs, however many stores there are. How long it takes is told too, and says little while other tests run
//! beside this one.

use std::time::{Duration, Instant};

use app::{
    api::Poll,
    update::{View, Wait},
};
use codee::{Encoder, binary::PostcardCodec};
use serde_json::json;
use store::ListQuery;
use tokio::time::sleep;

use crate::process::{Web, head};

/// Of each kind.
const REQUESTS: usize = 100;
/// What is not optimised takes many times as long, and so there are fewer.
const STORES: [usize; 2] = [1_000, if cfg!(debug_assertions) { 2_000 } else { 10_000 }];
/// The time of a core that an answer takes.
const COST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 50 } else { 5 });
/// How much more of it an answer out of the more of them takes.
const AT_MOST: u32 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_a_list_costs_little_more_where_there_are_many_stores() {
    let web = Web::start("list").await;
    let ada = web.sign_in("ada", "203.0.113.1").await;
    let bo = web.sign_in("bo", "203.0.113.2").await;
    let asked = [
        ("its first page", &ada, ""),
        ("its last page, by name", &ada, "sort=name&turn=1&page=999"),
        ("a search", &ada, "q=shop 77"),
        ("a search without a match", &ada, "q=nothing-like-it"),
        ("all filters at once", &ada, "owner=bo&plan=large&engine=woocommerce&show=attention&q=shop"),
        ("a member's", &bo, ""),
    ];
    let mut costs = Vec::new();
    for stores in STORES {
        grow(&web, stores, &ada).await;
        let began = web.busy();
        for (what, who, query) in asked {
            ask(&web, &format!("{stores} stores, {what}"), &poll(query, who)).await;
        }
        let polls = (web.busy() - began) / (REQUESTS * asked.len()) as u32;
        let began = web.busy();
        let document = head("GET", "/stores", &format!("Accept: text/html\r\nCookie: {ada}\r\n"));
        ask(&web, &format!("{stores} stores, the document"), document.as_bytes()).await;
        let documents = (web.busy() - began) / REQUESTS as u32;
        eprintln!(
            "{stores} stores: a poll costs {polls:?}, a document {documents:?}; {} MiB at most",
            web.peak()
        );
        assert!(polls.max(documents) <= COST, "{stores} stores: {polls:?}, {documents:?}");
        costs.push([polls, documents]);
    }
    for (few, many) in costs[0].into_iter().zip(costs[1]) {
        assert!(many <= few * AT_MOST, "{few:?} became {many:?}");
    }
    web.assert_well().await;
}

/// Waits until there are that many.
async fn grow(web: &Web, stores: usize, cookie: &str) {
    for number in web.cluster.names().len()..stores {
        let state = ["Done", "Done", "Done", "Lost", "Failed"][number % 5];
        let mut store = fake_cluster::store(&format!("shop-{number:05}"), &format!("Shop {number}"), state);
        store["spec"]["owner"] =
            if number % 100 == 0 { json!("bo") } else { json!(format!("p{}", number % 50)) };
        store["spec"]["plan"] = json!(["small", "medium", "large"][number % 3]);
        web.cluster.put(store);
    }
    let last = poll(&format!("q=shop-{:05}", stores - 1), cookie);
    while !web.say(&last).await.0.contains("1 of ") {
        sleep(Duration::from_millis(100)).await;
    }
}

/// As the page's program asks.
fn poll(query: &str, cookie: &str) -> Vec<u8> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let view = View::List(ListQuery::parse(pairs));
    let body = PostcardCodec::encode(&Poll { view, since: None, wait: Wait::No }).unwrap();
    let headers = format!(
        "Content-Type: application/x-postcard\r\nContent-Length: {}\r\nCookie: {cookie}\r\n",
        body.len()
    );
    [head("POST", "/api/poll", &headers).into_bytes(), body].concat()
}

/// Asks again and again, and tells how long the answers took.
async fn ask(web: &Web, what: &str, request: &[u8]) {
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let began = Instant::now();
        let answer = web.say(request).await;
        times.push(began.elapsed());
        assert_eq!(answer.status(), 200, "{answer:?}");
    }
    times.sort_unstable();
    eprintln!("{what}: p50 {:?}, p99 {:?}", times[REQUESTS / 2], times[REQUESTS * 99 / 100]);
}
