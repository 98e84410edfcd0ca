use deadpool_postgres::Transaction;
use serde_json::json;
use uuid::Uuid;

use crate::sealing::SubjectKey;
use crate::store::organizations::slug;
use crate::store::{Store, StoreError};

/// People with an address: kind of key, sealed column, who they are and where they work, how it is written.
const PEOPLE: [(&str, &str, &str, &str); 2] = [
    (
        "contact",
        "contacts.email",
        "select c.id, c.name, a.name::text from contacts c join accounts a on a.id = c.account_id where c.organization_id = $1",
        "update contacts set email_enc = $2::bytea, email_bidx = $3::bytea where id = $1",
    ),
    (
        "stakeholder",
        "stakeholders.email",
        "select id, name, coalesce(company, name) from stakeholders where organization_id = $1",
        "update stakeholders set email_enc = $2::bytea, email_bidx = $3::bytea where id = $1",
    ),
];
/// Companies and places with a way to reach them.
const PLACES: [(&str, &str, &str, &str); 3] = [
    (
        "account",
        "accounts.contact_info",
        "select id, name::text from accounts where organization_id = $1",
        "update accounts set contact_info_enc = $2::bytea where id = $1",
    ),
    (
        "vendor",
        "vendors.contact_info",
        "select id, name from vendors where organization_id = $1",
        "update vendors set contact_info_enc = $2::bytea where id = $1",
    ),
    (
        "venue",
        "venues.contact_info",
        "select id, name from venues where organization_id = $1",
        "update venues set contact_info_enc = $2::bytea where id = $1",
    ),
];

/// Gives people and companies their addresses, and contracts with a company their signatory; these are then sent.
pub(super) async fn write(
    store: &Store,
    transaction: &Transaction<'_>,
    organization_id: Uuid,
) -> Result<(), StoreError> {
    let master = store.keyring.master();
    for (kind, column, who, update) in PEOPLE {
        for row in transaction.query(who, &[&organization_id]).await? {
            let (id, key) = (row.get::<_, Uuid>(0), SubjectKey::generate());
            let email = address(row.get(1), row.get(2));
            keep(store, transaction, Some(organization_id), kind, id, &key).await?;
            transaction.execute(update, &[&id, &key.seal(column, &email), &master.blind_index(&email)]).await?;
        }
    }
    for (kind, column, which, update) in PLACES {
        for row in transaction.query(which, &[&organization_id]).await? {
            let (id, key) = (row.get::<_, Uuid>(0), SubjectKey::generate());
            let info = json!({ "email": address("Bonjour", row.get(1)) }).to_string();
            keep(store, transaction, Some(organization_id), kind, id, &key).await?;
            transaction.execute(update, &[&id, &key.seal(column, &info)]).await?;
        }
    }
    let signatories = transaction
        .query(
            "select c.id, k.name, a.name::text from contracts c join accounts a on a.id = c.account_id
               join contacts k on k.account_id = a.id and 'decides' = any (k.tags)
              where c.organization_id = $1",
            &[&organization_id],
        )
        .await?;
    for row in signatories {
        let (contract_id, name) = (row.get::<_, Uuid>(0), row.get::<_, &str>(1));
        let (id, key, email) = (Uuid::now_v7(), SubjectKey::generate(), address(name, row.get(2)));
        keep(store, transaction, Some(organization_id), "signatory", id, &key).await?;
        transaction
            .execute(
                "insert into contract_signatories (id, organization_id, contract_id, name_enc, email_enc, email_bidx)
                 values ($1, $2, $3, $4::bytea, $5::bytea, $6::bytea)",
                &[
                    &id,
                    &organization_id,
                    &contract_id,
                    &key.seal("contract_signatories.name", name),
                    &key.seal("contract_signatories.email", &email),
                    &master.blind_index(&email),
                ],
            )
            .await?;
        transaction
            .execute(
                "update contracts set status = 'sent', document_sha256 = sha256(convert_to(body, 'utf8')) where id = $1",
                &[&contract_id],
            )
            .await?;
    }
    Ok(())
}

/// `given.family@company.example`.
pub(super) fn address(name: &str, company: &str) -> String {
    format!("{}@{}.example", slug(name, "somebody").replace('-', "."), slug(company, "somewhere"))
}

/// Stores a data key, wrapped, before what it seals.
pub(super) async fn keep(
    store: &Store,
    transaction: &Transaction<'_>,
    organization_id: Option<Uuid>,
    kind: &str,
    subject_id: Uuid,
    key: &SubjectKey,
) -> Result<(), StoreError> {
    transaction
        .execute(
            "insert into encryption_keys (id, organization_id, subject_kind, subject_id, wrapped_key, kek_ref)
             values ($1, $2, $3, $4, $5, 'master')",
            &[&key.id, &organization_id, &kind, &subject_id, &key.wrap(store.keyring.master())],
        )
        .await?;
    Ok(())
}
