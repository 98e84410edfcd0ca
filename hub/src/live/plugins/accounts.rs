use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use plugin_host::Manifest;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::runner::Plugins;
use super::tokens::{OAuth, TokenError, exchange, filled};
use crate::store::identity::{self, Identity, IdentityError};
use crate::store::plugins::authorizations::{self, Authorization};
use crate::store::plugins::connections::{self, Connection, NewConnection};
use crate::store::plugins::{PluginError, installs};

/// Where vendors send people back to, below the hub's public address.
const CALLBACK: &str = "/v1/plugins/oauth/callback";

/// Why an account cannot be connected.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The manifest has no such OAuth credential, or an address in it cannot be made with this account.
    #[error("this account cannot be connected so")]
    NotPossible,
    /// The administrator has not said which OAuth application is to be used.
    #[error("the setting `client_id` is missing: the application's id at the vendor")]
    NoApplication,
    /// Who began it may not do this any more.
    #[error("only owners, admins and producers connect accounts")]
    Forbidden,
    /// The vendor said no.
    #[error("the vendor gave no token: {0}")]
    Vendor(String),
    /// See [`PluginError`].
    #[error(transparent)]
    Store(#[from] PluginError),
}

/// An account that somebody wants to connect.
pub struct Going<'a> {
    /// For which install.
    pub install_id: Uuid,
    /// The account.
    pub account: &'a str,
    /// For people.
    pub display_name: Option<&'a str>,
    /// Where the vendor has several.
    pub marketplace_id: Option<&'a str>,
}

/// Where somebody goes to allow the hub an account (RFC 6749 section 4.1 with PKCE), and what their browser has to bring back besides
/// the state: whoever is handed the address alone can connect nothing for somebody else.
///
/// # Errors
/// See [`AccountError`].
pub async fn go(plugins: &Plugins, by: &Identity, going: &Going<'_>) -> Result<(String, String), AccountError> {
    let store = &plugins.node.store;
    let install = installs::find(store, by.principal.organization_id, going.install_id).await?;
    let manifest = agreed(install.manifest.as_ref())?;
    let oauth = OAuth::of(&manifest, None).ok_or(AccountError::NotPossible)?;
    let mut url = filled(oauth.authorize_url, going.account, &install.config).ok_or(AccountError::NotPossible)?;
    let client_id = install.config.get("client_id").and_then(Value::as_str).ok_or(AccountError::NoApplication)?;
    let (state, browser, verifier) = (random(), random(), random());
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let redirect_uri = format!("{}{CALLBACK}", plugins.public_url);
    let authorization = Authorization {
        install_id: going.install_id,
        credential: oauth.credential,
        account: going.account,
        display_name: going.display_name,
        marketplace_id: going.marketplace_id,
        verifier: &verifier,
        redirect_uri: &redirect_uri,
    };
    authorizations::begin_one(store, by, &format!("{state}.{browser}"), &authorization).await?;
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", client_id)
        .append_pair("redirect_uri", &redirect_uri)
        .append_pair("scope", &oauth.scopes.join(" "))
        .append_pair("state", &state)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    Ok((url.into(), browser))
}

/// Connects the account of somebody who has come back from the vendor.
///
/// # Errors
/// See [`AccountError`]; `NotFound` when nobody of this browser is under way with this state.
pub async fn come_back(plugins: &Plugins, state: &str, browser: &str, code: &str) -> Result<Connection, AccountError> {
    let store = &plugins.node.store;
    let returned = authorizations::come_back(store, &format!("{state}.{browser}")).await?;
    let by = match identity::member(store, returned.user_id, returned.organization_id).await {
        Ok(by) if by.prepares_events() => by,
        Err(IdentityError::Store(error)) => return Err(PluginError::from(error).into()),
        _ => return Err(AccountError::Forbidden),
    };
    let install = installs::find(store, returned.organization_id, returned.install_id).await?;
    let manifest = agreed(install.manifest.as_ref())?;
    let oauth = OAuth::of(&manifest, Some(&returned.credential)).ok_or(AccountError::NotPossible)?;
    let url = filled(oauth.token_url, &returned.account, &install.config).ok_or(AccountError::NotPossible)?;
    let client_id = install.config.get("client_id").and_then(Value::as_str).ok_or(AccountError::NoApplication)?;
    let secret = installs::client_secret(store, returned.organization_id, returned.install_id).await?;
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &returned.redirect_uri),
        ("client_id", client_id),
        ("code_verifier", &returned.verifier),
    ];
    if let Some(secret) = &secret {
        fields.push(("client_secret", secret));
    }
    let tokens = exchange(plugins.host.broker(), &url, &fields).await.map_err(|error| match error {
        TokenError::Store(error) => AccountError::Store(error),
        other => AccountError::Vendor(other.to_string()),
    })?;
    let scopes: Vec<String> = tokens
        .scope
        .as_deref()
        .map(|all| all.split([' ', ',']).filter(|scope| !scope.is_empty()).take(100).map(str::to_owned).collect())
        .unwrap_or_else(|| oauth.scopes.to_vec());
    let new = NewConnection {
        install_id: returned.install_id,
        account: &returned.account,
        display_name: returned.display_name.as_deref(),
        marketplace_id: returned.marketplace_id.as_deref(),
        credentials: &BTreeMap::from([(returned.credential.clone(), tokens.access_token)]),
        // The application's secret signs what the vendor sends on its behalf.
        webhook_secret: secret.as_deref().filter(|_| manifest.webhook.is_some()),
        refresh_token: tokens.refresh_token.as_deref(),
        expires_in: tokens.expires_in,
        scopes: &scopes,
    };
    Ok(connections::connect(store, &by, &new).await?)
}

fn agreed(manifest: Option<&Value>) -> Result<Manifest, AccountError> {
    let text = manifest.ok_or(AccountError::NotPossible)?.to_string();
    Manifest::parse(text.as_bytes()).map_err(|_| AccountError::NotPossible)
}

fn random() -> String {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
