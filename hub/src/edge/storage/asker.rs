use axum::http::HeaderMap;
use domain::storage::Code;
use schemas::PrincipalKind;

use super::answer::Failure;
use crate::edge::client_address;
use crate::live::Node;
use crate::store::identity::{self, Identity, IdentityError};
use crate::store::storage::{Person, StorageError};

/// Who asks: by the bearer token, or by a token in `apikey`. Any other `apikey` names an application and nobody.
pub(super) async fn asker(node: &Node, headers: &HeaderMap) -> Result<Identity, Failure> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = header("authorization")
        .and_then(|value| value.split_once(' '))
        .and_then(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()));
    let refuse = |code, message: String| Failure::from(StorageError::refused(code, message));
    let token = bearer
        .filter(|token| !token.is_empty())
        .or(header("apikey"))
        .ok_or_else(|| refuse(Code::InvalidJwt, "sign in and send the access token".into()))?;
    identity::resolve(&node.store, token, client_address::of(headers)).await.map_err(|error| match error {
        IdentityError::Store(error) => StorageError::Store(error).into(),
        other @ (IdentityError::NoOrganization | IdentityError::SecondFactor) => {
            refuse(Code::AccessDenied, other.to_string())
        }
        other => refuse(Code::InvalidJwt, other.to_string()),
    })
}

/// The person who asks. Devices put no files anywhere.
pub(super) async fn person(node: &Node, headers: &HeaderMap) -> Result<Person, Failure> {
    let identity = asker(node, headers).await?;
    let (who, from) = (identity.principal, identity.from);
    match who.kind {
        PrincipalKind::Person => Ok(Person { user_id: who.id, organization_id: who.organization_id, from }),
        PrincipalKind::Device => {
            Err(StorageError::refused(Code::AccessDenied, "devices have nothing to do with files").into())
        }
    }
}
