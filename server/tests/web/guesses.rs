//! Whoever tries passwords.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};

use crate::process::{PASSWORD, Web};

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_tries_few_are_looked_at_and_those_who_know_their_password_get_in() {
    let web = Web::start("guesses").await;
    let known = web.sign_in("bo", "203.0.113.1").await;
    let tries = stream::iter(0..1_000).map(|n| {
        // At one account from many addresses, and at many from one.
        let (name, from) = if n % 2 == 0 {
            ("bo".to_owned(), format!("198.51.{}.{}", n / 250, n % 250))
        } else {
            (format!("user{n}"), "203.0.113.1".to_owned())
        };
        let web = &web;
        async move { web.try_to_sign_in(&name, "a+guess+of+twelve", "", &from).await.status() }
    });
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    let mut tries = tries.buffer_unordered(40);
    let mut tried = 0;
    while let Some(status) = tries.next().await {
        *statuses.entry(status).or_default() += 1;
        tried += 1;
        if tried == 500 {
            // In a browser in which he was before, from the very address that guesses.
            let again = web.try_to_sign_in("bo", PASSWORD, &known, "203.0.113.1").await;
            assert_eq!(again.status(), 303, "{again:?}");
            web.assert_well().await;
        }
    }
    eprintln!("{statuses:?}");
    let looked_at = statuses.get(&403).copied().unwrap_or_default();
    assert!((10..=60).contains(&looked_at), "{statuses:?}");
    assert!(statuses.keys().all(|status| [403, 429, 503].contains(status)), "{statuses:?}");
    // Somebody else, in a new browser, from elsewhere.
    assert_eq!(web.try_to_sign_in("ada", PASSWORD, "", "192.0.2.7").await.status(), 303);
    web.assert_well().await;
    let log = web.log();
    assert!(!log.contains("guess") && !log.contains("user501"), "what was typed is in the log");
}
