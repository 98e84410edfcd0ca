import { HubError } from "./errors.js";
import type { HttpClient, QueryValues } from "./http.js";
import {
  bare,
  behind,
  filterText,
  KEY_ALIAS,
  orderText,
  type Place,
  type PlainQuery,
  plain,
  placeOf,
  selectText,
  termsOf,
} from "./query_text.js";
import type { ListColumn, ListTable, RowOfQuery, SavedQuery } from "./saved_query.js";

const PAGE_SIZE = 50;
/** One row more than a page is asked for, to know whether there are more; an answer has 1,000 at most. */
const MOST_OF_A_PAGE = 500;

/** Rows that stand together in a list. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Where the first and the last of them stand; null when there are none. */
  readonly first: Place | null;
  readonly last: Place | null;
  /** More rows stood in the direction that was asked for. */
  readonly more: boolean;
  /** The rows behind these, as they are by then; null when there are none. */
  next(): Promise<Page<Row> | null>;
  /** The rows before these, as they are by then; null when there are none. */
  previous(): Promise<Page<Row> | null>;
}

/** Where a page begins or ends; neither: at the start. */
export interface PageOptions {
  /** Behind this place. */
  after?: Place;
  /** Before this place, the nearest rows. */
  before?: Place;
  signal?: AbortSignal;
}

/** One row of an answer with its key. */
export interface KeyedRow {
  readonly key: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/**
 * The rows of a saved query, page by page, from where the last page ended and not by counting: rows that come and go
 * meanwhile make no row appear twice or be left out. (One that moves behind that place is met there again.)
 */
export class List<Row> {
  readonly #http: HttpClient;
  readonly #query: PlainQuery;

  /** @throws RangeError for a page size that the hub does not give. */
  constructor(http: HttpClient, query: PlainQuery) {
    this.#http = http;
    this.#query = query;
    const size = this.#pageSize;
    if (!Number.isInteger(size) || size < 1 || size > MOST_OF_A_PAGE) {
      throw new RangeError(`a page has 1 to ${MOST_OF_A_PAGE} rows, not ${size}`);
    }
  }

  /** One page. */
  async page(options: PageOptions = {}): Promise<Page<Row>> {
    const { after, before, signal } = options;
    const backwards = after === undefined && before !== undefined;
    const terms = termsOf(this.#query, backwards);
    const from = after ?? before;
    if (from !== undefined && from.length !== terms.length) {
      throw new RangeError("the place is one of another order");
    }
    const size = this.#pageSize;
    const found = await fetchRows(this.#http, this.#query, {
      order: orderText(terms),
      select: selectText(this.#query, terms),
      and: filterText(this.#query, from === undefined ? [] : [behind(terms, from)]),
      limit: size + 1,
    }, signal);
    const kept = found.slice(0, size);
    if (backwards) kept.reverse();
    const places = kept.map((row) => placeOf(row, terms));
    const [first, last] = [places[0] ?? null, places.at(-1) ?? null];
    const follow = async (next: PageOptions) => {
      const page = await this.page(next);
      return page.rows.length === 0 ? null : page;
    };
    return {
      rows: kept.map((row) => bare(row, this.#query.columns) as Row),
      first,
      last,
      more: found.length > size,
      next: async () => (last === null ? null : follow({ after: last })),
      previous: async () => (first === null ? null : follow({ before: first })),
    };
  }

  /** All pages from a place on, or from the start; ends with the first that has nothing behind it. */
  async *pages(options: { after?: Place; signal?: AbortSignal } = {}): AsyncGenerator<Page<Row>, void> {
    let after = options.after;
    for (;;) {
      const page = await this.page({ ...options, ...(after && { after }) });
      if (page.rows.length > 0) yield page;
      if (!page.more || page.last === null) return;
      after = page.last;
    }
  }

  /** How many rows there are now. */
  async count(signal?: AbortSignal): Promise<number> {
    const query = { select: selectText({ ...this.#query, columns: [] }, []), and: filterText(this.#query), limit: 1 };
    const headers = { prefer: "count=exact" };
    const response = await this.#http.request("HEAD", pathOf(this.#query), query, undefined, {
      headers,
      ...(signal && { signal }),
    });
    const total = Number(/\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1]);
    if (Number.isNaN(total)) throw new HubError("http_error", "the answer has no count", true, response.status);
    return total;
  }

  get #pageSize(): number {
    return this.#query.pageSize ?? PAGE_SIZE;
  }
}

/** The pages of a saved query. `http` is {@link Hub.http}. */
export function list<T extends ListTable, C extends ListColumn<T>>(
  http: HttpClient,
  query: SavedQuery<T, C>,
): List<RowOfQuery<SavedQuery<T, C>>> {
  return new List(http, plain(query));
}

/** The first rows of a query that pass some more conditions, with their keys. */
export async function firstRows(
  http: HttpClient,
  query: PlainQuery,
  limit: number,
  signal: AbortSignal,
): Promise<KeyedRow[]> {
  const terms = termsOf(query);
  const asked = { order: orderText(terms), select: selectText(query, []), and: filterText(query), limit };
  const rows = await fetchRows(http, query, asked, signal);
  return rows.map((row) => ({ key: row[KEY_ALIAS] as string, row: bare(row, query.columns) }));
}

async function fetchRows(
  http: HttpClient,
  query: PlainQuery,
  asked: QueryValues,
  signal?: AbortSignal,
): Promise<Record<string, unknown>[]> {
  const response = await http.request("GET", pathOf(query), asked, undefined, { ...(signal && { signal }) });
  try {
    return (await response.json()) as Record<string, unknown>[];
  } catch {
    throw new HubError("http_error", `${pathOf(query)}: the answer is not JSON`, true, response.status);
  }
}

function pathOf(query: PlainQuery): string {
  return `/rest/v1/${encodeURIComponent(query.table)}`;
}
