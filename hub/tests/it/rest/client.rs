use std::collections::HashMap;

use reqwest::Method;
use serde_json::Value;

use crate::support::TestHub;
use crate::support::http::Answer;

/// Somebody who asks for tables.
#[derive(Clone)]
pub struct Rest {
    url: String,
    token: Option<String>,
    http: reqwest::Client,
}

impl Rest {
    /// With a token, or without any.
    pub fn new(hub: &TestHub, token: Option<&str>) -> Self {
        let url = format!("{}/rest/v1/", hub.url());
        Self { url, token: token.map(str::to_owned), http: reqwest::Client::new() }
    }

    /// The owner of the test's organization.
    pub async fn owner(hub: &TestHub) -> Self {
        Self::new(hub, Some(&hub.token(TestHub::OWNER).await))
    }

    /// A new member of some role.
    pub async fn member(hub: &TestHub, role: &str) -> Self {
        let email = format!("{role}@maison.example");
        hub.member(&email, role).await;
        Self::new(hub, Some(&hub.token(&email).await))
    }

    /// A request with headers and a body.
    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let answer = request.send().await.expect("the hub answers");
        let headers: HashMap<String, String> = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        Answer { status: answer.status().as_u16(), headers, body: answer.text().await.expect("a text") }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], None).await
    }

    /// GET, and the rows.
    pub async fn rows(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    /// POST with preferences.
    pub async fn post(&self, path: &str, prefer: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, &[("prefer", prefer)], Some(body.to_string())).await
    }

    /// PUT with preferences.
    pub async fn put(&self, path: &str, prefer: &str, body: &Value) -> Answer {
        self.ask(Method::PUT, path, &[("prefer", prefer)], Some(body.to_string())).await
    }

    /// PATCH with preferences.
    pub async fn patch(&self, path: &str, prefer: &str, body: &Value) -> Answer {
        self.ask(Method::PATCH, path, &[("prefer", prefer)], Some(body.to_string())).await
    }

    /// DELETE with preferences.
    pub async fn delete(&self, path: &str, prefer: &str) -> Answer {
        self.ask(Method::DELETE, path, &[("prefer", prefer)], None).await
    }
}
