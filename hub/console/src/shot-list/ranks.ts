import { BASE_62_DIGITS as DIGITS, generateNKeysBetween } from "fractional-indexing";

/** A thing in an order: ranks are compared byte by byte, things of one rank by their ids. */
export interface Ranked {
  readonly id: string;
  readonly rank: string;
}

/** The order of ranks, the same in every browser and in the database. */
export function byRank(a: Ranked, b: Ranked): number {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/**
 * `count` ranks that sort strictly between two others (null: the start, the end), or null where there is no room: no
 * text sorts between `a` and `a0`.
 */
export function ranksBetween(before: string | null, after: string | null, count: number): string[] | null {
  if (before !== null && after !== null && before >= after) return null;
  try {
    const ranks = generateNKeysBetween(before, after, count);
    // Ranks of other makers may stand beside ours; what came of them is used only when it is right.
    if (ascending(before, ranks, after)) return ranks;
  } catch {
    // Not ranks as fractional-indexing writes them.
  }
  const ranks: string[] = [];
  for (let last = before; ranks.length < count; last = ranks.at(-1)!) {
    const next = middle(last ?? "", after);
    if (next === null) return null;
    ranks.push(next);
  }
  return ranks;
}

function ascending(before: string | null, ranks: readonly string[], after: string | null): boolean {
  const all = [...(before === null ? [] : [before]), ...ranks, ...(after === null ? [] : [after])];
  return all.every((rank, n) => rank !== "" && (n === 0 || all[n - 1]! < rank));
}

/** Some text between two; `low` may be empty, `high` null for no bound. */
function middle(low: string, high: string | null): string | null {
  if (high === null) return `${low}V`;
  let at = 0;
  while (at < low.length && low[at] === high[at]) at += 1;
  const to = DIGITS.indexOf(high[at] ?? "");
  if (to < 0 || high[at] === undefined) return null;
  if (at === low.length) {
    if (to > 0) return low + DIGITS[Math.floor(to / 2)]!;
    return high.length > at + 1 ? `${low}0` : null;
  }
  const from = DIGITS.indexOf(low[at]!);
  if (from < 0) return null;
  return to - from > 1 ? low.slice(0, at) + DIGITS[Math.floor((from + to) / 2)]! : `${low}V`;
}

/**
 * The ranks that put `moving` (ids, in their new order) at place `index` among `rest`, which is in order. Where others
 * stand in the way with one rank, as after two people who insert at the same place at once, they get new ones too.
 */
export function place(rest: readonly Ranked[], moving: readonly string[], index: number): Map<string, string> {
  const before = rest[index - 1]?.rank ?? null;
  for (let end = index; end <= rest.length; end += 1) {
    const after = rest[end]?.rank ?? null;
    const between = [...moving, ...rest.slice(index, end).map(({ id }) => id)];
    const ranks = ranksBetween(before, after, between.length);
    if (ranks) return new Map(between.map((id, n) => [id, ranks[n]!]));
  }
  // No room before the first: everybody anew.
  const all = [...rest.slice(0, index).map(({ id }) => id), ...moving, ...rest.slice(index).map(({ id }) => id)];
  const ranks = generateNKeysBetween(null, null, all.length);
  return new Map(all.map((id, n) => [id, ranks[n]!]));
}
