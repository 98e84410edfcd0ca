//! What goes wrong at a vendor, planned by a test.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;

/// Largest request that a double reads, bytes.
const MOST_BYTES: usize = 64 << 20;

/// One thing that goes wrong.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The request is not looked at; this is answered.
    Answer { status: u16, headers: Vec<(String, String)>, body: String },
    /// The request is done after this long.
    Slow(Duration),
    /// The connection ends before anything was done.
    DieBefore,
    /// The request is done, and the connection ends without an answer.
    DieAfter,
}

impl Fault {
    /// An answer without a body.
    pub fn status(status: u16) -> Fault {
        Fault::Answer { status, headers: Vec::new(), body: String::new() }
    }

    /// 429 with a time to wait, in seconds.
    pub fn throttle(seconds: u32) -> Fault {
        Fault::Answer { status: 429, headers: vec![("retry-after".into(), seconds.to_string())], body: "{}".into() }
    }
}

#[derive(Debug)]
struct Planned {
    /// Stands in the address or the body of the requests that are meant.
    needle: String,
    fault: Fault,
    times: u32,
}

/// The faults of one double.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<Planned>>>);

impl Faults {
    /// The next so many requests with this text in their address or body meet the fault.
    pub fn plan(&self, needle: &str, fault: Fault, times: u32) {
        self.0.lock().expect("the faults").push(Planned { needle: needle.into(), fault, times });
    }

    /// Whether all planned faults have happened.
    pub fn are_over(&self) -> bool {
        self.0.lock().expect("the faults").is_empty()
    }

    fn next(&self, address: &str, body: &[u8]) -> Option<Fault> {
        let mut planned = self.0.lock().expect("the faults");
        let at = planned.iter().position(|planned| {
            let needle = planned.needle.as_bytes();
            needle.is_empty()
                || address.contains(&planned.needle)
                || body.windows(needle.len()).any(|part| part == needle)
        })?;
        planned[at].times = planned[at].times.saturating_sub(1);
        let fault = planned[at].fault.clone();
        if planned[at].times == 0 {
            planned.remove(at);
        }
        Some(fault)
    }
}

/// Lets the planned faults happen around the vendor's own answers.
pub async fn meddle(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST_BYTES).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let fault = faults.next(&parts.uri.to_string(), &body);
    let request = Request::from_parts(parts, Body::from(body));
    match fault {
        None => next.run(request).await,
        Some(Fault::Slow(time)) => {
            tokio::time::sleep(time).await;
            next.run(request).await
        }
        Some(Fault::Answer { status, headers, body }) => {
            let mut answer = Response::builder().status(status);
            for (name, value) in headers {
                answer = answer.header(name, value);
            }
            answer.body(Body::from(body)).expect("a planned answer")
        }
        Some(Fault::DieBefore) => cut_off(),
        Some(Fault::DieAfter) => {
            next.run(request).await;
            cut_off()
        }
    }
}

/// A body that breaks at once: the server drops the connection.
fn cut_off() -> Response {
    let broken = stream::once(async { Err::<Bytes, _>(std::io::Error::other("the double hangs up")) });
    Body::from_stream(broken).into_response()
}
