use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::handshake;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::failure::Failure;
use crate::hub_process::HubProcess;

/// Accounts of the plugin: each has one run at a time.
const ACCOUNTS: usize = 4;
/// Jobs that wait for each account, so that there is always a next one.
const WAITING: usize = 60;

/// A plugin that is installed and does harm when it is told to.
pub struct Attack {
    address: String,
    token: String,
    install: String,
    accounts: Vec<String>,
}

impl Attack {
    /// Brings the plugin into the hub as any administrator would: a package, an install, accounts.
    pub async fn prepare(hub: &HubProcess, probe: &Path, token: &str) -> Result<Self, Failure> {
        let package = package(hub, probe).await?;
        let address = hub.url().trim_start_matches("http://").to_owned();
        let mut attack = Self { address, token: token.to_owned(), install: String::new(), accounts: Vec::new() };
        let brought = attack.ask(Method::POST, "/v1/plugins/packages", package).await?;
        let install = json!({ "package_id": brought["id"], "scopes": ["catalog:read"] });
        attack.install = text(&attack.ask(Method::POST, "/v1/plugins/installs", body(&install)).await?["id"]);
        for at in 0..ACCOUNTS {
            let account = json!({ "account": format!("account-{at}"), "credentials": { "token": "none" } });
            let path = format!("/v1/plugins/installs/{}/connections", attack.install);
            let account = attack.ask(Method::POST, &path, body(&account)).await?;
            attack.accounts.push(text(&account["id"]));
        }
        attack.switch(false).await?;
        Ok(attack)
    }

    /// Queues jobs of every kind of harm and lets them run; they do until [`end`](Self::end).
    pub async fn begin(&self) -> Result<Vec<String>, Failure> {
        let mut queued = Vec::new();
        for at in 0..WAITING {
            for account in &self.accounts {
                let job = json!({ "kind": "pull", "connection_id": account, "payload": { "steps": harm(at) } });
                let path = format!("/v1/plugins/installs/{}/jobs", self.install);
                queued.push(text(&self.ask(Method::POST, &path, body(&job)).await?["id"]));
            }
        }
        self.switch(true).await?;
        Ok(queued)
    }

    /// Stops the plugin; what still waits is cancelled.
    pub async fn end(&self, queued: Vec<String>) -> Result<(), Failure> {
        self.switch(false).await?;
        for job in queued {
            // One that has ended cannot be cancelled.
            self.send(Method::POST, &format!("/v1/plugins/jobs/{job}/cancel"), Bytes::new()).await?;
        }
        Ok(())
    }

    /// How the newest runs ended, by their outcome.
    pub async fn ended(&self) -> Result<BTreeMap<String, u64>, Failure> {
        let runs = self.ask(Method::GET, "/v1/plugins/runs?limit=200", Bytes::new()).await?;
        let mut ended = BTreeMap::new();
        for run in runs.as_array().into_iter().flatten() {
            let message = run["message"].as_str().unwrap_or_default();
            let code = message.split(':').next().filter(|code| !code.is_empty());
            let reason = code.or(run["outcome"].as_str()).unwrap_or("running");
            *ended.entry(reason.to_owned()).or_default() += 1;
        }
        Ok(ended)
    }

    async fn switch(&self, active: bool) -> Result<(), Failure> {
        let path = format!("/v1/plugins/installs/{}", self.install);
        self.ask(Method::PATCH, &path, body(&json!({ "active": active }))).await.map(drop)
    }

    async fn ask(&self, method: Method, path: &str, content: Bytes) -> Result<Value, Failure> {
        let (status, answer) = self.send(method, path, content).await?;
        if !status.is_success() {
            return Err(Failure::Unexpected(format!("{path}: {status} {}", String::from_utf8_lossy(&answer))));
        }
        serde_json::from_slice(&answer).map_err(|error| Failure::Unexpected(format!("{path}: {error}")))
    }

    async fn send(&self, method: Method, path: &str, content: Bytes) -> Result<(StatusCode, Bytes), Failure> {
        let kind = if path.ends_with("/packages") { "application/octet-stream" } else { "application/json" };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.address)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, kind)
            .body(Full::new(content))
            .map_err(|error| Failure::Unexpected(error.to_string()))?;
        let stream = TcpStream::connect(&self.address).await?;
        let answer = async {
            let (mut connection, driver) = handshake(TokioIo::new(stream)).await?;
            tokio::spawn(driver);
            let answer = connection.send_request(request).await?;
            let status = answer.status();
            Ok((status, answer.into_body().collect().await?.to_bytes()))
        };
        answer.await.map_err(|error: hyper::Error| Failure::Unexpected(format!("{path}: {error}")))
    }
}

/// One way of doing harm after the other.
fn harm(at: usize) -> Value {
    match at % 6 {
        0 => json!([{ "do": "spin" }]),
        1 => json!([{ "do": "repeat", "step": { "do": "random", "count": 1024 } }]),
        2 => json!([{ "do": "allocate", "bytes": 2_000_000_000_u32 }]),
        3 => json!([{ "do": "say", "text": "flood ".repeat(100), "times": 1_000_000 }]),
        4 => json!([{ "do": "repeat", "step": { "do": "put", "key": "k", "value": "v".repeat(9_000) } }]),
        _ => json!([{ "do": "repeat", "step": { "do": "select", "query": "products?select=id&limit=1" } }]),
    }
}

/// Packs and signs the plugin with the hub's own command.
async fn package(hub: &HubProcess, probe: &Path) -> Result<Bytes, Failure> {
    if !probe.exists() {
        return Err(Failure::Unexpected(format!("{} is not there: make plugins", probe.display())));
    }
    let (project, key, packed) =
        (hub.folder().join("hostile"), hub.folder().join("hostile.key"), hub.folder().join("hostile.plugin"));
    fs::create_dir_all(&project)?;
    fs::write(project.join("manifest.json"), include_str!("../../../plugins/probe/manifest.json"))?;
    for arguments in [
        vec!["plugin".as_ref(), "key".as_ref(), key.as_os_str()],
        vec![
            "plugin".as_ref(),
            "pack".as_ref(),
            project.as_os_str(),
            "--wasm".as_ref(),
            probe.as_os_str(),
            "--key".as_ref(),
            key.as_os_str(),
            "--out".as_ref(),
            packed.as_os_str(),
        ],
    ] {
        let done = Command::new(hub.binary()).args(arguments).stdout(Stdio::null()).output().await?;
        if !done.status.success() {
            return Err(Failure::Unexpected(String::from_utf8_lossy(&done.stderr).into_owned()));
        }
    }
    Ok(fs::read(packed)?.into())
}

fn body(value: &Value) -> Bytes {
    value.to_string().into()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_harm_comes_in_turn() {
        let kinds: std::collections::BTreeSet<String> = (0..WAITING).map(|at| harm(at).to_string()).collect();
        assert_eq!(kinds.len(), 6);
        assert_eq!(harm(0), harm(6));
    }
}
