use std::collections::BTreeMap;

use domain::table_query::TableQuery;
use plugin_host::{Manifest, Order, RecordWrite, Staged};
use serde_json::{Map, Value, json};

use crate::clock;
use crate::store::plugins::PluginError;
use crate::store::plugins::finish::{Change, Follow, Wishes};
use crate::store::plugins::queue::Claimed;
use crate::store::rest::{self, Asker, Shape, Verb};
use crate::store::{Store, StoreError, plugins};

/// Changed rows that are read at once: a question names a bounded number of values.
const AT_ONCE: usize = 100;

/// The order of a run, as the plugin gets it.
pub(super) async fn order(
    store: &Store,
    run: &Claimed,
    manifest: &Manifest,
    account: String,
    body: Vec<u8>,
) -> Result<Order, PluginError> {
    let install = plugins::installs::find(store, run.organization_id, run.install_id).await?;
    let mut settings: BTreeMap<String, Value> = BTreeMap::new();
    for (name, setting) in &manifest.settings {
        let value = install.config.get(name).cloned().or_else(|| setting.default.clone());
        if let Some(value) = value {
            settings.insert(name.clone(), value);
        }
    }
    let payload = match run.kind.as_str() {
        "changed" => with_rows(store, run).await?,
        _ => about_its_row(store, run).await?,
    };
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|_| PluginError::NotNow("the system has no randomness"))?;
    Ok(Order {
        job: plugin_host::contract::Job {
            name: run.kind.clone(),
            payload: payload.to_string(),
            body,
            key: run.key.clone(),
            attempt: run.attempt,
        },
        account,
        connection: None,
        settings,
        now_ms: clock::now_ms().unsigned_abs(),
        seed,
    })
}

/// The payload with the row that the job is about, as it is now and as far as the plugin sees it, and with `again` when somebody
/// began the job again.
async fn about_its_row(store: &Store, run: &Claimed) -> Result<Value, PluginError> {
    let mut payload = run.payload.clone();
    let Value::Object(fields) = &mut payload else { return Ok(payload) };
    if run.again > 0 {
        fields.insert("again".to_owned(), json!(run.again));
    }
    let Some((of, id)) = &run.row else { return Ok(payload) };
    let (word, table) = match of.as_str() {
        "social_post" => ("post", "social_posts"),
        "message" => ("message", "messages"),
        "invoice" => ("invoice", "invoices"),
        "payment" => ("payment", "payments"),
        // A picture for a product brings its own words.
        _ => return Ok(payload),
    };
    // Jobs that follow have payloads of their own.
    if !fields.get(word).is_some_and(Value::is_object) {
        return Ok(payload);
    }
    let filter = [("id".to_owned(), format!("eq.{id}"))];
    let query = TableQuery::parse(&filter).map_err(|error| PluginError::Refused(error.into()))?;
    let asker = Asker::plugin(run.install_id, run.organization_id);
    let answer = match rest::read(store, &asker, table, &query, Shape::default()).await {
        Ok(answer) => answer,
        Err(error) if matches!(error.code.as_str(), "PGRST000" | "PGRST003" | "XX000") => {
            return Err(StoreError::Unavailable(error.to_string()).into());
        }
        // It sees no such row: it is told what the row was asked for by.
        Err(_) => return Ok(payload),
    };
    let found: Vec<Value> = serde_json::from_str(&answer.body).unwrap_or_default();
    if let Some(row) = found.into_iter().next() {
        fields.insert(word.to_owned(), row);
    }
    Ok(payload)
}

/// Changes with the rows as they are now, as far as the plugin sees them: null where it does not, or where they are gone.
async fn with_rows(store: &Store, run: &Claimed) -> Result<Value, PluginError> {
    let changes = run.payload.get("changes").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for change in &changes {
        if let (Some(table), Some(id)) = (change["table"].as_str(), change["id"].as_str())
            && change["verb"] != "delete"
        {
            wanted.entry(table.to_owned()).or_default().push(id.to_owned());
        }
    }
    let asker = Asker::plugin(run.install_id, run.organization_id);
    let mut rows: BTreeMap<(String, String), Value> = BTreeMap::new();
    for (table, ids) in &wanted {
        for some in ids.chunks(AT_ONCE) {
            let filter = [("id".to_owned(), format!("in.({})", some.join(",")))];
            let query = TableQuery::parse(&filter).map_err(|error| PluginError::Refused(error.into()))?;
            // A table that the plugin does not see, or whose rows have no id, tells of its changes only.
            let Ok(answer) = rest::read(store, &asker, table, &query, Shape::default()).await else { break };
            let found: Vec<Map<String, Value>> = serde_json::from_str(&answer.body).unwrap_or_default();
            for row in found {
                if let Some(id) = row.get("id").and_then(Value::as_str) {
                    rows.insert((table.clone(), id.to_owned()), Value::Object(row));
                }
            }
        }
    }
    let told: Vec<Value> = changes
        .into_iter()
        .map(|change| {
            let key = (text(&change["table"]), text(&change["id"]));
            let row = rows.get(&key).cloned().unwrap_or(Value::Null);
            json!({ "table": change["table"], "verb": change["verb"], "id": change["id"], "row": row })
        })
        .collect();
    Ok(json!({ "changes": told }))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What a run has staged, as wishes. Jobs that the manifest does not know are refused here.
pub(super) fn wishes(staged: Staged, manifest: &Manifest) -> Result<Wishes, PluginError> {
    let mut records = Vec::with_capacity(staged.records.len());
    for write in staged.records {
        records.push(match write {
            RecordWrite::Upsert { table, on_conflict, rows } => {
                let query = vec![("on_conflict".to_owned(), on_conflict.join(","))];
                let merge = !on_conflict.is_empty();
                let query = if merge { query } else { Vec::new() };
                Change { table, query, verb: Verb::Insert, merge, body: rows }
            }
            RecordWrite::Update { table, query, values } => {
                Change { table, query: pairs(&query), verb: Verb::Update, merge: false, body: values }
            }
            RecordWrite::Delete { table, query } => {
                Change { table, query: pairs(&query), verb: Verb::Delete, merge: false, body: String::new() }
            }
        });
    }
    let mut jobs = Vec::with_capacity(staged.jobs.len());
    for job in staged.jobs {
        if manifest.job(&job.name).is_none() {
            return Err(PluginError::Quota(format!(
                "the plugin queued `{}`, which its manifest does not name",
                job.name
            )));
        }
        let payload = serde_json::from_str(&job.payload)
            .map_err(|_| PluginError::Quota(format!("the payload of `{}` is not JSON", job.name)))?;
        jobs.push(Follow { kind: job.name, payload, key: job.key, after_ms: job.after_ms });
    }
    Ok(Wishes { records, kept: staged.kv.into_iter().collect(), most_kept: i64::from(manifest.limits.kv_bytes), jobs })
}

/// A query string as pairs.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_as_in_an_address() {
        assert_eq!(
            pairs("select=id,sku&sku=eq.A%2D1+x"),
            [("select".to_owned(), "id,sku".to_owned()), ("sku".to_owned(), "eq.A-1 x".to_owned())]
        );
    }
}
