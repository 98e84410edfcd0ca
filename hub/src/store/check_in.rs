mod columns;
mod sheet;
mod table;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use deadpool_postgres::Object;
use schemas::{Direction, EarlierScan};
use serde_json::Value;
use tokio::try_join;
use uuid::Uuid;

use sheet::Sheet;
use table::Table;

use super::commands::{Answered, Author, PATIENCE, Stored};
use super::{Store, StoreError};
use crate::postgres::Acting;

/// One scan, as its session handed it over.
#[derive(Debug, Clone)]
pub struct ScanRequest {
    /// The command's id: the scan's id.
    pub command_id: Uuid,
    /// See [`commands::fingerprint`](super::commands::fingerprint).
    pub fingerprint: Vec<u8>,
    /// The device or person that scanned.
    pub author: Author,
    /// The code, or empty.
    pub code: String,
    /// The guest picked by name.
    pub registration_id: Option<Uuid>,
    /// Entry or exit.
    pub direction: Direction,
    /// How many pass.
    pub people: Option<u16>,
    /// The gate.
    pub gate_id: Option<Uuid>,
    /// By the device's clock, epoch ms.
    pub scanned_at: i64,
    /// It waited on the device.
    pub offline: bool,
    /// Why a supervisor overrides; whether the author is one was asked before.
    pub override_reason: Option<String>,
}

/// Answers to a batch, and the commit that holds it.
pub struct Admitted {
    /// In the order of the requests.
    pub answers: Vec<Answered>,
}

/// Judges and records a batch of scans of one event, in one transaction: all that arrived while the one before was being
/// committed. Tickets are locked in the order of their ids, judged by `domain` on what the lock shows, and written
/// back by set-based statements, so no race, retry or second hub can admit anybody twice; the constraints of the tables
/// would refuse it all the same.
///
/// # Errors
/// [`StoreError::Unavailable`] after the same patience as for every command; nothing is half done.
pub async fn admit(
    store: &Store,
    organization_id: Uuid,
    event_id: Uuid,
    batch: &[ScanRequest],
) -> Result<Admitted, StoreError> {
    let deadline = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(20);
    let mut overtaken = 0;
    loop {
        match attempt(store, organization_id, event_id, batch).await {
            Err(error) if is_worth_a_try(&error, Instant::now() + pause < deadline, overtaken) => {
                overtaken += u32::from(was_overtaken(&error));
                tracing::warn!(%error, scans = batch.len(), "trying a batch of scans again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_millis(500));
            }
            other => return other,
        }
    }
}

/// Whether the batch is tried again. One that was overtaken waited for whoever overtook it, perhaps until no time was left, and
/// finds that one's outcome now: its sender must not hear of a conflict with itself.
fn is_worth_a_try(error: &StoreError, in_time: bool, overtaken: u32) -> bool {
    match was_overtaken(error) {
        true => in_time || overtaken == 0,
        false => in_time && error.is_transient(),
    }
}

/// The same scan is being decided in another transaction (a client that lost patience came back on another socket or hub):
/// the next try finds its outcome.
fn was_overtaken(error: &StoreError) -> bool {
    let keys = ["commands_pkey", "check_ins_event_id_scan_uid_key", "one_entry"];
    matches!(error, StoreError::Constraint { name, .. } if keys.contains(&name.as_str()))
}

async fn attempt(
    store: &Store,
    organization_id: Uuid,
    event_id: Uuid,
    batch: &[ScanRequest],
) -> Result<Admitted, StoreError> {
    let client = store.pools.get(&Acting::System { organization_id }).await?;
    match in_transaction(&client, organization_id, event_id, batch).await {
        Ok(admitted) => Ok(admitted),
        Err(error) => {
            // A connection that cannot roll back must not be used again inside a dead transaction.
            if client.batch_execute("rollback").await.is_err() {
                drop(Object::take(client));
            }
            Err(error)
        }
    }
}

const CLAIMS: &str = "select set_config('app.user_id', '', true), set_config('app.device_id', '', true),
    set_config('app.org_id', $1, true), set_config('app.system', 'on', true), pg_current_xact_id()::text,
    set_config('app.by_kind', $2, true), set_config('app.by_id', $3, true), set_config('app.from', $4, true)";

const DECIDED: &str = "
    select c.command_id, c.outcome, c.fingerprint,
           (select k.seq from live.commits k where k.xid = c.xid and k.topic = c.topic) as seq
      from live.commands c
     where c.command_id = any ($1)";

const DOOR: &str = "
    select e.status, e.allow_reentry,
           coalesce((select jsonb_object_agg(g.id, jsonb_build_object('name', g.name, 'tiers',
                      (select jsonb_agg(t.ticket_tier_id) from event_gate_tiers t where t.gate_id = g.id)))
                       from event_gates g where g.event_id = e.id), '{}') as gates
      from events e where e.id = $1";

const TICKETS: &str = "select * from app.lock_tickets($1, $2)";

async fn in_transaction(
    client: &Object,
    organization_id: Uuid,
    event_id: Uuid,
    batch: &[ScanRequest],
) -> Result<Admitted, StoreError> {
    let (claims, decided, door, tickets) = try_join!(
        biased;
        client.prepare_cached(CLAIMS),
        client.prepare_cached(DECIDED),
        client.prepare_cached(DOOR),
        client.prepare_cached(TICKETS),
    )?;
    let ids: Vec<Uuid> = batch.iter().map(|scan| scan.command_id).collect();
    let codes: Vec<&str> = batch.iter().map(|scan| scan.code.as_str()).filter(|code| !code.is_empty()).collect();
    let picked: Vec<Uuid> = batch.iter().filter_map(|scan| scan.registration_id).collect();
    let org = organization_id.to_string();

    // One round trip: the statements are sent one behind the other. Biased, here and below: the error of the first that failed
    // counts, not that of those behind it, which only say that the transaction is dead.
    let (kind, id, from) = written_by(batch);
    let claim_values: [SqlValue<'_>; 4] = [&org, &kind, &id, &from];
    let id_values: [SqlValue<'_>; 1] = [&ids];
    let door_values: [SqlValue<'_>; 1] = [&event_id];
    let ticket_values: [SqlValue<'_>; 2] = [&codes, &picked];
    let ((), claims, decided, door, tickets) = try_join!(
        biased;
        client.batch_execute("begin"),
        client.query_one(&claims, &claim_values),
        client.query(&decided, &id_values),
        client.query_opt(&door, &door_values),
        client.query(&tickets, &ticket_values),
    )?;
    let xid: String = claims.get(4);
    let decided = read_decided(decided)?;
    let Some(door) = door else {
        return Err(StoreError::Internal("the event of a scan is gone".into()));
    };
    let mut table = Table::read(event_id, &door, tickets)?;

    let mut sheet = Sheet::default();
    let mut answers: Vec<Answered> = Vec::with_capacity(batch.len());
    let mut in_batch: HashMap<Uuid, usize> = HashMap::new();
    let mut repeats: Vec<(usize, usize)> = Vec::new();
    for (index, scan) in batch.iter().enumerate() {
        if let Some(stored) = decided.get(&scan.command_id) {
            answers.push(repeat(stored, scan));
            continue;
        }
        // The same command twice in one batch: a client that lost patience. Its answer is the other one's, once that is whole.
        if let Some(&first) = in_batch.get(&scan.command_id) {
            if batch[first].fingerprint == scan.fingerprint {
                repeats.push((index, first));
            }
            answers.push(Answered::IdReused);
            continue;
        }
        in_batch.insert(scan.command_id, index);
        let outcome = table.judge(index, scan, &mut sheet);
        answers.push(Answered::Outcome { outcome, seq: None, duplicate: false });
    }
    let unexplained = table.unexplained(&answers);
    if !unexplained.is_empty() {
        let earlier = earlier_scans(client, &unexplained).await?;
        table.explain(&mut answers, &earlier);
    }
    for (&command_id, &index) in &in_batch {
        let Answered::Outcome { outcome, .. } = &answers[index] else { continue };
        sheet.outcomes.push((command_id, index, serde_json::to_value(outcome).expect("outcomes are JSON")));
    }
    let seq = sheet.write(client, organization_id, event_id, batch, &table, &xid).await?;
    for &index in in_batch.values() {
        if let Answered::Outcome { seq: of, .. } = &mut answers[index] {
            *of = seq;
        }
    }
    for (index, first) in repeats {
        let mut answer = answers[first].clone();
        if let Answered::Outcome { duplicate, .. } = &mut answer {
            *duplicate = true;
        }
        answers[index] = answer;
    }
    Ok(Admitted { answers })
}

/// The one who scanned all of a batch, and from where. Where there are several, the ledger says who scanned what.
fn written_by(batch: &[ScanRequest]) -> (&'static str, String, String) {
    let Some(first) = batch.first().map(|scan| &scan.author) else { return Default::default() };
    let one = batch.iter().all(|scan| (scan.author.kind, scan.author.id) == (first.kind, first.id));
    let here = batch.iter().all(|scan| scan.author.from == first.from);
    match (one, here) {
        (true, true) => (first.kind_name(), first.id.to_string(), first.from_setting()),
        (true, false) => (first.kind_name(), first.id.to_string(), String::new()),
        (false, _) => Default::default(),
    }
}

fn read_decided(rows: Vec<tokio_postgres::Row>) -> Result<HashMap<Uuid, Stored>, StoreError> {
    rows.into_iter()
        .map(|row| {
            let outcome = serde_json::from_value(row.get::<_, Value>("outcome"))
                .map_err(|error| StoreError::Internal(format!("a stored outcome is not readable: {error}")))?;
            let seq = row.get::<_, Option<i64>>("seq").map(i64::unsigned_abs);
            Ok((row.get("command_id"), Stored { outcome, seq, fingerprint: row.get("fingerprint") }))
        })
        .collect()
}

fn repeat(stored: &Stored, scan: &ScanRequest) -> Answered {
    if stored.fingerprint != scan.fingerprint {
        return Answered::IdReused;
    }
    Answered::Outcome { outcome: stored.outcome.clone(), seq: stored.seq, duplicate: true }
}

async fn earlier_scans(client: &Object, ids: &[Uuid]) -> Result<HashMap<Uuid, EarlierScan>, StoreError> {
    let statement = client
        .prepare_cached(
            "select distinct on (c.registration_id) c.registration_id, c.scan_uid,
                    (extract(epoch from c.received_at) * 1000)::bigint as at,
                    g.name as gate, coalesce(d.name, u.full_name) as by
               from check_ins c
               left join event_gates g on g.id = c.gate_id
               left join devices d on d.id = c.device_id
               left join users u on u.id = c.scanned_by
              where c.registration_id = any ($1) and c.result = 'accepted' and c.direction = 'in'
              order by c.registration_id, c.entry_no desc",
        )
        .await?;
    let rows = client.query(&statement, &[&ids]).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let scan = EarlierScan {
                scan_id: row.get("scan_uid"),
                at: row.get("at"),
                gate: row.get("gate"),
                by: row.get("by"),
            };
            (row.get("registration_id"), scan)
        })
        .collect())
}

type SqlValue<'a> = &'a (dyn tokio_postgres::types::ToSql + Sync);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_overtaken_looks_once_more_however_late_it_is() {
        let overtaken = StoreError::Constraint { name: "commands_pkey".into(), message: String::new() };
        assert!(is_worth_a_try(&overtaken, true, 7));
        assert!(is_worth_a_try(&overtaken, false, 0));
        assert!(!is_worth_a_try(&overtaken, false, 1));
        let away = StoreError::Unavailable(String::new());
        assert!(is_worth_a_try(&away, true, 0) && !is_worth_a_try(&away, false, 0));
        let other = StoreError::Constraint { name: "no_oversell".into(), message: String::new() };
        assert!(!is_worth_a_try(&other, true, 0));
    }
}
