use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::sealed::{address, keep};
use crate::sealing::SubjectKey;
use crate::store::organizations::EMAIL_COLUMN;
use crate::store::{Store, StoreError};

/// Who works with the producer: name, role, domain of the address. They have no password, so nobody signs in as them.
const COLLEAGUES: [(&str, &str, &str); 6] = [
    ("Clémence Okoro", "producer", "nocturne"),
    ("Mathis Aubry", "staff", "nocturne"),
    ("Odile Marchetti", "designer", "nocturne"),
    ("Nyadak Deng", "model", "agence-lumen"),
    ("Lucie Ferrand", "client", "galerie-vauban"),
    ("Sorin Vasile", "sponsor", "champagne-aurelien"),
];

/// Makes the colleagues and their memberships. An address that has an account keeps it.
pub(super) async fn write(
    store: &Store,
    transaction: &Transaction<'_>,
    organization_id: Uuid,
) -> Result<(), StoreError> {
    let master = store.keyring.master();
    for (name, role, domain) in COLLEAGUES {
        let (mut user_id, key, email) = (Uuid::now_v7(), SubjectKey::generate(), address(name, domain));
        let index = master.blind_index(&email);
        let made = transaction
            .execute(
                "insert into users (id, email_enc, email_bidx, full_name, status)
                 values ($1, $2::bytea, $3::bytea, $4, 'active') on conflict (email_bidx) do nothing",
                &[&user_id, &key.seal(EMAIL_COLUMN, &email), &index, &name],
            )
            .await?;
        if made == 1 {
            keep(store, transaction, None, "user", user_id, &key).await?;
        } else {
            let row = transaction.query_one("select id from users where email_bidx = $1::bytea", &[&index]).await?;
            user_id = row.get(0);
        }
        transaction
            .execute(
                "insert into memberships (organization_id, user_id, role, joined_at) values ($1, $2, $3, now())
                 on conflict (organization_id, user_id) do nothing",
                &[&organization_id, &user_id, &role],
            )
            .await?;
    }
    Ok(())
}
