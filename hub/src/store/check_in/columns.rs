//! The set-based statements of a batch of scans, and its rows as columns.

use schemas::{Direction, PrincipalKind, VerdictKind};
use serde_json::Value;
use sha2::Digest as _;
use uuid::Uuid;

use super::sheet::{Alert, ScanRow};
use super::table::Table;
use super::{ScanRequest, SqlValue};

pub(super) const UPDATE_TICKETS: &str = "
    update registrations r
       set status = u.status, arrived_count = u.arrived, inside_count = u.inside, entries = u.entries,
           -- By hand what app.a_touch would do for each row.
           updated_at = now(), rev = r.rev + 1,
           checked_in_at = coalesce(r.checked_in_at, case when u.status = 'attended' then to_timestamp($6::bigint / 1000.0) end)
      from unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[]) u(id, status, arrived, inside, entries)
     where r.id = u.id";

pub(super) const INSERT_SCANS: &str = "
    insert into check_ins (organization_id, event_id, scan_uid, registration_id, device_id, scanned_by, gate_id, qr_hash,
                           direction, result, people, entry_no, overridden, override_reason, offline, scanned_at, received_at)
    select $1, $2, s.scan, s.registration, s.device, s.person, s.gate, s.qr, s.direction, s.result, s.people, s.entry,
           s.overridden, s.reason, s.offline, to_timestamp(s.scanned / 1000.0), to_timestamp($17::bigint / 1000.0)
      from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::bytea[], $9::text[], $10::text[],
                  $11::int[], $12::int[], $13::text[], $14::text[], $15::bool[], $16::bigint[])
           s(scan, registration, device, person, gate, qr, direction, result, people, entry, overridden, reason, offline, scanned)";

pub(super) const INSERT_OUTCOMES: &str = "
    insert into live.commands (command_id, organization_id, topic, kind, fingerprint, principal_kind, principal_id, outcome)
    select u.id, $1, $2, 'scan', u.fingerprint, u.kind, u.principal, u.outcome
      from unnest($3::uuid[], $4::bytea[], $5::text[], $6::uuid[], $7::jsonb[]) u(id, fingerprint, kind, principal, outcome)";

pub(super) const INSERT_ALERTS: &str = "
    insert into event_alerts (organization_id, event_id, kind, severity, message, source, entity_type, entity_id, dedupe_key)
    select $1, $2, a.kind, a.severity, a.message, 'system',
           case when a.entity is not null then 'registration' end, a.entity, a.dedupe
      from unnest($3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[]) a(kind, severity, message, entity, dedupe)
    on conflict (event_id, dedupe_key) where status <> 'resolved' and dedupe_key is not null do nothing";

pub(super) const SEQ: &str = "select seq from live.commits where xid = $1::text::xid8 and topic = $2";

#[derive(Default)]
pub(super) struct TicketColumns {
    pub(super) ids: Vec<Uuid>,
    statuses: Vec<&'static str>,
    arrived: Vec<i32>,
    inside: Vec<i32>,
    entries: Vec<i32>,
    now: i64,
}

impl TicketColumns {
    pub(super) fn new(changed: &[Uuid], table: &Table) -> Self {
        let mut columns = Self { now: table.now, ..Self::default() };
        for id in changed {
            let ticket = &table.tickets[id].ticket;
            columns.ids.push(*id);
            columns.statuses.push(ticket.status.as_str());
            columns.arrived.push(ticket.counts.arrived.into());
            columns.inside.push(ticket.counts.inside.into());
            columns.entries.push(i32::try_from(ticket.counts.entries).unwrap_or(i32::MAX));
        }
        columns
    }

    pub(super) fn values(&self) -> [SqlValue<'_>; 6] {
        [&self.ids, &self.statuses, &self.arrived, &self.inside, &self.entries, &self.now]
    }
}

#[derive(Default)]
pub(super) struct ScanColumns<'a> {
    pub(super) ids: Vec<Uuid>,
    registrations: Vec<Option<Uuid>>,
    devices: Vec<Option<Uuid>>,
    people_who: Vec<Option<Uuid>>,
    gates: Vec<Option<Uuid>>,
    codes: Vec<Option<Vec<u8>>>,
    directions: Vec<&'static str>,
    results: Vec<&'static str>,
    people: Vec<i32>,
    entries: Vec<Option<i32>>,
    overridden: Vec<Option<&'static str>>,
    reasons: Vec<Option<&'a str>>,
    offline: Vec<bool>,
    scanned: Vec<i64>,
    now: i64,
}

impl<'a> ScanColumns<'a> {
    pub(super) fn new(rows: &[ScanRow], batch: &'a [ScanRequest], now: i64) -> Self {
        let mut columns = Self { now, ..Self::default() };
        for row in rows {
            let scan = &batch[row.request];
            let (judgement, author) = (&row.judgement, &scan.author);
            let by = |kind: PrincipalKind| (author.kind == kind).then_some(author.id);
            let entry = judgement.after.filter(|_| judgement.kind == VerdictKind::Admitted).map(|after| after.entries);
            let hash = || sha2::Sha256::digest(scan.code.as_bytes()).to_vec();
            columns.ids.push(scan.command_id);
            columns.registrations.push(row.registration_id);
            columns.devices.push(by(PrincipalKind::Device));
            columns.people_who.push(by(PrincipalKind::Person));
            columns.gates.push(scan.gate_id);
            columns.codes.push((!scan.code.is_empty()).then(hash));
            columns.directions.push(if scan.direction == Direction::In { "in" } else { "out" });
            columns.results.push(result(judgement.kind));
            columns.people.push(judgement.people.into());
            columns.entries.push(entry.map(|entry| i32::try_from(entry).unwrap_or(i32::MAX)));
            columns.overridden.push(judgement.overridden.map(result));
            columns.reasons.push(judgement.overridden.and(scan.override_reason.as_deref()));
            columns.offline.push(scan.offline);
            columns.scanned.push(scan.scanned_at);
        }
        columns
    }

    pub(super) fn values<'b>(&'b self, organization_id: &'b Uuid, event_id: &'b Uuid) -> [SqlValue<'b>; 17] {
        [
            organization_id,
            event_id,
            &self.ids,
            &self.registrations,
            &self.devices,
            &self.people_who,
            &self.gates,
            &self.codes,
            &self.directions,
            &self.results,
            &self.people,
            &self.entries,
            &self.overridden,
            &self.reasons,
            &self.offline,
            &self.scanned,
            &self.now,
        ]
    }
}

#[derive(Default)]
pub(super) struct OutcomeColumns<'a> {
    pub(super) ids: Vec<Uuid>,
    fingerprints: Vec<&'a [u8]>,
    kinds: Vec<&'static str>,
    principals: Vec<Uuid>,
    outcomes: Vec<&'a Value>,
}

impl<'a> OutcomeColumns<'a> {
    pub(super) fn new(outcomes: &'a [(Uuid, usize, Value)], batch: &'a [ScanRequest]) -> Self {
        let mut columns = Self::default();
        for (id, request, outcome) in outcomes {
            let scan = &batch[*request];
            columns.ids.push(*id);
            columns.fingerprints.push(&scan.fingerprint);
            columns.kinds.push(scan.author.kind_name());
            columns.principals.push(scan.author.id);
            columns.outcomes.push(outcome);
        }
        columns
    }

    pub(super) fn values<'b>(&'b self, organization_id: &'b Uuid, topic: &'b String) -> [SqlValue<'b>; 7] {
        [organization_id, topic, &self.ids, &self.fingerprints, &self.kinds, &self.principals, &self.outcomes]
    }
}

#[derive(Default)]
pub(super) struct AlertColumns<'a> {
    kinds: Vec<&'static str>,
    severities: Vec<&'static str>,
    messages: Vec<&'a str>,
    registrations: Vec<Option<Uuid>>,
    dedupe_keys: Vec<&'a str>,
}

impl<'a> AlertColumns<'a> {
    pub(super) fn new(alerts: &'a [Alert]) -> Self {
        let mut columns = Self::default();
        for alert in alerts {
            columns.kinds.push(alert.kind);
            columns.severities.push(alert.severity);
            columns.messages.push(&alert.message);
            columns.registrations.push(alert.registration_id);
            columns.dedupe_keys.push(&alert.dedupe_key);
        }
        columns
    }

    pub(super) fn values<'b>(&'b self, organization_id: &'b Uuid, event_id: &'b Uuid) -> [SqlValue<'b>; 7] {
        [
            organization_id,
            event_id,
            &self.kinds,
            &self.severities,
            &self.messages,
            &self.registrations,
            &self.dedupe_keys,
        ]
    }
}

/// A verdict as `check_ins.result` (and `overridden`) writes it.
fn result(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::Admitted | VerdictKind::Exited => "accepted",
        VerdictKind::Unknown => "unknown",
        VerdictKind::WrongEvent => "wrong_event",
        VerdictKind::Cancelled => "cancelled",
        VerdictKind::NotConfirmed => "not_confirmed",
        VerdictKind::WrongGate => "wrong_gate",
        VerdictKind::AlreadyIn => "duplicate",
        VerdictKind::NotInside => "not_inside",
    }
}
