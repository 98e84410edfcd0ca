import { Backoff } from "./backoff.js";
import type { FailedCommand, HubEvents, OutcomeAck, PendingCommand, SendOptions } from "./contract.js";
import type { Emitter } from "./emitter.js";
import { HubError } from "./errors.js";
import type { ClientFrame, Command, ServerFrame, Topic } from "./generated/frames.js";
import type { CommandStore, StoredCommand } from "./outbox.js";
import { Value } from "./signal.js";
import { uuidv7 } from "./uuid.js";

/** How long a command with `reject` waits for its outcome, ms. */
const TIMEOUT_MS = 10_000;
/** A command without an outcome for this long on a good link is sent again, ms. */
const RESEND_MS = 10_000;
/** How long to wait before a store that failed is read again, ms. */
const RELOAD_MS = 2000;
/** Until the hub's own bound is known. */
const IN_FLIGHT = 64;

/** Errors about the session: the command is as good as before, and waits for a better one. */
const OF_THE_SESSION: readonly string[] = ["token_expired", "invalid_token", "revoked", "out_of_order"];

/** What the queue needs of the hub object. */
export interface CommandLink {
  send(frame: ClientFrame): "sent" | "down" | "too_large";
  /** The link is live, as the user sees it. */
  live(): boolean;
  /** Commands without an outcome that the hub takes at once. */
  inFlight(): number | undefined;
  /** The hub's clock, for ids that sort with those of others. */
  now(): number;
}

interface Waiter {
  resolve(ack: OutcomeAck): void;
  reject(error: HubError): void;
}

interface Entry {
  pending: PendingCommand;
  position: number;
  sentAt: number;
  readonly waiters: Set<Waiter>;
}

/**
 * Commands on their way, in order. An entry ends with its outcome, with an error that no retry can change, or, for
 * `reject`, with its time. Sending twice is harmless: the hub keeps the outcome of an id.
 */
export class Commands {
  readonly pending = new Value<readonly PendingCommand[]>([]);
  readonly failed = new Value<readonly FailedCommand[]>([]);
  readonly #store: CommandStore;
  readonly #link: CommandLink;
  readonly #emitter: Emitter<HubEvents>;
  readonly #backoff = new Backoff();
  #entries: Entry[] = [];
  #positions = new Map<string, number>();
  #last = 0;
  #loading: Promise<void> | null = null;
  #pausedUntil = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(store: CommandStore, link: CommandLink, emitter: Emitter<HubEvents>) {
    this.#store = store;
    this.#link = link;
    this.#emitter = emitter;
    this.#loadAtLast();
  }

  /** See {@link Room.send}. */
  send(topic: Topic, command: Command, options: SendOptions = {}): Promise<OutcomeAck> {
    const { offline = "reject", timeoutMs = offline === "reject" ? TIMEOUT_MS : Infinity } = options;
    if (this.#closed) return Promise.reject(closed());
    const known = this.#entries.find((entry) => entry.pending.commandId === options.id);
    if (known) return this.#wait(known, timeoutMs);
    if (offline === "reject" && !this.#link.live()) {
      return Promise.reject(new HubError("offline", "there is no live link to the hub", true));
    }
    const commandId = options.id ?? uuidv7(this.#link.now());
    const state = offline === "queue" ? "storing" : "waiting";
    const pending = { commandId, topic, command, offline, since: Date.now(), attempts: 0, state } as const;
    const entry: Entry = { pending, position: 0, sentAt: 0, waiters: new Set() };
    this.#entries.push(entry);
    const promise = this.#wait(entry, timeoutMs);
    if (offline === "queue") void this.#keep(entry);
    else this.#pump();
    this.#publish();
    return promise;
  }

  /** A new socket was welcomed, or answers may have been dropped: everything is sent again, in order. */
  resend(): void {
    this.down();
    this.#pausedUntil = 0;
    this.#pump();
  }

  /** Sends what waits and may be sent. */
  flush(): void {
    this.#pump();
  }

  /** The socket is gone. */
  down(): void {
    for (const entry of this.#entries) if (entry.pending.state === "sent") change(entry, { state: "waiting" });
    this.#publish();
  }

  outcome(frame: Extract<ServerFrame, { type: "outcome" }>): void {
    const entry = this.#entry(frame.command_id);
    if (!entry) return;
    const { command_id: commandId, seq = null, outcome, duplicate } = frame;
    const ack: OutcomeAck = { commandId, seq, outcome, duplicate };
    this.#backoff.reset();
    this.#end(entry);
    // Should this fail, the command is sent once more after the next load and gets the same outcome.
    if (entry.pending.offline === "queue") this.#store.remove(commandId).catch(() => undefined);
    for (const waiter of entry.waiters) waiter.resolve(ack);
    this.#emitter.emit("outcome", { pending: entry.pending, ack });
    this.#pump();
  }

  /** The hub could not judge the command. */
  error(commandId: string, error: HubError): void {
    const entry = this.#entry(commandId);
    if (!entry) return;
    if (OF_THE_SESSION.includes(error.code)) return this.#again(entry, error);
    if (!error.retryable) return this.#fail(entry, error);
    this.#pausedUntil = performance.now() + this.#backoff.next();
    this.#again(entry, error);
    this.#pump();
  }

  async retryFailed(commandId: string): Promise<void> {
    const failed = this.failed.get().find((command) => command.commandId === commandId);
    if (!failed) return;
    const position = this.#positions.get(commandId) ?? ++this.#last;
    const { topic, command, since } = failed;
    await this.#store.put({ commandId, topic, command, since, position });
    this.#insert({ commandId, topic, command, since, position });
    this.#forget(commandId);
    this.#publish();
    this.#pump();
  }

  async dismissFailed(commandId: string): Promise<void> {
    await this.#store.remove(commandId);
    this.#forget(commandId);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const entry of this.#entries) for (const waiter of entry.waiters) waiter.reject(closed());
  }

  #wait(entry: Entry, timeoutMs: number): Promise<OutcomeAck> {
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const waiter: Waiter = {
        resolve: (ack) => (clearTimeout(timer), resolve(ack)),
        reject: (error) => (clearTimeout(timer), reject(error)),
      };
      entry.waiters.add(waiter);
      if (timeoutMs === Infinity) return;
      timer = setTimeout(() => {
        entry.waiters.delete(waiter);
        reject(new HubError("timeout", "no outcome in time; the command may have been applied", true));
        // Nobody waits any more, and nobody would be told: it is not sent again.
        if (entry.pending.offline === "reject" && entry.waiters.size === 0) this.#end(entry);
      }, timeoutMs);
    });
  }

  /** Writes a queued command down, then lets it go. */
  async #keep(entry: Entry): Promise<void> {
    try {
      await this.#load();
      entry.position = ++this.#last;
      const { commandId, topic, command, since } = entry.pending;
      await this.#store.put({ commandId, topic, command, since, position: entry.position });
    } catch (cause) {
      const error = new HubError("store_failed", `the command could not be stored: ${String(cause)}`, true);
      this.#end(entry);
      for (const waiter of entry.waiters) waiter.reject(error);
      return this.#pump();
    }
    change(entry, { state: "waiting" });
    this.#publish();
    this.#pump();
  }

  #load(): Promise<void> {
    this.#loading ??= this.#store.load().then(
      (stored) => {
        for (const command of stored) {
          this.#last = Math.max(this.#last, command.position);
          if (!command.failed) this.#insert(command);
          else this.#addFailed(command, new HubError(command.failed.code, command.failed.message, false));
        }
        this.#publish();
        this.#pump();
      },
      (error: unknown) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }

  /** What an earlier page has left behind must go out, even if the store is not there at first. */
  #loadAtLast(): void {
    this.#load().catch(() => {
      if (!this.#closed) setTimeout(() => !this.#closed && this.#loadAtLast(), RELOAD_MS);
    });
  }

  /** Puts a stored command in its place: before later ones and before those that are not stored yet. */
  #insert({ commandId, topic, command, since, position }: StoredCommand): void {
    if (this.#entry(commandId)) return;
    const pending = { commandId, topic, command, offline: "queue", since, attempts: 0, state: "waiting" } as const;
    const later = this.#entries.findIndex((entry) => entry.position === 0 || entry.position > position);
    const index = later < 0 ? this.#entries.length : later;
    this.#entries.splice(index, 0, { pending, position, sentAt: 0, waiters: new Set() });
  }

  /** Sends what may be sent, in order. A command that is still being stored holds back those behind it. */
  #pump(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const now = performance.now();
    let room = (this.#link.inFlight() ?? IN_FLIGHT) - this.#entries.filter((e) => e.pending.state === "sent").length;
    for (const entry of [...this.#entries]) {
      if (this.#pausedUntil > now || room <= 0 || entry.pending.state === "storing") break;
      if (entry.pending.state === "sent") continue;
      const { commandId, topic, command, attempts } = entry.pending;
      const result = this.#link.send({ type: "command", command_id: commandId, topic, command });
      if (result === "down") break;
      if (result === "too_large") {
        this.#fail(entry, new HubError("frame_too_large", "larger than the hub takes", false));
        continue;
      }
      entry.sentAt = now;
      change(entry, { state: "sent", attempts: attempts + 1 });
      room -= 1;
    }
    this.#publish();
    this.#watch(now);
  }

  /** Looks again when the pause is over, or when an outcome is overdue. */
  #watch(now: number): void {
    const sent = this.#entries.filter((entry) => entry.pending.state === "sent").map((entry) => entry.sentAt);
    const overdue = Math.min(...sent) + RESEND_MS;
    const next = this.#pausedUntil > now ? Math.min(this.#pausedUntil, overdue) : overdue;
    if (next === Infinity) return;
    this.#timer = setTimeout(() => {
      const at = performance.now();
      for (const entry of this.#entries) {
        if (entry.pending.state === "sent" && at - entry.sentAt >= RESEND_MS) change(entry, { state: "waiting" });
      }
      this.#pump();
    }, Math.max(0, next - now) + 1);
  }

  #again(entry: Entry, error: HubError): void {
    change(entry, { state: "waiting", error });
    this.#publish();
  }

  #fail(entry: Entry, error: HubError): void {
    this.#end(entry);
    const { commandId, topic, command, since, offline } = entry.pending;
    if (offline === "queue") {
      const failed = { code: error.code, message: error.message };
      const stored = { commandId, topic, command, since, position: entry.position };
      // Should this fail, the next load sends it again and the hub says the same.
      this.#store.put({ ...stored, failed }).catch(() => undefined);
      this.#addFailed(stored, error);
    }
    for (const waiter of entry.waiters) waiter.reject(error);
    this.#emitter.emit("failed", { pending: entry.pending, error });
    this.#pump();
  }

  #addFailed({ commandId, topic, command, since, position }: StoredCommand, error: HubError): void {
    this.#positions.set(commandId, position);
    this.failed.set([...this.failed.get(), { commandId, topic, command, since, error }]);
  }

  #forget(commandId: string): void {
    this.#positions.delete(commandId);
    this.failed.set(this.failed.get().filter((command) => command.commandId !== commandId));
  }

  #entry(commandId: string): Entry | undefined {
    return this.#entries.find((entry) => entry.pending.commandId === commandId);
  }

  #end(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#publish();
  }

  #publish(): void {
    const now = this.#entries.map((entry) => entry.pending);
    const before = this.pending.get();
    if (now.length !== before.length || now.some((pending, i) => pending !== before[i])) this.pending.set(now);
  }
}

function change(entry: Entry, change: Partial<PendingCommand>): void {
  entry.pending = { ...entry.pending, ...change };
}

function closed(): HubError {
  return new HubError("closed", "the hub object was closed", false);
}
