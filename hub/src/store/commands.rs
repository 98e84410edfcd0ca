use std::collections::HashMap;
use std::time::{Duration, Instant};

use deadpool_postgres::Transaction;
use schemas::{Command, Outcome, PrincipalKind, Topic};
use serde_json::Value;
use sha2::Digest as _;
use uuid::Uuid;

use super::{Store, StoreError};
use crate::postgres::{Acting, begin};
use crate::sealing::SealedAddress;

/// For whom a command is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// A person or a device.
    pub kind: PrincipalKind,
    /// The user's or the device's id.
    pub id: Uuid,
    /// The name to show where it matters who did it.
    pub name: String,
    /// The tenant.
    pub organization_id: Uuid,
    /// From where.
    pub from: Option<SealedAddress>,
}

/// What is stored about a command.
#[derive(Debug, Clone)]
pub struct Stored {
    /// What became of it.
    pub outcome: Outcome,
    /// The commit that holds it, while the journal keeps it.
    pub seq: Option<u64>,
    /// See [`fingerprint`].
    pub fingerprint: Vec<u8>,
}

/// The answer to a command.
#[derive(Debug, Clone)]
pub enum Answered {
    /// Decided, now or before.
    Outcome {
        /// What became of it.
        outcome: Outcome,
        /// The commit that holds it.
        seq: Option<u64>,
        /// It had been decided before.
        duplicate: bool,
    },
    /// The id belongs to another command.
    IdReused,
}

/// How long a command is tried while the database is away, before its sender is told to try again.
pub const PATIENCE: Duration = Duration::from_secs(8);

impl Author {
    /// `user` or `device`, as the database writes it.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            PrincipalKind::Person => "user",
            PrincipalKind::Device => "device",
        }
    }

    /// From where, as the setting `app.from` of a transaction.
    pub fn from_setting(&self) -> String {
        self.from.map(|from| from.hex()).unwrap_or_default()
    }
}

/// Tells a retry of a command from another command under the same id. 16 bytes.
pub fn fingerprint(topic: Topic, command: &Command) -> Vec<u8> {
    let mut hash = sha2::Sha256::new();
    hash.update(topic.to_string());
    hash.update(serde_json::to_vec(command).expect("commands are JSON"));
    hash.finalize()[..16].to_vec()
}

/// Outcomes that are stored already, by command id.
///
/// # Errors
/// When the database cannot be reached.
pub async fn find(transaction: &Transaction<'_>, ids: &[Uuid]) -> Result<HashMap<Uuid, Stored>, StoreError> {
    let statement = transaction
        .prepare_cached(
            "select c.command_id, c.outcome, c.fingerprint,
                    (select k.seq from live.commits k where k.xid = c.xid and k.topic = c.topic) as seq
               from live.commands c
              where c.command_id = any ($1)",
        )
        .await?;
    let rows = transaction.query(&statement, &[&ids]).await?;
    rows.into_iter()
        .map(|row| {
            let outcome = serde_json::from_value(row.get::<_, Value>("outcome"))
                .map_err(|error| StoreError::Internal(format!("a stored outcome is not readable: {error}")))?;
            let seq = row.get::<_, Option<i64>>("seq").map(i64::unsigned_abs);
            Ok((row.get("command_id"), Stored { outcome, seq, fingerprint: row.get("fingerprint") }))
        })
        .collect()
}

/// Carries out one command: at most once, whatever happens to the connection, in one transaction with its outcome.
///
/// `decide` reads, and writes only if it does not refuse. It is run again from the start when the database was away or
/// broke a deadlock; by then the command's id tells whether the first try had been committed after all.
///
/// # Errors
/// [`StoreError::Unavailable`] after [`PATIENCE`]; others at once.
pub async fn execute<F>(
    store: &Store,
    author: &Author,
    topic: Topic,
    command_id: Uuid,
    command: &Command,
    decide: F,
) -> Result<Answered, StoreError>
where
    F: AsyncFn(&Transaction<'_>) -> Result<Outcome, StoreError>,
{
    let fingerprint = fingerprint(topic, command);
    let deadline = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(20);
    let mut first_try = true;
    loop {
        match attempt(store, author, topic, command_id, command, &fingerprint, &decide).await {
            Err(error) if error.is_transient() && Instant::now() + pause < deadline => {
                tracing::warn!(%command_id, %error, "trying a command again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_millis(500));
                first_try = false;
            }
            Ok(Answered::Outcome { outcome, seq, duplicate }) => {
                return Ok(Answered::Outcome { outcome, seq, duplicate: duplicate && first_try });
            }
            other => return other,
        }
    }
}

async fn attempt<F>(
    store: &Store,
    author: &Author,
    topic: Topic,
    command_id: Uuid,
    command: &Command,
    fingerprint: &[u8],
    decide: &F,
) -> Result<Answered, StoreError>
where
    F: AsyncFn(&Transaction<'_>) -> Result<Outcome, StoreError>,
{
    let acting = Acting::System { organization_id: author.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let statement = transaction
        .prepare_cached(
            "select set_config('app.by_kind', $1, true), set_config('app.by_id', $2, true),
                    set_config('app.command_id', $3, true), pg_advisory_xact_lock(hashtextextended($3, 0)),
                    pg_current_xact_id()::text, set_config('app.from', $4, true)",
        )
        .await?;
    // The lock makes a retry that overtakes its original wait for it instead of colliding with it.
    let row = transaction
        .query_one(
            &statement,
            &[&author.kind_name(), &author.id.to_string(), &command_id.to_string(), &author.from_setting()],
        )
        .await?;
    let xid: String = row.get(4);
    if let Some(stored) = find(&transaction, &[command_id]).await?.remove(&command_id) {
        if stored.fingerprint != fingerprint {
            return Ok(Answered::IdReused);
        }
        return Ok(Answered::Outcome { outcome: stored.outcome, seq: stored.seq, duplicate: true });
    }
    let outcome = decide(&transaction).await?;
    let statement = transaction
        .prepare_cached(
            "insert into live.commands
                    (command_id, organization_id, topic, kind, fingerprint, principal_kind, principal_id, outcome)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .await?;
    let stored = serde_json::to_value(&outcome).expect("outcomes are JSON");
    transaction
        .execute(
            &statement,
            &[
                &command_id,
                &author.organization_id,
                &topic.to_string(),
                &name(command),
                &fingerprint,
                &author.kind_name(),
                &author.id,
                &stored,
            ],
        )
        .await?;
    transaction.commit().await?;
    let statement =
        client.prepare_cached("select seq from live.commits where xid = $1::text::xid8 and topic = $2").await?;
    let row = client.query_opt(&statement, &[&xid, &topic.to_string()]).await?;
    let seq = row.and_then(|row| row.get::<_, Option<i64>>(0)).map(i64::unsigned_abs);
    Ok(Answered::Outcome { outcome, seq, duplicate: false })
}

/// The command's name on the wire.
pub fn name(command: &Command) -> &'static str {
    match command {
        Command::Scan { .. } => "scan",
        Command::Annul { .. } => "annul",
        Command::Cue { .. } => "cue",
        Command::SetDoors { .. } => "set_doors",
        Command::PostMessage { .. } => "post_message",
        Command::ClearMessage { .. } => "clear_message",
        Command::AcknowledgeMessage { .. } => "acknowledge_message",
        Command::RaiseAlert { .. } => "raise_alert",
        Command::AcknowledgeAlert { .. } => "acknowledge_alert",
        Command::ResolveAlert { .. } => "resolve_alert",
        Command::MoveLook { .. } => "move_look",
        Command::SetLookStatus { .. } => "set_look_status",
    }
}
