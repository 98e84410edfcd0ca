use std::time::Duration;

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::{HeaderMap, StatusCode};
use schemas::ErrorCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::token::{agent, no_phones};
use super::unsigned::Unsigned;
use super::{AuthProblem, Settings, body};
use crate::store::accounts::{self, NewAccount, Proof, USER_TYPES, User};
use crate::store::code_exchange::{Challenge, ChallengeMethod};
use crate::store::logins::SignedIn;
use crate::store::one_time::Purpose;

/// Answers that must not tell whether an address has an account take at least this long, whatever was to do.
const AT_LEAST: Duration = Duration::from_millis(400);
/// What an application may keep about a person, bytes of JSON.
const METADATA: usize = 8 * 1024;

#[derive(Deserialize)]
pub(super) struct Onwards {
    redirect_to: Option<String>,
}

/// Where the person goes on, if that is a place of ours.
pub(super) fn redirect(settings: &Settings, onwards: Result<Query<Onwards>, QueryRejection>) -> Option<String> {
    settings.redirect(onwards.ok()?.0.redirect_to.as_deref())
}

/// An address that mail can be sent to.
pub(super) fn address(email: Option<String>) -> Result<String, AuthProblem> {
    let email = email.unwrap_or_default().trim().to_owned();
    if email.len() > 320 || email.parse::<lettre::Address>().is_err() {
        let message = "email is not an e-mail address";
        let (status, code) = (StatusCode::BAD_REQUEST, ErrorCode::InvalidArgument);
        return Err(AuthProblem::new(status, code, "email_address_invalid", message));
    }
    Ok(email)
}

/// A password that may be set.
pub(super) fn password(password: String) -> Result<String, AuthProblem> {
    match password.chars().count() {
        0..10 => Err(AuthProblem::weak_password("a password has at least 10 characters", &["length"])),
        _ if password.len() > 1024 => Err(AuthProblem::weak_password("a password has at most 1024 bytes", &["length"])),
        _ => Ok(password),
    }
}

/// Name and the rest of what an application says about a person.
pub(super) fn metadata(data: Option<Map<String, Value>>) -> Result<(Option<String>, Map<String, Value>), AuthProblem> {
    let mut data = data.unwrap_or_default();
    let name = data.remove("full_name").or_else(|| data.get("name").cloned());
    let name = match name {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) if (1..=200).contains(&name.trim().chars().count()) => Some(name.trim().to_owned()),
        Some(_) => return Err(AuthProblem::invalid("data.full_name is a name of 1-200 characters")),
    };
    let text = Value::Object(data.clone()).to_string();
    if text.len() > METADATA || text.contains("\\u0000") || name.as_ref().is_some_and(|name| name.contains('\0')) {
        return Err(AuthProblem::invalid("data is at most 8 KiB of JSON without NUL"));
    }
    Ok((name, data))
}

/// The challenge of a request that will exchange a code: both of its halves, or neither.
#[derive(Deserialize)]
pub(super) struct Challenged {
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
}

impl Challenged {
    /// The challenge, if there is one.
    ///
    /// # Errors
    /// 400 `validation_failed`.
    pub(super) fn read(self) -> Result<Option<Challenge>, AuthProblem> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        match (given(self.code_challenge), given(self.code_challenge_method)) {
            (None, None) => Ok(None),
            (Some(text), Some(method)) => ChallengeMethod::parse(&method)
                .and_then(|method| Challenge::new(&text, method))
                .map(Some)
                .ok_or_else(|| {
                    AuthProblem::invalid(
                        "code challenge has to be between 43 and 128 characters, its method s256 or plain",
                    )
                }),
            _ => Err(AuthProblem::invalid("PKCE flow requires code_challenge_method and code_challenge")),
        }
    }
}

/// The answer, not before its time.
async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::join!(work, tokio::time::sleep(AT_LEAST)).0
}

#[derive(Deserialize)]
pub(super) struct SignUp {
    email: Option<String>,
    phone: Option<String>,
    password: Option<String>,
    data: Option<Map<String, Value>>,
    #[serde(flatten)]
    challenged: Challenged,
}

pub(super) async fn sign_up(
    asked: Unsigned,
    wanted: Result<Json<SignUp>, JsonRejection>,
) -> Result<Json<User>, AuthProblem> {
    let wanted = body(wanted)?;
    if !asked.settings.open {
        let (status, code) = (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::Forbidden);
        return Err(AuthProblem::new(status, code, "signup_disabled", "accounts are made by invitation"));
    }
    if wanted.phone.is_some() {
        return Err(no_phones());
    }
    if wanted.email.is_none() && wanted.password.is_none() {
        let (status, code) = (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::InvalidArgument);
        let message = "nobody signs in without a name";
        return Err(AuthProblem::new(status, code, "anonymous_provider_disabled", message));
    }
    let challenge = wanted.challenged.read()?;
    let email = address(wanted.email)?;
    let password = password(wanted.password.unwrap_or_default())?;
    let (name, mut data) = metadata(wanted.data)?;
    let phone = match data.remove("phone_number") {
        None | Some(Value::Null) => None,
        Some(Value::String(phone)) if (3..=40).contains(&phone.trim().len()) => Some(phone.trim().to_owned()),
        Some(_) => return Err(AuthProblem::invalid("data.phone_number is a telephone number")),
    };
    let user_type = match data.remove("user_type") {
        None | Some(Value::Null) => None,
        Some(word) => Some(
            *USER_TYPES
                .iter()
                .find(|known| word == **known)
                .ok_or_else(|| AuthProblem::invalid(format!("data.user_type is one of {}", USER_TYPES.join(", "))))?,
        ),
    };
    asked.admit_mail(&email)?;
    let new = NewAccount {
        full_name: name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned()),
        email,
        password,
        phone,
        user_type,
        metadata: Value::Object(data),
        redirect_to: asked.redirect_to,
        challenge,
    };
    Ok(Json(in_time(accounts::sign_up(&asked.node.store, &new)).await?))
}

#[derive(Deserialize)]
pub(super) struct To {
    email: Option<String>,
    phone: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(flatten)]
    challenged: Challenged,
}

pub(super) async fn recover(asked: Unsigned, to: Result<Json<To>, JsonRejection>) -> Result<Json<Value>, AuthProblem> {
    send(asked, body(to)?, Purpose::Recovery).await
}

/// Signing in by mail. An address without an account gets none: accounts are made by signing up or by invitation.
pub(super) async fn otp(asked: Unsigned, to: Result<Json<To>, JsonRejection>) -> Result<Json<Value>, AuthProblem> {
    send(asked, body(to)?, Purpose::MagicLink).await
}

pub(super) async fn resend(asked: Unsigned, to: Result<Json<To>, JsonRejection>) -> Result<Json<Value>, AuthProblem> {
    let to = body(to)?;
    let purpose = match to.kind.as_deref() {
        Some("signup") => Purpose::Signup,
        Some("email_change") => Purpose::EmailChange,
        _ => return Err(AuthProblem::invalid("type is signup or email_change")),
    };
    send(asked, to, purpose).await
}

async fn send(asked: Unsigned, to: To, purpose: Purpose) -> Result<Json<Value>, AuthProblem> {
    if to.phone.is_some() {
        return Err(no_phones());
    }
    let challenge = to.challenged.read()?;
    let email = address(to.email)?;
    asked.admit_mail(&email)?;
    in_time(accounts::send(&asked.node.store, &email, purpose, asked.redirect_to, challenge)).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub(super) struct Verification {
    #[serde(rename = "type")]
    kind: String,
    token_hash: Option<String>,
    email: Option<String>,
    token: Option<String>,
    /// The person goes on to an application, by an address: what is in it is read on the way.
    #[serde(default)]
    hand_on: bool,
}

/// A login or a code for one, and where the person goes on, for the hub's own page.
#[derive(serde::Serialize)]
pub(super) struct Verified {
    #[serde(flatten)]
    given: Given,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_to: Option<String>,
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum Given {
    Login(Box<SignedIn>),
    Code { code: String },
}

pub(super) async fn verify(
    asked: Unsigned,
    headers: HeaderMap,
    verification: Result<Json<Verification>, JsonRejection>,
) -> Result<Json<Verified>, AuthProblem> {
    let verification = body(verification)?;
    let agent = agent(&headers);
    let purposes: &[Purpose] = match verification.kind.as_str() {
        "signup" => &[Purpose::Signup],
        "magiclink" => &[Purpose::MagicLink],
        "email" => &[Purpose::Signup, Purpose::MagicLink],
        "recovery" => &[Purpose::Recovery],
        "email_change" => &[Purpose::EmailChange],
        "invite" => &[],
        _ => {
            let message = "type is signup, email, magiclink, recovery, email_change or invite";
            return Err(AuthProblem::invalid(message));
        }
    };
    let Unsigned { node, redirect_to, .. } = asked;
    let hand_on = verification.hand_on && redirect_to.is_some();
    let verified = match (&verification.token_hash, &verification.email, &verification.token) {
        (Some(link), ..) if verification.kind == "invite" => {
            accounts::Verified::Login(Box::new(accounts::accept_invitation(&node.store, link, agent).await?))
        }
        (Some(link), ..) => accounts::verify(&node.store, purposes, &Proof::Link(link), agent, hand_on).await?,
        (None, Some(email), Some(code)) => {
            accounts::verify(&node.store, purposes, &Proof::Code { email, code }, agent, hand_on).await?
        }
        _ => return Err(AuthProblem::invalid("token_hash, or email and token, are needed")),
    };
    let given = match verified {
        accounts::Verified::Login(login) => Given::Login(login),
        accounts::Verified::Code(code) => Given::Code { code },
    };
    Ok(Json(Verified { given, redirect_to }))
}
