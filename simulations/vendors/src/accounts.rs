//! Who may talk to a vendor: tokens, and the OAuth 2.0 code flow (RFC 6749 §4.1, §6) with PKCE (RFC 7636) that gives them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Json, Router, routing};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::fields;

/// The accounts of one double. Any id and secret of an app are taken unless [`Accounts::require_app`] was called.
#[derive(Debug, Clone, Default)]
pub struct Accounts(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    app: Option<(String, String)>,
    /// Tokens that are taken.
    tokens: BTreeSet<String>,
    /// Refresh tokens; each is good once.
    refresh_tokens: BTreeSet<String>,
    /// From a code to the PKCE challenge and the address it was given for.
    codes: BTreeMap<String, (Option<String>, String)>,
    given: u64,
    renewals: u64,
}

impl Accounts {
    /// Takes this token from now on.
    pub fn allow(&self, token: &str) {
        self.0.lock().expect("the accounts").tokens.insert(token.into());
    }

    /// Gives tokens to this app only.
    pub fn require_app(&self, id: &str, secret: &str) {
        self.0.lock().expect("the accounts").app = Some((id.into(), secret.into()));
    }

    /// No token that was given so far is taken any more; refresh tokens stay good.
    pub fn expire_tokens(&self) {
        self.0.lock().expect("the accounts").tokens.clear();
    }

    /// The account is disconnected: neither tokens nor refresh tokens are good.
    pub fn disconnect(&self) {
        let mut known = self.0.lock().expect("the accounts");
        known.tokens.clear();
        known.refresh_tokens.clear();
    }

    /// How often a token was renewed.
    pub fn renewals(&self) -> u64 {
        self.0.lock().expect("the accounts").renewals
    }

    pub(crate) fn knows(&self, token: &str) -> bool {
        self.0.lock().expect("the accounts").tokens.contains(token)
    }

    /// The pages of the code flow, at the vendor's addresses.
    pub(crate) fn router(&self, authorize: &str, token: &str) -> Router {
        Router::new().route(authorize, routing::get(ask)).route(token, routing::post(exchange)).with_state(self.clone())
    }

    fn token(known: &mut Known) -> Response {
        known.given += 1;
        let (token, refresh) = (format!("token-{}", known.given), format!("refresh-{}", known.given));
        known.tokens.insert(token.clone());
        known.refresh_tokens.insert(refresh.clone());
        let answer =
            json!({"access_token": token, "refresh_token": refresh, "token_type": "bearer", "expires_in": 3600});
        Json(answer).into_response()
    }
}

fn refused(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": code}))).into_response()
}

/// The page on which a person agrees; the double agrees at once.
async fn ask(State(accounts): State<Accounts>, RawQuery(query): RawQuery) -> Response {
    let fields = fields::decode(&query.unwrap_or_default());
    let (Some(back), Some(state)) = (fields::field(&fields, "redirect_uri"), fields::field(&fields, "state")) else {
        return refused("invalid_request");
    };
    let mut known = accounts.0.lock().expect("the accounts");
    known.given += 1;
    let code = format!("code-{}", known.given);
    let challenge = fields::field(&fields, "code_challenge").map(str::to_owned);
    known.codes.insert(code.clone(), (challenge, back.to_owned()));
    let joint = if back.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{back}{joint}code={code}&state={state}")).into_response()
}

async fn exchange(State(accounts): State<Accounts>, body: String) -> Response {
    let fields = fields::decode(&body);
    let field = |name: &str| fields::field(&fields, name);
    let mut known = accounts.0.lock().expect("the accounts");
    if let Some((id, secret)) = &known.app
        && (field("client_id") != Some(id) || field("client_secret") != Some(secret))
    {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_client"}))).into_response();
    }
    match field("grant_type") {
        Some("refresh_token") => match field("refresh_token") {
            Some(token) if known.refresh_tokens.remove(token) => {
                known.renewals += 1;
                Accounts::token(&mut known)
            }
            _ => refused("invalid_grant"),
        },
        _ => {
            let Some((challenge, back)) = field("code").and_then(|code| known.codes.remove(code)) else {
                return refused("invalid_grant");
            };
            let proven = challenge.is_none_or(|challenge| {
                field("code_verifier")
                    .is_some_and(|verifier| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge)
            });
            if !proven || field("redirect_uri").is_some_and(|theirs| theirs != back) {
                return refused("invalid_grant");
            }
            Accounts::token(&mut known)
        }
    }
}
