//! What this process counts, as Prometheus reads it.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

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
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        // Only a second recorder in one process is refused, and this is the only one.
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another recorder was installed before; nothing is counted here");
        }
        handle
    })
}
