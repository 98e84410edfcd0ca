use uuid::Uuid;

use super::{Store, StoreError};
use crate::postgres::{Acting, begin};

/// The organizations whose round may be due.
///
/// # Errors
/// When the database cannot be reached.
pub async fn due(store: &Store) -> Result<Vec<Uuid>, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let rows = transaction.query("select app.rounds_due()", &[]).await?;
    transaction.commit().await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Makes an organization's round of the day: what is past its date becomes overdue. Says how much that was; `None` when
/// the round of this day was made before, by whichever hub. Taking the round and making it are one transaction: a hub
/// that dies in the midst leaves it to the next.
///
/// # Errors
/// When the database cannot be reached, or does not know the organization's time zone.
pub async fn make(store: &Store, organization_id: Uuid) -> Result<Option<u32>, StoreError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let taken: bool = transaction.query_one("select app.take_round()", &[]).await?.get(0);
    if !taken {
        return Ok(None);
    }
    let late: i32 = transaction.query_one("select app.mark_overdue()", &[]).await?.get(0);
    transaction.commit().await?;
    Ok(Some(late.unsigned_abs()))
}
