import { TABLE_FACTS } from "./database.js";
import type { ListColumn, ListTable, SavedQuery } from "./saved_query.js";

/** The column in which an answer carries a row's key, beside the columns that were asked for. */
export const KEY_ALIAS = "_key";

/** Words of a search beyond these are left out. */
const MOST_WORDS = 20;

/** A saved query without its types: what it is on the wire does not depend on them. */
export interface PlainQuery {
  readonly table: ListTable;
  readonly columns: readonly string[];
  readonly where?: readonly PlainCondition[];
  readonly order?: readonly PlainOrder[];
  readonly pageSize?: number;
  readonly search?: string;
}
export type PlainCondition =
  | { column: string; is: string; value?: unknown }
  | { any: readonly PlainCondition[] }
  | { all: readonly PlainCondition[] };
interface PlainOrder {
  column: string;
  descending?: boolean;
  nulls?: "first" | "last";
}

/** A saved query as the wire has it. */
export function plain<T extends ListTable, C extends ListColumn<T>>(query: SavedQuery<T, C>): PlainQuery {
  return query as unknown as PlainQuery;
}

/** A term of an order with nothing left open. */
export interface Term {
  column: string;
  descending: boolean;
  nullsFirst: boolean;
}

/**
 * A place in an ordered list: the values of the columns it is ordered by, as the database writes them, the key last.
 * It is JSON, and good for as long as the order is the same, also when its row is gone.
 */
export type Place = readonly (string | null)[];

/** The order of a query, with the key behind it; turned around for walking back. */
export function termsOf(query: PlainQuery, backwards = false): Term[] {
  const { key } = TABLE_FACTS[query.table];
  const asked: readonly PlainOrder[] = query.order ?? [];
  const last = asked.findIndex(({ column }) => column === key);
  // What stands behind the key orders nothing.
  const wanted: readonly PlainOrder[] = last < 0 ? [...asked, { column: key }] : asked.slice(0, last + 1);
  return wanted.map(({ column, descending = false, nulls }) => ({
    column,
    descending: descending !== backwards,
    nullsFirst: (nulls === undefined ? descending : nulls === "first") !== backwards,
  }));
}

/** The `order` parameter. */
export function orderText(terms: readonly Term[]): string {
  return terms
    .map((term) => `${term.column}.${term.descending ? "desc" : "asc"}.${term.nullsFirst ? "nullsfirst" : "nullslast"}`)
    .join(",");
}

/**
 * The `select` parameter. What the rows are ordered by comes along as text, because a number may be longer than
 * JavaScript keeps it.
 */
export function selectText(query: PlainQuery, terms: readonly Term[]): string {
  const { key } = TABLE_FACTS[query.table];
  return [...query.columns, `${KEY_ALIAS}:${key}::text`, ...terms.map((term, n) => `_at${n}:${term.column}::text`)].join(",");
}

/** Where a row of an answer stands. */
export function placeOf(row: Readonly<Record<string, unknown>>, terms: readonly Term[]): Place {
  return terms.map((_, n) => row[`_at${n}`] as string | null);
}

/** A row of an answer without what was asked for on the way. */
export function bare(row: Readonly<Record<string, unknown>>, columns: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(columns.map((column) => [column, row[column]]));
}

/** The `and` parameter: conditions, words and a place to go on behind; undefined when all rows are meant. */
export function filterText(query: PlainQuery, more: readonly string[] = []): string | undefined {
  const parts = (query.where ?? []).map(conditionText);
  const words = query.search === undefined ? "" : wordsText(query.search);
  if (words !== "") parts.push(`search.fts.${quoted(words)}`);
  parts.push(...more);
  return parts.length === 0 ? undefined : `(${parts.join(",")})`;
}

/** Rows behind a place. */
export function behind(terms: readonly Term[], place: Place): string {
  const alternatives: string[] = [];
  const same: string[] = [];
  terms.forEach((term, n) => {
    const value = place[n] ?? null;
    const further = furtherText(term, value);
    if (further !== null) alternatives.push(same.length === 0 ? further : `and(${[...same, further].join(",")})`);
    same.push(value === null ? `${term.column}.is.null` : `${term.column}.eq.${quoted(value)}`);
  });
  return `or(${alternatives.join(",")})`;
}

/** What stands behind a value by one column alone; null: nothing does. */
function furtherText({ column, descending, nullsFirst }: Term, value: string | null): string | null {
  if (value === null) return nullsFirst ? `${column}.not.is.null` : null;
  const beyond = `${column}.${descending ? "lt" : "gt"}.${quoted(value)}`;
  return nullsFirst ? beyond : `or(${beyond},${column}.is.null)`;
}

/** One condition as it stands in a group. */
export function conditionText(condition: PlainCondition): string {
  if ("any" in condition) return groupText("or", condition.any);
  if ("all" in condition) return groupText("and", condition.all);
  const { column, is, value } = condition;
  switch (is) {
    case "null":
      return `${column}.is.null`;
    case "not_null":
      return `${column}.not.is.null`;
    case "in":
      return `${column}.in.(${(value as readonly unknown[]).map((item) => quoted(String(item))).join(",")})`;
    case "has":
      return `${column}.cs.${quoted(`{${(value as readonly unknown[]).map((item) => quoted(String(item))).join(",")}}`)}`;
    case "contains":
      return `${column}.cs.${quoted(JSON.stringify(value))}`;
    case "has_text":
      return `${column}.imatch.${quoted(String(value).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))}`;
    default:
      return `${column}.${is}.${quoted(String(value))}`;
  }
}

/** Of no conditions, none fails and none holds; the dialect has no empty group. */
function groupText(name: "and" | "or", conditions: readonly PlainCondition[]): string {
  if (conditions.length === 0) throw new RangeError(`a group of conditions is empty: ${name === "or" ? "any" : "all"}`);
  return `${name}(${conditions.map(conditionText).join(",")})`;
}

/** A value in double quotes: commas, parentheses and quotes in it mean nothing. */
function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** What somebody typed as a query of Postgres: all words, each perhaps only the beginning of one. */
export function wordsText(typed: string): string {
  return typed
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .slice(0, MOST_WORDS)
    .map((word) => `'${word.replace(/\\/g, "\\\\").replace(/'/g, "''")}':*`)
    .join(" & ");
}
