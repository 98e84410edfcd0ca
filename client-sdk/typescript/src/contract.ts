import type { HubApi } from "./api.js";
import type { Codec } from "./codec.js";
import type { HubError } from "./errors.js";
import type {
  Answer,
  ClientInfo,
  Command,
  Commit,
  Cursor,
  Outcome,
  PresenceMember,
  Principal,
  Query,
  SnapshotReason,
  Topic,
} from "./generated/frames.js";
import type { HttpClient } from "./http.js";
import type { Inspection } from "./inspect.js";
import type { CommandStore } from "./outbox.js";
import type { RowOf, TableName } from "./rows.js";
import type { Signal } from "./signal.js";

/** What {@link createHub} needs. */
export interface HubOptions {
  /** Where the hub is, `http(s)://host[:port]`; in a browser `location.origin`. */
  url: string;
  /**
   * The access token of a person, or the token of a paired device. Asked for at every connection and before the
   * old token ends; `rejected` says that the hub did not take the last one, so a cached one will not do.
   * A non-retryable {@link HubError} thrown here ends dialling (`denied`); any other error is tried again.
   */
  token: (why: { rejected: boolean }) => string | Promise<string>;
  /** Where commands wait that may not be lost. Default: memory, which a reload empties. */
  store?: CommandStore;
  /** Default `json`: browsers read it faster. */
  codec?: Codec;
  /** The program, for the list of screens and the hub's log. */
  clientInfo: ClientInfo;
  /** Default: the platform's `WebSocket`. */
  WebSocketImpl?: typeof WebSocket;
  /** Default: the platform's `fetch`. */
  fetchImpl?: typeof fetch;
}

/**
 * How the link is.
 * - `connecting`: dialling, or waiting for the hub's welcome
 * - `live`: heard from the hub within 2.5 heartbeats
 * - `stale`: the socket is open, but nothing was heard; what is on the screen may be old
 * - `offline`: no socket; the next attempt is at `nextRetryAt`
 * - `denied`: the hub does not take the token; nothing is tried until {@link Hub.redial}
 */
export type LinkState = "connecting" | "live" | "stale" | "offline" | "denied";

/** The link, for a screen to show. Told at every change of state and at every answered heartbeat. */
export interface LinkStatus {
  readonly state: LinkState;
  /** When something was last heard, on the scale of {@link Hub.serverNow}; null: never. */
  readonly lastRxAt: number | null;
  /** Round trip of the last heartbeat, ms. */
  readonly rtt: number | null;
  /** Failed attempts since the last welcome. */
  readonly attempt: number;
  /** When the next attempt is made, on the scale of {@link Hub.serverNow}; null: none is planned. */
  readonly nextRetryAt: number | null;
  /** Why the link was lost or denied; cleared by a welcome. */
  readonly error?: HubError;
}

/** A command without an outcome. */
export interface PendingCommand {
  readonly commandId: string;
  readonly topic: Topic;
  readonly command: Command;
  /** `queue`: kept in the store until there is an outcome. */
  readonly offline: "queue" | "reject";
  /** When it was given to {@link Room.send}, epoch ms of this device's clock. */
  readonly since: number;
  /** How often it was sent, by this page. */
  readonly attempts: number;
  /** `storing`: being written to the store; `waiting`: to be sent; `sent`: on its way. */
  readonly state: "storing" | "waiting" | "sent";
  /** The last retryable error about it. */
  readonly error?: HubError;
}

/** A stored command that the hub will never take. Kept until {@link Hub.dismissFailed}. */
export interface FailedCommand {
  readonly commandId: string;
  readonly topic: Topic;
  readonly command: Command;
  readonly since: number;
  readonly error: HubError;
}

/** What became of a command. */
export interface OutcomeAck {
  readonly commandId: string;
  /** The commit that holds it, in the command's topic; null when it changed nothing there. */
  readonly seq: number | null;
  /** Done or refused. A refusal is an outcome, not an exception. */
  readonly outcome: Outcome;
  /** The hub had decided it before: this is the stored outcome. */
  readonly duplicate: boolean;
}

/** How {@link Room.send} treats a command. */
export interface SendOptions {
  /** The command's id; default: a new UUIDv7. Sending an id that is pending joins the wait for it. */
  id?: string;
  /**
   * `reject` (default): fails at once when the link is not live. When the link is cut after sending, the command
   * is sent again with the same id until `timeoutMs` is over; after that it may or may not have been applied.
   * `queue`: written to the store first, then sent when the link allows, also after a reload.
   */
  offline?: "queue" | "reject";
  /**
   * How long the promise waits, ms. Default: 10 000 for `reject`, for ever for `queue`.
   * A queued command stays pending when its promise gives up.
   */
  timeoutMs?: number;
}

/** A topic to join. */
export interface RoomTarget {
  kind: "event" | "organization" | "project";
  id: string;
}

/** What to receive of a topic. When several parts of a program join one topic, they share the widest. */
export interface JoinOptions {
  /** The tables of interest; absent: all that the principal may see. */
  tables?: readonly TableName[];
  /** At most this many deltas a second (0.1-60); absent: every commit by itself. */
  rate?: number;
}

/** Rows by key, by table. Immutable: a table that did not change is the same object, and so is a row. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, Readonly<Record<string, unknown>>>>;

/** How a room is. `stale`: the rows are those of `cursor` and may be old. */
export type RoomStatus = "joining" | "live" | "stale" | "denied";

/** What {@link Room.on} tells. */
export interface RoomEvents {
  /** Everything was replaced. */
  snapshot: { readonly cursor: Cursor; readonly reason: SnapshotReason };
  /** Commits were applied; told once for a frame, after all of them. */
  delta: { readonly after: number; readonly seq: number; readonly commits: readonly Commit[] };
  /** One commit was applied; `tables` and `cursor` show the state just after it. */
  commit: Commit;
  /** Something was missed; the room joins again by itself. */
  gap: { readonly have: number; readonly after: number };
  /** The room was denied, or a frame held something that cannot be shown. */
  error: HubError;
}

/** The live view of one topic. */
export interface Room {
  readonly topic: Topic;
  /** Everything received. Changes once for a frame. */
  readonly tables: Signal<Tables>;
  /** The rows of one table; empty while nothing was received. */
  rows<T extends TableName>(table: T): ReadonlyMap<string, RowOf<T>>;
  /** The position that `tables` shows; null before the first snapshot. */
  readonly cursor: Cursor | null;
  readonly status: Signal<RoomStatus>;
  /** Why it is denied. */
  readonly error: HubError | null;
  /** Resolves with the first snapshot, rejects when the room is denied or left before. */
  readonly ready: Promise<void>;
  /**
   * Asks for a change. Resolves with the outcome, a refusal included.
   * Rejects with a {@link HubError}: `offline`, `timeout`, `store_failed`, `closed` or a non-retryable error of the hub.
   */
  send(command: Command, options?: SendOptions): Promise<OutcomeAck>;
  /** Asks a question. Rejects with `offline`, `connection_lost`, `timeout` (5 s) or an error of the hub. */
  query(query: Query, options?: { timeoutMs?: number }): Promise<Answer>;
  readonly presence: {
    /** Shows something to the others until it is replaced; at most 1 KiB as JSON, null takes it back. */
    set(state: unknown): void;
    /** The others, without this connection. */
    readonly members: Signal<readonly PresenceMember[]>;
  };
  /** Calls `listener` until the returned function is called. */
  on<E extends keyof RoomEvents>(event: E, listener: (told: RoomEvents[E]) => void): () => void;
  /** Ends one {@link Hub.join}; the last one ends the subscription. Pending commands stay. */
  leave(): void;
}

/** What {@link Hub.on} tells. */
export interface HubEvents {
  /** A command got its outcome, also one of an earlier page that nobody awaits any more. */
  outcome: { readonly pending: PendingCommand; readonly ack: OutcomeAck };
  /** A command will never get one. */
  failed: { readonly pending: PendingCommand; readonly error: HubError };
}

/** The connection to a hub. */
export interface Hub {
  readonly status: Signal<LinkStatus>;
  /** Who the hub thinks is there; null before the first welcome. */
  readonly principal: Signal<Principal | null>;
  /** The hub's clock, epoch ms, whatever this device's clock says. Before the first welcome: the device's. */
  serverNow(): number;
  /** Commands without an outcome, oldest first. */
  readonly pending: Signal<readonly PendingCommand[]>;
  /** Stored commands that the hub will never take, oldest first. */
  readonly failed: Signal<readonly FailedCommand[]>;
  /** Sends a failed command again, with the same id. */
  retryFailed(commandId: string): Promise<void>;
  /** Removes a failed command from the store. */
  dismissFailed(commandId: string): Promise<void>;
  /** HTTP calls with the same token. */
  readonly http: HttpClient;
  /** The HTTP API by name. */
  readonly api: HubApi;
  /** The room of a topic, joined or not. Always the same object while it is joined. */
  room(target: RoomTarget): Room;
  /** Subscribes to a topic, or shares the subscription. Every join needs its {@link Room.leave}. */
  join(target: RoomTarget, options?: JoinOptions): Room;
  /** Calls `listener` until the returned function is called. */
  on<E extends keyof HubEvents>(event: E, listener: (told: HubEvents[E]) => void): () => void;
  /** Dials now: after `denied`, or instead of waiting for `nextRetryAt`. */
  redial(): void;
  /** What happened last, without tokens, names or rows. */
  inspect(): Inspection;
  /** Closes the socket for good. Stored commands stay in the store. */
  close(): void;
}
