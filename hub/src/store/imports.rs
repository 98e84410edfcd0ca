//! Guest lists and rundowns that a producer brings: planned by [`domain::import`], written all or nothing.

mod guests;
mod rundown;

use deadpool_postgres::{Object, Transaction};
use domain::import::{ImportReport, Mapping, RowError, Table, guests as guest_rules, ontime, rundown as rundown_rules};
use serde_json::Value;
use tokio::runtime::{Handle, RuntimeFlavor};
use uuid::Uuid;

use super::exports::{lock_guests, read_cues, read_event, read_guests, read_tiers};
use super::identity::Identity;
use super::{Store, StoreError};
use crate::postgres::{Acting, begin};

/// Most errors that a report lists; whoever has corrected these sends the file again.
const MOST_ERRORS: usize = 1_000;

/// What a file is for, and whether it shall be stored.
#[derive(Debug, Clone)]
pub struct ImportOrder {
    /// The event.
    pub event_id: Uuid,
    /// Corrections of the guessed columns.
    pub mapping: Mapping,
    /// Store it, if nothing is wrong with it; otherwise only say what would happen.
    pub apply: bool,
}

/// The file, as it was read.
#[derive(Debug, Clone)]
pub enum ImportFile {
    /// A spreadsheet.
    Rows {
        /// `csv` or `xlsx`.
        format: &'static str,
        /// Its cells.
        rows: Vec<Vec<String>>,
    },
    /// A project of Ontime.
    Ontime(Value),
    /// None that can be read.
    Unreadable(RowError),
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No such event in the caller's sight.
    #[error("no such event")]
    NoEvent,
    /// Times of day mean nothing before the event has a date.
    #[error("give the event a start time first: the rundown's times belong to its night")]
    NoStart,
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for ImportError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<deadpool_postgres::PoolError> for ImportError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::Store(error.into())
    }
}

/// Imports a guest list. An event without any ticket tier gets those that the file names.
///
/// # Errors
/// See [`ImportError`]; [`StoreError::Constraint`] when a tier or the event is full.
pub async fn import_guests(
    store: &Store,
    by: &Identity,
    order: &ImportOrder,
    file: ImportFile,
) -> Result<ImportReport, ImportError> {
    in_sight(store, by, order.event_id).await?;
    let (format, rows) = match file {
        ImportFile::Rows { format, rows } => (format, rows),
        ImportFile::Ontime(_) => {
            let message = "An Ontime project holds a rundown, not guests";
            return Ok(unreadable_guests("ontime", bad_file(message)));
        }
        ImportFile::Unreadable(error) => return Ok(unreadable_guests("", error)),
    };
    let found = guests::tier_names(&rows, &order.mapping);
    let table = match Table::new(rows) {
        Ok(table) => table,
        Err(error) => return Ok(unreadable_guests(format, error)),
    };
    let acting = acting(by);
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin_for(&mut client, &acting, by, order).await?;
    let event = read_event(&transaction, order.event_id).await?.ok_or(ImportError::NoEvent)?;
    let mut tiers = read_tiers(&transaction, order.event_id).await?;
    let mut new_tiers = Vec::new();
    if tiers.is_empty() {
        new_tiers = guests::new_tiers(&found, &event, table.len());
        tiers = new_tiers.iter().map(|new| new.tier.clone()).collect();
    }
    // A dry run must not keep the doors waiting: only what is written is locked.
    let stored = if order.apply {
        lock_guests(store, &transaction, order.event_id).await?
    } else {
        read_guests(store, &transaction, order.event_id).await?
    };
    let mut plan = blocking(|| guest_rules::plan(&table, &order.mapping, &tiers, &stored));
    guests::refuse_foreign_codes(&transaction, order.event_id, &mut plan).await?;
    if !order.apply || !plan.errors.is_empty() {
        return Ok(shortened(plan.report(format, false)));
    }
    guests::write_tiers(&transaction, by, order.event_id, &new_tiers).await?;
    let keys = guests::write(store, &transaction, by, order.event_id, &stored, &plan).await?;
    transaction.query("select app.analyze_guests()", &[]).await?;
    transaction.commit().await?;
    keys.into_iter().for_each(|key| store.keyring.keep(key));
    Ok(plan.report(format, true))
}

/// Imports a rundown. Segments that the file names and the event does not have are made.
///
/// # Errors
/// See [`ImportError`].
pub async fn import_rundown(
    store: &Store,
    by: &Identity,
    order: &ImportOrder,
    file: ImportFile,
) -> Result<ImportReport, ImportError> {
    in_sight(store, by, order.event_id).await?;
    let acting = acting(by);
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin_for(&mut client, &acting, by, order).await?;
    let event = read_event(&transaction, order.event_id).await?.ok_or(ImportError::NoEvent)?;
    let night = event.night().ok_or(ImportError::NoStart)?;
    let stored = read_cues(&transaction, order.event_id).await?;
    let (format, planned) = match file {
        ImportFile::Rows { format, rows } => {
            let planned =
                Table::new(rows).map(|table| blocking(|| rundown_rules::plan(&table, &order.mapping, &night, &stored)));
            (format, planned)
        }
        ImportFile::Ontime(project) => ("ontime", ontime::plan(&project, None, &night, &stored)),
        ImportFile::Unreadable(error) => ("", Err(error)),
    };
    let plan = match planned {
        Ok(plan) => plan,
        Err(error) => return Ok(unreadable_rundown(format, error)),
    };
    if !order.apply || !plan.errors.is_empty() {
        return Ok(shortened(plan.report(format, false)));
    }
    rundown::write(&transaction, by, order.event_id, &stored, &plan).await?;
    transaction.commit().await?;
    Ok(plan.report(format, true))
}

/// The caller's own claims decide whether there is such an event.
async fn in_sight(store: &Store, by: &Identity, event_id: Uuid) -> Result<(), ImportError> {
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let seen = transaction.query_opt("select from events where id = $1", &[&event_id]).await?;
    transaction.commit().await?;
    seen.map(|_| ()).ok_or(ImportError::NoEvent)
}

fn acting(by: &Identity) -> Acting {
    Acting::System { organization_id: by.principal.organization_id }
}

/// A transaction of the worker, whose changes the journal puts down to the producer. One import of an event at a time
/// writes.
async fn begin_for<'a>(
    client: &'a mut Object,
    acting: &Acting,
    by: &Identity,
    order: &ImportOrder,
) -> Result<Transaction<'a>, ImportError> {
    let transaction = begin(client, acting).await?;
    transaction
        .execute(
            "select set_config('app.by_kind', 'user', true), set_config('app.by_id', $1, true), set_config('app.from', $2, true)",
            &[&by.principal.id.to_string(), &by.author().from_setting()],
        )
        .await?;
    if order.apply {
        transaction.query("select from events where id = $1 for no key update", &[&order.event_id]).await?;
    }
    Ok(transaction)
}

/// Work of up to a second, without keeping other requests waiting.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}

fn shortened(mut report: ImportReport) -> ImportReport {
    report.errors.truncate(MOST_ERRORS);
    report
}

fn bad_file(message: &str) -> RowError {
    RowError { row: 0, column: None, code: domain::import::ImportErrorCode::BadFile, message: message.to_owned() }
}

/// The report of a file without rows.
fn unreadable_guests(format: &str, error: RowError) -> ImportReport {
    let nothing = Table::new(vec![vec!["Name".to_owned()]]).expect("one row");
    let mut report = guest_rules::plan(&nothing, &Mapping::new(), &[], &[]).report(format, false);
    report.columns.clear();
    report.errors = vec![error];
    report
}

/// As [`unreadable_guests`], for a rundown.
fn unreadable_rundown(format: &str, error: RowError) -> ImportReport {
    let nothing = Table::new(vec![vec!["Title".to_owned()]]).expect("one row");
    let night = rundown_rules::Night { starts: 0, zone: jiff::tz::TimeZone::UTC };
    let mut report = rundown_rules::plan(&nothing, &Mapping::new(), &night, &[]).report(format, false);
    report.columns.clear();
    report.errors = vec![error];
    report
}
