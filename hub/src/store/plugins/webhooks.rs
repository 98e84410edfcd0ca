use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::PluginError;
use super::connections::WEBHOOK;
use super::queue::Claimed;
use super::secrets::{open, organization_key};
use crate::postgres::{Acting, begin};
use crate::store::Store;

const BODY: &str = "webhook_deliveries.body";
/// Deliveries of one connection that wait, at most. The vendor is told to come again.
const MOST_WAITING: i64 = 5_000;

/// Where a webhook goes, and what it is believed by.
pub struct Hook {
    /// The tenant.
    pub organization_id: Uuid,
    /// The install.
    pub install_id: Uuid,
    /// What was agreed to.
    pub manifest: Value,
    /// What its webhooks are signed with.
    pub secret: Option<String>,
}

/// A webhook whose signature was verified.
pub struct Delivery<'a> {
    /// Which it is: the same again has no second effect.
    pub id: &'a str,
    /// What it is about.
    pub topic: Option<&'a str>,
    /// Headers that the plugin is told.
    pub headers: &'a [(String, String)],
    /// Its bytes.
    pub body: &'a [u8],
}

/// What was done with a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is kept, and its job queued.
    New,
    /// It was there already.
    Again,
}

/// The hook of a connection, if it is open.
///
/// # Errors
/// `NotFound`, `Sealed`.
pub async fn find(store: &Store, plugin: &str, connection: Uuid) -> Result<Hook, PluginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let statement = transaction.prepare_cached("select * from app.plugin_hook($1, $2)").await?;
    let row = transaction.query_opt(&statement, &[&plugin, &connection]).await?;
    transaction.commit().await?;
    drop(client);
    let row = row.ok_or(PluginError::NotFound("hook"))?;
    let secret = match row.get::<_, Option<Vec<u8>>>("webhook_secret_enc") {
        Some(sealed) => Some(open(store, WEBHOOK, &sealed).await?),
        None => None,
    };
    Ok(Hook {
        organization_id: row.get("organization_id"),
        install_id: row.get("install_id"),
        manifest: row.get::<_, Option<Value>>("manifest").unwrap_or(Value::Null),
        secret,
    })
}

/// Keeps a delivery, sealed, and queues its job, in one transaction: what the vendor was told is kept is kept.
///
/// # Errors
/// `Quota`, or when the database cannot be reached: the vendor comes again.
pub async fn take(
    store: &Store,
    hook: &Hook,
    connection_id: Uuid,
    delivery: &Delivery<'_>,
) -> Result<Taken, PluginError> {
    let acting = Acting::System { organization_id: hook.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let waiting: i64 = transaction
        .query_one(
            "select count(*) from plugin_jobs where connection_id = $1 and status = 'queued' and delivery_id is not null",
            &[&connection_id],
        )
        .await?
        .get(0);
    if waiting >= MOST_WAITING {
        return Err(PluginError::Quota(format!("{MOST_WAITING} webhooks of this account wait already")));
    }
    let key = organization_key(store, &transaction, hook.organization_id).await?;
    let body = key.seal(BODY, &BASE64_STANDARD.encode(delivery.body));
    let made = transaction
        .query_opt(
            "insert into webhook_deliveries (connection_id, external_id, kind, signature_ok, body_enc)
             values ($1, $2, $3, true, $4::bytea) on conflict (connection_id, external_id) do nothing returning id",
            &[&connection_id, &delivery.id, &delivery.topic, &body],
        )
        .await?;
    let Some(row) = made else {
        transaction.commit().await?;
        return Ok(Taken::Again);
    };
    let id: Uuid = row.get(0);
    let payload = json!({ "topic": delivery.topic, "headers": delivery.headers, "delivery_id": delivery.id });
    transaction
        .execute(
            "insert into plugin_jobs (install_id, connection_id, kind, payload, idempotency_key, delivery_id)
             values ($1, $2, 'webhook', $3, $4, $5)",
            &[&hook.install_id, &connection_id, &payload, &format!("webhook:{id}"), &id],
        )
        .await?;
    transaction.commit().await?;
    Ok(Taken::New)
}

/// The bytes of the delivery that a run is about; none for other jobs. A delivery of another connection is none of its business.
///
/// # Errors
/// `NotFound`, `Sealed`.
pub async fn body(store: &Store, run: &Claimed) -> Result<Vec<u8>, PluginError> {
    let Some(id) = run.delivery_id else { return Ok(Vec::new()) };
    let acting = Acting::System { organization_id: run.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let row = transaction
        .query_opt(
            "select body_enc::bytea from webhook_deliveries
              where id = $1 and connection_id = $2 and signature_ok and body_enc is not null",
            &[&id, &run.connection_id],
        )
        .await?
        .ok_or(PluginError::NotFound("webhook"))?;
    transaction.commit().await?;
    drop(client);
    let text = open(store, BODY, row.get(0)).await?;
    BASE64_STANDARD.decode(text).map_err(|_| PluginError::Sealed)
}
