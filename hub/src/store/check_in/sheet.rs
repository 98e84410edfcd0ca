use deadpool_postgres::Object;
use domain::admission::Judgement;
use schemas::{Topic, VerdictKind};
use serde_json::Value;
use tokio::try_join;
use uuid::Uuid;

use super::columns::{
    AlertColumns, INSERT_ALERTS, INSERT_OUTCOMES, INSERT_SCANS, OutcomeColumns, SEQ, ScanColumns, TicketColumns,
    UPDATE_TICKETS,
};
use super::table::{Held, Table};
use super::{ScanRequest, SqlValue};
use crate::store::StoreError;

/// What the batch writes.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) scans: Vec<ScanRow>,
    pub(super) outcomes: Vec<(Uuid, usize, Value)>,
    pub(super) changed: Vec<Uuid>,
    pub(super) alerts: Vec<Alert>,
}

pub(super) struct ScanRow {
    pub(super) request: usize,
    pub(super) registration_id: Option<Uuid>,
    pub(super) judgement: Judgement,
}

pub(super) struct Alert {
    pub(super) kind: &'static str,
    pub(super) severity: &'static str,
    pub(super) message: String,
    pub(super) registration_id: Option<Uuid>,
    pub(super) dedupe_key: String,
}

impl Sheet {
    pub(super) fn alert(&mut self, scan: &ScanRequest, judgement: &Judgement, held: Option<&Held>, gate: Option<&str>) {
        let place = gate.map_or_else(String::new, |gate| format!(" at {gate}"));
        let registration_id = held.map(|held| held.ticket.registration_id);
        let alert = match (judgement.kind, held) {
            (VerdictKind::Admitted, Some(held)) if held.vip && held.ticket.counts.arrived == 0 => Alert {
                kind: "vip_arrival",
                severity: "info",
                message: format!("VIP arrived{place}"),
                registration_id,
                dedupe_key: format!("vip:{}", held.ticket.registration_id),
            },
            (VerdictKind::AlreadyIn, Some(held)) => Alert {
                kind: "duplicate_scan",
                severity: "warning",
                message: format!("A ticket was shown again{place}"),
                registration_id,
                dedupe_key: format!("again:{}", held.ticket.registration_id),
            },
            (VerdictKind::Unknown | VerdictKind::WrongEvent | VerdictKind::Cancelled, _) => Alert {
                kind: "refused_scan",
                severity: "warning",
                message: format!("{}{place}", refused_words(judgement.kind)),
                registration_id,
                dedupe_key: format!("refused:{:?}:{}", judgement.kind, scan.gate_id.unwrap_or_default()),
            },
            _ => return,
        };
        self.alerts.push(alert);
    }

    pub(super) async fn write(
        mut self,
        client: &Object,
        organization_id: Uuid,
        event_id: Uuid,
        batch: &[ScanRequest],
        table: &Table,
        xid: &str,
    ) -> Result<Option<u64>, StoreError> {
        let topic = Topic::event(event_id).to_string();
        self.changed.sort_unstable();
        let (update_tickets, insert_scans, insert_outcomes, insert_alerts, seq) = try_join!(
            biased;
            client.prepare_cached(UPDATE_TICKETS),
            client.prepare_cached(INSERT_SCANS),
            client.prepare_cached(INSERT_OUTCOMES),
            client.prepare_cached(INSERT_ALERTS),
            client.prepare_cached(SEQ),
        )?;
        let tickets = TicketColumns::new(&self.changed, table);
        let scans = ScanColumns::new(&self.scans, batch, table.now);
        let outcomes = OutcomeColumns::new(&self.outcomes, batch);
        let alerts = AlertColumns::new(&self.alerts);
        let ticket_values = tickets.values();
        let scan_values = scans.values(&organization_id, &event_id);
        let outcome_values = outcomes.values(&organization_id, &topic);
        try_join!(
            biased;
            write_rows(client, &update_tickets, &ticket_values, tickets.ids.len()),
            write_rows(client, &insert_scans, &scan_values, scans.ids.len()),
            write_rows(client, &insert_outcomes, &outcome_values, outcomes.ids.len()),
        )?;
        if !self.alerts.is_empty() {
            client.execute(&insert_alerts, &alerts.values(&organization_id, &event_id)).await?;
        }
        let seq_values: [SqlValue<'_>; 2] = [&xid, &topic];
        let ((), seq) = try_join!(biased; client.batch_execute("commit"), client.query_opt(&seq, &seq_values))?;
        Ok(seq.and_then(|row| row.get::<_, Option<i64>>(0)).map(i64::unsigned_abs))
    }
}

/// Writes a batch whole, or says why not. An empty batch costs nothing: statement triggers fire for no rows too.
async fn write_rows(
    client: &Object,
    statement: &tokio_postgres::Statement,
    values: &[SqlValue<'_>],
    rows: usize,
) -> Result<(), StoreError> {
    if rows == 0 {
        return Ok(());
    }
    let written = client.execute(statement, values).await?;
    if usize::try_from(written) != Ok(rows) {
        return Err(StoreError::Internal(format!("{written} rows were written instead of {rows}")));
    }
    Ok(())
}

fn refused_words(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::WrongEvent => "A ticket of another event was shown",
        VerdictKind::Cancelled => "A cancelled ticket was shown",
        _ => "An unknown code was shown",
    }
}
