import type { AuditEntry } from "@fashionos/hub";

/** A column of a change, as text; null: there was nothing. */
export interface Difference {
  column: string;
  before: string | null;
  after: string | null;
}

/** Columns that say only that something changed. */
const NOISE = new Set(["id", "organization_id", "rev", "updated_at", "created_at"]);
const LONGEST = 160;

/** What a change says, column by column; of a whole row only what it holds. */
export function differences(entry: Pick<AuditEntry, "old" | "new">): Difference[] {
  const columns = new Set([...Object.keys(entry.old ?? {}), ...Object.keys(entry.new ?? {})]);
  return [...columns]
    .filter((column) => !NOISE.has(column))
    .map((column) => ({ column, before: text(entry.old?.[column]), after: text(entry.new?.[column]) }))
    .filter(({ before, after }) => before !== null || after !== null);
}

function text(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const said = typeof value === "string" ? value : JSON.stringify(value);
  return said.length > LONGEST ? `${said.slice(0, LONGEST)}…` : said;
}
