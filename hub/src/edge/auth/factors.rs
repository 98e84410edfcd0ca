use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use schemas::ErrorCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{AuthProblem, Signed, body};
use crate::edge::limits::Guesses;
use crate::live::Node;
use crate::store::factors::{self, Challenge};
use crate::store::logins::{LoginError, SignedIn};

#[derive(Deserialize)]
pub(super) struct New {
    friendly_name: Option<String>,
    factor_type: String,
    issuer: Option<String>,
}

pub(super) async fn enroll(
    State(node): State<Arc<Node>>,
    Signed(account): Signed,
    new: Result<Json<New>, JsonRejection>,
) -> Result<Json<Value>, AuthProblem> {
    let new = body(new)?;
    if new.factor_type != "totp" {
        return Err(AuthProblem::invalid("factor_type is totp"));
    }
    let name = new.friendly_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let issuer = new.issuer.as_deref().map(str::trim).filter(|issuer| !issuer.is_empty()).unwrap_or("FashionOS Hub");
    for text in name.into_iter().chain([issuer]) {
        if text.chars().count() > 100 || text.chars().any(char::is_control) {
            return Err(AuthProblem::invalid("friendly_name and issuer have at most 100 characters"));
        }
    }
    let made = factors::enroll(&node.store, &account, name).await?;
    let (label, issuer) = (encode(&format!("{issuer}:{}", made.email)), encode(issuer));
    let uri =
        format!("otpauth://totp/{label}?algorithm=SHA1&digits=6&issuer={issuer}&period=30&secret={}", made.secret);
    let code = qrcode::QrCode::new(&uri).map_err(|_| AuthProblem::invalid("issuer is too long for a QR code"))?;
    let picture = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(200, 200).build();
    Ok(Json(json!({
        "id": made.id, "type": "totp", "friendly_name": made.friendly_name.unwrap_or_default(),
        "totp": { "qr_code": picture, "secret": made.secret, "uri": uri },
    })))
}

pub(super) async fn challenge(
    State(node): State<Arc<Node>>,
    Signed(account): Signed,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Json<Challenge>, AuthProblem> {
    Ok(Json(factors::challenge(&node.store, &account, of(id)?).await?))
}

#[derive(Deserialize)]
pub(super) struct Answer {
    challenge_id: Uuid,
    code: String,
}

pub(super) async fn verify(
    State(node): State<Arc<Node>>,
    Extension(guesses): Extension<Guesses>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Signed(account): Signed,
    id: Result<Path<Uuid>, PathRejection>,
    answer: Result<Json<Answer>, JsonRejection>,
) -> Result<Json<SignedIn>, AuthProblem> {
    guesses.admit(from)?;
    let answer = body(answer)?;
    let code: String = answer.code.chars().filter(|letter| *letter != ' ').collect();
    Ok(Json(factors::verify(&node.store, &account, of(id)?, answer.challenge_id, &code).await?))
}

pub(super) async fn unenroll(
    State(node): State<Arc<Node>>,
    Signed(account): Signed,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Json<Value>, AuthProblem> {
    let id = of(id)?;
    factors::unenroll(&node.store, &account, id).await.map_err(|error| match error {
        // GoTrue says it with another status here.
        LoginError::SecondFactor => AuthProblem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::Forbidden,
            "insufficient_aal",
            "a code of the second factor is needed first",
        ),
        other => other.into(),
    })?;
    Ok(Json(json!({ "id": id })))
}

fn of(id: Result<Path<Uuid>, PathRejection>) -> Result<Uuid, AuthProblem> {
    id.map(|Path(id)| id).map_err(|_| LoginError::FactorUnknown.into())
}

/// Percent-encodes all but letters, digits and `-._~@`.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
