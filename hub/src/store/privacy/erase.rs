use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Line, Scope, Subject, as_json};
use crate::postgres::begin;
use crate::store::{Store, StoreError};

/// How often a transaction that met others is tried again at once.
const ATTEMPTS: u32 = 4;

/// What an erasure did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// Its id in the register.
    pub id: Uuid,
    /// By table: how many rows were emptied or deleted; and keys destroyed, entries of the journal rewritten.
    pub report: Value,
}

/// What came of comparing the register with the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// Erasures that the database did not know, carried out again.
    pub erased_again: usize,
    /// Erasures that the register did not know, written down.
    pub written_down: usize,
    /// Erasures that the database refuses.
    pub refused: usize,
}

/// Forgets people: registered first, then done in one transaction. `request` is the privacy request that this answers.
///
/// # Errors
/// [`StoreError::Constraint`] `owns_organization` for somebody who owns one. When the database is away in the middle, the
/// register has it and the next start of a hub carries it out.
pub async fn erase(
    store: &Arc<Store>,
    scope: Scope,
    subjects: &[Subject],
    requested_by: Option<Uuid>,
    request: Option<Uuid>,
) -> Result<Erasure, StoreError> {
    let id = Uuid::now_v7();
    let line = Line::Erase {
        id,
        organization_id: scope.within(),
        accounts: scope.accounts(),
        subjects: subjects.to_vec(),
        requested_by,
    };
    write_down(store, vec![line]).await?;
    let mut attempt = 1;
    loop {
        match commit(store, id, scope, subjects, requested_by, request).await {
            Ok(report) => return Ok(Erasure { id, report }),
            Err(error) if error.is_transient() && attempt < ATTEMPTS => attempt += 1,
            Err(error) => {
                if !error.is_transient() {
                    write_down(store, vec![Line::Withdrawn { id }]).await?;
                }
                return Err(error);
            }
        }
    }
}

/// Carries out what the register knows and the database does not (it was restored, or a hub ended in the middle), and writes
/// down what the database knows and the register does not (another hub did it).
///
/// # Errors
/// When the database or the register cannot be reached.
pub async fn settle(store: &Arc<Store>) -> Result<Settled, StoreError> {
    let reader = Arc::clone(store);
    let lines = blocking(move || reader.register.read()).await?;
    let client = store.pools.worker().await?;
    let rows = client
        .query("select id, organization_id, accounts, subjects, requested_by from hub.erasures order by erased_at", &[])
        .await?;
    drop(client);
    let done: HashSet<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let mut known = HashSet::new();
    let withdrawn: HashSet<Uuid> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Withdrawn { id } => Some(*id),
            Line::Erase { .. } => None,
        })
        .collect();
    let mut settled = Settled::default();
    for line in &lines {
        let Line::Erase { id, organization_id, accounts, subjects, requested_by } = line else { continue };
        if !known.insert(*id) || done.contains(id) || withdrawn.contains(id) {
            continue;
        }
        let scope = Scope::of(*organization_id, *accounts);
        match commit(store, *id, scope, subjects, *requested_by, None).await {
            Ok(_) => settled.erased_again += 1,
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => {
                tracing::error!(erasure = %id, %error, "an erasure cannot be carried out again");
                settled.refused += 1;
            }
        }
    }
    let missing: Vec<Line> = rows
        .iter()
        .filter(|row| !known.contains(&row.get::<_, Uuid>(0)))
        .map(|row| {
            Ok(Line::Erase {
                id: row.get(0),
                organization_id: row.get(1),
                accounts: row.get(2),
                subjects: serde_json::from_value(row.get(3))
                    .map_err(|error| StoreError::Internal(error.to_string()))?,
                requested_by: row.get(4),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    settled.written_down = missing.len();
    if !missing.is_empty() {
        write_down(store, missing).await?;
    }
    if settled.erased_again > 0 {
        tracing::warn!(erasures = settled.erased_again, "people whom the database remembered were erased again");
    }
    Ok(settled)
}

async fn commit(
    store: &Store,
    id: Uuid,
    scope: Scope,
    subjects: &[Subject],
    requested_by: Option<Uuid>,
    request: Option<Uuid>,
) -> Result<Value, StoreError> {
    let acting = scope.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    if let Some(person) = requested_by {
        transaction
            .execute(
                "select set_config('app.by_kind', 'user', true), set_config('app.by_id', $1, true)",
                &[&person.to_string()],
            )
            .await?;
    }
    transaction
        .execute("select app.gather_names($1, $2, $3)", &[&as_json(subjects), &scope.within(), &scope.accounts()])
        .await?;
    let mut report: Value = transaction
        .query_one(
            "select app.erase($1, $2, $3, $4, $5)",
            &[&id, &as_json(subjects), &scope.within(), &scope.accounts(), &requested_by],
        )
        .await?
        .get(0);
    let files: i64 = transaction
        .query_one("select app.erase_files($1, $2, $3)", &[&id, &as_json(subjects), &scope.within()])
        .await?
        .get(0);
    let sheets: i64 = transaction.query_one("select app.erase_from_call_sheets($1)", &[&id]).await?.get(0);
    if let Some(report) = report.as_object_mut() {
        report.insert("files".into(), files.into());
        report.insert("call_sheets".into(), sheets.into());
    }
    // From where they did what they did, while the journal keeps it.
    let ids: Vec<Uuid> = subjects.iter().map(|subject| subject.id).collect();
    transaction.execute("select live.forget_addresses($1, $2)", &[&ids, &scope.within()]).await?;
    if let Some(request) = request {
        let done = transaction
            .execute(
                "update privacy_requests set status = 'done', completed_at = now(), report = $2
                  where id = $1 and kind = 'erase' and status in ('received', 'running')",
                &[&request, &report],
            )
            .await?;
        if done == 0 {
            return Err(StoreError::Constraint {
                name: "open_request".into(),
                message: "there is no open request to erase with this id".into(),
            });
        }
    }
    transaction.commit().await?;
    store.keyring.forget();
    Ok(report)
}

async fn write_down(store: &Arc<Store>, lines: Vec<Line>) -> Result<(), StoreError> {
    let store = Arc::clone(store);
    blocking(move || store.register.append(&lines)).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, super::RegisterError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::Internal(error.to_string()))?
        .map_err(|error| StoreError::Internal(error.to_string()))
}
