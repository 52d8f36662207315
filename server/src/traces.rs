//! Traces for whoever collects them, by OTLP over HTTP: the requests that web answers, the operator's looks at stores, the programs that it
//! runs. Without a collector there are none, and they cost nothing. They name routes and stores, never people, arguments or what was typed.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use http::{Request, Response, Uri, uri::Scheme};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use provisioner::TRACES;
use tokio::{runtime::Handle, task::spawn_blocking, time::timeout};
use tracing::Subscriber;
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

/// How long a collector may take, at any time and at the end.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is read of what it answers.
const MAX_ANSWER: usize = 64 * 1024;

/// Where they are sent: an address such as `http://collector.monitoring:4318/v1/traces`.
#[derive(Clone, Debug)]
pub(crate) struct Collector(Uri);

#[derive(Debug, thiserror::Error)]
#[error(
    "traces go to an address such as http://collector.monitoring:4318/v1/traces: a collector in the cluster, without TLS, which passes them on"
)]
pub(crate) struct CollectorError;

impl Collector {
    pub(crate) fn parse(text: &str) -> Result<Self, CollectorError> {
        let address: Uri = text.parse().map_err(|_| CollectorError)?;
        let is_plain =
            address.scheme() == Some(&Scheme::HTTP) && address.host().is_some_and(|host| !host.is_empty());
        let is_path = address.path() != "/" && address.query().is_none();
        if is_plain && is_path { Ok(Self(address)) } else { Err(CollectorError) }
    }
}

/// The traces of this process, for as long as it runs.
#[derive(Debug, Default)]
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// `part` is what this process is called.
    ///
    /// # Errors
    /// The environment says otherwise of what the collector is sent.
    pub(crate) fn start(
        collector: Option<&Collector>,
        part: &'static str,
    ) -> Result<Self, ExporterBuildError> {
        let Some(Collector(address)) = collector else { return Ok(Self::default()) };
        let exporter =
            SpanExporter::builder().with_http().with_endpoint(address.to_string()).with_timeout(PATIENCE);
        let exporter = exporter.with_http_client(Sender::new()).build()?;
        let resource = Resource::builder().with_service_name(format!("storeyard-{part}")).build();
        Ok(Self(Some(
            SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build(),
        )))
    }

    /// What takes them of all that the process tells.
    pub(crate) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> Option<impl Layer<S> + use<S>> {
        let tracer = self.0.as_ref()?.tracer("storeyard");
        let only = Targets::new().with_target(TRACES, tracing::Level::INFO);
        Some(
            tracing_opentelemetry::layer()
                .with_tracer(tracer)
                .with_location(false)
                .with_threads(false)
                .with_filter(only),
        )
    }

    /// Sends what was not sent yet, if the collector takes it soon.
    pub(crate) async fn end(self) {
        let Some(provider) = self.0 else { return };
        // The collector is told of by the log already, where it takes nothing.
        let _sent = spawn_blocking(move || provider.shutdown_with_timeout(PATIENCE)).await;
    }
}

/// Sends from a thread that has nothing of what sockets need here.
#[derive(Debug)]
struct Sender {
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Handle,
    /// Said once, until it takes them again.
    fails: AtomicBool,
}

impl Sender {
    fn new() -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, runtime: Handle::current(), fails: AtomicBool::new(false) }
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let exchange = async move {
            let (head, body) = client.request(request.map(Full::new)).await?.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await?.to_bytes();
            Ok::<_, HttpError>(Response::from_parts(head, body))
        };
        self.runtime.spawn(async move { timeout(PATIENCE, exchange).await }).await??
    }
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.send(request).await;
        let why = match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answers {}", answer.status())),
            Err(error) => Some(error.to_string()),
        };
        let failed_before = self.fails.swap(why.is_some(), Ordering::Relaxed);
        if let Some(why) = why.filter(|_| !failed_before) {
            tracing::warn!(why, "the collector takes no traces: they are lost until it does");
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_is_an_address_in_the_clear_with_a_path() {
        for text in [
            "http://collector.monitoring:4318/v1/traces",
            "http://192.0.2.1/v1/traces",
            "http://[2001:db8::1]:4318/otlp/v1/traces",
        ] {
            assert!(Collector::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "collector:4318",
            "https://collector/v1/traces",
            "grpc://collector:4317",
            "http://collector:4318",
            "http:///v1/traces",
            "http://a/v1?key=secret",
        ] {
            assert!(Collector::parse(text).is_err(), "{text}");
        }
    }
}
