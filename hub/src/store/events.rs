use serde_json::Value;
use uuid::Uuid;

use super::identity::Identity;
use super::{Store, StoreError};
use crate::postgres::{Acting, begin};

/// A new event, as a producer asks for it.
pub struct NewEvent {
    /// Its title.
    pub title: String,
    /// Unique in the organization.
    pub slug: String,
    /// RFC 3339.
    pub start_time: jiff::Timestamp,
    /// RFC 3339.
    pub end_time: jiff::Timestamp,
    /// IANA name.
    pub time_zone: String,
    /// The venue; made when the organization has none of this name.
    pub venue_name: Option<String>,
    /// Most registrations.
    pub capacity_limit: Option<i32>,
}

/// The events in the caller's sight, the next first, with their counters. `text` searches title, theme and description.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list(
    store: &Store,
    by: &Identity,
    text: Option<&str>,
    status: Option<&str>,
) -> Result<Vec<Value>, StoreError> {
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let statement = transaction
        .prepare_cached(
            "select to_jsonb(e) - 'search' || jsonb_build_object('venue_name', v.name, 'counters', to_jsonb(c)) as event
               from events e
               left join venues v on v.id = e.venue_id
               left join event_counters c on c.event_id = e.id
              where ($1::text is null or e.search @@ websearch_to_tsquery('simple', $1) or strpos(lower(e.title), lower($1)) > 0)
                and ($2::text is null or e.status = $2)
              order by e.start_time desc nulls last, e.id limit 500",
        )
        .await?;
    let rows = transaction.query(&statement, &[&text, &status]).await?;
    transaction.commit().await?;
    let role = by.role();
    let masked = |column: &str| store.catalogue.table("events").is_some_and(|table| table.is_masked(column, role));
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut event: Value = row.get(0);
            if let Value::Object(columns) = &mut event {
                columns.retain(|column, _| !masked(column));
            }
            event
        })
        .collect())
}

/// Events with this id or slug, in any tenant, as (organization, event): for the hub's own command line.
///
/// # Errors
/// When the database cannot be reached.
pub async fn find(store: &Store, id_or_slug: &str) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let rows = transaction.query("select organization_id, event_id from app.find_event($1)", &[&id_or_slug]).await?;
    transaction.commit().await?;
    Ok(rows.into_iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Makes an event, published at once, under the caller's own claims.
///
/// # Errors
/// [`StoreError::Denied`], [`StoreError::Constraint`] (the slug is taken, the end is before the start).
pub async fn create(store: &Store, by: &Identity, event: &NewEvent) -> Result<Value, StoreError> {
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let org = by.principal.organization_id;
    let venue_id: Option<Uuid> = match &event.venue_name {
        None => None,
        Some(name) => {
            let found = transaction.query_opt("select id from venues where name = $1 limit 1", &[name]).await?;
            Some(match found {
                Some(row) => row.get(0),
                None => transaction
                    .query_one("insert into venues (organization_id, name) values ($1, $2) returning id", &[&org, name])
                    .await?
                    .get(0),
            })
        }
    };
    let row = transaction
        .query_one(
            "insert into events (organization_id, organizer_id, title, slug, status, start_time, end_time, time_zone,
                                 venue_id, capacity_limit)
             values ($1, $2, $3, $4::text::citext, 'published', $5, $6, $7, $8, $9)
             returning to_jsonb(events) - 'search'",
            &[
                &org,
                &by.principal.id,
                &event.title,
                &event.slug,
                &event.start_time,
                &event.end_time,
                &event.time_zone,
                &venue_id,
                &event.capacity_limit,
            ],
        )
        .await?;
    transaction.commit().await?;
    let mut made: Value = row.get(0);
    if let Value::Object(columns) = &mut made {
        columns.insert("venue_name".into(), event.venue_name.clone().map_or(Value::Null, Value::String));
    }
    Ok(made)
}
