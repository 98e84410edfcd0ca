/** What the hub says at `/v1/plugins`. */

/** What a plugin says of itself; signed with its code. */
export interface Manifest {
  key: string;
  name: string;
  publisher: string;
  version: string;
  about?: string;
  scopes?: string[];
  endpoints?: Endpoint[];
  credentials?: Credential[];
  settings?: Record<string, Setting>;
  jobs: JobKind[];
  webhook?: object | null;
  subscriptions?: { table: string }[];
}

/** Where a plugin may send requests. */
export interface Endpoint {
  host: string;
  port?: number;
  path?: string;
  methods: string[];
  account_only?: boolean;
  reads_by_post?: boolean;
  credentials?: string[];
}

/** What the hub puts into requests; the plugin never sees it. */
export interface Credential {
  name: string;
  kind: "key" | "oauth";
  authorize_url?: string;
  scopes?: string[];
}

/** Something that whoever runs the organization sets. */
export interface Setting {
  title: string;
  required?: boolean;
  default?: unknown;
}

export interface JobKind {
  name: string;
  title: string;
  every_seconds?: number | null;
}

/** A package that can be installed. */
export interface Offer {
  id: string;
  key: string;
  name: string;
  publisher: string;
  kind: "first_party" | "third_party";
  version: string;
  manifest: Manifest;
  /** An Ed25519 key in hexadecimal; null where nobody signed it. */
  signed_by: string | null;
  /** `hub`: it comes with the hub, and is not signed. `development`: a build that somebody tries out. */
  origin: "hub" | "signed" | "development";
  /** Brought by the organization, not by the operator. */
  own: boolean;
}

/** A plugin as the organization has it. */
export interface Install {
  id: string;
  plugin_key: string;
  version: string;
  package_id: string | null;
  status: "active" | "disabled" | "error";
  granted_scopes: string[];
  config: Record<string, unknown>;
  /** What was agreed to. */
  manifest: Manifest | null;
  has_client_secret: boolean;
  last_error: string | null;
}

/** An account at a vendor. */
export interface Connection {
  id: string;
  install_id: string;
  provider: string;
  external_account_id: string;
  display_name: string | null;
  marketplace_id: string | null;
  status: "active" | "expired" | "revoked" | "error";
  token_expires_at: string | null;
  last_ok_at: string | null;
  last_error: string | null;
}

export type JobStatus = "queued" | "running" | "succeeded" | "failed" | "dead" | "cancelled";

export interface Job {
  id: string;
  install_id: string | null;
  connection_id: string | null;
  kind: string;
  status: JobStatus;
  /** Somebody asked it to end; while it runs, its plugin has not ended yet. */
  cancel_requested: boolean;
  attempts: number;
  max_attempts: number;
  run_at: string;
  result: unknown;
  /** `code: words`. */
  last_error: string | null;
  created_at: string;
}

/** One attempt of a job. */
export interface Run {
  id: string;
  job_id: string;
  kind: string;
  attempt: number;
  version: string;
  started_at: string;
  ended_at: string | null;
  outcome: string | null;
  message: string | null;
  compute_ms: number | null;
  calls: number | null;
  progress_done: number | null;
  progress_total: number | null;
  progress_note: string | null;
  /** Of a run that was asked for by itself. */
  log?: LogLine[];
  recorded: boolean;
}

export interface LogLine {
  level: "debug" | "info" | "warn" | "error";
  message: string;
}

/** Everything but jobs and runs. */
export interface Overview {
  packages: Offer[];
  installs: Install[];
  connections: Connection[];
}

/** A package that was taken. */
export interface Uploaded {
  id: string;
  key: string;
  version: string;
  signed_by: string;
  manifest: Manifest;
}

/** What one version asks for and another does not, a line each. */
export interface Difference {
  from: string;
  to: string;
  more: string[];
  less: string[];
  asks_for_more: boolean;
  signed_by: string | null;
}

/** What is agreed to. */
export interface Agreement {
  package_id: string;
  scopes: string[];
  config?: Record<string, unknown>;
}

/** An account to connect. */
export interface Account {
  account: string;
  display_name?: string;
  marketplace_id?: string;
}
