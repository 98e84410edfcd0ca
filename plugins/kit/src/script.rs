//! A test of a plugin, written by hand: a job, the answers that it will hear, and how it should end.

use std::collections::BTreeMap;

use plugin_host::contract::Job;
use plugin_host::{Call, Connected, End, Log, Octets, Order, RecordWrite, Recording, Run, Staged};
use serde::Deserialize;
use serde_json::Value;

/// One script, as it is in its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    /// What it shows.
    pub(crate) about: String,
    job: ScriptJob,
    #[serde(default)]
    account: String,
    /// Its id and marketplace, for plugins that ask.
    #[serde(default)]
    connection: Option<Connected>,
    #[serde(default)]
    settings: BTreeMap<String, Value>,
    /// Milliseconds since 1970.
    #[serde(default)]
    now_ms: u64,
    /// The calls in their order, with their answers.
    #[serde(default)]
    calls: Vec<Call>,
    /// The result, if the job should end well.
    #[serde(default)]
    result: Option<Value>,
    /// The code of its failure otherwise.
    #[serde(default)]
    failure: Option<String>,
    /// What it should have written. Not looked at when absent.
    #[serde(default)]
    writes: Option<Writes>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptJob {
    name: String,
    #[serde(default)]
    payload: Value,
    #[serde(default)]
    body: Octets,
    #[serde(default = "usual_key")]
    key: String,
    #[serde(default = "first")]
    attempt: u32,
}

fn usual_key() -> String {
    "script".into()
}

fn first() -> u32 {
    1
}

/// What a run stages, in a form that a person writes.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Writes {
    /// As in a recording, but that rows and values are JSON and not text.
    #[serde(default)]
    records: Vec<Value>,
    #[serde(default)]
    kv: BTreeMap<String, Option<String>>,
    #[serde(default)]
    jobs: Vec<Value>,
}

impl Script {
    /// As something that can be replayed.
    pub(crate) fn recording(&self, plugin: &str, version: &str) -> Recording {
        Recording {
            format: Recording::FORMAT,
            plugin: plugin.into(),
            version: version.into(),
            order: Order {
                job: Job {
                    name: self.job.name.clone(),
                    payload: self.job.payload.to_string(),
                    body: self.job.body.0.clone(),
                    key: self.job.key.clone(),
                    attempt: self.job.attempt,
                },
                account: self.account.clone(),
                connection: self.connection.clone(),
                settings: self.settings.clone(),
                now_ms: self.now_ms,
                seed: [0; 32],
            },
            calls: self.calls.clone(),
            outcome: Err(End::Stopped),
            staged: Staged::default(),
            log: Log::default(),
        }
    }

    /// How a run differs from what the script says; none if it does not.
    pub(crate) fn difference(&self, run: &Run) -> Option<String> {
        match (&run.outcome, &self.failure) {
            (Ok(result), None) => {
                let result: Value = serde_json::from_str(result).unwrap_or_default();
                if let Some(expected) = self.result.as_ref().filter(|expected| **expected != result) {
                    return Some(format!("the result is {result}, not {expected}"));
                }
            }
            (Ok(result), Some(code)) => return Some(format!("it ended well with {result}, not with `{code}`")),
            (Err(end), Some(code)) if end.code() == code => {}
            (Err(end), _) => return Some(format!("it ended with `{}`: {end}", end.code())),
        }
        let expected = self.writes.as_ref()?;
        let written = writes(&run.staged);
        (written != *expected).then(|| format!("it wrote {written:#?}, not {expected:#?}"))
    }
}

fn writes(staged: &Staged) -> Writes {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|_| text.into());
    let record = |write: &RecordWrite| {
        let mut value = serde_json::to_value(write).unwrap_or_default();
        for field in ["rows", "values"] {
            if let Some(text) = value.get(field).and_then(Value::as_str).map(parsed) {
                value[field] = text;
            }
        }
        value
    };
    Writes {
        records: staged.records.iter().map(record).collect(),
        kv: staged
            .kv
            .iter()
            .map(|(key, value)| (key.clone(), value.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned())))
            .collect(),
        jobs: staged
            .jobs
            .iter()
            .map(|job| {
                serde_json::json!({"name": job.name, "payload": parsed(&job.payload), "key": job.key, "after_ms": job.after_ms})
            })
            .collect(),
    }
}
