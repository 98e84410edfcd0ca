use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::PluginError;
use super::secrets::{open, organization_key};
use crate::postgres::{Acting, begin};
use crate::store::Store;
use crate::store::identity::Identity;

const VERIFIER: &str = "plugin_authorizations.verifier";
/// How long somebody may take at the vendor, seconds.
const WITHIN_SECONDS: f64 = 600.0;
/// Accounts that one install may be connecting at once.
const MOST: i64 = 20;

/// Somebody who is on the way to a vendor.
pub struct Authorization<'a> {
    /// For which install.
    pub install_id: Uuid,
    /// The credential that is to be had.
    pub credential: &'a str,
    /// The account.
    pub account: &'a str,
    /// For people.
    pub display_name: Option<&'a str>,
    /// Where the vendor has several.
    pub marketplace_id: Option<&'a str>,
    /// The verifier of PKCE.
    pub verifier: &'a str,
    /// Where the vendor sends them back to.
    pub redirect_uri: &'a str,
}

/// Somebody who has come back.
pub struct Returned {
    /// The tenant.
    pub organization_id: Uuid,
    /// For which install.
    pub install_id: Uuid,
    /// Who.
    pub user_id: Uuid,
    /// The credential that is to be had.
    pub credential: String,
    /// The account.
    pub account: String,
    /// For people.
    pub display_name: Option<String>,
    /// Where the vendor has several.
    pub marketplace_id: Option<String>,
    /// The verifier of PKCE.
    pub verifier: String,
    /// Where the vendor was told to send them back to.
    pub redirect_uri: String,
}

/// Remembers somebody who goes to a vendor, by the hash of `state`.
///
/// # Errors
/// `NotFound`, `Quota`.
pub async fn begin_one(
    store: &Store,
    by: &Identity,
    state: &str,
    going: &Authorization<'_>,
) -> Result<(), PluginError> {
    let organization_id = by.principal.organization_id;
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let there: i64 = transaction
        .query_one(
            "select count(*) from hub.plugin_authorizations
              where organization_id = app.org() and install_id = $1 and expires_at > clock_timestamp()",
            &[&going.install_id],
        )
        .await?
        .get(0);
    if there >= MOST {
        return Err(PluginError::Quota(format!("at most {MOST} accounts are connected at once; wait ten minutes")));
    }
    let key = organization_key(store, &transaction, organization_id).await?;
    let made = transaction
        .execute(
            "insert into hub.plugin_authorizations (state_hash, organization_id, install_id, user_id, credential, account,
                    display_name, marketplace_id, verifier_enc, redirect_uri, expires_at)
             select $1, i.organization_id, i.id, $3, $4, $5, $6, $7, $8::bytea, $9, clock_timestamp() + make_interval(secs => $10)
               from plugin_installs i where i.id = $2",
            &[
                &hash(state),
                &going.install_id,
                &by.principal.id,
                &going.credential,
                &going.account,
                &going.display_name,
                &going.marketplace_id,
                &key.seal(VERIFIER, going.verifier),
                &going.redirect_uri,
                &WITHIN_SECONDS,
            ],
        )
        .await?;
    transaction.commit().await?;
    if made == 0 { Err(PluginError::NotFound("install")) } else { Ok(()) }
}

/// Who has come back with this state: once, and within ten minutes.
///
/// # Errors
/// `NotFound`.
pub async fn come_back(store: &Store, state: &str) -> Result<Returned, PluginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let row = transaction
        .query_opt(
            "select organization_id, install_id, user_id, credential, account, display_name, marketplace_id,
                    verifier_enc::bytea as verifier, redirect_uri from app.plugin_return($1)",
            &[&hash(state)],
        )
        .await?
        .ok_or(PluginError::NotFound("authorization under way"))?;
    transaction.commit().await?;
    drop(client);
    Ok(Returned {
        organization_id: row.get("organization_id"),
        install_id: row.get("install_id"),
        user_id: row.get("user_id"),
        credential: row.get("credential"),
        account: row.get("account"),
        display_name: row.get("display_name"),
        marketplace_id: row.get("marketplace_id"),
        verifier: open(store, VERIFIER, row.get("verifier")).await?,
        redirect_uri: row.get("redirect_uri"),
    })
}

fn hash(state: &str) -> Vec<u8> {
    Sha256::digest(state.as_bytes()).to_vec()
}
