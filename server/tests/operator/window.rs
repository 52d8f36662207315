//! The operator's window: what a shop logs, followed while a part of it begins anew, and what its parts use.

use std::time::{Duration, Instant};

use access::key_in;
use k8s_openapi::{ByteString, api::core::v1::Secret};
use provisioner::window::{
    Cursor, Line, LogsWanted, Metrics, Quantity,
    client::Client,
    seal::{Key, PURPOSE},
};
use serde_json::{Value, json};
use store::StoreId;

use crate::platform::{LONG, Platform};

/// A dashboard's way to the window.
struct Looking {
    client: Client,
    key: Key,
    id: StoreId,
}

impl Looking {
    async fn at(platform: &Platform, id: StoreId) -> Self {
        let data =
            json!({ "session-key": ByteString(vec![7; 64]), "set-up-token": ByteString(b"x".to_vec()) });
        let metadata = json!({ "name": "keys", "namespace": platform.namespace });
        let keys = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data });
        platform.apply(&keys);
        let keys: Secret = serde_json::from_value(keys).unwrap();
        let key = Key::new(key_in(&keys, PURPOSE).unwrap());
        let listening = |line: &str| {
            let line: Value = serde_json::from_str(line).ok()?;
            (line["message"] == "listening").then(|| line["address"].as_str().unwrap().to_owned())
        };
        // Its health comes first.
        let window = platform.log().lines().filter_map(listening).nth(1).unwrap();
        let client = Client::new(platform.stores.clone(), Some(window.parse().unwrap()));
        Self { client, key, id }
    }

    async fn logs(&self, after: &Cursor, wait_seconds: u64) -> (Vec<Line>, Cursor) {
        let wanted = LogsWanted { after: after.clone(), lines: 1_000, wait_seconds, ..LogsWanted::default() };
        let logs = self.client.logs(&self.key, &self.id, &wanted).await.unwrap();
        (logs.lines, logs.cursor)
    }

    /// Follows until a line has each of these texts, in that order.
    async fn follow(&self, mut cursor: Cursor, texts: &[&str]) -> (Vec<Line>, Cursor) {
        let began = Instant::now();
        let mut told: Vec<Line> = Vec::new();
        loop {
            let (lines, next) = self.logs(&cursor, 5).await;
            told.extend(lines);
            cursor = next;
            let mut rest = told.iter();
            if texts.iter().all(|text| rest.any(|line| line.text.contains(text))) {
                return (told, cursor);
            }
            assert!(began.elapsed() < LONG, "{texts:?} is not in {told:#?}");
        }
    }

    async fn metrics(&self) -> Metrics {
        self.client.metrics(&self.key, &self.id).await.unwrap()
    }
}

async fn visit(id: &StoreId, query: &str) {
    let url = format!("http://store-{id}.localhost/?{query}");
    let visited = std::process::Command::new("curl")
        .args(["--silent", "--show-error", "--max-time", "60", "--output", "/dev/null", &url])
        .status();
    assert!(visited.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn logs_are_followed_while_a_part_begins_anew_and_tell_no_secret_and_what_is_used_is_told() {
    let platform = Platform::started(|_| {}).await;
    let id = platform.create("Window").await;
    platform.until_settled(&id).await;
    let looking = Looking::at(&platform, id.clone()).await;

    let (lines, cursor) = looking.logs(&Cursor::default(), 0).await;
    for part in ["web", "database"] {
        assert!(lines.iter().any(|line| line.part == part), "{part} has logged nothing: {lines:#?}");
    }
    let password = "jsonpath={.data.database-password}";
    let password = platform.kubectl(&["get", "secret", "credentials", "-n", &id.namespace(), "-o", password]);
    let password: ByteString = serde_json::from_value(json!(password)).unwrap();
    let password = String::from_utf8(password.0).unwrap();

    visit(&id, &format!("first&token=0123456789&own={password}")).await;
    let (told, cursor) = looking.follow(cursor, &["first&token=•••&own=•••"]).await;
    assert!(!told.iter().any(|line| line.text.contains(&password) || line.text.contains("0123456789")));

    // It ends as for want of memory or by hand, and begins anew.
    let began = Instant::now();
    let exec = ["exec", "-n", &id.namespace(), "mariadb-0", "-c", "mariadb", "--"];
    platform.kubectl(&[&exec[..], &["bash", "-c", "kill 1"]].concat());
    let ends_and_begins = ["mariadbd: Shutdown complete", "ready for connections"];
    let (told, cursor) = looking.follow(cursor, &ends_and_begins).await;
    eprintln!("killed -> the next run's first words: {} ms", began.elapsed().as_millis());
    let times = |text: &str| told.iter().filter(|line| line.text.contains(text)).count();
    assert_eq!(ends_and_begins.map(times), [1, 1], "{told:#?}");
    assert!(!told.iter().any(|line| line.text.contains("?first&")), "it was told before");
    platform.until_settled(&id).await;
    visit(&id, "second").await;
    looking.follow(cursor, &["?second"]).await;

    // The operator looks at each part about once a minute.
    let began = Instant::now();
    let metrics = loop {
        let metrics = looking.metrics().await;
        let is_known = |of| {
            metrics.series.iter().filter(|series| series.of == of && !series.points.is_empty()).count() == 2
        };
        if is_known(Quantity::Memory) && is_known(Quantity::Cpu) {
            break metrics;
        }
        assert!(began.elapsed() < 2 * LONG, "{metrics:#?}\n{}", platform.log());
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    for series in metrics.series.iter().filter(|series| matches!(series.of, Quantity::Memory | Quantity::Cpu))
    {
        let (_, last) = series.points.last().copied().unwrap();
        let limit = series.limit.unwrap();
        assert!(last > 0.0 && last <= limit, "{last} of {limit}: {series:?}");
    }
    let answers = metrics.series.iter().find(|series| series.of == Quantity::Answer).unwrap();
    assert!(
        answers.points.iter().all(|(_, millis)| (1.0..10_000.0).contains(millis))
            && !answers.points.is_empty()
    );
    assert!(
        metrics.restarts.iter().any(|restart| restart.part.to_string() == "Database" && restart.times == 1),
        "{metrics:#?}"
    );
}
