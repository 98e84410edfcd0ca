use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::storage::{Code, Refusal};
use serde_json::json;

use crate::objects::ObjectsError;
use crate::store::StoreError;
use crate::store::storage::StorageError;

/// An answer that is an error, as Supabase Storage spells it: `{"statusCode", "error", "message"}`, and the code once more
/// under `code`.
#[derive(Debug)]
pub(super) struct Failure(StorageError);

impl<E: Into<StorageError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, code, message) = match &self.0 {
            StorageError::Refused(refusal) => (refusal.code.status(), refusal.code.as_str(), refusal.message.clone()),
            StorageError::Store(StoreError::Unavailable(_)) => {
                tracing::warn!(error = %self.0, "a request for files met a database that is away");
                (503, "DatabaseUnavailable", "the database is not available; try again".to_owned())
            }
            StorageError::Objects(ObjectsError::Busy) => (503, Code::SlowDown.as_str(), self.0.to_string()),
            StorageError::Objects(ObjectsError::Unavailable(_)) => {
                tracing::error!(error = %self.0, "the store of files failed");
                (503, "StorageUnavailable", "the store of files is not available; try again".to_owned())
            }
            error => {
                tracing::error!(%error, "a request for files failed");
                (500, "InternalError", "a fault of the hub; it is in its log under x-request-id".to_owned())
            }
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = json!({
            "statusCode": status.as_u16().to_string(), "error": code, "message": message, "code": code,
        });
        let mut answer = (status, Json(body)).into_response();
        if let StorageError::Refused(Refusal { code: Code::InvalidRange, message }) = &self.0 {
            let size: String = message.chars().filter(char::is_ascii_digit).collect();
            if let Ok(value) = format!("bytes */{size}").parse() {
                answer.headers_mut().insert("content-range", value);
            }
        }
        answer
    }
}

/// A JSON body.
pub(super) fn body<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Failure> {
    match body {
        Ok(Json(value)) => Ok(value),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(StorageError::refused(Code::EntityTooLarge, rejection.body_text()).into())
        }
        Err(rejection) => Err(StorageError::refused(Code::InvalidRequest, rejection.body_text()).into()),
    }
}

/// Bucket and name in an address.
pub(super) type Place = Result<axum::extract::Path<(String, String)>, PathRejection>;

/// Bucket and name, if they can be those of a file.
pub(super) fn place(path: Place) -> Result<(String, String), Failure> {
    let unreadable = |_| StorageError::refused(Code::InvalidKey, "the address is not UTF-8");
    let axum::extract::Path((bucket, key)) = path.map_err(unreadable)?;
    domain::storage::name::key(&key)?;
    Ok((bucket, key))
}
