use schemas::PrincipalKind;
use uuid::Uuid;

use crate::postgres::begin;
use crate::store::identity::Identity;
use crate::store::{Store, StoreError};

/// What somebody may do with a shot list's document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListAccess {
    /// The list's tenant.
    pub organization_id: Uuid,
    /// They may change it.
    pub writes: bool,
}

/// Asks the database, under the principal's own claims, whether the list is in their sight, and whether they may change it:
/// a row that can be locked can be updated. `None`: it is not, or there is none; nobody can tell which. A list whose status
/// is `locked` is changed by nobody.
///
/// # Errors
/// When the database cannot be reached.
pub async fn admit(store: &Store, identity: &Identity, list: Uuid) -> Result<Option<ListAccess>, StoreError> {
    if identity.principal.kind != PrincipalKind::Person {
        return Ok(None);
    }
    let acting = identity.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let seen = transaction.prepare_cached("select organization_id from shot_lists where id = $1").await?;
    let Some(row) = transaction.query_opt(&seen, &[&list]).await? else { return Ok(None) };
    let written =
        transaction.prepare_cached("select from shot_lists where id = $1 and status <> 'locked' for key share").await?;
    let writes = transaction.query_opt(&written, &[&list]).await?.is_some();
    transaction.commit().await?;
    Ok(Some(ListAccess { organization_id: row.get(0), writes }))
}
