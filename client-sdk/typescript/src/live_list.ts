import type { Hub, Room, RoomTarget } from "./contract.js";
import { TABLE_FACTS } from "./database.js";
import { HubError } from "./errors.js";
import type { Commit, Cursor } from "./generated/frames.js";
import { firstRows, type KeyedRow } from "./list.js";
import { type PlainCondition, type PlainQuery, plain } from "./query_text.js";
import type { ListColumn, LiveTable, RowOfQuery, SavedQuery } from "./saved_query.js";
import { type Signal, Value } from "./signal.js";

/** Two reads begin at least this far apart, ms: what is committed in between is read together. */
const READ_SPACING_MS = 100;
/** Commits are told at most this often, times a second; more would only be merged here. */
const RATE = 1000 / READ_SPACING_MS;
/** A read that takes longer is given up and tried again, ms. */
const READ_TIMEOUT_MS = 15_000;
/** Waits between reads that failed, ms. */
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10_000;
/** Rows of a live list; the hub cuts answers at this number. */
const MOST_ROWS = 1000;
/** Rows that may go during one read before it is easier to read again. */
const MOST_GONE = 1000;

/**
 * How the rows are.
 * - `loading`: nothing was read yet
 * - `live`: they are what the hub answers after the commit of `cursor`
 * - `behind`: something was committed since, and is being read
 * - `stale`: no link to the hub; they are what they were
 * - `denied`: the hub does not show them (any more); there are none
 */
export type LiveListStatus = "loading" | "live" | "behind" | "stale" | "denied";

/** A live list, to be shown. */
export interface LiveListState<Row> {
  readonly status: LiveListStatus;
  /** In the order of the query. None of them is one that a commit up to the newest seen has deleted. */
  readonly rows: readonly Row[];
  /** The position in the topic that the rows show, or a later one; null before the first read. */
  readonly cursor: Cursor | null;
  /** There are more rows than are shown: see {@link LiveList.more}. */
  readonly more: boolean;
  /** Why the last read failed, or the rows were denied. */
  readonly error: HubError | null;
}

/** The first rows of a saved query, kept true. */
export interface LiveList<Row> {
  readonly state: Signal<LiveListState<Row>>;
  /** Resolves when rows have been read, rejects when they are denied. */
  readonly ready: Promise<void>;
  /** Shows a page more, 1,000 rows at most. */
  more(): void;
  /** Ends it, and its part in the subscription. The rows stay as they are. */
  close(): void;
}

/**
 * Follows the rows of a saved query that belong to a topic. Whatever the topic tells of the table is followed by a read
 * of what is shown, so that the hub alone decides what passes the query, in which order, and who sees it.
 */
export function liveList<K extends RoomTarget["kind"], T extends LiveTable<K>, C extends ListColumn<T>>(
  hub: Hub,
  target: { kind: K; id: string },
  query: SavedQuery<T, C>,
): LiveList<RowOfQuery<SavedQuery<T, C>>> {
  return new Following(hub, target, plain(query));
}

/** The conditions that pick a topic's rows of a table. */
export function topicConditions(table: PlainQuery["table"], target: RoomTarget): PlainCondition[] {
  const topics: { readonly [kind in RoomTarget["kind"]]?: string | readonly string[] } = TABLE_FACTS[table].topics;
  const rows = topics[target.kind];
  if (rows === undefined) throw new RangeError(`rows of ${table} are not live in the topic of an ${target.kind}`);
  if (typeof rows === "string") return [{ column: rows, is: "eq", value: target.id }];
  return [{ column: "organization_id", is: "eq", value: target.id }, ...rows.map((column) => ({ column, is: "null" }))];
}

class Following<Row> implements LiveList<Row> {
  readonly state: Value<LiveListState<Row>>;
  readonly ready: Promise<void>;
  readonly #hub: Hub;
  readonly #room: Room;
  readonly #query: PlainQuery;
  readonly #ends: (() => void)[];
  #settle!: { resolve: () => void; reject: (error: HubError) => void };
  #rows: readonly KeyedRow[] = [];
  #size: number;
  /** Counts what asks for a read; `#shown` is the count that the rows show. */
  #asked = 0;
  #shown = 0;
  /** Rows deleted while a read is on its way: its answer may be older than that. */
  #gone: Set<string> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastReadAt = -Infinity;
  #failures = 0;
  #cursor: Cursor | null = null;
  #more = false;
  #error: HubError | null = null;
  #refused = false;
  #abort: AbortController | null = null;
  #wasLive = false;
  #closed = false;

  constructor(hub: Hub, target: RoomTarget, query: PlainQuery) {
    const conditions = topicConditions(query.table, target);
    this.#hub = hub;
    this.#query = { ...query, where: [...(query.where ?? []), ...conditions] };
    this.#size = Math.min(MOST_ROWS, query.pageSize ?? 50);
    this.state = new Value({ status: "loading", rows: [], cursor: null, more: false, error: null });
    this.ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever does not wait for it learns from `state`.
    this.ready.catch(() => undefined);
    // The room first, and reads only when it is there: no commit can fall between the read and what follows it.
    this.#room = hub.join(target, { tables: [query.table], rate: RATE });
    this.#ends = [
      this.#room.on("snapshot", () => this.#replaced()),
      this.#room.on("commit", (commit) => this.#committed(commit)),
      this.#room.status.subscribe(() => this.#roomChanged()),
      hub.status.subscribe(() => this.#linkChanged()),
    ];
    this.#roomChanged();
    this.#linkChanged();
  }

  more(): void {
    const size = Math.min(MOST_ROWS, this.#size + (this.#query.pageSize ?? 50));
    if (!this.#more || size === this.#size) return;
    this.#size = size;
    this.#ask();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const end of this.#ends) end();
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#room.leave();
    this.#settle.reject(new HubError("closed", "the list was closed", false));
  }

  /** The room holds all rows of the topic: what is not in it is gone. */
  #replaced(): void {
    const there = this.#room.rows(this.#query.table);
    this.#rows = this.#rows.filter(({ key }) => there.has(key));
    // The answer of a read that is on its way may show any of them.
    this.#abort?.abort();
    this.#ask();
  }

  #committed(commit: Commit): void {
    let concerned = false;
    for (const { table, key, op } of commit.changes) {
      if (table !== this.#query.table) continue;
      concerned = true;
      if (op === "delete") {
        this.#gone?.add(key);
        this.#rows = this.#rows.filter((row) => row.key !== key);
      } else if (op === "insert") {
        this.#gone?.delete(key);
      }
    }
    if (this.#gone !== null && this.#gone.size > MOST_GONE) this.#abort?.abort();
    if (concerned) this.#ask();
  }

  #roomChanged(): void {
    const status = this.#room.status.get();
    if (status === "denied") {
      this.#forget(this.#room.error ?? new HubError("forbidden", "the topic is not shown", false));
    } else if (status === "live" && !this.#wasLive) {
      // What was missed comes as commits, which may take a moment; a read shows it at once.
      this.#ask();
    }
    this.#wasLive = status === "live";
    this.#publish();
  }

  /** A login or a membership that has ended ends every topic at once. */
  #linkChanged(): void {
    const { state, error } = this.#hub.status.get();
    if (state !== "denied" || this.#refused) return;
    this.#forget(error ?? new HubError("forbidden", "the hub does not take the token", false));
  }

  #ask(): void {
    this.#asked += 1;
    this.#schedule(0);
    this.#publish();
  }

  #schedule(wait: number): void {
    if (this.#closed || this.#gone !== null || this.#shown === this.#asked || this.#room.status.get() !== "live") return;
    clearTimeout(this.#timer);
    const spacing = this.#lastReadAt + READ_SPACING_MS - performance.now();
    this.#timer = setTimeout(() => void this.#read(), Math.max(0, wait, spacing));
  }

  async #read(): Promise<void> {
    if (this.#closed || this.#gone !== null || this.#room.status.get() !== "live") return;
    const [asked, cursor, size] = [this.#asked, this.#room.cursor, this.#size];
    const gone = new Set<string>();
    const abort = new AbortController();
    const timeout = setTimeout(() => abort.abort(), READ_TIMEOUT_MS);
    this.#gone = gone;
    this.#abort = abort;
    this.#refused = false;
    this.#lastReadAt = performance.now();
    let failure: HubError | null = null;
    try {
      const found = await firstRows(this.#hub.http, this.#query, Math.min(MOST_ROWS, size + 1), abort.signal);
      if (!abort.signal.aborted && !this.#refused) {
        this.#rows = kept(this.#rows, found.slice(0, size).filter(({ key }) => !gone.has(key)));
        this.#more = found.length > size || (size === MOST_ROWS && found.length === MOST_ROWS);
        this.#cursor = cursor;
        this.#shown = asked;
      }
    } catch (cause) {
      failure = cause instanceof HubError ? cause : new HubError("internal", String(cause), false);
    } finally {
      clearTimeout(timeout);
      this.#gone = null;
      this.#abort = null;
    }
    if (this.#closed) return;
    this.#outcome(failure, abort.signal.aborted);
  }

  #outcome(failure: HubError | null, aborted: boolean): void {
    if (failure !== null && !failure.retryable) return this.#forget(failure);
    this.#error = aborted ? null : failure;
    this.#failures = failure === null || aborted ? 0 : this.#failures + 1;
    const retry = this.#failures === 0 ? 0 : Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (this.#failures - 1));
    this.#publish();
    if (this.#cursor !== null) this.#settle.resolve();
    this.#schedule(retry);
  }

  /** Nothing stays of what may not be seen. The next change, or the next link, asks again. */
  #forget(error: HubError): void {
    this.#refused = true;
    this.#rows = [];
    this.#more = false;
    this.#cursor = null;
    this.#error = error;
    this.#shown = this.#asked;
    this.#publish();
    this.#settle.reject(error);
  }

  #publish(): void {
    const rows = this.#rows.map(({ row }) => row as Row);
    const before = this.state.get();
    const same = rows.length === before.rows.length && rows.every((row, n) => row === before.rows[n]);
    const state: LiveListState<Row> = {
      status: this.#statusNow(),
      rows: same ? before.rows : rows,
      cursor: this.#cursor,
      more: this.#more,
      error: this.#error,
    };
    const isNew = (Object.keys(state) as (keyof typeof state)[]).some((part) => state[part] !== before[part]);
    if (isNew) this.state.set(state);
  }

  #statusNow(): LiveListStatus {
    if (this.#refused) return "denied";
    if (this.#cursor === null) return "loading";
    if (this.#room.status.get() !== "live") return "stale";
    return this.#shown === this.#asked ? "live" : "behind";
  }
}

/** What was read; a row that did not change is the same object as before. */
function kept(before: readonly KeyedRow[], read: readonly KeyedRow[]): KeyedRow[] {
  const known = new Map(before.map((row) => [row.key, row]));
  return read.map((row) => {
    const old = known.get(row.key);
    return old && JSON.stringify(old.row) === JSON.stringify(row.row) ? old : row;
  });
}
