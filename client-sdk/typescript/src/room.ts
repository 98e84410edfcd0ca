import type { JoinOptions, LinkState, OutcomeAck, Room, RoomEvents, RoomStatus, SendOptions, Tables } from "./contract.js";
import { Emitter } from "./emitter.js";
import { HubError } from "./errors.js";
import type {
  Answer,
  ClientFrame,
  Command,
  Cursor,
  PresenceMember,
  Query,
  ServerFrame,
  Topic,
} from "./generated/frames.js";
import type { RowOf, TableName } from "./rows.js";
import { type Signal, Value } from "./signal.js";
import { TableStore } from "./tables.js";

/** Two joins of one topic on one socket are at least this far apart, ms. */
const REJOIN_SPACING_MS = 250;

/** What a room needs of the hub object. */
export interface RoomContext {
  /** Sends on the welcomed socket; does nothing without one. */
  transmit(frame: ClientFrame): void;
  linkState(): LinkState;
  sessionId(): string | null;
  send(topic: Topic, command: Command, options?: SendOptions): Promise<OutcomeAck>;
  query(topic: Topic, query: Query, timeoutMs?: number): Promise<Answer>;
  /** The last join was left. */
  left(room: TopicRoom): void;
}

type Of<T extends ServerFrame["type"]> = Extract<ServerFrame, { type: T }>;

/** A {@link Room}, and what the hub object tells it. */
export class TopicRoom implements Room {
  readonly topic: Topic;
  readonly status = new Value<RoomStatus>("joining");
  readonly ready: Promise<void>;
  readonly presence: Room["presence"];
  readonly tables: Signal<Tables>;
  readonly #context: RoomContext;
  readonly #store = new TableStore();
  readonly #changed = new Value<number>(0);
  readonly #members = new Value<readonly PresenceMember[]>([]);
  readonly #emitter = new Emitter<RoomEvents>();
  #settle!: { resolve: () => void; reject: (error: HubError) => void };
  #cursor: Cursor | null = null;
  #error: HubError | null = null;
  #joins = 0;
  #options: JoinOptions = {};
  /** The hub has answered the join on this socket. */
  #answered = false;
  /** The tables asked for have changed, so a cursor says nothing about the new ones. */
  #fromScratch = false;
  #joinedAt = -Infinity;
  #rejoining: ReturnType<typeof setTimeout> | undefined;
  #shown: { state: unknown } | null = null;

  constructor(topic: Topic, context: RoomContext) {
    this.topic = topic;
    this.#context = context;
    this.ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever does not wait for it learns from `status`.
    this.ready.catch(() => undefined);
    this.tables = { get: () => this.#store.view(), subscribe: this.#changed.subscribe };
    this.presence = {
      members: this.#members,
      set: (state) => {
        this.#shown = { state };
        if (this.#answered) this.#showPresence();
      },
    };
  }

  get cursor(): Cursor | null {
    return this.#cursor;
  }

  get error(): HubError | null {
    return this.#error;
  }

  rows<T extends TableName>(table: T): ReadonlyMap<string, RowOf<T>> {
    return (this.#store.view().get(table) ?? NO_ROWS) as ReadonlyMap<string, RowOf<T>>;
  }

  send(command: Command, options?: SendOptions): Promise<OutcomeAck> {
    return this.#context.send(this.topic, command, options);
  }

  query(query: Query, options: { timeoutMs?: number } = {}): Promise<Answer> {
    return this.#context.query(this.topic, query, options.timeoutMs);
  }

  on<E extends keyof RoomEvents>(event: E, listener: (told: RoomEvents[E]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  /** Counts a join and widens what is received; asks the hub where that changes something. */
  join(options: JoinOptions): void {
    const before = this.#options;
    this.#options = this.#joins === 0 ? options : widest(before, options);
    this.#joins += 1;
    if (this.#joins === 1) return this.#join();
    const moreTables = before.tables?.length !== this.#options.tables?.length;
    if (!moreTables && before.rate === this.#options.rate) return;
    this.#fromScratch ||= moreTables;
    this.#join();
  }

  leave(): void {
    if (this.#joins === 0) return;
    this.#joins -= 1;
    if (this.#joins > 0) return;
    clearTimeout(this.#rejoining);
    this.#context.transmit({ type: "leave", topic: this.topic });
    this.#context.left(this);
    this.#settle.reject(new HubError("closed", "the room was left", false));
    this.#forget();
  }

  /** A new socket was welcomed. */
  up(): void {
    // A denial may have been about the old token.
    this.#error = null;
    this.#joinedAt = -Infinity;
    this.#join();
  }

  /** The socket is gone. */
  down(): void {
    this.#answered = false;
    clearTimeout(this.#rejoining);
    this.#refresh();
  }

  /** Frames were dropped, or not judged under an old token: perhaps the join was among them. */
  resync(): void {
    if (!this.#answered && this.#error === null) this.#join();
  }

  /** The link's state changed. */
  linkChanged(): void {
    this.#refresh();
  }

  snapshot(frame: Of<"snapshot">): void {
    const unkeyed = this.#store.replace(frame.tables);
    this.#cursor = frame.cursor;
    this.#fromScratch = false;
    this.#joined();
    this.#changed.set(this.#changed.get() + 1);
    this.#emitter.emit("snapshot", { cursor: frame.cursor, reason: frame.reason });
    for (const table of unkeyed) {
      this.#emitter.emit("error", new HubError("unkeyed_row", `rows of ${table} have no known key`, false));
    }
    this.#settle.resolve();
  }

  resumed(): void {
    // The cursor stays: nothing was applied since the join that named it.
    this.#joined();
  }

  delta(frame: Of<"delta">): void {
    // Before the answer to a join, only deltas of the subscription before it can come; the answer covers them.
    if (!this.#answered || this.#cursor === null) return;
    const have = this.#cursor.seq;
    if (frame.seq <= have) return;
    if (frame.after > have) return this.#gap(have, frame.after, false);
    const { epoch } = this.#cursor;
    const commits = frame.commits.filter((commit) => commit.seq > have);
    let complete = true;
    for (const commit of commits) {
      complete = this.#store.apply(commit.changes) && complete;
      this.#cursor = { epoch, seq: commit.seq };
      this.#emitter.emit("commit", commit);
      // A listener may have left the room.
      if (!this.#answered) return;
    }
    this.#cursor = { epoch, seq: frame.seq };
    if (commits.length > 0) this.#changed.set(this.#changed.get() + 1);
    this.#emitter.emit("delta", { after: frame.after, seq: frame.seq, commits });
    // A change of a row that never came: only everything anew makes this right.
    if (!complete) this.#gap(frame.seq, frame.seq, true);
  }

  presenceChanged(frame: Of<"presence">): void {
    const gone = new Set([...(frame.left ?? []), ...frame.members.map((member) => member.session_id)]);
    const kept = frame.full ? [] : this.#members.get().filter((member) => !gone.has(member.session_id));
    const own = this.#context.sessionId();
    this.#members.set([...kept, ...frame.members].filter((member) => member.session_id !== own));
  }

  /** The hub said no to the subscription. */
  refused(error: HubError): void {
    if (error.retryable) {
      this.#answered = false;
      this.#refresh();
      return this.#rejoinLater(REJOIN_SPACING_MS);
    }
    // The subscription stands; something said in it was wrong, such as a presence that is too large.
    if (this.#answered && error.code === "invalid_argument") return this.#emitter.emit("error", error);
    this.#error = error;
    this.#forget();
    this.#emitter.emit("error", error);
    this.#settle.reject(error);
  }

  #gap(have: number, after: number, fromScratch: boolean): void {
    this.#fromScratch ||= fromScratch;
    this.#answered = false;
    this.#refresh();
    this.#emitter.emit("gap", { have, after });
    this.#rejoinLater(Math.max(0, this.#joinedAt + REJOIN_SPACING_MS - performance.now()));
  }

  #rejoinLater(wait: number): void {
    clearTimeout(this.#rejoining);
    if (wait <= 0) this.#join();
    else this.#rejoining = setTimeout(() => this.#join(), wait);
  }

  #join(): void {
    if (this.#joins === 0) return;
    clearTimeout(this.#rejoining);
    this.#answered = false;
    this.#joinedAt = performance.now();
    const { tables, rate } = this.#options;
    this.#context.transmit({
      type: "join",
      topic: this.topic,
      ...(this.#cursor && !this.#fromScratch && { since: this.#cursor }),
      ...(tables && { tables: [...tables] }),
      ...(rate !== undefined && { rate }),
    });
    this.#refresh();
  }

  /** Nothing stays of what the principal may no longer see. */
  #forget(): void {
    this.#answered = false;
    this.#cursor = null;
    this.#store.clear();
    this.#members.set([]);
    this.#refresh();
    this.#changed.set(this.#changed.get() + 1);
  }

  #joined(): void {
    this.#answered = true;
    this.#error = null;
    this.#refresh();
    if (this.#shown) this.#showPresence();
  }

  #showPresence(): void {
    this.#context.transmit({ type: "presence", topic: this.topic, state: this.#shown?.state ?? null });
  }

  #refresh(): void {
    if (this.#error) this.status.set("denied");
    else if (this.#cursor === null) this.status.set("joining");
    else this.status.set(this.#answered && this.#context.linkState() === "live" ? "live" : "stale");
  }
}

const NO_ROWS: ReadonlyMap<string, never> = new Map<string, never>();

function widest(a: JoinOptions, b: JoinOptions): JoinOptions {
  return {
    ...(a.tables && b.tables && { tables: [...new Set([...a.tables, ...b.tables])] }),
    ...(a.rate !== undefined && b.rate !== undefined && { rate: Math.max(a.rate, b.rate) }),
  };
}
