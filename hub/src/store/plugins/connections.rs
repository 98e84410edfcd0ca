use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::PluginError;
use super::installs::state_author;
use super::secrets::open;
use crate::postgres::{Acting, begin};
use crate::store::Store;
use crate::store::identity::Identity;

const ACCESS: &str = "plugin_connections.access_token";
const REFRESH: &str = "plugin_connections.refresh_token";
pub(super) const WEBHOOK: &str = "plugin_connections.webhook_secret";

/// Seconds for which whoever renews a token keeps the others waiting; after that another may try.
const RENEWAL_SECONDS: f64 = 30.0;

/// An account at a vendor, as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Connection {
    /// Its id.
    pub id: Uuid,
    /// The install that uses it.
    pub install_id: Uuid,
    /// The plugin.
    pub provider: String,
    /// Who connected it.
    pub user_id: Uuid,
    /// The account's name at the vendor: a shop's domain, a page's id.
    pub external_account_id: String,
    /// For people.
    pub display_name: Option<String>,
    /// Where the vendor has several.
    pub marketplace_id: Option<String>,
    /// `active`, `expired`, `revoked` or `error`.
    pub status: String,
    /// When the token ends.
    pub token_expires_at: Option<Value>,
    /// When it last worked.
    pub last_ok_at: Option<Value>,
    /// What was wrong the last time.
    pub last_error: Option<String>,
}

/// An account that somebody connects.
pub struct NewConnection<'a> {
    /// The install.
    pub install_id: Uuid,
    /// The account's name at the vendor.
    pub account: &'a str,
    /// For people.
    pub display_name: Option<&'a str>,
    /// Where the vendor has several.
    pub marketplace_id: Option<&'a str>,
    /// The credentials by their names.
    pub credentials: &'a BTreeMap<String, String>,
    /// What webhooks are signed with.
    pub webhook_secret: Option<&'a str>,
    /// What renews the token.
    pub refresh_token: Option<&'a str>,
    /// Seconds until the token ends.
    pub expires_in: Option<i64>,
    /// What the vendor has allowed.
    pub scopes: &'a [String],
}

/// A connection at work.
pub struct Opened {
    /// The account.
    pub account: String,
    /// Where the vendor has several.
    pub marketplace_id: Option<String>,
    /// Who connected it.
    pub user_id: Uuid,
    /// The credentials by their names.
    pub credentials: BTreeMap<String, String>,
    /// What renews the token.
    pub refresh_token: Option<String>,
    /// Counts renewals.
    pub token_rev: i64,
    /// Seconds until the token ends; negative when it has.
    pub expires_in: Option<f64>,
}

/// A new token.
pub struct Renewed<'a> {
    /// Of which credential.
    pub credential: &'a str,
    /// The token.
    pub token: &'a str,
    /// The next refresh token, where the vendor gives another.
    pub refresh_token: Option<&'a str>,
    /// Seconds until it ends.
    pub expires_in: Option<i64>,
}

const COLUMNS: &str = "c.id, c.install_id, c.provider, c.user_id, c.external_account_id, c.display_name, c.marketplace_id, c.status, \
                       to_jsonb(c.token_expires_at) as token_expires_at, to_jsonb(c.last_ok_at) as last_ok_at, c.last_error";

/// The accounts of an organization, of one install or of all.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list(
    store: &Store,
    organization_id: Uuid,
    install_id: Option<Uuid>,
) -> Result<Vec<Connection>, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let sql = format!(
        "select {COLUMNS} from plugin_connections c where $1::uuid is null or c.install_id = $1 order by c.provider, c.id limit 1000"
    );
    let rows = transaction.query(&sql, &[&install_id]).await?;
    transaction.commit().await?;
    Ok(rows.iter().map(connection).collect())
}

/// Connects an account, or connects it again: the same account is the same connection. What it holds is sealed with the key of
/// the person who connects it, and goes with them.
///
/// # Errors
/// `NotFound`, or when the account is another install's.
pub async fn connect(store: &Store, by: &Identity, new: &NewConnection<'_>) -> Result<Connection, PluginError> {
    let acting = Acting::System { organization_id: by.principal.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    state_author(&transaction, by).await?;
    let key = store.keyring.of_user(&transaction, by.principal.id).await?.ok_or(PluginError::Sealed)?;
    let credentials: Map<String, Value> =
        new.credentials.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    let access = key.seal(ACCESS, &Value::Object(credentials).to_string());
    let refresh = new.refresh_token.map(|token| key.seal(REFRESH, token));
    let webhook = new.webhook_secret.map(|secret| key.seal(WEBHOOK, secret));
    let sql = format!(
        "insert into plugin_connections as c (install_id, provider, user_id, external_account_id, display_name, marketplace_id,
                access_token_enc, refresh_token_enc, webhook_secret_enc, scopes, token_expires_at, created_by)
         select i.id, i.plugin_key, $2, $3, $4, $5, $6::bytea, $7::bytea, $8::bytea, $9,
                clock_timestamp() + make_interval(secs => $10::float8), $2
           from plugin_installs i where i.id = $1
         on conflict (organization_id, provider, external_account_id, marketplace_id) do update
            set user_id = excluded.user_id, display_name = coalesce(excluded.display_name, c.display_name),
                access_token_enc = excluded.access_token_enc, refresh_token_enc = excluded.refresh_token_enc,
                webhook_secret_enc = coalesce(excluded.webhook_secret_enc, c.webhook_secret_enc), scopes = excluded.scopes,
                token_expires_at = excluded.token_expires_at, status = 'active', last_error = null, token_rev = c.token_rev + 1,
                refreshing_until = null
         returning {COLUMNS}"
    );
    let row = transaction
        .query_opt(
            &sql,
            &[
                &new.install_id,
                &by.principal.id,
                &new.account,
                &new.display_name,
                &new.marketplace_id,
                &access,
                &refresh,
                &webhook,
                &new.scopes,
                &new.expires_in.map(|seconds| seconds as f64),
            ],
        )
        .await?
        .ok_or(PluginError::NotFound("install"))?;
    transaction.commit().await?;
    Ok(connection(&row))
}

/// Sets or replaces what webhooks of an account are signed with.
///
/// # Errors
/// `NotFound`, `Sealed` when whoever connected it is no more.
pub async fn set_webhook_secret(store: &Store, by: &Identity, id: Uuid, secret: &str) -> Result<(), PluginError> {
    let acting = Acting::System { organization_id: by.principal.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    state_author(&transaction, by).await?;
    let row = transaction
        .query_opt("select user_id from plugin_connections where id = $1 for update", &[&id])
        .await?
        .ok_or(PluginError::NotFound("connection"))?;
    let key = store.keyring.of_user(&transaction, row.get(0)).await?.ok_or(PluginError::Sealed)?;
    transaction
        .execute(
            "update plugin_connections set webhook_secret_enc = $2::bytea where id = $1",
            &[&id, &key.seal(WEBHOOK, secret)],
        )
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Forgets an account and its tokens.
///
/// # Errors
/// `NotFound`.
pub async fn disconnect(store: &Store, by: &Identity, id: Uuid) -> Result<(), PluginError> {
    let acting = Acting::System { organization_id: by.principal.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    state_author(&transaction, by).await?;
    let gone = transaction.execute("delete from plugin_connections where id = $1", &[&id]).await?;
    transaction.commit().await?;
    if gone == 0 { Err(PluginError::NotFound("connection")) } else { Ok(()) }
}

/// Opens a connection's credentials.
///
/// # Errors
/// `NotFound`, `Sealed`.
pub async fn opened(store: &Store, organization_id: Uuid, id: Uuid) -> Result<Opened, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let row = transaction
        .query_opt(
            "select external_account_id, access_token_enc::bytea, refresh_token_enc::bytea, token_rev,
                    extract(epoch from token_expires_at - clock_timestamp())::float8, user_id, marketplace_id
               from plugin_connections where id = $1",
            &[&id],
        )
        .await?
        .ok_or(PluginError::NotFound("connection"))?;
    transaction.commit().await?;
    drop(client);
    let access = open(store, ACCESS, row.get(1)).await?;
    let credentials = serde_json::from_str(&access).map_err(|_| PluginError::Sealed)?;
    let refresh_token = match row.get::<_, Option<Vec<u8>>>(2) {
        Some(sealed) => Some(open(store, REFRESH, &sealed).await?),
        None => None,
    };
    Ok(Opened {
        account: row.get(0),
        user_id: row.get(5),
        marketplace_id: row.get(6),
        credentials,
        refresh_token,
        token_rev: row.get(3),
        expires_in: row.get(4),
    })
}

/// Takes the renewal of a token: true for one at a time, on whichever node, and only if nobody has renewed it since `token_rev`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn take_renewal(store: &Store, organization_id: Uuid, id: Uuid, token_rev: i64) -> Result<bool, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let taken = transaction
        .execute(
            "update plugin_connections set refreshing_until = clock_timestamp() + make_interval(secs => $3)
              where id = $1 and token_rev = $2 and (refreshing_until is null or refreshing_until < clock_timestamp())",
            &[&id, &token_rev, &RENEWAL_SECONDS],
        )
        .await?;
    transaction.commit().await?;
    Ok(taken == 1)
}

/// Keeps a renewed token.
///
/// # Errors
/// `NotFound`, `Sealed`.
pub async fn renewed(store: &Store, organization_id: Uuid, id: Uuid, new: &Renewed<'_>) -> Result<(), PluginError> {
    let before = opened(store, organization_id, id).await?;
    let mut credentials = before.credentials;
    credentials.insert(new.credential.to_owned(), new.token.to_owned());
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let row = transaction
        .query_opt("select user_id from plugin_connections where id = $1 for update", &[&id])
        .await?
        .ok_or(PluginError::NotFound("connection"))?;
    let key = store.keyring.of_user(&transaction, row.get(0)).await?.ok_or(PluginError::Sealed)?;
    let credentials = serde_json::to_string(&credentials).map_err(|_| PluginError::Sealed)?;
    transaction
        .execute(
            "update plugin_connections
                set access_token_enc = $2::bytea, refresh_token_enc = coalesce($3::bytea, refresh_token_enc::bytea),
                    token_expires_at = clock_timestamp() + make_interval(secs => $4::float8), token_rev = token_rev + 1,
                    refreshing_until = null, status = 'active', last_error = null
              where id = $1",
            &[
                &id,
                &key.seal(ACCESS, &credentials),
                &new.refresh_token.map(|token| key.seal(REFRESH, token)),
                &new.expires_in.map(|seconds| seconds as f64),
            ],
        )
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Notes that an account works, at most once a minute: it is news only to those who wonder.
///
/// # Errors
/// When the database cannot be reached.
pub async fn worked(store: &Store, organization_id: Uuid, id: Uuid) -> Result<(), PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    transaction
        .execute(
            "update plugin_connections set last_ok_at = clock_timestamp(), last_error = null
              where id = $1 and status = 'active'
                and (last_error is not null or last_ok_at is null or last_ok_at < clock_timestamp() - interval '1 minute')",
            &[&id],
        )
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Says how an account does: `active`, or what is wrong with it. Jobs of one that is not active wait.
///
/// # Errors
/// When the database cannot be reached.
pub async fn mark(
    store: &Store,
    organization_id: Uuid,
    id: Uuid,
    status: &str,
    error: Option<&str>,
) -> Result<(), PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    transaction
        .execute(
            "update plugin_connections set status = $2, last_error = $3, refreshing_until = null,
                    last_ok_at = case when $2 = 'active' then clock_timestamp() else last_ok_at end
              where id = $1",
            &[&id, &status, &error],
        )
        .await?;
    transaction.commit().await?;
    Ok(())
}

fn connection(row: &tokio_postgres::Row) -> Connection {
    Connection {
        id: row.get("id"),
        install_id: row.get("install_id"),
        provider: row.get("provider"),
        user_id: row.get("user_id"),
        external_account_id: row.get("external_account_id"),
        display_name: row.get("display_name"),
        marketplace_id: row.get("marketplace_id"),
        status: row.get("status"),
        token_expires_at: row.get("token_expires_at"),
        last_ok_at: row.get("last_ok_at"),
        last_error: row.get("last_error"),
    }
}
