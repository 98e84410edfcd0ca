use std::sync::Arc;
use std::time::Duration;

use plugin_host::{Broker, CredentialKind, Manifest};
use serde::Deserialize;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::runner::Plugins;
use crate::store::plugins::connections::{self, Opened, Renewed};
use crate::store::plugins::queue::Claimed;
use crate::store::plugins::{PluginError, installs};

/// A token that ends within so many seconds is renewed before it is used.
pub(super) const SOON_SECONDS: f64 = 60.0;
/// How often somebody looks who waits for another's renewal.
const WAIT: Duration = Duration::from_millis(200);
/// And how many times: longer than a renewal may take.
const LOOKS: u32 = 160;

/// Why there is no new token.
#[derive(Debug, thiserror::Error)]
pub(super) enum TokenError {
    /// The vendor does not take the old one any more: somebody has to connect the account again.
    #[error("the vendor does not renew the token: {0}")]
    Refused(String),
    /// The vendor did not answer.
    #[error("{0}")]
    Unreachable(String),
    /// The manifest names no OAuth, or the account brought no refresh token.
    #[error("the account's token cannot be renewed")]
    NotRenewable,
    /// See [`PluginError`].
    #[error(transparent)]
    Store(#[from] PluginError),
}

impl TokenError {
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Refused(_) => "token_refused",
            Self::Unreachable(_) => "vendor_unreachable",
            Self::NotRenewable => "token_not_renewable",
            Self::Store(error) => error.code(),
        }
    }
}

/// A vendor's answer with tokens (RFC 6749 section 5.1).
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    #[serde(default)]
    pub(super) refresh_token: Option<String>,
    #[serde(default)]
    pub(super) expires_in: Option<i64>,
    #[serde(default)]
    pub(super) scope: Option<String>,
}

/// OAuth as a manifest has it.
pub(super) struct OAuth<'a> {
    pub(super) credential: &'a str,
    pub(super) authorize_url: &'a str,
    pub(super) token_url: &'a str,
    pub(super) scopes: &'a [String],
}

impl<'a> OAuth<'a> {
    /// That of a credential; of the first one that has it, when none is named.
    pub(super) fn of(manifest: &'a Manifest, name: Option<&str>) -> Option<Self> {
        manifest.credentials.iter().find_map(|credential| match &credential.kind {
            CredentialKind::Oauth { authorize_url, token_url, scopes }
                if name.is_none_or(|name| name == credential.name) =>
            {
                Some(Self { credential: &credential.name, authorize_url, token_url, scopes })
            }
            _ => None,
        })
    }
}

/// Renews a token unless somebody has done so since `rev`: one at a time, on all nodes; the others wait for it.
pub(super) async fn renew(
    plugins: &Arc<Plugins>,
    run: &Claimed,
    connection: Uuid,
    manifest: &Manifest,
    rev: i64,
) -> Result<Opened, TokenError> {
    let store = &plugins.node.store;
    let oauth = OAuth::of(manifest, None).ok_or(TokenError::NotRenewable)?;
    for _ in 0..LOOKS {
        let opened = connections::opened(store, run.organization_id, connection).await?;
        if opened.token_rev > rev {
            return Ok(opened);
        }
        let refresh = opened.refresh_token.clone().ok_or(TokenError::NotRenewable)?;
        if !connections::take_renewal(store, run.organization_id, connection, rev).await? {
            tokio::time::sleep(WAIT).await;
            continue;
        }
        let install = installs::find(store, run.organization_id, run.install_id).await?;
        let url = filled(oauth.token_url, &opened.account, &install.config).ok_or(TokenError::NotRenewable)?;
        let client_id = install.config.get("client_id").and_then(Value::as_str).unwrap_or_default();
        let secret = installs::client_secret(store, run.organization_id, run.install_id).await?;
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", &refresh), ("client_id", client_id)];
        if let Some(secret) = &secret {
            fields.push(("client_secret", secret));
        }
        match exchange(plugins.host.broker(), &url, &fields).await {
            Ok(tokens) => {
                let renewed = Renewed {
                    credential: oauth.credential,
                    token: &tokens.access_token,
                    refresh_token: tokens.refresh_token.as_deref(),
                    expires_in: tokens.expires_in,
                };
                connections::renewed(store, run.organization_id, connection, &renewed).await?;
                return Ok(connections::opened(store, run.organization_id, connection).await?);
            }
            Err(TokenError::Refused(why)) => {
                connections::mark(store, run.organization_id, connection, "expired", Some(&why)).await?;
                return Err(TokenError::Refused(why));
            }
            Err(error) => return Err(error),
        }
    }
    Err(TokenError::Unreachable("another renewal of the token does not end".into()))
}

/// Asks a vendor for tokens. Nothing of what it says but the code of an error is repeated anywhere.
pub(super) async fn exchange(broker: &Broker, url: &Url, fields: &[(&str, &str)]) -> Result<Tokens, TokenError> {
    let (status, body) = broker.post_form(url, fields).await.map_err(|fault| TokenError::Unreachable(fault.message))?;
    if (200..300).contains(&status) {
        return serde_json::from_slice(&body).map_err(|_| TokenError::Refused("its answer holds no token".into()));
    }
    let code = serde_json::from_slice::<Value>(&body)
        .ok()
        .and_then(|answer| answer.get("error")?.as_str().map(str::to_owned))
        .filter(|code| code.len() <= 64 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        .unwrap_or_else(|| format!("status {status}"));
    if status >= 500 || status == 429 { Err(TokenError::Unreachable(code)) } else { Err(TokenError::Refused(code)) }
}

/// An address of the manifest with the account and settings in their places. They are names: nothing in them can lead elsewhere.
pub(super) fn filled(template: &str, account: &str, settings: &Value) -> Option<Url> {
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= 253
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    let mut address = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let value = if name == "account" { account } else { settings.get(name)?.as_str()? };
        if !plain(value) {
            return None;
        }
        address.push_str(before);
        address.push_str(value);
        rest = after;
    }
    address.push_str(rest);
    Url::parse(&address).ok().filter(|url| url.scheme() == "https" && url.username().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_account_is_a_name_in_an_address_and_nothing_more() {
        let template = "https://{account}/admin/oauth/access_token";
        let made = |account: &str| filled(template, account, &json!({})).map(String::from);
        assert_eq!(made("vale.myshopify.com").as_deref(), Some("https://vale.myshopify.com/admin/oauth/access_token"));
        for hostile in ["evil.net/x?", "evil.net#", "user@evil.net", "", "a b", "evil.net:8443", "%2e"] {
            assert_eq!(made(hostile), None, "{hostile}");
        }
        let tenant = filled("https://login.example.com/{tenant}/token", "", &json!({"tenant": "t-1"}));
        assert_eq!(tenant.map(String::from).as_deref(), Some("https://login.example.com/t-1/token"));
        assert!(filled("https://login.example.com/{missing}/token", "", &json!({})).is_none());
        assert!(filled("http://{account}/token", "a.example", &json!({})).is_none());
    }
}
