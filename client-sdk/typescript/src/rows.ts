import type { DeviceProfile, Direction, PrincipalKind, RunKind, Severity } from "./generated/frames.js";

/** An instant as rows hold it: RFC 3339, for example `2026-03-01T19:30:00+00:00`. */
export type Instant = string;

/** Columns of every row. */
export interface TenantRow {
  /** The tenant. */
  organization_id: string;
  created_at?: Instant;
  updated_at?: Instant;
  /** Counts the writes of the row. */
  rev?: number;
}

/** A fashion event. */
export interface EventRow extends TenantRow {
  id: string;
  title: string;
  slug: string;
  status: "draft" | "published" | "cancelled" | "completed";
  /** Where the evening stands. */
  live_state: "idle" | "doors_open" | "running" | "paused" | "ended";
  event_type: string | null;
  /** IANA name, for example `Europe/Paris`; times of the event are shown in it. */
  time_zone: string;
  start_time: Instant;
  end_time: Instant;
  event_date: string | null;
  capacity_limit: number | null;
  venue_id: string | null;
  venue_name?: string | null;
  /** Guests who left may come back. */
  allow_reentry: boolean;
}

/** Arrivals of an event as the ledger has them. Key: `event_id`. */
export interface EventCounterRow extends TenantRow {
  event_id: string;
  capacity_limit: number | null;
  held_count: number;
  /** Registrations confirmed or attended. */
  registered_count: number;
  /** Registrations attended. */
  checked_in_count: number;
  /** People of the registered parties. */
  expected_people: number;
  arrived_people: number;
  inside_people: number;
  vip_expected: number;
  vip_arrived: number;
  refused_count: number;
}

/** A door. */
export interface EventGateRow extends TenantRow {
  id: string;
  event_id: string;
  name: string;
  order_index: number;
}

/** A tier that a gate takes; a gate without such rows takes every tier. */
export interface EventGateTierRow extends TenantRow {
  id: string;
  event_id: string;
  gate_id: string;
  ticket_tier_id: string;
}

/** Arrivals of one tier, people. Key: `ticket_tier_id`. */
export interface TierCounterRow extends TenantRow {
  ticket_tier_id: string;
  event_id: string;
  expected_people: number;
  arrived_people: number;
  inside_people: number;
}

/** What went through one gate: people in and out, refused scans. Key: `gate_id`. */
export interface GateCounterRow extends TenantRow {
  gate_id: string;
  event_id: string;
  entries: number;
  exits: number;
  refused: number;
}

/** A kind of ticket. */
export interface TicketTierRow extends TenantRow {
  id: string;
  event_id: string;
  name: string;
  description: string | null;
  type: "paid" | "comp" | "press" | "vip";
  /** In the currency's main unit, as Postgres writes a numeric. */
  price: number | string | null;
  currency: string | null;
  quantity_total: number | null;
  quantity_sold: number;
  quantity_held: number;
  status: string;
  color?: string | null;
}

/** A guest and their party. */
export interface RegistrationRow extends TenantRow {
  id: string;
  event_id: string;
  ticket_tier_id: string | null;
  /** Absent where the principal may not see names. */
  attendee_name?: string | null;
  /** Absent for staff and devices. */
  attendee_email?: string | null;
  status: "pending" | "confirmed" | "attended" | "cancelled" | "refunded";
  /** How many the ticket admits, the guest included. */
  party_size: number;
  arrived_count: number;
  inside_count: number;
  entries: number;
  vip: boolean;
  seat: string | null;
  door_note: string | null;
  external_ref: string | null;
  qr_code_data?: string | null;
  checked_in_at: Instant | null;
}

/** One scan, kept whatever it led to. */
export interface CheckInRow extends TenantRow {
  id: string;
  event_id: string;
  registration_id: string | null;
  device_id: string | null;
  scanned_by: string | null;
  gate_id: string | null;
  /** The id of the scan's command. */
  scan_uid: string;
  direction: Direction;
  result:
    | "accepted"
    | "duplicate"
    | "unknown"
    | "wrong_event"
    | "wrong_gate"
    | "cancelled"
    | "not_confirmed"
    | "not_inside"
    | "undone";
  people: number;
  entry_no: number | null;
  override_reason: string | null;
  /** The rule that was overridden. */
  overridden: string | null;
  offline: boolean;
  scanned_at: Instant;
  received_at: Instant;
  undone_at: Instant | null;
}

/** A cue of the rundown, as planned and as it went. */
export interface EventScheduleRow extends TenantRow {
  id: string;
  event_id: string;
  segment_id: string | null;
  title: string;
  description: string | null;
  start_time: Instant;
  end_time: Instant;
  location: string | null;
  type: string | null;
  order_index: number;
  /** `linked` follows the cue before; `hard` starts at its time. */
  start_mode: "linked" | "hard";
  /** Ends at its planned end, however late it began. */
  count_to_end: boolean;
  skipped: boolean;
  cue_number: string | null;
  status: "planned" | "standby" | "live" | "done" | "skipped";
  actual_start: Instant | null;
  actual_end: Instant | null;
}

/** A part of the runway show. */
export interface RunwaySegmentRow extends TenantRow {
  id: string;
  event_id: string;
  name: string;
  description: string | null;
  duration_seconds: number | null;
  order_index: number;
  technical_requirements: unknown;
  status: string;
  actual_start: Instant | null;
  actual_end: Instant | null;
}

/** A look in the running order. */
export interface ShowLineupRow extends TenantRow {
  id: string;
  event_id: string;
  segment_id: string | null;
  model_profile_id: string | null;
  model_name?: string | null;
  collection_id: string | null;
  order_index: number;
  outfit_details: unknown;
  notes: string | null;
  status: "planned" | "dressing" | "ready" | "on_runway" | "done" | "cut";
}

/** Something technical that a segment needs. */
export interface TechnicalRequirementRow extends TenantRow {
  id: string;
  event_id: string;
  segment_id: string | null;
  category: string;
  requirements: unknown;
  status: string;
  notes: string | null;
}

/** Something somebody should look at. */
export interface EventAlertRow extends TenantRow {
  id: string;
  event_id: string;
  /** For example `vip_arrival` or `duplicate_scan`. */
  kind: string;
  severity: Severity;
  message: string;
  source: "user" | "system" | "device" | "plugin";
  entity_type: string | null;
  entity_id: string | null;
  /** The guest's name, for alerts about a registration and principals who may see it. */
  entity_name?: string | null;
  dedupe_key: string | null;
  status: "open" | "acknowledged" | "resolved";
  acknowledged_by: string | null;
  acknowledged_at: Instant | null;
  resolved_at: Instant | null;
}

/** A message to screens. */
export interface ScreenMessageRow extends TenantRow {
  id: string;
  event_id: string;
  text: string;
  severity: Severity;
  /** Which screens show it; empty: all. */
  audience: DeviceProfile[];
  expires_at: Instant | null;
  cleared_at: Instant | null;
}

/** Somebody has read a message. */
export interface MessageAcknowledgementRow extends TenantRow {
  id: string;
  event_id: string;
  message_id: string;
  principal_kind: PrincipalKind;
  principal_id: string;
  principal_name: string;
  acknowledged_at: Instant;
}

/** Where a run of show stands. */
export type RunStatus = "running" | "held" | "ended";

/** One run of the rundown. At most one of an event is not ended. */
export interface ShowRunRow extends TenantRow {
  id: string;
  event_id: string;
  kind: RunKind;
  status: RunStatus;
  /** What the next cue command expects. */
  revision: number;
  /** The live row of `show_run_cues`. */
  live_cue_id: string | null;
  started_at: Instant | null;
  ended_at: Instant | null;
  held_at: Instant | null;
  /** Behind (positive) or ahead (negative) of the plan, ms, until `delay_grows_from`. */
  delay_base_ms: number;
  /** From here on the delay grows with the clock. */
  delay_grows_from: Instant | null;
}

/** A cue in one run. `gap_total_ms` and `chain` carry the forecast; see forecast.ts. */
export interface ShowRunCueRow extends TenantRow {
  id: string;
  run_id: string;
  event_id: string;
  schedule_id: string | null;
  position: number;
  title: string;
  cue_number: string | null;
  segment_id: string | null;
  planned_start: Instant;
  planned_end: Instant;
  start_mode: "linked" | "hard";
  count_to_end: boolean;
  skipped: boolean;
  /** Time added by the caller, ms; negative: taken. */
  added_ms: number;
  /** Time it was held, ms. */
  held_ms: number;
  actual_start: Instant | null;
  actual_end: Instant | null;
  /** Gap time from the top of the rundown to this planned start that can absorb delay, ms. */
  gap_total_ms: number;
  /** Cues with the same number are joined by linked starts only. */
  chain: number;
  status: "planned" | "live" | "done" | "skipped";
}

/** A paired tablet or screen. */
export interface DeviceRow extends TenantRow {
  id: string;
  event_id: string | null;
  name: string;
  kind: string;
  profile: DeviceProfile;
  status: "active" | "revoked";
  gate_id: string | null;
  supervisor: boolean;
  app_version: string | null;
  last_seen_at: Instant | null;
}

/** A row of a table that this package has no type for. */
export type UntypedRow = Readonly<Record<string, unknown>>;

/** Row types by table. */
export interface RowTypes {
  events: EventRow;
  event_counters: EventCounterRow;
  event_gates: EventGateRow;
  event_gate_tiers: EventGateTierRow;
  tier_counters: TierCounterRow;
  gate_counters: GateCounterRow;
  ticket_tiers: TicketTierRow;
  registrations: RegistrationRow;
  check_ins: CheckInRow;
  event_schedules: EventScheduleRow;
  runway_segments: RunwaySegmentRow;
  show_lineup: ShowLineupRow;
  technical_requirements: TechnicalRequirementRow;
  event_alerts: EventAlertRow;
  screen_messages: ScreenMessageRow;
  message_acknowledgements: MessageAcknowledgementRow;
  show_runs: ShowRunRow;
  show_run_cues: ShowRunCueRow;
  devices: DeviceRow;
}

/** The name of a table; others than those of {@link RowTypes} are allowed. */
export type TableName = keyof RowTypes | (string & {});

/** The type of a table's rows. */
export type RowOf<T extends TableName> = T extends keyof RowTypes ? Readonly<RowTypes[T]> : UntypedRow;
