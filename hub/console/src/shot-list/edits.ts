import * as Y from "yjs";
import type { LinkKind } from "./links";
import { ranksBetween } from "./ranks";

/** The two kinds of rows of a shot list's document. */
export type Of = "scenes" | "shots";
export type Plain = string | number | null;

/** A row as plain values; products and models as rank by id. */
export interface RowValues {
  readonly [key: string]: Plain | Readonly<Record<string, string>>;
}

/** What somebody wants written. */
export type Write =
  | { readonly do: "set"; readonly of: Of; readonly row: string; readonly key: string; readonly value: Plain }
  | { readonly do: "insert"; readonly of: Of; readonly row: string; readonly values: RowValues }
  | { readonly do: "delete"; readonly of: Of; readonly row: string }
  /** Rank null: the product or model is taken off the shot; `last`: it comes behind whatever the shot is linked with by then. */
  | { readonly do: "link"; readonly kind: LinkKind; readonly row: string; readonly id: string; readonly rank: string | typeof LAST | null };

/** A place in the order of a shot's links, not a rank. */
export const LAST = Symbol("last");

/** What a write changed, with what was there before; undefined: nothing. */
export type Change =
  | { readonly what: "cell"; readonly of: Of; readonly row: string; readonly key: string; readonly before: unknown; readonly after: unknown }
  | { readonly what: "link"; readonly kind: LinkKind; readonly row: string; readonly id: string; readonly before: unknown; readonly after: unknown }
  | { readonly what: "row"; readonly of: Of; readonly row: string; readonly before: RowValues | undefined; readonly after: RowValues | undefined };

/** Marks transactions of this person's own hand, and so what can be undone here. */
export const OWN = "own edit";

type Row = Y.Map<unknown>;

export function rowOf(doc: Y.Doc, of: Of, id: string): Row | null {
  const row = doc.getMap(of).get(id);
  return row instanceof Y.Map ? (row as Row) : null;
}

function valuesOf(row: Row): RowValues {
  return row.toJSON() as RowValues;
}

function makeRow(values: RowValues): Row {
  const row: Row = new Y.Map();
  for (const [key, value] of Object.entries(values)) {
    if (value !== null && typeof value === "object") row.set(key, new Y.Map(Object.entries(value)));
    else row.set(key, value);
  }
  return row;
}

function setCell(map: Y.Map<unknown>, key: string, value: unknown): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

/** A shot's products or models; made when the first one is written. */
function linksIn(row: Row, kind: LinkKind, make: boolean): Y.Map<unknown> | null {
  const links = row.get(kind);
  if (links instanceof Y.Map) return links as Y.Map<unknown>;
  if (!make) return null;
  const made = new Y.Map<unknown>();
  row.set(kind, made);
  return made;
}

/** Writes all of it as one step that others see whole, and tells what changed. What is as wanted already is left alone. */
export function write(doc: Y.Doc, writes: readonly Write[]): Change[] {
  const changes: Change[] = [];
  doc.transact(() => {
    for (const wanted of writes) {
      const change = writeOne(doc, wanted);
      if (change) changes.push(change);
    }
  }, OWN);
  return changes;
}

/** A rank behind all of a shot's links of one kind. */
function behind(links: Y.Map<unknown> | null): string {
  const ranks = [...(links?.values() ?? [])].filter((rank) => typeof rank === "string").sort((a, b) => (a < b ? -1 : 1));
  return ranksBetween(ranks.at(-1) ?? null, null, 1)![0]!;
}

function writeOne(doc: Y.Doc, wanted: Write): Change | null {
  switch (wanted.do) {
    case "set": {
      const row = rowOf(doc, wanted.of, wanted.row);
      // Somebody has deleted it meanwhile.
      if (!row) return null;
      const before = row.get(wanted.key);
      if (before === wanted.value || (before === undefined && wanted.value === null)) return null;
      row.set(wanted.key, wanted.value);
      return { what: "cell", of: wanted.of, row: wanted.row, key: wanted.key, before, after: wanted.value };
    }
    case "link": {
      const { kind, id } = wanted;
      const row = rowOf(doc, "shots", wanted.row);
      const links = row && linksIn(row, kind, false);
      const before = links?.get(id) ?? undefined;
      const after = (wanted.rank === LAST ? (before ?? behind(links)) : wanted.rank) ?? undefined;
      if (!row || before === after) return null;
      setCell(linksIn(row, kind, true)!, id, after);
      return { what: "link", kind, row: wanted.row, id, before, after };
    }
    case "insert":
    case "delete": {
      const rows = doc.getMap(wanted.of);
      const row = rowOf(doc, wanted.of, wanted.row);
      const before = row ? valuesOf(row) : undefined;
      const after = wanted.do === "insert" ? wanted.values : undefined;
      if (before === undefined && after === undefined) return null;
      if (after) rows.set(wanted.row, makeRow(after));
      else rows.delete(wanted.row);
      return { what: "row", of: wanted.of, row: wanted.row, before, after };
    }
  }
}

/** A change that could not be taken back, because somebody else has written there since. */
export interface Kept {
  readonly change: Change;
  /** The Yjs client that wrote last, where that can be told. */
  readonly client: number | null;
}

/** Takes changes back, or does them again: each only where the document still says what it said after (before) them. */
export function revert(doc: Y.Doc, changes: readonly Change[], direction: "undo" | "redo"): { reverted: Change[]; kept: Kept[] } {
  const reverted: Change[] = [];
  const kept: Kept[] = [];
  const ordered = direction === "undo" ? [...changes].reverse() : changes;
  doc.transact(() => {
    for (const change of ordered) {
      const [from, to] = direction === "undo" ? [change.after, change.before] : [change.before, change.after];
      const client = revertOne(doc, change, from, to);
      if (client === undefined) reverted.push(change);
      else kept.push({ change, client });
    }
  }, OWN);
  // In the order in which they were made, for the next time.
  return { reverted: direction === "undo" ? reverted.reverse() : reverted, kept };
}

/** Undefined: done. Otherwise who stands in the way. */
function revertOne(doc: Y.Doc, change: Change, from: unknown, to: unknown): number | null | undefined {
  if (change.what === "row") {
    const rows = doc.getMap(change.of);
    const row = rowOf(doc, change.of, change.row);
    if (!same(row ? valuesOf(row) : undefined, from)) return row ? newest(row) : writerOf(rows, change.row);
    if (to === undefined) rows.delete(change.row);
    else rows.set(change.row, makeRow(to as RowValues));
    return undefined;
  }
  const row = rowOf(doc, change.what === "cell" ? change.of : "shots", change.row);
  if (!row) return writerOf(doc.getMap(change.what === "cell" ? change.of : "shots"), change.row);
  if (change.what === "cell") {
    if (row.get(change.key) !== from) return writerOf(row, change.key);
    setCell(row, change.key, to);
    return undefined;
  }
  const links = linksIn(row, change.kind, false);
  if (links?.get(change.id) !== from) return links ? writerOf(links, change.id) : null;
  setCell(links ?? linksIn(row, change.kind, true)!, change.id, to);
  return undefined;
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [left, right] = [present(a), present(b)];
  return left.length === right.length && left.every(([key, value]) => same(value, (b as Record<string, unknown>)[key]));
}

/** A cell that is null and one that is not there say the same, and so do no products and no models. */
function present(row: object): [string, unknown][] {
  return Object.entries(row).filter(([, value]) => value !== null && value !== undefined && !(typeof value === "object" && Object.keys(value as object).length === 0));
}

/** Whose hand wrote a key of a map last; null where nobody did, or nobody can tell. */
export function writerOf(map: Y.Map<unknown>, key: string): number | null {
  const item = map._map.get(key);
  // Of what was deleted the document knows who wrote it, and not who deleted it.
  return item && !item.deleted ? item.id.client : null;
}

/** Who wrote any of a row's cells last, by the clocks that their writers share. */
function newest(row: Row): number | null {
  const foreign = [...row._map.values()].map((item) => item.id.client).filter((client) => client !== row.doc?.clientID);
  return foreign.at(-1) ?? null;
}
