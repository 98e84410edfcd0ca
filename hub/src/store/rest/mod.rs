//! Tables by name: what the REST dialect asks, as SQL. Everything that a request may name was found in the catalogue
//! first, every value is bound, row security decides about rows, and the masks of the caller's role about columns.

mod asker;
mod catalogue;
mod columns;
mod condition;
mod count;
mod embed;
mod error;
mod insert;
mod keys;
mod load;
mod open_api;
mod parts;
mod relationship;
mod revealed;
mod rows;
mod rpc;
mod schema;
mod select;
mod update;
mod write;

pub use asker::Asker;
pub use count::Count;
pub use error::RestError;
pub use open_api::document;
pub use rows::MOST_ROWS;
pub use rpc::{Call, argument_names, call};
pub use schema::{SCHEMA, Schema, Told};
pub use select::ROW_CAP;
pub use write::{Resolution, Verb, Write, write, write_within};

use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use domain::table_query::TableQuery;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Store, StoreError};
use crate::postgres::{Pools, read_once};
use select::Builder;

/// The largest answer, bytes.
pub const LARGEST: usize = 16 * 1024 * 1024;

/// How long a statement of a request may take, milliseconds.
pub const TIMEOUT: u32 = 5_000;

/// For how long the schema is believed before its version is asked for again, beside the requests.
const FRESH: Duration = Duration::from_millis(500);

/// For how long it is believed at all: beyond it, requests wait for the answer, which reads half the catalogue.
const BELIEVED: Duration = Duration::from_secs(1);

/// Requests that the database works on at once. The others wait: slow questions about tables leave connections to those
/// who join a show.
const AT_ONCE: usize = 8;

/// The schema as it was read last, and whose turn it is.
pub struct Tables {
    read: Arc<LastRead>,
    turns: Semaphore,
}

#[derive(Default)]
struct LastRead {
    known: RwLock<Option<Known>>,
    reading: Arc<tokio::sync::Mutex<()>>,
}

impl Default for Tables {
    fn default() -> Self {
        Self { read: Arc::default(), turns: Semaphore::new(AT_ONCE) }
    }
}

#[derive(Clone)]
struct Known {
    schema: Arc<Schema>,
    version: Arc<str>,
    checked: Instant,
}

/// How an answer is to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape {
    /// One object instead of a list; anything but one row is refused.
    pub single: bool,
    /// Keys without a value are left out.
    pub without_nulls: bool,
    /// How many there are in all is wanted too, this exactly.
    pub count: Option<Count>,
}

/// What a request is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// JSON; empty when nothing is to be told.
    pub body: String,
    /// Rows in the body.
    pub rows: u64,
    /// Rows in all, when it was asked: exactly, or as the planner supposes.
    pub total: Option<u64>,
    /// The first row's number.
    pub offset: u64,
    /// The row was not there before.
    pub made: bool,
}

impl Tables {
    /// The schema as it is now, at most a second old. While requests come, none of them waits for it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn schema(&self, store: &Store) -> Result<Arc<Schema>, StoreError> {
        if let Some(schema) = self.read.not_older_than(FRESH) {
            return Ok(schema);
        }
        let Some(schema) = self.read.not_older_than(BELIEVED) else { return self.fresh(store).await };
        if let Ok(reading) = Arc::clone(&self.read.reading).try_lock_owned() {
            let (read, pools) = (Arc::clone(&self.read), store.pools.clone());
            tokio::spawn(async move {
                let _reading = reading;
                if let Err(error) = read.again(&pools).await {
                    tracing::warn!(%error, "whether the schema has changed is not known; the next request asks again");
                }
            });
        }
        Ok(schema)
    }

    /// The same, at most half a second old.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn fresh(&self, store: &Store) -> Result<Arc<Schema>, StoreError> {
        let _reading = self.read.reading.lock().await;
        match self.read.not_older_than(FRESH) {
            Some(schema) => Ok(schema),
            None => self.read.again(&store.pools).await,
        }
    }

    /// Asks again at the next request: something was not as it was believed to be.
    fn doubt(&self) {
        if let Some(known) = self.read.known.write().unwrap_or_else(std::sync::PoisonError::into_inner).as_mut() {
            known.checked = known.checked.checked_sub(BELIEVED).unwrap_or(known.checked);
        }
    }
}

impl LastRead {
    fn not_older_than(&self, age: Duration) -> Option<Arc<Schema>> {
        self.known().filter(|known| known.checked.elapsed() < age).map(|known| known.schema)
    }

    fn known(&self) -> Option<Known> {
        self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    async fn again(&self, pools: &Pools) -> Result<Arc<Schema>, StoreError> {
        let checked = Instant::now();
        let version: Arc<str> = load::version(pools).await?.into();
        let same = self.known().filter(|known| known.version == version).map(|known| known.schema);
        let schema = match same {
            Some(schema) => schema,
            None => Arc::new(load::load(pools).await?),
        };
        let known = Known { schema: Arc::clone(&schema), version, checked };
        *self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(known);
        Ok(schema)
    }
}

/// Reads rows of a table.
///
/// # Errors
/// See [`RestError`].
pub async fn read(
    store: &Store,
    by: &Asker,
    table: &str,
    query: &TableQuery,
    shape: Shape,
) -> Result<Answer, RestError> {
    let schema = store.tables.schema(store).await?;
    let relation = schema.relation(table)?;
    let mut builder = Builder::new(&schema, &by.role, store.keyring.master());
    let mut node = query.root.clone();
    node.limit = Some(node.limit.unwrap_or(ROW_CAP).min(ROW_CAP));
    let source = format!("{}.{}", schema::quoted(SCHEMA), schema::quoted(&relation.name));
    let select = builder.select(&node, relation, &source)?;
    let total = count::total(shape.count, &select);
    let sql = bounded(&format!(
        "select {} as body, count(*)::bigint as rows, {total}::bigint as total from ({}) s",
        shape.body(),
        select.rows("")
    ));
    let acting = by.acting;
    let _turn = store.tables.turn().await?;
    let client = store.pools.get(&acting).await?;
    let rows = read_once(&client, &acting, TIMEOUT, &sql, &builder.values).await;
    let rows = rows.map_err(|error| store.tables.judge(error.into()))?;
    let (body, rows, counted) = told(&rows)?;
    let offset = select.offset();
    let seen = if rows == 0 { 0 } else { offset + rows };
    let total = match shape.count {
        Some(count) if count.needs_plan(counted) => {
            let planned = count::planned(&client, &acting, &select.unlimited(), &builder.values).await?;
            // No supposition makes rows disappear that were seen.
            Some(planned.max(seen).max(counted.unwrap_or(0)))
        }
        _ => counted,
    };
    drop(client);
    let body = builder.seals.reveal(store, body).await?;
    shape.judge(Answer { body, rows, total, offset, made: false })
}

impl Tables {
    /// Waits for a turn, as long as for a statement.
    async fn turn(&self) -> Result<SemaphorePermit<'_>, RestError> {
        let waited = tokio::time::timeout(Duration::from_millis(TIMEOUT.into()), self.turns.acquire()).await;
        match waited {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(RestError::new("PGRST003", "too many requests at once; try again")),
        }
    }

    fn judge(&self, error: RestError) -> RestError {
        if error.is_stale_schema() {
            self.doubt();
        }
        error
    }
}

impl Shape {
    /// The body, out of rows `s.j`.
    fn body(self) -> String {
        let list = if self.single { "json_agg(s.j) -> 0" } else { "coalesce(json_agg(s.j), '[]'::json)" };
        let list = if self.without_nulls { format!("json_strip_nulls({list})") } else { list.to_owned() };
        format!("coalesce(({list})::text, '')")
    }

    fn judge(self, answer: Answer) -> Result<Answer, RestError> {
        if self.single && answer.rows != 1 {
            return Err(not_single(answer.rows));
        }
        Ok(answer)
    }
}

/// A statement with `body`, `rows` and `total` that sends no body past [`LARGEST`].
fn bounded(sql: &str) -> String {
    format!("select case when octet_length(a.body) <= {LARGEST} then a.body end, a.rows, a.total from ({sql}) a")
}

/// Body, rows and total of a [`bounded`] statement.
fn told(rows: &[tokio_postgres::Row]) -> Result<(String, u64, Option<u64>), RestError> {
    let row = rows.first().ok_or_else(|| RestError::new("XX000", "an aggregate had no row"))?;
    let body = row.get::<_, Option<String>>(0).ok_or_else(|| {
        RestError::new("HUB102", format!("the answer is too large: at most {LARGEST} bytes"))
            .hint("Select fewer columns, or fewer rows.")
    })?;
    Ok((body, number(row.get(1)), row.get::<_, Option<i64>>(2).map(number)))
}

fn not_single(rows: u64) -> RestError {
    RestError::new("PGRST116", "Cannot coerce the result to a single JSON object")
        .details(format!("The result contains {rows} rows"))
}

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
