use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::sealed::{address, keep};
use crate::sealing::SubjectKey;
use crate::store::guests::{EMAIL_COLUMN, NAME_COLUMN};
use crate::store::{Store, StoreError};

/// Who bought a ticket of the preview, and of which tier. The salon kept no list at its door.
const BUYERS: [(&str, &str); 9] = [
    ("Margot Salvador", "Salon seat"),
    ("Éric Fontanel", "Salon seat"),
    ("Sunniva Aas", "Salon seat"),
    ("Lorenzo Bassi", "Salon seat"),
    ("Haruka Mori", "Salon seat"),
    ("Delphine Aubert", "Salon seat"),
    ("Octave de Brissac", "Patron"),
    ("Wilhelmina Kroon", "Patron"),
    ("Adèle Montreuil", "Patron"),
];

/// Sells the tickets of the preview, paid in full, and closes it.
pub(super) async fn write(
    store: &Store,
    transaction: &Transaction<'_>,
    organization_id: Uuid,
) -> Result<(), StoreError> {
    let master = store.keyring.master();
    let event_id: Uuid = transaction
        .query_one(
            "update events set status = 'published' where organization_id = $1 and slug = 'nocturne-atelier-preview' returning id",
            &[&organization_id],
        )
        .await?
        .get(0);
    for (name, tier) in BUYERS {
        let (order_id, order_key, email) = (Uuid::now_v7(), SubjectKey::generate(), address(name, "courrier"));
        let (ticket_id, ticket_key, index) = (Uuid::now_v7(), SubjectKey::generate(), master.blind_index(&email));
        keep(store, transaction, Some(organization_id), "order", order_id, &order_key).await?;
        keep(store, transaction, Some(organization_id), "registration", ticket_id, &ticket_key).await?;
        transaction
            .execute(
                "insert into orders (id, organization_id, event_id, buyer_name_enc, buyer_email_enc, buyer_email_bidx,
                                     status, payment_status, total_amount, currency)
                 select $1, $2, $3, $4::bytea, $5::bytea, $6::bytea, 'completed', 'paid', t.price, t.currency
                   from ticket_tiers t where t.event_id = $3 and t.name = $7",
                &[
                    &order_id,
                    &organization_id,
                    &event_id,
                    &order_key.seal("orders.buyer_name", name),
                    &order_key.seal("orders.buyer_email", &email),
                    &index,
                    &tier,
                ],
            )
            .await?;
        transaction
            .execute(
                "insert into registrations (id, organization_id, event_id, order_id, ticket_tier_id, attendee_name_enc,
                                            attendee_email_enc, attendee_email_bidx, status, qr_code_data, unit_price, currency)
                 select $1, $2, $3, $4, t.id, $5::bytea, $6::bytea, $7::bytea, 'confirmed', $8, t.price, t.currency
                   from ticket_tiers t where t.event_id = $3 and t.name = $9",
                &[
                    &ticket_id,
                    &organization_id,
                    &event_id,
                    &order_id,
                    &ticket_key.seal(NAME_COLUMN, name),
                    &ticket_key.seal(EMAIL_COLUMN, &email),
                    &index,
                    &store.tickets.code(event_id, ticket_id),
                    &tier,
                ],
            )
            .await?;
        transaction
            .execute(
                "insert into payments (organization_id, order_id, amount, currency, status, provider, payment_method)
                 select $1, o.id, o.total_amount, o.currency, 'completed', 'manual', 'card' from orders o where o.id = $2",
                &[&organization_id, &order_id],
            )
            .await?;
    }
    transaction
        .execute("update events set status = 'completed', live_state = 'ended' where id = $1", &[&event_id])
        .await?;
    Ok(())
}
