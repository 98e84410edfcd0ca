import { STATUSES, type ShotStatus } from "./content";
import { LAST, type Write } from "./edits";
import { duration, linkedIn, type Line } from "./lines";
import { briefs, isLink, LINK_WORDS, type Find, type Known, type Linked, type LinkKind, MOST_LINKED, type OfLinks, partsOf } from "./links";
import { ranksBetween } from "./ranks";

/** The columns of the sheet, in their order. A scene's title stands under `description`, its description under `notes`. */
export const COLUMNS = ["description", "products", "models", "minutes", "status", "notes"] as const;
export type Column = (typeof COLUMNS)[number];

export const COLUMN_NAMES: Record<Column, string> = { description: "Shot", products: "Products", models: "Models", minutes: "Time", status: "Status", notes: "Notes" };
export const STATUS_NAMES: Record<ShotStatus, string> = { todo: "To do", shooting: "Shooting", done: "Done", skipped: "Skipped" };

/** Bounds of a cell's text, in characters, and of an estimate, in minutes. */
export const LONGEST_TITLE = 300;
export const LONGEST_TEXT = 2_000;
export const LONGEST_NOTES = 10_000;
export const LONGEST_SHOT = 24 * 60;

export type CellError = "not_a_time" | "too_long" | "not_a_status" | "unknown_product" | "ambiguous_product" | "unknown_model" | "ambiguous_model" | `too_many_${LinkKind}`;

/** What a text means in a cell. */
export type Parsed =
  | { readonly ok: true; readonly value: string | number | null | readonly string[] }
  | { readonly ok: false; readonly code: CellError; readonly message: string };

const wrong = (code: CellError, message: string): Parsed => ({ ok: false, code, message });

/** `15`, `15 min`, `1:30`, `1h`, `1 h 30`, `1.5h`: minutes; null when it is no time. */
export function parseMinutes(text: string): number | null {
  const match = /^(?:(\d{1,4})\s*(?:m|min|mins|minutes?|['′])?|(\d{1,2}):([0-5]\d)|(\d{1,2}(?:[.,]\d{1,2})?)\s*(?:h|hr|hrs|hours?)(?:\s*(\d{1,2})\s*(?:m|min|['′])?)?)$/i.exec(text.trim());
  if (!match) return null;
  const [, plain, h, m, hours, rest] = match;
  if (plain !== undefined) return Number(plain);
  if (h !== undefined) return Number(h) * 60 + Number(m);
  return Math.round(Number(hours!.replace(",", ".")) * 60) + Number(rest ?? 0);
}

const STATUS_WORDS: Record<string, ShotStatus> = {
  "": "todo", "to do": "todo", open: "todo", planned: "todo", "in progress": "shooting", "on set": "shooting",
  x: "done", "✓": "done", yes: "done", shot: "done", skip: "skipped", cut: "skipped",
};

/** What a text, typed or pasted, means in a column of a shot. */
export function parseCell(column: Column, text: string, find: OfLinks<Find>): Parsed {
  const plain = text.replace(/\r\n?/g, "\n").trim();
  switch (column) {
    case "description":
      return plain.length > LONGEST_TEXT ? wrong("too_long", `At most ${LONGEST_TEXT} characters`) : { ok: true, value: plain };
    case "notes":
      return plain.length > LONGEST_NOTES ? wrong("too_long", `At most ${LONGEST_NOTES} characters`) : { ok: true, value: plain };
    case "minutes": {
      if (plain === "" || plain === "–") return { ok: true, value: null };
      const minutes = parseMinutes(plain);
      if (minutes === null) return wrong("not_a_time", `“${shortened(plain)}” is no time: write minutes, or 1:30`);
      return minutes > LONGEST_SHOT ? wrong("too_long", "A shot takes at most a day") : { ok: true, value: minutes };
    }
    case "status": {
      const word = plain.toLowerCase();
      const status = STATUSES.find((known) => known === word) ?? STATUS_WORDS[word];
      return status ? { ok: true, value: status } : wrong("not_a_status", `“${shortened(plain)}” is no status: to do, shooting, done or skipped`);
    }
    case "products":
    case "models":
      return parseLinks(column, plain, find[column]);
  }
}

function parseLinks(kind: LinkKind, text: string, find: Find): Parsed {
  const ids: string[] = [];
  const parts = partsOf(text);
  // A name may have a comma of its own.
  const names = parts.length > 1 && find(text) !== "unknown" ? [text] : parts;
  for (const part of names) {
    // Products are also written as "SKU Name". The first word of a model's name may be the name of another one.
    const found = firstFound(kind === "products" ? [part, part.split(" ")[0]!] : [part], find);
    const { one } = LINK_WORDS[kind];
    if (found === "unknown") return wrong(kind === "products" ? "unknown_product" : "unknown_model", `There is no ${one} “${shortened(part)}”`);
    if (found === "ambiguous") {
      return kind === "products"
        ? wrong("ambiguous_product", `Several products are called “${shortened(part)}”: write the SKU`)
        : wrong("ambiguous_model", `Several models are called “${shortened(part)}”: choose one in the cell`);
    }
    if (!ids.includes(found.id)) ids.push(found.id);
  }
  return ids.length > MOST_LINKED[kind] ? wrong(`too_many_${kind}`, `A shot has at most ${MOST_LINKED[kind]} ${kind}`) : { ok: true, value: ids };
}

function firstFound(texts: readonly string[], find: Find): Linked | "unknown" | "ambiguous" {
  const found = texts.map(find);
  return found.find((one) => typeof one === "object") ?? found[0]!;
}

const shortened = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

/** A cell as text: what is shown, and what goes to the clipboard. */
export function cellText(line: Line, column: Column, known: OfLinks<Known>): string {
  if (line.kind === "scene") {
    const { scene, section } = line;
    switch (column) {
      case "description":
        return scene ? scene.title : "Without a scene";
      case "products":
      case "models":
        return briefs(linkedIn(section.shots, column), known[column]);
      case "minutes":
        return section.sums.minutes > 0 ? duration(section.sums.minutes) : "–";
      case "status":
        return `${section.sums.done}/${section.sums.shots}`;
      case "notes":
        return scene?.description ?? "";
    }
  }
  const { shot } = line;
  switch (column) {
    case "description":
      return shot.description;
    case "products":
    case "models":
      return briefs(shot[column], known[column]);
    case "minutes":
      return shot.minutes === null ? "" : String(shot.minutes);
    case "status":
      return STATUS_NAMES[shot.status];
    case "notes":
      return shot.notes;
  }
}

/** Sums and heads are not typed. */
export function isWritable(line: Line, column: Column): boolean {
  return line.kind === "shot" || (line.scene !== null && (column === "description" || column === "notes"));
}

const KEYS: Record<Exclude<Column, LinkKind>, string> = { description: "description", minutes: "time_est_minutes", status: "status", notes: "notes" };

/** The writes that put a value into a cell. */
export function cellWrites(line: Line, column: Column, value: string | number | null | readonly string[]): Write[] {
  if (!isWritable(line, column)) return [];
  if (line.kind === "scene") {
    // A scene has a title, come what may.
    if (column === "description") return value && (value as string).length <= LONGEST_TITLE ? [{ do: "set", of: "scenes", row: line.id, key: "title", value: value as string }] : [];
    return [{ do: "set", of: "scenes", row: line.id, key: "description", value: value as string }];
  }
  if (!isLink(column)) return [{ do: "set", of: "shots", row: line.id, key: KEYS[column], value: value as string | number | null }];
  const wanted = value as readonly string[];
  const had = line.shot[column];
  const kept = had.filter((id) => wanted.includes(id));
  const added = wanted.filter((id) => !had.includes(id));
  const inOrder = [...kept, ...added].every((id, n) => id === wanted[n]);
  const link = (id: string, rank: string | typeof LAST | null) => ({ do: "link", kind: column, row: line.id, id, rank }) as const;
  const gone = had.filter((id) => !wanted.includes(id)).map((id) => link(id, null));
  // Those who stay keep their rank where the order is theirs.
  if (inOrder) return [...gone, ...added.map((id) => link(id, LAST))];
  const ranks = ranksBetween(null, null, wanted.length)!;
  return [...gone, ...wanted.map((id, n) => link(id, ranks[n]!))];
}

/** What an empty cell holds. */
export function emptyOf(column: Column): string | null | readonly string[] {
  if (isLink(column)) return [];
  if (column === "minutes") return null;
  return column === "status" ? "todo" : "";
}

/** The value of a shot's cell, as {@link cellWrites} takes it. */
export function cellValue(line: Line, column: Column): string | number | null | readonly string[] {
  if (line.kind === "scene") return column === "description" ? (line.scene?.title ?? "") : (line.scene?.description ?? "");
  return line.shot[column];
}
