//! The plugin that does what its job says, in the real host, against a vendor on a real socket.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use plugin_host::package::componentize;
use plugin_host::{Host, Plugin, Routes, Run};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::hub_side::{Memory, host_with, run_with};

/// What the vendor heard: path with query, headers, body.
#[derive(Debug, Clone)]
pub struct Heard {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Heard {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

/// A vendor that does what the path says, and remembers what it heard.
pub struct Vendor {
    pub heard: Arc<Mutex<Vec<Heard>>>,
    pub address: String,
    task: JoinHandle<()>,
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Vendor {
    pub async fn start() -> Vendor {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let heard = Arc::clone(&shared);
                tokio::spawn(async move {
                    let service = service_fn(move |request| answer(Arc::clone(&heard), request));
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(socket), service)
                        .await;
                });
            }
        });
        Vendor { heard, address, task }
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("unpoisoned").clone()
    }

    pub fn routes(&self) -> Routes {
        format!("*.vendor.example={0},*.storage.example={0}", self.address).parse().expect("routes")
    }
}

async fn answer(
    heard: Arc<Mutex<Vec<Heard>>>,
    request: hyper::Request<hyper::body::Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, std::io::Error> {
    let (head, body) = request.into_parts();
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let body = body.collect().await.map_err(std::io::Error::other)?.to_bytes().to_vec();
    let path = head.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let asked = Heard { path: path.clone(), headers: headers.clone(), body };
    heard.lock().expect("unpoisoned").push(asked);
    let response = hyper::Response::builder().header("set-cookie", "a=b");
    let whole = |response: hyper::http::response::Builder, body: Vec<u8>| {
        response.body(Full::new(Bytes::from(body))).map_err(std::io::Error::other)
    };
    match head.uri.path() {
        "/v1/echo" => {
            let values: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            let first =
                headers.iter().find(|(name, _)| name == "x-token").map_or(String::new(), |(_, value)| value.clone());
            whole(response.header("x-echo", first), format!("{path}\n{}", values.join("\n")).into_bytes())
        }
        "/v1/redirect" => whole(response.status(302).header("location", "http://127.0.0.1:1/"), Vec::new()),
        "/v1/large" => whole(response, vec![b'x'; 200_000]),
        "/v1/bomb" => whole(response.header("content-encoding", "gzip"), vec![0x1f, 0x8b, 8, 0]),
        "/v1/broken" => Err(std::io::Error::other("as asked")),
        "/v1/refuse" => whole(response.status(422), b"{}".to_vec()),
        "/v1/busy" => whole(response.status(503), b"{}".to_vec()),
        "/v1/targets" => whole(
            response,
            json!({"data": [{"url": "https://eu.storage.example/put?signature=7"}]}).to_string().into_bytes(),
        ),
        _ => whole(response, b"{\"made\":true}".to_vec()),
    }
}

/// The component of the probe, as `plugins/build` left it.
pub fn component() -> Vec<u8> {
    let module = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/wasm32-unknown-unknown/release/probe.wasm");
    let module = std::fs::read(module).unwrap_or_else(|error| panic!("{module}: {error}. `plugins/build` makes it"));
    componentize(&module).expect("a component")
}

pub struct Probe {
    pub host: Host,
    pub plugin: Plugin,
    pub services: Arc<Memory>,
}

impl Probe {
    pub async fn start(routes: Routes) -> Probe {
        let host = host_with(routes);
        let plugin = host.load(&component()).await.expect("the probe");
        Probe { host, plugin, services: Arc::new(Memory::default()) }
    }

    /// Does the steps in one run.
    pub async fn run(&self, steps: Value) -> Run {
        run_with(&self.host, &self.plugin, &json!({"steps": steps}).to_string(), Arc::clone(&self.services)).await
    }

    /// Does the steps in one run that ends well; what came of each.
    pub async fn told(&self, steps: Value) -> Vec<Value> {
        let run = self.run(steps).await;
        let result = run.outcome.expect("it ends well");
        serde_json::from_str(&result).expect("an array")
    }

    /// Sends one request.
    pub async fn send(&self, mut request: Value) -> Value {
        request["do"] = "send".into();
        if request.get("method").is_none() {
            request["method"] = "GET".into();
        }
        self.told(json!([request])).await.remove(0)
    }
}
