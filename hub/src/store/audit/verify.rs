use std::collections::BTreeMap;

use deadpool_postgres::Transaction;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::chain::{Chain, Finding};
use crate::postgres::{Acting, begin_snapshot};
use crate::sealing::Head;
use crate::store::{Store, StoreError};

/// Rows that are read at once.
const PAGE: i32 = 2_000;

/// A signed head, as it is printed and may be kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownHead {
    /// Whose chain.
    pub organization_id: Uuid,
    /// The number of its last entry.
    pub entry: i64,
    /// That entry's hash, hexadecimal.
    pub hash: String,
    /// When it was signed, epoch microseconds.
    pub sealed_at: i64,
    /// Ed25519, hexadecimal.
    pub signature: String,
}

/// What came of one chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Whose; none for rows that belong to nobody, which no chain holds.
    pub organization_id: Option<Uuid>,
    /// Entries that were read.
    pub entries: i64,
    /// The newest head: to be kept where whoever writes to the database cannot.
    pub head: Option<KnownHead>,
    /// What is wrong with it; empty when it is sound.
    pub findings: Vec<Finding>,
}

/// Reads the whole audit log and tells what was altered, removed or inserted. `known` are heads from before, kept elsewhere:
/// with them it is found too if the newest entries and heads were removed together.
///
/// # Errors
/// When the database cannot be reached.
pub async fn verify(store: &Store, known: &[KnownHead]) -> Result<Vec<Verified>, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin_snapshot(&mut client, &Acting::Platform).await?;
    let mut organizations: Vec<Option<Uuid>> = transaction
        .query("select live.audited_organizations()", &[])
        .await?
        .iter()
        .map(|row| row.get(0))
        .chain(known.iter().map(|head| Some(head.organization_id)))
        .collect();
    organizations.sort_unstable();
    organizations.dedup();
    let mut verified = Vec::with_capacity(organizations.len());
    for organization in organizations {
        verified.push(one(store, &transaction, organization, known).await?);
    }
    transaction.commit().await?;
    Ok(verified)
}

/// The newest signed head of an organization's chain.
///
/// # Errors
/// When the database cannot be reached.
pub async fn head(store: &Store, organization_id: Uuid) -> Result<Option<KnownHead>, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin_snapshot(&mut client, &Acting::Platform).await?;
    let mut heads = stored_heads(&transaction, organization_id, 1).await?;
    transaction.commit().await?;
    Ok(heads.pop())
}

async fn one(
    store: &Store,
    transaction: &Transaction<'_>,
    organization: Option<Uuid>,
    known: &[KnownHead],
) -> Result<Verified, StoreError> {
    let id = organization.unwrap_or_default();
    let stored = stored_heads(transaction, id, i64::MAX).await?;
    let head = stored.last().cloned();
    let mut findings = Vec::new();
    let mut heads = BTreeMap::new();
    for claimed in stored.iter().chain(known.iter().filter(|head| head.organization_id == id)) {
        match genuine(store, claimed) {
            // Two genuine heads of one entry with different hashes: the second shows that the chain is another one.
            Some(head) => drop(heads.insert((head.entry, head.hash), head)),
            None => findings.push(Finding::Forged { entry: claimed.entry }),
        }
    }
    let mut chain = Chain::new(id, heads.into_values().collect());
    let (mut after, mut after_id) = (-1i64, 0i64);
    let statement =
        transaction.prepare_cached("select entry, id, said, hash from live.audit_chain($1, $2, $3, $4)").await?;
    loop {
        let rows = transaction.query(&statement, &[&organization, &after, &after_id, &PAGE]).await?;
        for row in &rows {
            let entry: Option<i64> = row.get(0);
            (after, after_id) = (entry.unwrap_or(0), row.get(1));
            chain.push(entry, after_id, row.get(2), row.get(3));
        }
        if rows.len() < PAGE as usize {
            break;
        }
    }
    let end = transaction
        .query_opt("select entries, hash from hub.audit_chains where organization_id = $1", &[&organization])
        .await?;
    let (entries, hash): (i64, Option<Vec<u8>>) = end.map_or((0, None), |row| (row.get(0), row.get(1)));
    chain.end(entries, hash.as_deref());
    findings.append(&mut chain.findings);
    Ok(Verified { organization_id: organization, entries: chain.entries, head, findings })
}

async fn stored_heads(
    transaction: &Transaction<'_>,
    organization_id: Uuid,
    newest: i64,
) -> Result<Vec<KnownHead>, StoreError> {
    let rows = transaction
        .query(
            "select h.* from (
               select entry, encode(hash, 'hex') as hash, (extract(epoch from sealed_at) * 1000000)::bigint as sealed_at,
                      encode(signature, 'hex') as signature
                 from hub.audit_heads where organization_id = $1 order by entry desc limit $2) h
              order by h.entry",
            &[&organization_id, &newest],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| KnownHead {
            organization_id,
            entry: row.get("entry"),
            hash: row.get("hash"),
            sealed_at: row.get("sealed_at"),
            signature: row.get("signature"),
        })
        .collect())
}

fn genuine(store: &Store, claimed: &KnownHead) -> Option<Head> {
    let head = Head {
        organization_id: claimed.organization_id,
        entry: claimed.entry,
        hash: bytes(&claimed.hash)?.try_into().ok()?,
        sealed_at: claimed.sealed_at,
    };
    store.audit.verify(&head, &bytes(&claimed.signature)?).then_some(head)
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).ok()).collect()
}
