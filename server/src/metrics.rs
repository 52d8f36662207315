//! What this process counts, as Prometheus reads it.

use std::{convert::Infallible, sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use tokio::time::{MissedTickBehavior, interval};

/// How long what was measured is kept one by one before it goes into its bucket.
const UPKEEP: Duration = Duration::from_secs(5);

/// Upper bounds in seconds. Buckets can be added up over processes and time, which quantiles cannot.
const BUCKETS: [(&str, &[f64]); 3] = [
    (
        "storeyard_create_to_ready_seconds",
        &[5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 300.0, 600.0],
    ),
    ("storeyard_reconcile_seconds", &[0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0]),
    ("storeyard_http_request_seconds", &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0]),
];

/// What a reader is told of each.
const GAUGES: [(&str, &str); 4] = [
    ("storeyard_stores", "Stores, by phase."),
    ("storeyard_lease_held", "Whether this operator is the one that acts."),
    ("storeyard_queue_length", "Stores that wait to be made."),
    ("storeyard_queue_oldest_seconds", "How long ago the first of the stores that wait was asked for."),
];
const COUNTERS: [(&str, &str); 4] = [
    ("storeyard_http_requests_total", "Requests to the dashboard, by route and status."),
    (
        "storeyard_failures_total",
        "Tries at making a store that were given up, by the step that did not come to its end.",
    ),
    ("storeyard_commands_total", "Programs that the operator ran, by tool and how they ended."),
    ("storeyard_events_dropped_total", "Kubernetes events that could not be written."),
];
const HISTOGRAMS: [(&str, &str); 3] = [
    ("storeyard_create_to_ready_seconds", "From asking for a store until its shop answered."),
    ("storeyard_reconcile_seconds", "One reconcile of one store."),
    ("storeyard_http_request_seconds", "A request to the dashboard until its answer begins, by route."),
];

/// What was counted so far.
pub(crate) fn render() -> String {
    recorder().render()
}

/// Begins to count, for as long as the process lasts. What is counted before is lost, so it is called first.
pub(crate) fn install() {
    tokio::spawn(upkeep(recorder(), UPKEEP));
}

/// Puts what was measured into its buckets now and then: reading does that too, but nobody may ever read.
async fn upkeep(handle: &PrometheusHandle, every: Duration) -> Infallible {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        handle.run_upkeep();
    }
}

fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let recorder = build();
        let handle = recorder.handle();
        // Only a second recorder in one process is refused, and this is the only one.
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another recorder was installed before; nothing is counted here");
        }
        describe();
        handle
    })
}

fn build() -> PrometheusRecorder {
    BUCKETS.into_iter().fold(PrometheusBuilder::new(), with_buckets).build_recorder()
}

fn describe() {
    for (name, text) in GAUGES {
        metrics::describe_gauge!(name, text);
    }
    for (name, text) in COUNTERS {
        metrics::describe_counter!(name, text);
    }
    for (name, text) in HISTOGRAMS {
        metrics::describe_histogram!(name, text);
    }
}

fn with_buckets(builder: PrometheusBuilder, (name, bounds): (&str, &[f64])) -> PrometheusBuilder {
    builder
        .set_buckets_for_metric(Matcher::Full(name.to_owned()), bounds)
        .expect("it is refused for no bounds, and there are some")
}

#[cfg(test)]
mod tests {
    use tokio::time::{sleep, timeout};

    use super::*;

    #[test]
    fn what_is_watched_for_and_drawn_is_what_is_told() {
        let told = [&GAUGES[..], &COUNTERS[..], &HISTOGRAMS[..]].concat();
        let is_told = |name: &str| told.iter().any(|(known, _)| *known == name);
        for text in [
            include_str!("../../charts/platform/monitoring/alerts.yaml"),
            include_str!("../../charts/platform/monitoring/dashboard.json"),
        ] {
            let names: Vec<&str> = text
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .filter(|word| word.starts_with("storeyard_"))
                .map(|name| name.trim_end_matches("_bucket"))
                .collect();
            assert!(names.len() > 3, "{names:?}");
            assert!(names.iter().all(|name| is_told(name)), "{names:?}");
        }
    }

    const MOMENT: Duration = Duration::from_millis(5);

    #[tokio::test]
    async fn what_is_measured_goes_into_its_bucket_though_nobody_reads() {
        let recorder = build();
        let handle = recorder.handle();
        let reconcile =
            metrics::with_local_recorder(&recorder, || metrics::histogram!("storeyard_reconcile_seconds"));
        for _ in 0..1234 {
            reconcile.record(0.1);
        }
        // To render would put them there as well; what the handle shows of itself does not.
        let is_there = || format!("{handle:?}").contains("count: 1234");
        assert!(!is_there());
        let seen = async {
            while !is_there() {
                sleep(MOMENT).await;
            }
        };
        tokio::select! {
            never = upkeep(&handle, MOMENT) => match never {},
            seen = timeout(Duration::from_secs(5), seen) => seen.expect("they pile up one by one"),
        }
    }
}
