use serde_json::Value;
use uuid::Uuid;

use super::identity::Identity;
use super::{Store, StoreError};
use crate::postgres::begin;

/// A new tier of an event.
pub struct NewTier {
    /// Unique in the event.
    pub name: String,
    /// paid, comp, press or vip.
    pub kind: String,
    /// How many registrations it takes.
    pub quantity_total: i32,
    /// `#rrggbb`.
    pub color: Option<String>,
}

/// A new gate of an event.
pub struct NewGate {
    /// Unique in the event.
    pub name: String,
    /// The tiers it takes; empty: every tier.
    pub tier_ids: Vec<Uuid>,
}

/// Makes a tier, under the caller's own claims. `None`: no such event in their sight.
///
/// # Errors
/// [`StoreError::Denied`], [`StoreError::Constraint`] (the name is taken, a value is out of bounds).
pub async fn create_tier(
    store: &Store,
    by: &Identity,
    event_id: Uuid,
    tier: &NewTier,
) -> Result<Option<Value>, StoreError> {
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let row = transaction
        .query_opt(
            "insert into ticket_tiers (organization_id, event_id, name, type, quantity_total, color)
             select organization_id, id, $2, $3, $4, $5 from events where id = $1
             returning to_jsonb(ticket_tiers)",
            &[&event_id, &tier.name, &tier.kind, &tier.quantity_total, &tier.color],
        )
        .await?;
    transaction.commit().await?;
    Ok(row.map(|row| row.get(0)))
}

/// Makes a gate, under the caller's own claims. `None`: no such event, or one of the tiers is not the event's.
///
/// # Errors
/// [`StoreError::Denied`], [`StoreError::Constraint`] (the name is taken).
pub async fn create_gate(
    store: &Store,
    by: &Identity,
    event_id: Uuid,
    gate: &NewGate,
) -> Result<Option<Value>, StoreError> {
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let row = transaction
        .query_opt(
            "insert into event_gates (organization_id, event_id, name, order_index)
             select e.organization_id, e.id, $2, (select count(*) from event_gates g where g.event_id = e.id)
               from events e where e.id = $1
             returning to_jsonb(event_gates), id",
            &[&event_id, &gate.name],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let taken = transaction
        .execute(
            "insert into event_gate_tiers (organization_id, event_id, gate_id, ticket_tier_id)
             select t.organization_id, t.event_id, $2, t.id from ticket_tiers t where t.event_id = $1 and t.id = any ($3)",
            &[&event_id, &row.get::<_, Uuid>(1), &gate.tier_ids],
        )
        .await?;
    if usize::try_from(taken) != Ok(gate.tier_ids.len()) {
        return Ok(None);
    }
    transaction.commit().await?;
    Ok(Some(row.get(0)))
}
