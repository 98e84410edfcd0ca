import type { Database, Json, TABLE_FACTS, Tables } from "./database.js";

type Facts = typeof TABLE_FACTS;

/** A table that lists can be made of. */
export type ListTable = keyof Facts & keyof Database["public"]["Tables"];

/** A column that lists can show. Words for full-text search are for {@link SavedQuery.search}. */
export type ListColumn<T extends ListTable> = Exclude<keyof Tables<T> & string, "search">;

/** A column that lists can be sorted by: not a sealed one, whose values the database cannot compare. */
export type SortColumn<T extends ListTable> = Exclude<ListColumn<T>, Facts[T]["sealed"][number]>;

/** A table with words for full-text search. */
export type SearchedTable = { [T in ListTable]: "search" extends keyof Tables<T> ? T : never }[ListTable];

/** A table whose rows are live in topics of a kind. */
export type LiveTable<K extends "event" | "organization" | "project"> = {
  [T in ListTable]: K extends keyof Facts[T]["topics"] ? T : never;
}[ListTable];

type Value<T extends ListTable, C extends ListColumn<T>> = NonNullable<Tables<T>[C]>;

/** What can be asked of a sealed column too. */
type Match<V> =
  /** Nothing is equal to null: ask for that by its name. */
  | { is: "eq" | "neq"; value: V }
  /** One of at most 1,000. */
  | { is: "in"; value: readonly V[] }
  | { is: "null" };

type Test<V> =
  | Match<V>
  | { is: "gt" | "gte" | "lt" | "lte"; value: V }
  | { is: "not_null" }
  /** Contains this text, whatever the case. */
  | (V extends string ? { is: "has_text"; value: string } : never)
  /** A list that holds all of these. */
  | (V extends readonly (infer Item)[] ? { is: "has"; value: readonly Item[] } : never);

/** JSON that contains this, as Postgres says: lists their members, objects their properties. */
type TestOfJson = { is: "contains"; value: Json } | { is: "null" | "not_null" };

/** What holds of a row: a test of a column, or several of them of which one is enough, or all are needed. */
export type Condition<T extends ListTable> =
  | {
      [C in ListColumn<T>]: { column: C } & (C extends SortColumn<T>
        ? Json extends Value<T, C> | null
          ? TestOfJson
          : Test<Value<T, C>>
        : Match<Value<T, C>>);
    }[ListColumn<T>]
  | { any: readonly Condition<T>[] }
  | { all: readonly Condition<T>[] };

/** One term of an order. */
export interface Order<T extends ListTable> {
  column: SortColumn<T>;
  /** Default false. */
  descending?: boolean;
  /** Where rows without a value stand. Default: last, of a descending order first, as the database has them. */
  nulls?: "first" | "last";
}

/**
 * A question about the rows of one table, as a value: it can be kept, sent as JSON, and changed by spreading it.
 * A column that is masked for the caller's role reads as null; asking about it is refused.
 */
export interface SavedQuery<T extends ListTable = ListTable, C extends ListColumn<T> = ListColumn<T>> {
  readonly table: T;
  readonly columns: readonly C[];
  /** All of them hold. */
  readonly where?: readonly Condition<T>[];
  /** The key of the table is added, so that no two rows stand in the same place. */
  readonly order?: readonly Order<T>[];
  /** Rows of a page, 1-500; default 50. */
  readonly pageSize?: number;
  /** Words that a row has, or that begin words it has. Without a letter or a digit it asks for nothing. */
  readonly search?: T extends SearchedTable ? string : never;
}

/** The rows that a saved query answers. */
export type RowOfQuery<Q> = Q extends SavedQuery<infer T, infer C> ? Readonly<Pick<Tables<T>, C & keyof Tables<T>>> : never;

/** A saved query whose types are those of what stands in it. */
export function savedQuery<const T extends ListTable, const C extends ListColumn<T>>(
  query: SavedQuery<T, C>,
): SavedQuery<T, C> {
  return query;
}
