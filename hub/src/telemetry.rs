//! Traces, for whoever runs a collector (OTLP over HTTP): a scan from its frame, by the batch and the transaction, to the delta.
//! Off unless `OTEL_EXPORTER_OTLP_ENDPOINT` is set; then a span costs one comparison. Attributes are counts and the names of
//! commands and routes: nothing of a person, a guest or an event.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::http::HeaderMap;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::{Level, Metadata, Span, trace_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The spans of a command's way; no log shows them.
const TARGET: &str = "hub_traces";
/// Where collectors are named, as every OpenTelemetry SDK has it.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
/// How long the collector may take for a batch of spans, and the end of the hub for the last one.
const PATIENCE: Duration = Duration::from_secs(5);

static ON: AtomicBool = AtomicBool::new(false);

/// Sends spans to a collector until it is stopped.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Spans go to the collector that the environment names; `None` if it names none. Needs a tokio runtime.
    ///
    /// # Errors
    /// When what the environment says is not understood.
    pub fn start() -> Result<Option<Self>, ExporterBuildError> {
        if ENDPOINTS.iter().all(|name| std::env::var(name).unwrap_or_default().is_empty()) {
            return Ok(None);
        }
        let exporter = SpanExporter::builder().with_http().with_http_client(Sender::new()).build()?;
        let mut resource = Resource::builder();
        if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name("fashionos-hub");
        }
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build();
        ON.store(true, Ordering::Relaxed);
        Ok(Some(Self(provider)))
    }

    /// Who makes the spans.
    pub fn provider(&self) -> &SdkTracerProvider {
        &self.0
    }

    /// Sends what is left.
    pub async fn stop(self) {
        let sent = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(PATIENCE)).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// Whether a collector is told of it: spans of commands and of requests, and no event, which might say more.
pub fn is_traced(about: &Metadata<'_>) -> bool {
    about.is_span()
        && (about.target() == TARGET || about.target().starts_with("hub::") && *about.level() <= Level::INFO)
}

/// Makes the span of a request part of the trace that the client says it is (`traceparent`, W3C Trace Context).
pub fn follow(span: &Span, headers: &HeaderMap) {
    if ON.load(Ordering::Relaxed) {
        let parent = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        // Only a span that has begun refuses; this one has not.
        let _ = span.set_parent(parent);
    }
}

/// A command, from its frame until it is answered.
pub fn command(name: &'static str) -> Span {
    trace_span!(target: TARGET, "command", command = name, otel.kind = "server")
}

/// Scans that are committed together: part of the first one's trace, linked with those of the others.
pub fn batch(scans: &[Span]) -> Span {
    let Some((first, others)) = scans.split_first().filter(|(first, _)| !first.is_disabled()) else {
        return Span::none();
    };
    let batch = trace_span!(target: TARGET, parent: first, "batch", scans = scans.len());
    for other in others {
        batch.follows_from(other);
        other.follows_from(&batch);
    }
    batch
}

/// A transaction, until it is committed.
pub fn transaction(of: &Span) -> Span {
    match of.is_disabled() {
        true => Span::none(),
        false => trace_span!(target: TARGET, parent: of, "transaction", otel.kind = "client"),
    }
}

/// From the answer until the deltas are handed to the sockets.
pub fn delta(of: &Span) -> Span {
    match of.is_disabled() {
        true => Span::none(),
        false => trace_span!(target: TARGET, parent: of, "delta"),
    }
}

/// HTTP to the collector, with the same TLS as everything else that the hub asks.
#[derive(Debug)]
struct Sender {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    runtime: Handle,
}

impl Sender {
    fn new() -> Self {
        let connector = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        Self { client: Client::builder(TokioExecutor::new()).build(connector), runtime: Handle::current() }
    }
}

#[async_trait]
impl HttpClient for Sender {
    /// Whoever exports has a thread of its own, without a runtime: the request is made on the hub's.
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.client.request(request.map(Full::new));
        let answered = self.runtime.spawn(async move {
            let (head, body) = tokio::time::timeout(PATIENCE, answer).await??.into_parts();
            let body = tokio::time::timeout(PATIENCE, body.collect()).await??.to_bytes();
            Ok::<_, HttpError>(Response::from_parts(head, body))
        });
        answered.await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_collector_nothing_is_a_span() {
        let scans = [command("scan"), command("scan")];
        assert!(scans.iter().all(Span::is_disabled));
        assert!(batch(&scans).is_disabled() && transaction(&scans[0]).is_disabled() && delta(&scans[0]).is_disabled());
        assert!(batch(&[]).is_disabled());
    }
}
