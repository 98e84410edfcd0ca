mod colleagues;
mod preview;
mod sealed;

use uuid::Uuid;

use crate::postgres::{Acting, begin};
use crate::store::{Store, StoreError};

/// One domain each, in the order in which they refer to each other. Their rows are one transaction's: all or none.
///
/// Left empty, because a row would be a lie: invitations, links to galleries and what was done with them, devices and
/// pairings (their secrets would be known to nobody); plugins with their connections, subscriptions, jobs and webhooks,
/// and the posts, listings and pictures that are elsewhere through them (no account is connected); stored files (there
/// are none); requests about personal data (nobody asked); scans, runs, alerts and messages to screens (the people and
/// tablets of the evening make them).
const DOMAINS: [&str; 9] = [
    include_str!("rows/begin.sql"),
    include_str!("rows/directory.sql"),
    include_str!("rows/crm.sql"),
    include_str!("rows/crew.sql"),
    include_str!("rows/studio.sql"),
    include_str!("rows/media.sql"),
    include_str!("rows/money.sql"),
    include_str!("rows/impact.sql"),
    include_str!("rows/end.sql"),
];

/// Fills everything around the show, once: the show remembers it, so that what people delete stays deleted.
pub(super) async fn write(store: &Store, acting: &Acting, event_id: Uuid) -> Result<(), StoreError> {
    let Acting::System { organization_id } = *acting else { return Err(StoreError::Denied) };
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    let written: bool = transaction
        .query_one("select meta_data ? 'demo_rows' from events where id = $1 for update", &[&event_id])
        .await?
        .get(0);
    if !written {
        tracing::info!("filling the house around the show");
        colleagues::write(store, &transaction, organization_id).await?;
        transaction.batch_execute(&DOMAINS.concat()).await?;
        preview::write(store, &transaction, organization_id).await?;
        sealed::write(store, &transaction, organization_id).await?;
        transaction
            .execute("update events set meta_data = meta_data || '{\"demo_rows\": 1}' where id = $1", &[&event_id])
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}
