//! What a plugin says of itself: who made it, what it wants, where it may go, which jobs it knows, and its bounds.
//!
//! The manifest is signed with the component, shown to the administrator who grants it, and enforced by the broker. A
//! plugin's `describe` must answer the same.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::webhook::WebhookScheme;

/// The newest version of the contract that this host speaks; `plugins/wit` says what may change in it.
pub const CONTRACT: &str = "1.1.0";

/// Largest manifest that is read, in bytes of JSON.
pub const MAX_MANIFEST_BYTES: usize = 64 * 1024;

/// A plugin's description of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `^[a-z][a-z0-9_]{1,40}$`, the same for all versions.
    pub key: String,
    pub name: String,
    pub publisher: String,
    /// Of the plugin: `MAJOR.MINOR.PATCH`.
    pub version: String,
    /// The version of the contract it was built for.
    pub contract: String,
    #[serde(default)]
    pub about: String,
    /// `commerce:write` and the like: what it may do with the organization's records.
    #[serde(default)]
    pub scopes: BTreeSet<String>,
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    #[serde(default)]
    pub credentials: Vec<Credential>,
    /// What the administrator sets: a name, and what it means.
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
    pub jobs: Vec<JobKind>,
    #[serde(default)]
    pub webhook: Option<WebhookScheme>,
    #[serde(default)]
    pub subscriptions: Vec<Subscription>,
    #[serde(default)]
    pub limits: Limits,
}

/// A credential of the connection, as the plugin names it. The value stays outside the sandbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Credential {
    pub name: String,
    #[serde(flatten)]
    pub kind: CredentialKind,
    /// For `authorization: header`.
    #[serde(default)]
    pub header: Option<String>,
    /// For `authorization: query`.
    #[serde(default)]
    pub query: Option<String>,
    /// For `authorization: signed-form`: how the form is signed.
    #[serde(default)]
    pub signature: Option<FormSignature>,
}

/// Where a credential comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CredentialKind {
    /// The administrator types it in.
    Key,
    /// OAuth 2.0 code flow (RFC 6749 §4.1) with PKCE (RFC 7636). `{account}` stands for the account, a setting's name in
    /// braces for that setting.
    Oauth {
        authorize_url: String,
        token_url: String,
        #[serde(default)]
        scopes: Vec<String>,
    },
}

/// How the fields of a form are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormSignature {
    /// Cloudinary, version 2: fields but `file`, `cloud_name`, `resource_type` and `api_key`, sorted, joined as `k=v&k=v`
    /// with `&` in values written as `%26`, the secret behind, SHA-256 in hex.
    CloudinarySha256,
}

/// Something the administrator sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    pub title: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub default: Option<serde_json::Value>,
}

/// A job that the plugin knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobKind {
    pub name: String,
    pub title: String,
    /// Runs by itself for every connection, this often.
    #[serde(default)]
    pub every_seconds: Option<u32>,
}

/// Changes of tables for which the hub queues the job `changed` in the transaction that makes them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    pub table: String,
}

/// The bounds of one run, and of what a connection keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Linear memory, MiB.
    pub memory_mib: u32,
    /// Time the plugin may compute, ms; waiting for the hub and for vendors does not count.
    pub compute_ms: u32,
    /// Time a run may take altogether, s.
    pub run_seconds: u32,
    /// Calls of the hub in one run.
    pub calls: u32,
    /// Keys and values of one connection, bytes.
    pub kv_bytes: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { memory_mib: 64, compute_ms: 1_000, run_seconds: 60, calls: 10_000, kv_bytes: 1 << 20 }
    }
}

/// What no manifest may ask for.
const MOST: Limits =
    Limits { memory_mib: 64, compute_ms: 10_000, run_seconds: 600, calls: 100_000, kv_bytes: 16 << 20 };

/// Why a manifest was not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ManifestError {
    #[error("the manifest is larger than {MAX_MANIFEST_BYTES} bytes")]
    TooLarge,
    #[error("the manifest is not what it should be: {0}")]
    Malformed(String),
    #[error("{field}: {problem}")]
    Invalid { field: String, problem: String },
    #[error("the plugin was built for contract {0}, this hub speaks {CONTRACT}")]
    Contract(String),
}

impl ManifestError {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            ManifestError::TooLarge => "manifest_too_large",
            ManifestError::Malformed(_) => "manifest_malformed",
            ManifestError::Invalid { .. } => "manifest_invalid",
            ManifestError::Contract(_) => "contract_not_spoken",
        }
    }
}

impl Manifest {
    /// Reads and checks a manifest.
    pub fn parse(json: &[u8]) -> Result<Manifest, ManifestError> {
        if json.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::TooLarge);
        }
        let manifest: Manifest =
            serde_json::from_slice(json).map_err(|error| ManifestError::Malformed(error.to_string()))?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The job of that name.
    pub fn job(&self, name: &str) -> Option<&JobKind> {
        self.jobs.iter().find(|job| job.name == name)
    }

    /// The credential of that name.
    pub fn credential(&self, name: &str) -> Option<&Credential> {
        self.credentials.iter().find(|credential| credential.name == name)
    }

    fn check(&self) -> Result<(), ManifestError> {
        let invalid =
            |field: &str, problem: &str| Err(ManifestError::Invalid { field: field.into(), problem: problem.into() });
        if !is_key(&self.key) {
            return invalid("key", "2 to 41 of a-z, 0-9 and _, a letter first");
        }
        if self.name.is_empty() || self.name.len() > 200 || self.publisher.is_empty() || self.publisher.len() > 200 {
            return invalid("name", "name and publisher have 1 to 200 bytes");
        }
        if version(&self.version).is_none() {
            return invalid("version", "three numbers, as in 1.0.0");
        }
        match version(&self.contract) {
            None => return invalid("contract", "three numbers, as in 1.0.0"),
            Some(theirs) => {
                let ours = version(CONTRACT).unwrap_or_default();
                if theirs.0 != ours.0 || theirs.1 > ours.1 {
                    return Err(ManifestError::Contract(self.contract.clone()));
                }
            }
        }
        if let Some(scope) = self.scopes.iter().find(|scope| !is_scope(scope)) {
            return invalid("scopes", &format!("`{scope}` is not `name:read` or `name:write`"));
        }
        if self.jobs.is_empty() || self.jobs.len() > 50 {
            return invalid("jobs", "between 1 and 50");
        }
        let mut names = BTreeSet::new();
        for job in &self.jobs {
            if !is_key(&job.name) || !names.insert(&job.name) {
                return invalid("jobs", &format!("`{}` is not a name, or twice", job.name));
            }
            if job.every_seconds.is_some_and(|seconds| seconds < 60) {
                return invalid("jobs", &format!("`{}` runs more often than once a minute", job.name));
            }
        }
        if self.endpoints.len() > 50 || self.credentials.len() > 10 || self.settings.len() > 100 {
            return invalid("endpoints", "at most 50 endpoints, 10 credentials, 100 settings");
        }
        for endpoint in &self.endpoints {
            endpoint.check().map_err(|problem| ManifestError::Invalid { field: "endpoints".into(), problem })?;
            if let Some(name) = endpoint.credentials.iter().find(|name| self.credential(name).is_none()) {
                return invalid("endpoints", &format!("`{name}` is no credential of this manifest"));
            }
        }
        if let Some(webhook) = &self.webhook {
            if self.job("webhook").is_none() {
                return invalid("webhook", "a plugin with a webhook has a job `webhook`");
            }
            webhook.check().map_err(|problem| ManifestError::Invalid { field: "webhook".into(), problem })?;
        }
        if !self.subscriptions.is_empty() && self.job("changed").is_none() {
            return invalid("subscriptions", "a plugin with subscriptions has a job `changed`");
        }
        let asked = &self.limits;
        if asked.memory_mib > MOST.memory_mib
            || asked.compute_ms > MOST.compute_ms
            || asked.run_seconds > MOST.run_seconds
            || asked.calls > MOST.calls
            || asked.kv_bytes > MOST.kv_bytes
        {
            return invalid("limits", &format!("at most {MOST:?}"));
        }
        Ok(())
    }
}

fn is_key(text: &str) -> bool {
    (2..=41).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_scope(text: &str) -> bool {
    text.split_once(':').is_some_and(|(name, verb)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase()) && matches!(verb, "read" | "write")
    })
}

/// `MAJOR.MINOR.PATCH` as numbers.
pub fn version(text: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = text.split('.').map(|part| part.parse::<u32>().ok());
    match (numbers.next()??, numbers.next()??, numbers.next()??, numbers.next()) {
        (major, minor, patch, None) => Some((major, minor, patch)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smallest() -> serde_json::Value {
        serde_json::json!({
            "key": "sample", "name": "Sample", "publisher": "Somebody", "version": "0.1.0", "contract": CONTRACT,
            "jobs": [{"name": "pull", "title": "Fetch"}]
        })
    }

    fn parse(value: &serde_json::Value) -> Result<Manifest, ManifestError> {
        Manifest::parse(value.to_string().as_bytes())
    }

    #[test]
    fn the_smallest_manifest_has_the_usual_bounds() {
        assert_eq!(parse(&smallest()).map(|manifest| manifest.limits), Ok(Limits::default()));
    }

    #[test]
    fn what_cannot_be_is_refused_with_a_code() {
        let cases: [(&str, serde_json::Value, &str); 10] = [
            ("key", "Sample!".into(), "manifest_invalid"),
            ("version", "1.0".into(), "manifest_invalid"),
            ("contract", "2.0.0".into(), "contract_not_spoken"),
            ("contract", "1.99.0".into(), "contract_not_spoken"),
            ("scopes", serde_json::json!(["everything"]), "manifest_invalid"),
            ("jobs", serde_json::json!([]), "manifest_invalid"),
            ("jobs", serde_json::json!([{"name": "pull", "title": "", "every_seconds": 1}]), "manifest_invalid"),
            ("limits", serde_json::json!({"memory_mib": 4096}), "manifest_invalid"),
            ("subscriptions", serde_json::json!([{"table": "products"}]), "manifest_invalid"),
            ("surprise", 1.into(), "manifest_malformed"),
        ];
        for (field, value, code) in cases {
            let mut manifest = smallest();
            manifest[field] = value;
            assert_eq!(parse(&manifest).map_err(|error| error.code()), Err(code), "{field}");
        }
    }

    #[test]
    fn a_manifest_of_a_megabyte_is_not_read() {
        assert_eq!(Manifest::parse(&vec![b' '; 1 << 20]), Err(ManifestError::TooLarge));
    }
}
