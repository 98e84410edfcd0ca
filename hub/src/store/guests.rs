use std::collections::HashMap;

use uuid::Uuid;

use super::keyring::Envelope;
use super::{Store, StoreError};
use crate::postgres::{Acting, begin};

/// A guest as the room keeps them in memory: what the door must know at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// The registration.
    pub id: Uuid,
    /// The name, opened. `[erased]` when its key was destroyed.
    pub name: String,
    /// The tier's name.
    pub tier: String,
    /// Where they sit.
    pub seat: Option<String>,
    /// What the producer wrote for the door.
    pub note: Option<String>,
    /// A very important person.
    pub vip: bool,
    /// pending, confirmed, attended, cancelled, refunded.
    pub status: String,
    /// How many the ticket admits.
    pub party_size: u16,
    /// How many of them have arrived.
    pub arrived: u16,
}

const GUESTS: &str = "
    select r.id, r.attendee_name_enc::bytea as name, t.name as tier, r.seat, r.door_note,
           r.vip or t.type = 'vip' as vip, r.status, r.party_size::int, r.arrived_count::int
      from registrations r join ticket_tiers t on t.id = r.ticket_tier_id";

/// All guests of an event, or those of `only`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn load(
    store: &Store,
    organization_id: Uuid,
    event_id: Uuid,
    only: Option<&[Uuid]>,
) -> Result<Vec<Guest>, StoreError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let rows = match only {
        None => {
            let statement = transaction.prepare_cached(&format!("{GUESTS} where r.event_id = $1")).await?;
            transaction.query(&statement, &[&event_id]).await?
        }
        Some(ids) => {
            let statement =
                transaction.prepare_cached(&format!("{GUESTS} where r.event_id = $1 and r.id = any ($2)")).await?;
            transaction.query(&statement, &[&event_id, &ids]).await?
        }
    };
    transaction.commit().await?;
    drop(client);
    let sealed: Vec<Vec<u8>> = rows.iter().map(|row| row.get("name")).collect();
    let names = open_names(store, &sealed).await?;
    let small = |n: i32| u16::try_from(n).unwrap_or(0);
    Ok(rows
        .into_iter()
        .zip(names)
        .map(|(row, name)| Guest {
            id: row.get("id"),
            name,
            tier: row.get("tier"),
            seat: row.get("seat"),
            note: row.get("door_note"),
            vip: row.get("vip"),
            status: row.get("status"),
            party_size: small(row.get("party_size")),
            arrived: small(row.get("arrived_count")),
        })
        .collect())
}

/// The names of some registrations.
///
/// # Errors
/// When the database cannot be reached.
pub async fn names(store: &Store, organization_id: Uuid, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, StoreError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let statement = transaction
        .prepare_cached("select id, attendee_name_enc::bytea from registrations where id = any ($1)")
        .await?;
    let rows = transaction.query(&statement, &[&ids]).await?;
    transaction.commit().await?;
    drop(client);
    let sealed: Vec<Vec<u8>> = rows.iter().map(|row| row.get(1)).collect();
    let names = open_names(store, &sealed).await?;
    Ok(rows.into_iter().map(|row| row.get(0)).zip(names).collect())
}

/// The column that names are sealed for.
pub const NAME_COLUMN: &str = "registrations.attendee_name";
/// The column that addresses are sealed for.
pub const EMAIL_COLUMN: &str = "registrations.attendee_email";

async fn open_names(store: &Store, sealed: &[Vec<u8>]) -> Result<Vec<String>, StoreError> {
    let envelopes: Vec<Envelope<'_>> = sealed.iter().map(|bytes| Envelope { column: NAME_COLUMN, bytes }).collect();
    let names = store.keyring.open(&store.pools, &envelopes).await?;
    Ok(names.into_iter().map(|name| name.unwrap_or_else(|| "[erased]".to_owned())).collect())
}

impl Guest {
    /// Takes over what a change of the registration's row says. False when it says something that only a fresh read can
    /// tell (another tier).
    pub fn apply(&mut self, columns: &schemas::Row) -> bool {
        for (column, value) in columns {
            let number = value.as_u64().and_then(|n| u16::try_from(n).ok());
            let text = value.as_str().map(str::to_owned);
            match column.as_str() {
                "status" => self.status = text.unwrap_or_default(),
                "party_size" => self.party_size = number.unwrap_or(self.party_size),
                "arrived_count" => self.arrived = number.unwrap_or(self.arrived),
                "seat" => self.seat = text,
                "door_note" => self.note = text,
                "attendee_name" => self.name = text.unwrap_or_else(|| "[erased]".to_owned()),
                // The tier's name and kind stand in another table.
                "ticket_tier_id" | "vip" => return false,
                _ => {}
            }
        }
        true
    }
}
