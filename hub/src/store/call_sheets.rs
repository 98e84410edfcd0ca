use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use uuid::Uuid;

use super::{Store, StoreError};
use crate::postgres::{Acting, look_up};

/// A version of a call sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSheet {
    /// Of which day.
    pub date: Date,
    /// Its number among those of the day.
    pub version: i32,
    /// `draft`, `issued` or `superseded`.
    pub status: String,
    /// When it was issued.
    pub issued_at: Option<Timestamp>,
    /// What it says.
    pub content: Value,
}

const SHEET: &str =
    "select s.sheet_date::text, s.version, s.status, (extract(epoch from s.issued_at) * 1000)::bigint, s.content
                       from call_sheets s where s.id = $1";

/// The sheet, if it is in sight of `acting`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn call_sheet(store: &Store, acting: &Acting, id: Uuid) -> Result<Option<StoredSheet>, StoreError> {
    let client = store.pools.get(acting).await?;
    let Some(row) = look_up(&client, acting, SHEET, &[&id]).await?.pop() else { return Ok(None) };
    let unreadable = |error: jiff::Error| StoreError::Internal(format!("the time of a call sheet: {error}"));
    let issued_at: Option<i64> = row.get(3);
    Ok(Some(StoredSheet {
        date: row.get::<_, &str>(0).parse().map_err(unreadable)?,
        version: row.get(1),
        status: row.get(2),
        issued_at: issued_at.map(Timestamp::from_millisecond).transpose().map_err(unreadable)?,
        content: row.get(4),
    }))
}
