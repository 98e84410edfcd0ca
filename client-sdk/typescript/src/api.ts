import type { DeviceProfile } from "./generated/frames.js";
import type { HttpClient } from "./http.js";
import type { DeviceRow, EventCounterRow, EventRow } from "./rows.js";

/** An event in the list. */
export interface EventSummary extends EventRow {
  venue_name: string | null;
  counters: EventCounterRow;
}

/** A new event. */
export interface NewEvent {
  title: string;
  slug?: string;
  /** RFC 3339. */
  start_time: string;
  end_time: string;
  /** IANA name. */
  time_zone: string;
  venue_name?: string;
  capacity_limit?: number;
}

/** An organization, as a member sees it. */
export interface OrganizationSummary {
  id: string;
  name: string;
  slug: string;
  role: string;
}

/** A device to be. */
export interface NewPairing {
  name: string;
  profile: DeviceProfile;
  gate_id?: string;
  supervisor?: boolean;
}

/** A code to type or scan on the device. */
export interface Pairing {
  /** For example `ABCD-2345`. */
  code: string;
  /** RFC 3339. */
  expires_at: string;
  /** Path of the pairing page with the code. */
  url: string;
}

/** A ticket tier to make. */
export interface NewTier {
  /** Unique in the event. */
  name: string;
  type: "paid" | "comp" | "press" | "vip";
  /** How many registrations it takes. */
  quantity_total: number;
}

/** A gate to make. */
export interface NewGate {
  /** Unique in the event. */
  name: string;
  /** The tiers it takes; empty: every tier. */
  tier_ids: string[];
}

/** What a file would change, or has changed. */
export interface ImportReport {
  format: string;
  /** The file's columns and the fields they were taken for. */
  columns: { header: string; field: string | null; guessed: boolean; samples: string[] }[];
  /** The fields there are. */
  fields: { name: string; label: string; required: boolean }[];
  rows: number;
  added: number;
  changed: number;
  unchanged: number;
  errors: { row: number; column: string | null; code: string; message: string }[];
  /** At most 200. */
  diff: {
    row: number;
    kind: "added" | "changed";
    label: string;
    /** Old (null: none) and new value by field. */
    fields: Record<string, [unknown, unknown]>;
  }[];
  applied: boolean;
}

/** What can be imported. */
export type ImportKind = "guests" | "rundown";

/** Files that can be exported. `rundown.json` is an Ontime project. */
export type ExportName =
  | "guests.csv"
  | "guests.xlsx"
  | "rundown.csv"
  | "rundown.xlsx"
  | "rundown.json"
  | "arrivals.csv"
  | "arrivals.xlsx";

/** One change, as the audit log has it. */
export interface AuditEntry {
  /** RFC 3339. */
  at: string;
  actor: {
    kind: "user" | "device" | "plugin" | "system" | "database";
    id: string | null;
    name: string | null;
    /** The address that it came from, for as long as the journal keeps the change. */
    address: string | null;
    /** The program that made it, as it calls itself, for as long. */
    agent: string | null;
  };
  /** The command or request that it was part of. */
  request_id: string | null;
  action: "insert" | "update" | "delete";
  table: string;
  row: string;
  /** The columns that an update changed. */
  changed: string[] | null;
  /** Before and after. `[sealed]`, `[personal]`, `[hidden]` stand for values that are not shown. */
  old: Record<string, unknown> | null;
  new: Record<string, unknown> | null;
  /** Its number in the signed chain; null while it is in the journal. */
  entry: number | null;
}

/** What is looked for in the audit log; what is absent does not matter. */
export interface AuditFilter {
  table?: string;
  row?: string;
  /** What this person did, and what was done to rows about them. */
  person?: string;
  actor?: string;
  /** RFC 3339. */
  since?: string;
  until?: string;
  /** The `next` of the page before. */
  cursor?: string;
  /** 1-200. */
  limit?: number;
}

/** A row that knows a person. */
export interface PersonRow {
  kind: string;
  id: string;
}

/** The HTTP API by name: what rooms do not carry. All calls reject with a `HubError`. */
export class HubApi {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** Who is signed in, where, and where else they may work. */
  me(): Promise<{
    user: { id: string; email: string; full_name: string };
    organization: OrganizationSummary;
    organizations: OrganizationSummary[];
  }> {
    return this.#http.get("/auth/v1/user");
  }

  /** Founds an organization. */
  async createOrganization(organization: { name: string; slug: string; time_zone?: string }) {
    const answer = await this.#http.post<{ organization: OrganizationSummary }>("/v1/organizations", organization);
    return answer.organization;
  }

  /** The organization's events that match. */
  async listEvents(filter: { q?: string; status?: EventRow["status"] } = {}): Promise<EventSummary[]> {
    return (await this.#http.get<{ events: EventSummary[] }>("/v1/events", filter)).events;
  }

  async createEvent(event: NewEvent): Promise<EventRow> {
    return (await this.#http.post<{ event: EventRow }>("/v1/events", event)).event;
  }

  async listDevices(eventId: string): Promise<DeviceRow[]> {
    return (await this.#http.get<{ devices: DeviceRow[] }>(`/v1/events/${eventId}/devices`)).devices;
  }

  /** Makes a ticket tier of this event. */
  createTier(eventId: string, tier: NewTier): Promise<void> {
    return this.#http.post(`/v1/events/${eventId}/tiers`, tier);
  }

  /** Makes a gate of this event; without tiers it takes every one. */
  createGate(eventId: string, gate: NewGate): Promise<void> {
    return this.#http.post(`/v1/events/${eventId}/gates`, gate);
  }

  /** Makes a pairing code for a device of this event. */
  createPairing(eventId: string, pairing: NewPairing): Promise<Pairing> {
    return this.#http.post(`/v1/events/${eventId}/pairings`, pairing);
  }

  /** Ends a device's token; its socket ends within a second. */
  revokeDevice(deviceId: string): Promise<void> {
    return this.#http.delete(`/v1/devices/${deviceId}`);
  }

  /**
   * Reads a guest list or a rundown. Without `apply` nothing is written; with it, all of the file or nothing.
   * `mapping` corrects the guessed columns: header to field, null leaves a column out.
   */
  importFile(
    eventId: string,
    kind: ImportKind,
    file: File | Blob,
    options: { apply?: boolean; mapping?: Record<string, string | null> } = {},
  ): Promise<ImportReport> {
    const form = new FormData();
    form.append("file", file, file instanceof File ? file.name : kind);
    if (options.mapping) form.append("mapping", JSON.stringify(options.mapping));
    return this.#http.post(`/v1/events/${eventId}/import/${kind}`, form, { apply: options.apply ?? false });
  }

  exportFile(eventId: string, name: ExportName): Promise<Blob> {
    return this.#http.download(`/v1/events/${eventId}/export/${name}`);
  }

  /** Who changed what, the newest first. For owners and admins. */
  audit(filter: AuditFilter = {}): Promise<{ entries: AuditEntry[]; next?: string }> {
    return this.#http.get("/v1/audit", { ...filter });
  }

  /** The organization's rows that have an address. For owners and admins. */
  async findPeople(email: string): Promise<PersonRow[]> {
    return (await this.#http.post<{ people: PersonRow[] }>("/v1/privacy/people", { email })).people;
  }

  /** Printable tickets, one file each. */
  tickets(eventId: string, format: "png" | "pdf"): Promise<Blob> {
    return this.#http.download(`/v1/events/${eventId}/tickets.zip`, { format });
  }

  /** A version of a call sheet as a PDF file, A4. */
  callSheet(id: string): Promise<Blob> {
    return this.#http.download(`/v1/call-sheets/${id}/sheet.pdf`);
  }
}
