//! Traces, as a collector receives them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::json;
use uuid::Uuid;

use crate::support::http::{http, raw};
use crate::support::process::{HubProcess, within};

/// A collector that keeps everything.
struct Collector {
    url: String,
    received: Arc<Mutex<Vec<Bytes>>>,
}

impl Collector {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let received: Arc<Mutex<Vec<Bytes>>> = Arc::default();
        let keep = Arc::clone(&received);
        let router = Router::new().route(
            "/v1/traces",
            post(async move |body: Bytes| {
                keep.lock().expect("nobody panicked").push(body);
            }),
        );
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, received }
    }

    fn spans(&self) -> Vec<Span> {
        let bodies = self.received.lock().expect("nobody panicked").clone();
        let requests = bodies.into_iter().map(|body| ExportTraceServiceRequest::decode(body).expect("OTLP"));
        let resources = requests.flat_map(|request| request.resource_spans);
        resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans).collect()
    }

    /// The names of the spans of a trace.
    fn names(&self, trace: &[u8]) -> Vec<String> {
        self.spans().into_iter().filter(|span| span.trace_id == trace).map(|span| span.name).collect()
    }

    async fn until(&self, trace: &[u8], names: &[&str]) {
        let all = async {
            loop {
                let known = self.names(trace);
                if names.iter().all(|name| known.iter().any(|known| known == name)) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(30), all).await.is_err() {
            panic!("{:?} is not all of {names:?}", self.names(trace));
        }
    }
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// One trace a scan: the request that a client traces, the command, the batch, the transaction, the delta. Scans of one batch are
/// linked. Nothing of it names a person.
#[tokio::test]
async fn a_scan_is_one_trace_from_the_request_to_the_delta() {
    let collector = Collector::start().await;
    let environment =
        vec![("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.clone()), ("OTEL_BSP_SCHEDULE_DELAY", "100".to_owned())];
    let mut hub = HubProcess::start_in("info", environment).await;
    let address = hub.url().trim_start_matches("http://").parse().expect("an address");
    let sign_in = json!({"email": HubProcess::OWNER, "password": HubProcess::PASSWORD});
    let token = http(address, "POST", "/auth/v1/token?grant_type=password", None, Some(&sign_in)).await;
    let token = token.text("access_token");
    let event = json!({"title": "Nocturne", "start_time": "2030-09-24T18:00:00Z", "end_time": "2030-09-24T22:00:00Z"});
    let event = http(address, "POST", "/v1/events", Some(&token), Some(&event)).await.json();
    let event = event["event"]["id"].as_str().expect("an id").to_owned();
    let api = hub_client::Api::new(&hub.url()).expect("a URL").with_token(token.clone());
    let guests = "Name,Email\nXanthippe Quetzalcoatl,x@secretmail.example\nWolfgang Zyzzyva,w@secretmail.example\n";
    let imported =
        api.import(event.parse().expect("an id"), "guests", "g.csv", guests, None, true).await.expect("read");
    assert!(imported.applied, "{imported:?}");
    let sql = hub.sql().await;
    let guests = sql.query("select id, event_id from registrations order by id", &[]).await.expect("read");
    let scans: Vec<_> = guests
        .iter()
        .map(|guest| {
            let command = json!({"name": "scan", "registration_id": guest.get::<_, Uuid>(0), "scanned_at": 0});
            json!({"command_id": Uuid::now_v7(), "command": command})
        })
        .collect();
    let body = json!({"scans": scans}).to_string();
    let request = format!(
        "POST /v1/events/{event}/scans HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         traceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = raw(address, request.as_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["answers"].as_array().map(Vec::len), Some(2), "{}", answer.body);
    let trace = u128::from_str_radix(TRACE, 16).expect("hexadecimal").to_be_bytes();
    collector.until(&trace, &["http", "command", "batch", "transaction", "delta"]).await;
    let spans: Vec<Span> = collector.spans().into_iter().filter(|span| span.trace_id == trace).collect();
    let named = |name: &str| spans.iter().find(|span| span.name == name).expect("it was received");
    let (request, batch) = (named("http"), named("batch"));
    assert_eq!(request.parent_span_id, 0x00f0_67aa_0ba9_02b7_u64.to_be_bytes());
    for command in spans.iter().filter(|span| span.name == "command") {
        assert_eq!(command.parent_span_id, request.span_id);
    }
    assert!(spans.iter().any(|span| span.name == "command" && span.span_id == batch.parent_span_id));
    for name in ["transaction", "delta"] {
        assert!(spans.iter().any(|span| span.name == name && span.parent_span_id == batch.span_id), "{name}");
    }

    // On a socket: a trace of its own.
    let live = hub_client::Hub::builder(hub.url()).token(&token).connect().await.expect("the token is good");
    let topic = schemas::Topic::event(event.parse().expect("an id"));
    let room = live.join(topic, hub_client::JoinOptions::default()).await.expect("it may");
    room.send(schemas::Command::SetDoors { open: true }).await.expect("an outcome");
    let of_socket = || collector.spans().into_iter().find(|span| span.name == "command" && span.trace_id != trace);
    within(async {
        while of_socket().is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let command = of_socket().expect("it was received");
    assert!(command.parent_span_id.is_empty(), "it begins there");
    collector.until(&command.trace_id, &["command", "transaction", "delta"]).await;
    assert!(hub.terminate().await.success(), "{}", hub.log());
    let all = collector.received.lock().expect("nobody panicked").concat();
    let all = String::from_utf8_lossy(&all);
    for private in ["Xanthippe", "secretmail", "Nocturne", HubProcess::OWNER, token.as_str(), event.as_str()] {
        assert!(!all.contains(private), "{private}");
    }
    assert!(all.contains("fashionos-hub"), "the service is named");
}

/// A collector that is away takes nothing from anybody.
#[tokio::test]
async fn a_collector_that_is_away_stops_no_hub() {
    let nowhere = vec![
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1".to_owned()),
        ("OTEL_BSP_SCHEDULE_DELAY", "50".to_owned()),
    ];
    let mut hub = HubProcess::start_in("info", nowhere).await;
    let address = hub.url().trim_start_matches("http://").parse().expect("an address");
    for _ in 0..20 {
        assert_eq!(http(address, "GET", "/readyz", None, None).await.status, 200);
    }
    assert!(hub.terminate().await.success(), "{}", hub.log());
}
