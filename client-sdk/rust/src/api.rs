use bytes::Bytes;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use schemas::DeviceProfile;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use uuid::Uuid;

use crate::HubError;
use crate::socket::Address;

/// Longest HTTP call: imports of large files are judged row by row.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);

/// The HTTP calls of a hub.
#[derive(Debug, Clone)]
pub struct Api {
    address: Address,
    http: reqwest::Client,
    token: Option<String>,
}

/// A signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Login {
    /// For [`Api::with_token`] and [`HubBuilder::token`](crate::HubBuilder::token).
    pub access_token: String,
    /// When it ends, seconds since the epoch.
    pub expires_at: i64,
    /// For [`Api::refresh`], once: every refresh gives a new one.
    pub refresh_token: String,
    /// Who.
    pub user: User,
    /// Where; `None` for somebody who belongs to no organization yet.
    pub organization: Option<Membership>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// The user.
    pub id: Uuid,
    /// The address to sign in with.
    pub email: String,
    /// The name to show.
    pub full_name: Option<String>,
}

/// An organization, and the role that the person has there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Membership {
    /// The organization.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// owner, admin, producer, staff, ...
    pub role: String,
}

/// An event to create.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewEvent {
    /// What it is called.
    pub title: String,
    /// RFC 3339.
    pub start_time: String,
    /// RFC 3339.
    pub end_time: String,
    /// IANA name, for example `Europe/Paris`.
    pub time_zone: String,
    /// Most people that the event may register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity_limit: Option<u32>,
}

/// A device to pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewPairing {
    /// What the device will be called.
    pub name: String,
    /// What it may do.
    pub profile: DeviceProfile,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate_id: Option<Uuid>,
    /// May override a verdict.
    pub supervisor: bool,
}

/// A code that a device claims.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pairing {
    /// For example `ABCD-2345`.
    pub code: String,
    /// When it ends, RFC 3339.
    pub expires_at: Value,
    /// The page that claims it, from the hub's root.
    pub url: String,
}

/// What a device gets for its code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PairingClaim {
    /// The device's token.
    pub token: String,
    /// Which device it is.
    pub device: PairedDevice,
}

/// A paired device.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PairedDevice {
    /// The device.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub profile: DeviceProfile,
    /// For which event.
    pub event_id: Uuid,
    /// At which gate.
    pub gate_id: Option<Uuid>,
}

/// What an import would do, or did.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ImportReport {
    /// csv, xlsx or ontime.
    pub format: String,
    /// How the file's columns were understood.
    pub columns: Vec<ColumnGuess>,
    /// What a column can mean.
    pub fields: Vec<ImportField>,
    /// Rows in the file.
    pub rows: u64,
    /// Rows that are new.
    pub added: u64,
    /// Rows that differ from what is stored.
    pub changed: u64,
    /// Rows that are stored already.
    pub unchanged: u64,
    /// What is wrong; with errors nothing is applied.
    pub errors: Vec<RowError>,
    /// At most 200 differences.
    pub diff: Vec<DiffEntry>,
    /// Whether it was done.
    pub applied: bool,
}

/// A column of an imported file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ColumnGuess {
    /// Its first cell.
    pub header: String,
    /// What it is read as; `None`: it is not read.
    pub field: Option<String>,
    /// The hub guessed.
    pub guessed: bool,
    /// A few of its cells.
    pub samples: Vec<String>,
}

/// Something that a column can mean.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ImportField {
    /// Its name in a mapping.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// A file without it cannot be imported.
    pub required: bool,
}

/// What is wrong with a row of an imported file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RowError {
    /// From 1; the header is row 1.
    pub row: u64,
    /// The column's header.
    pub column: Option<String>,
    /// Stable.
    pub code: String,
    /// For people.
    pub message: String,
}

/// A row that an import adds or changes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DiffEntry {
    /// From 1; the header is row 1.
    pub row: u64,
    /// added or changed.
    pub kind: String,
    /// The row in a word.
    pub label: String,
    /// Field to `[old, new]`.
    pub fields: BTreeMap<String, Value>,
}

impl Api {
    /// Of the hub at this address, as nobody.
    ///
    /// # Errors
    /// [`HubError::BadUrl`].
    pub fn new(url: &str) -> Result<Self, HubError> {
        let http = reqwest::Client::builder()
            .timeout(ANSWER_WITHIN)
            .build()
            .map_err(|error| HubError::Unreachable(error.to_string()))?;
        Ok(Self { address: Address::parse(url)?, http, token: None })
    }

    /// As the bearer of a token.
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// Signs a person in.
    ///
    /// # Errors
    /// [`HubError::Http`] with `invalid_token` or `rate_limited`; [`HubError::Unreachable`]. The errors of the other calls are of
    /// the same kinds.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<Login, HubError> {
        let body = json!({"email": email, "password": password});
        self.json(self.call(Method::POST, "/auth/v1/token?grant_type=password").json(&body)).await
    }

    /// A new token for a person whose old one ends.
    ///
    /// # Errors
    /// As [`Api::sign_in`].
    pub async fn refresh(&self, refresh_token: &str) -> Result<Login, HubError> {
        let body = json!({"refresh_token": refresh_token});
        self.json(self.call(Method::POST, "/auth/v1/token?grant_type=refresh_token").json(&body)).await
    }

    /// Signs the bearer out.
    ///
    /// # Errors
    /// As [`Api::sign_in`].
    pub async fn sign_out(&self) -> Result<(), HubError> {
        self.done(self.call(Method::POST, "/auth/v1/logout")).await
    }

    /// The organization's events: rows with their counters.
    ///
    /// # Errors
    /// As [`Api::sign_in`].
    pub async fn events(&self) -> Result<Vec<Map<String, Value>>, HubError> {
        #[derive(Deserialize)]
        struct Events {
            events: Vec<Map<String, Value>>,
        }
        Ok(self.json::<Events>(self.call(Method::GET, "/v1/events")).await?.events)
    }

    /// Creates an event and returns its row.
    ///
    /// # Errors
    /// As [`Api::sign_in`].
    pub async fn create_event(&self, event: &NewEvent) -> Result<Map<String, Value>, HubError> {
        #[derive(Deserialize)]
        struct Created {
            event: Map<String, Value>,
        }
        Ok(self.json::<Created>(self.call(Method::POST, "/v1/events").json(event)).await?.event)
    }

    /// Makes a code with which one device joins the event.
    ///
    /// # Errors
    /// As [`Api::sign_in`].
    pub async fn pair(&self, event: Uuid, device: &NewPairing) -> Result<Pairing, HubError> {
        self.json(self.call(Method::POST, &format!("/v1/events/{event}/pairings")).json(device)).await
    }

    /// Becomes the device that a code stands for. Needs no token.
    ///
    /// # Errors
    /// As [`Api::sign_in`].
    pub async fn claim(&self, code: &str) -> Result<PairingClaim, HubError> {
        let body = json!({"code": code, "app_version": env!("CARGO_PKG_VERSION")});
        self.json(self.call(Method::POST, "/v1/pairings/claim").json(&body)).await
    }

    /// Takes a device's token away.
    ///
    /// # Errors
    /// As [`Api::sign_in`].
    pub async fn revoke(&self, device: Uuid) -> Result<(), HubError> {
        self.done(self.call(Method::DELETE, &format!("/v1/devices/{device}"))).await
    }

    /// Imports guests (`what` = `guests`) or a rundown (`rundown`); without `apply` only says what it would do.
    /// `mapping`: column header to field name, or to null for a column that shall not be read.
    ///
    /// # Errors
    /// As [`Api::sign_in`]; a file that can be read but holds wrong rows is a report with errors.
    pub async fn import(
        &self,
        event: Uuid,
        what: &str,
        file_name: &str,
        file: impl Into<Bytes>,
        mapping: Option<&BTreeMap<String, Option<String>>>,
        apply: bool,
    ) -> Result<ImportReport, HubError> {
        let file: Bytes = file.into();
        let mut form = Form::new().part("file", Part::stream(file).file_name(file_name.to_owned()));
        if let Some(mapping) = mapping {
            form = form.text("mapping", json!(mapping).to_string());
        }
        let path = format!("/v1/events/{event}/import/{what}?apply={apply}");
        self.json(self.call(Method::POST, &path).multipart(form)).await
    }

    /// A file made of the event: `guests.csv`, `arrivals.xlsx`, `rundown.json`, ...
    ///
    /// # Errors
    /// As [`Api::sign_in`].
    pub async fn export(&self, event: Uuid, file: &str) -> Result<Bytes, HubError> {
        self.answer(self.call(Method::GET, &format!("/v1/events/{event}/export/{file}"))).await
    }

    /// Whether the hub is up and has its database.
    pub async fn is_ready(&self) -> bool {
        self.done(self.call(Method::GET, "/readyz").timeout(Duration::from_secs(2))).await.is_ok()
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let call = self.http.request(method, format!("{}{path}", self.address.http));
        match &self.token {
            Some(token) => call.bearer_auth(token),
            None => call,
        }
    }

    async fn json<T: DeserializeOwned>(&self, call: RequestBuilder) -> Result<T, HubError> {
        let body = self.answer(call).await?;
        serde_json::from_slice(&body).map_err(|error| HubError::Protocol(error.to_string()))
    }

    async fn done(&self, call: RequestBuilder) -> Result<(), HubError> {
        self.answer(call).await.map(drop)
    }

    async fn answer(&self, call: RequestBuilder) -> Result<Bytes, HubError> {
        let unreachable = |error: reqwest::Error| HubError::Unreachable(error.without_url().to_string());
        let response = call.send().await.map_err(unreachable)?;
        let status = response.status();
        let body = response.bytes().await.map_err(unreachable)?;
        if status.is_success() {
            return Ok(body);
        }
        #[derive(Deserialize)]
        struct Refusal {
            code: String,
            message: String,
            #[serde(default)]
            retryable: bool,
        }
        let refusal = serde_json::from_slice(&body).unwrap_or_else(|_| Refusal {
            code: "internal".into(),
            message: format!("the answer was not the hub's: {}", String::from_utf8_lossy(&body[..body.len().min(200)])),
            retryable: status.is_server_error(),
        });
        let Refusal { code, message, retryable } = refusal;
        Err(HubError::Http { status: status.as_u16(), code, message, retryable })
    }
}
