//! A plugin that does what its job says, step by step, and tells what came of it.

use fashionos_plugin::contract::fashionos::plugin::{http, records};
use fashionos_plugin::{Failure, Job, Plugin, Value, files, host, json, kv, payload, queue};
use serde::Deserialize;

struct Probe;

/// A step, as the tests write it.
#[derive(Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Step {
    Send {
        method: String,
        url: String,
        #[serde(default)]
        headers: Vec<(String, String)>,
        #[serde(default)]
        body: String,
        /// `bearer`, `header`, `query`, `basic`, `signed_form`.
        #[serde(default)]
        authorization: String,
        #[serde(default)]
        credential: String,
        /// `idempotent`, `once`, `once_checked`.
        #[serde(default)]
        effect: String,
        #[serde(default)]
        key: String,
        /// Sends this file behind the body.
        #[serde(default)]
        file: Option<(String, u64, u64)>,
    },
    NotDone {
        key: String,
    },
    Connection,
    Put {
        key: String,
        value: String,
    },
    Get {
        key: String,
    },
    Delete {
        key: String,
    },
    Keys {
        prefix: String,
    },
    Select {
        query: String,
    },
    Upsert {
        table: String,
        rows: String,
    },
    Update {
        table: String,
        query: String,
    },
    Enqueue {
        name: String,
        payload: String,
        key: String,
    },
    File {
        file: String,
    },
    Random {
        count: u32,
    },
    Facts,
    Progress {
        done: u64,
    },
    Say {
        text: String,
        times: u32,
    },
    Allocate {
        bytes: usize,
    },
    /// Looks for text in the whole memory; every byte is given one higher, so that the question does not find itself.
    Find {
        shifted: Vec<u8>,
    },
    Fail {
        kind: String,
    },
    Panic,
    /// Computes without end.
    Spin,
    /// Does one step without end.
    Repeat {
        step: Box<Step>,
    },
}

#[derive(Deserialize)]
struct Steps {
    #[serde(default)]
    steps: Vec<Step>,
}

impl Plugin for Probe {
    const MANIFEST: &'static str = include_str!("../manifest.json");

    fn run(job: &Job) -> Result<Value, Failure> {
        let Steps { steps } = payload(job)?;
        steps.into_iter().map(step).collect::<Result<Vec<_>, _>>().map(Value::from)
    }
}

fashionos_plugin::plugin!(Probe);

fn told<T: Into<Value>>(result: Result<T, Failure>) -> Value {
    match result {
        Ok(value) => value.into(),
        Err(failure) => json!({ "failure": format!("{failure:?}") }),
    }
}

fn step(step: Step) -> Result<Value, Failure> {
    Ok(match step {
        Step::Send { method, url, headers, body, authorization, credential, effect, key, file } => {
            let content = |bytes: String| http::Content::Bytes(bytes.into_bytes());
            let body = match file {
                Some((file, offset, length)) => http::Body::Multipart(vec![
                    http::Part { name: "words".into(), filename: None, content_type: None, content: content(body) },
                    http::Part {
                        name: "file".into(),
                        filename: Some("look.jpg".into()),
                        content_type: Some("image/jpeg".into()),
                        content: http::Content::File(http::FileRange { file, offset, length }),
                    },
                ]),
                None if body.is_empty() => http::Body::None,
                None => http::Body::Content(content(body)),
            };
            let request = http::Request {
                method,
                url,
                headers,
                body,
                authorization: match authorization.as_str() {
                    "bearer" => http::Authorization::Bearer(credential),
                    "header" => http::Authorization::Header(credential),
                    "query" => http::Authorization::Query(credential),
                    "basic" => http::Authorization::Basic(credential),
                    "signed_form" => http::Authorization::SignedForm(credential),
                    _ => http::Authorization::None,
                },
                effect: match effect.as_str() {
                    "idempotent" => http::Effect::Idempotent(key),
                    "once" => http::Effect::Once(key),
                    "once_checked" => http::Effect::OnceChecked(key),
                    _ => http::Effect::Read,
                },
                cost: 1,
            };
            match http::send(&request) {
                Ok(response) => json!({
                    "status": response.status, "headers": response.headers, "body": String::from_utf8_lossy(&response.body)
                }),
                Err(http::HttpError::Denied(fault)) => json!({ "denied": fault.code }),
                Err(http::HttpError::Unreachable(fault)) => json!({ "unreachable": fault.code }),
                Err(http::HttpError::TooLarge(fault)) => json!({ "too_large": fault.code }),
                Err(http::HttpError::Unsettled) => json!("unsettled"),
                Err(http::HttpError::Throttled(ms)) => json!({ "throttled": ms > 0 }),
            }
        }
        Step::Connection => host::connection().map_or(Value::Null, |connected| {
            json!({ "id": connected.id, "account": connected.account, "marketplace": connected.marketplace })
        }),
        Step::NotDone { key } => {
            http::not_done(&key);
            Value::Null
        }
        Step::Put { key, value } => told(kv::put(&key, value.as_bytes()).map(|()| true)),
        Step::Get { key } => {
            kv::get(&key).map_or(Value::Null, |value| String::from_utf8_lossy(&value).into_owned().into())
        }
        Step::Delete { key } => {
            kv::delete(&key);
            Value::Null
        }
        Step::Keys { prefix } => json!(kv::keys(&prefix, None, 100)),
        Step::Select { query } => told(records::select(&query)),
        Step::Upsert { table, rows } => told(records::upsert(&table, &["id".to_owned()], &rows).map(|()| true)),
        Step::Update { table, query } => told(records::update(&table, &query, "{}").map(|()| true)),
        Step::Enqueue { name, payload, key } => {
            told(queue::enqueue(&queue::Job { name, payload, key, after_ms: 0 }).map(|()| true))
        }
        Step::File { file } => {
            let read = files::read(&file, 0, u32::MAX)?;
            json!({ "name": files::stat(&file)?.name, "read": read.len(), "address": files::public_url(&file, 60)? })
        }
        Step::Random { count } => told(host::random(count).map(|bytes| json!(bytes))),
        Step::Facts => json!({ "now": host::now_ms(), "account": host::account(), "limit": host::setting("limit") }),
        Step::Progress { done } => json!(host::progress(done, Some(100), "so far")),
        Step::Say { text, times } => {
            for _ in 0..times {
                host::log(host::Level::Info, &text);
            }
            Value::Null
        }
        Step::Allocate { bytes } => {
            let memory = std::hint::black_box(vec![1_u8; bytes]);
            json!(memory.len())
        }
        Step::Find { shifted } => json!(find(&shifted)),
        Step::Fail { kind } => {
            let fault =
                || fashionos_plugin::Fault { code: "as_asked".into(), message: "because the job said so".into() };
            return Err(match kind.as_str() {
                "unauthorized" => Failure::Unauthorized(fault()),
                "conflict" => Failure::Conflict(fault()),
                "cancelled" => Failure::Cancelled,
                "later" => fashionos_plugin::later(5_000, "as_asked", "because the job said so"),
                _ => Failure::Permanent(fault()),
            });
        }
        Step::Panic => panic!("as asked"),
        Step::Spin => loop {
            std::hint::black_box(0);
        },
        Step::Repeat { step: again } => loop {
            self::step((*again).clone())?;
        },
    })
}

/// How often the text is in this plugin's memory.
#[cfg(target_family = "wasm")]
fn find(shifted: &[u8]) -> usize {
    let bytes = core::arch::wasm32::memory_size(0) * 65_536;
    let at = |address: usize| unsafe { core::ptr::read_volatile(address as *const u8) };
    (1..bytes.saturating_sub(shifted.len()))
        .filter(|start| shifted.iter().enumerate().all(|(offset, byte)| at(start + offset).wrapping_add(1) == *byte))
        .count()
}

#[cfg(not(target_family = "wasm"))]
fn find(_: &[u8]) -> usize {
    0
}
