import { COLUMNS, type Column } from "./cells";

/** How many colours there are for people; `--color-person-1` and so on. */
export const PERSON_COLOURS = 6;

/** Somebody else in the list. */
export interface Other {
  /** Their Yjs client: one window of theirs. */
  readonly client: number;
  readonly userId: string;
  readonly name: string;
  /** 1 to {@link PERSON_COLOURS}. */
  readonly colour: number;
  readonly cell: { readonly row: string; readonly column: Column } | null;
  readonly rows: readonly string[];
}

/** What one's own window tells the others. */
export interface OwnPresence {
  readonly cell: { readonly row: string; readonly column: Column } | null;
  /** Lines that are selected, where there are several; at most {@link MOST_ROWS_SHOWN}. */
  readonly selection: readonly string[] | null;
  readonly lock: string | null;
}

/** Presence is small. */
export const MOST_ROWS_SHOWN = 50;

/** Everybody's colour follows from who they are, so that it is the same on all screens. */
export function colourOf(userId: string): number {
  let sum = 0;
  for (const char of userId) sum = (sum * 31 + char.codePointAt(0)!) >>> 0;
  return (sum % PERSON_COLOURS) + 1;
}

const record = (value: unknown): Record<string, unknown> => (typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {});

/** A state of another window as it came over the wire; null when it says nobody. */
export function readPresence(client: number, state: unknown): Other | null {
  const user = record(record(state).user);
  if (typeof user.id !== "string") return null;
  const cell = record(record(state).cell);
  const column = COLUMNS.find((known) => known === cell.column);
  const selection = record(state).selection;
  return {
    client,
    userId: user.id,
    name: typeof user.name === "string" && user.name !== "" ? user.name.slice(0, 80) : "Somebody",
    colour: colourOf(user.id),
    cell: typeof cell.row === "string" && column ? { row: cell.row, column } : null,
    rows: Array.isArray(selection) ? selection.filter((row): row is string => typeof row === "string").slice(0, MOST_ROWS_SHOWN) : [],
  };
}

/** `AD` of Ada Demir. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => Array.from(word ?? "")[0] ?? "").join("").toUpperCase();
}
