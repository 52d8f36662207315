//! What this process counts, as Prometheus reads it.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds in seconds. Buckets can be added up over processes and time, which quantiles cannot.
const BUCKETS: [(&str, &[f64]); 3] = [
    (
        "storeyard_create_to_ready_seconds",
        &[5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 300.0, 600.0],
    ),
    ("storeyard_pass_seconds", &[0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0]),
    ("storeyard_http_request_seconds", &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0]),
];

/// What was counted so far.
pub(crate) fn render() -> String {
    recorder().render()
}

/// Begins to count. What is counted before is lost, so it is called first; again it changes nothing.
pub(crate) fn install() {
    recorder();
}

fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let recorder = BUCKETS.into_iter().fold(PrometheusBuilder::new(), with_buckets).build_recorder();
        let handle = recorder.handle();
        // Only a second recorder in one process is refused, and this is the only one.
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another recorder was installed before; nothing is counted here");
        }
        handle
    })
}

fn with_buckets(builder: PrometheusBuilder, (name, bounds): (&str, &[f64])) -> PrometheusBuilder {
    builder
        .set_buckets_for_metric(Matcher::Full(name.to_owned()), bounds)
        .expect("it is refused for no bounds, and there are some")
}
