use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use super::components::probe;
use super::vendor::Vendor;
use crate::support::TestHub;
use crate::support::http::{Answer, http, raw};

/// A hub whose plugins reach a counting vendor, with its owner signed in.
pub struct Workshop {
    pub hub: TestHub,
    pub vendor: Vendor,
    pub token: String,
}

impl Workshop {
    pub async fn open() -> Self {
        Self::routed(&[]).await
    }

    /// The same, with the doubles of other vendors.
    pub async fn routed(others: &[String]) -> Self {
        let vendor = Vendor::start().await;
        let routes = [&[vendor.routes()], others].concat().join(",");
        let hub = TestHub::start_with(|config| config.plugin_routes = Some(routes)).await;
        let token = hub.token(TestHub::OWNER).await;
        Self { hub, vendor, token }
    }

    pub fn address(&self) -> SocketAddr {
        self.hub.server.address
    }

    pub async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        http(self.address(), method, path, Some(&self.token), body.as_ref()).await
    }

    /// Brings a package; its id.
    pub async fn bring(&self, package: &[u8]) -> Uuid {
        let answer = upload(self.address(), &self.token, package).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.text("id").parse().expect("an id")
    }

    /// Brings a package and installs it with scopes; the install's id.
    pub async fn install(&self, package: &[u8], scopes: &[&str]) -> Uuid {
        let package = self.bring(package).await;
        let body = json!({ "package_id": package, "scopes": scopes });
        let answer = self.ask("POST", "/v1/plugins/installs", Some(body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.text("id").parse().expect("an id")
    }

    /// The probe, with an account.
    pub async fn probe(&self, scopes: &[&str]) -> (Uuid, Uuid) {
        let install = self.install(&probe(), scopes).await;
        let connection = self.connect(install, "vale", json!({ "token": "canary-7f3a" }), None).await;
        (install, connection)
    }

    pub async fn connect(&self, install: Uuid, account: &str, credentials: Value, secret: Option<&str>) -> Uuid {
        let body = json!({ "account": account, "credentials": credentials, "webhook_secret": secret });
        let answer = self.ask("POST", &format!("/v1/plugins/installs/{install}/connections"), Some(body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.text("id").parse().expect("an id")
    }

    /// Queues a job of steps; its id.
    pub async fn queue(&self, install: Uuid, connection: Option<Uuid>, steps: Value) -> Uuid {
        let body = json!({ "kind": "pull", "connection_id": connection, "payload": { "steps": steps } });
        let answer = self.ask("POST", &format!("/v1/plugins/installs/{install}/jobs"), Some(body)).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.text("id").parse().expect("an id")
    }

    pub async fn job(&self, id: Uuid) -> Value {
        let jobs = self.ask("GET", "/v1/plugins/jobs?limit=200", None).await.json();
        let jobs = jobs.as_array().expect("jobs");
        jobs.iter().find(|job| job["id"] == id.to_string().as_str()).expect("the job").clone()
    }

    /// Waits until a job has come to something.
    pub async fn ended(&self, id: Uuid) -> Value {
        self.until(Duration::from_secs(30), async || {
            let job = self.job(id).await;
            let over = job["status"] != "queued" && job["status"] != "running";
            over.then_some(job)
        })
        .await
    }

    /// Waits until something is there.
    pub async fn until<T>(&self, within: Duration, look: impl AsyncFn() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(began.elapsed() < within, "not within {within:?}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// The newest run of a job, with its log.
    pub async fn run(&self, job: Uuid) -> Value {
        let runs = self.ask("GET", &format!("/v1/plugins/runs?job={job}"), None).await.json();
        let id = runs[0]["id"].as_str().expect("a run");
        self.ask("GET", &format!("/v1/plugins/runs/{id}"), None).await.json()
    }
}

pub async fn upload(address: SocketAddr, token: &str, package: &[u8]) -> Answer {
    let head = format!(
        "POST /v1/plugins/packages HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
        package.len()
    );
    raw(address, &[head.as_bytes(), package].concat()).await
}
