import type { Tables } from "./contract.js";
import type { Change } from "./generated/frames.js";

type Row = Readonly<Record<string, unknown>>;

/** Key columns of tables without an `id`. */
const KEY_COLUMNS: Readonly<Record<string, string>> = {
  event_counters: "event_id",
  tier_counters: "ticket_tier_id",
  gate_counters: "gate_id",
};

/** The key of a row as snapshots hold it, or null when its table is unknown and has no `id`. */
export function keyOf(table: string, row: Row): string | null {
  const key = row[KEY_COLUMNS[table] ?? "id"];
  return typeof key === "string" ? key : null;
}

/**
 * The rows of a topic. What {@link view} has handed out never changes; a table is copied at its first change after
 * that, so a burst that nobody looks at in between costs no copies.
 */
export class TableStore {
  #tables = new Map<string, Map<string, Row>>();
  readonly #unseen = new Set<string>();
  #view: Tables | null = null;

  /** Everything, as it is now: the same object until something changes. */
  view(): Tables {
    if (this.#view === null) {
      this.#view = new Map(this.#tables);
      this.#unseen.clear();
    }
    return this.#view;
  }

  /** Forgets everything. */
  clear(): void {
    this.#tables = new Map();
    this.#unseen.clear();
    this.#view = null;
  }

  /** Replaces everything. Returns the names of tables whose rows have no known key. */
  replace(tables: Readonly<Record<string, readonly Row[]>>): string[] {
    this.clear();
    const unkeyed: string[] = [];
    for (const [name, rows] of Object.entries(tables)) {
      const byKey = new Map<string, Row>();
      for (const row of rows) {
        const key = keyOf(name, row);
        if (key !== null) byKey.set(key, row);
        else if (!unkeyed.includes(name)) unkeyed.push(name);
      }
      this.#tables.set(name, byKey);
      this.#unseen.add(name);
    }
    return unkeyed;
  }

  /** Applies the changes of one commit. False when one of them changes a row that is not here. */
  apply(changes: readonly Change[]): boolean {
    let complete = true;
    for (const { table, key, op, row = {} } of changes) {
      const before = this.#tables.get(table)?.get(key);
      if (op === "insert") this.#own(table).set(key, row);
      else if (op === "delete") before && this.#own(table).delete(key);
      else if (before) this.#own(table).set(key, { ...before, ...row });
      else complete = false;
    }
    return complete;
  }

  #own(name: string): Map<string, Row> {
    this.#view = null;
    const table = this.#tables.get(name);
    if (table && this.#unseen.has(name)) return table;
    const own = new Map(table);
    this.#tables.set(name, own);
    this.#unseen.add(name);
    return own;
  }
}
