import { STATUSES, type ShotStatus } from "./content";
import { duration, productsOf, type Line } from "./lines";
import type { Write } from "./edits";
import { ranksBetween } from "./ranks";

/** The columns of the sheet, in their order. A scene's title stands under `description`, its description under `notes`. */
export const COLUMNS = ["description", "products", "minutes", "status", "notes"] as const;
export type Column = (typeof COLUMNS)[number];

export const COLUMN_NAMES: Record<Column, string> = { description: "Shot", products: "Products", minutes: "Time", status: "Status", notes: "Notes" };
export const STATUS_NAMES: Record<ShotStatus, string> = { todo: "To do", shooting: "Shooting", done: "Done", skipped: "Skipped" };

/** A product as cells show it. */
export interface Product {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
}

/** The products that are known here, by id. */
export type Products = ReadonlyMap<string, Product>;

/** Bounds of a cell's text, in characters, and of an estimate, in minutes. */
export const LONGEST_TITLE = 300;
export const LONGEST_TEXT = 2_000;
export const LONGEST_NOTES = 10_000;
export const LONGEST_SHOT = 24 * 60;

export type CellError = "not_a_time" | "too_long" | "not_a_status" | "unknown_product" | "ambiguous_product" | "read_only";

/** What a text means in a cell. */
export type Parsed =
  | { readonly ok: true; readonly value: string | number | null | readonly string[] }
  | { readonly ok: false; readonly code: CellError; readonly message: string };

const wrong = (code: CellError, message: string): Parsed => ({ ok: false, code, message });

/** Finds a product by what people call it: its SKU or its name. */
export type FindProduct = (text: string) => Product | "unknown" | "ambiguous";

/** A finder over known products; SKUs before names, and no matter the case. */
export function finderOf(products: Iterable<Product>): FindProduct {
  const byText = new Map<string, Product | "ambiguous">();
  const all = [...products];
  for (const product of all) byText.set(product.sku.toLowerCase(), product);
  const bySku = new Set(byText.keys());
  for (const product of all) {
    const name = product.name.toLowerCase();
    if (!bySku.has(name)) byText.set(name, byText.has(name) && byText.get(name) !== product ? "ambiguous" : product);
  }
  return (text) => byText.get(text.trim().toLowerCase()) ?? "unknown";
}

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
export function parseCell(column: Column, text: string, find: FindProduct): Parsed {
  const plain = text.replace(/\r\n?/g, "\n").trim();
  switch (column) {
    case "description":
      return plain.length > LONGEST_TEXT ? wrong("too_long", `At most ${LONGEST_TEXT} characters`) : { ok: true, value: plain };
    case "notes":
      return plain.length > LONGEST_NOTES ? wrong("too_long", `At most ${LONGEST_NOTES} characters`) : { ok: true, value: plain };
    case "minutes": {
      if (plain === "" || plain === "–") return { ok: true, value: null };
      const minutes = parseMinutes(plain);
      if (minutes === null) return wrong("not_a_time", `“${brief(plain)}” is no time: write minutes, or 1:30`);
      return minutes > LONGEST_SHOT ? wrong("too_long", "A shot takes at most a day") : { ok: true, value: minutes };
    }
    case "status": {
      const word = plain.toLowerCase();
      const status = STATUSES.find((known) => known === word) ?? STATUS_WORDS[word];
      return status ? { ok: true, value: status } : wrong("not_a_status", `“${brief(plain)}” is no status: to do, shooting, done or skipped`);
    }
    case "products": {
      const ids: string[] = [];
      for (const name of plain.split(/[,;\n]/).map((part) => part.trim()).filter(Boolean)) {
        // A cell that was copied says "SKU Name".
        const found = firstFound([name, name.split(" ")[0]!], find);
        if (found === "unknown") return wrong("unknown_product", `There is no product “${brief(name)}”`);
        if (found === "ambiguous") return wrong("ambiguous_product", `Several products are called “${brief(name)}”: write the SKU`);
        if (!ids.includes(found.id)) ids.push(found.id);
      }
      return { ok: true, value: ids };
    }
  }
}

function firstFound(texts: readonly string[], find: FindProduct): Product | "unknown" | "ambiguous" {
  const found = texts.map(find);
  return found.find((one) => typeof one === "object") ?? found[0]!;
}

const brief = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

/** A cell as text: what is shown, and what goes to the clipboard. */
export function cellText(line: Line, column: Column, products: Products): string {
  if (line.kind === "scene") {
    const { scene, section } = line;
    switch (column) {
      case "description":
        return scene ? scene.title : "Without a scene";
      case "products":
        return productsOf(section.shots).map((id) => products.get(id)?.sku ?? "…").join(", ");
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
      return shot.products.map((id) => products.get(id)?.sku ?? "…").join(", ");
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

const KEYS: Record<Exclude<Column, "products">, string> = { description: "description", minutes: "time_est_minutes", status: "status", notes: "notes" };

/** The writes that put a value into a cell. */
export function cellWrites(line: Line, column: Column, value: string | number | null | readonly string[]): Write[] {
  if (!isWritable(line, column)) return [];
  if (line.kind === "scene") {
    // A scene has a title, come what may.
    if (column === "description") return value && (value as string).length <= LONGEST_TITLE ? [{ do: "set", of: "scenes", row: line.id, key: "title", value: value as string }] : [];
    return [{ do: "set", of: "scenes", row: line.id, key: "description", value: value as string }];
  }
  if (column !== "products") return [{ do: "set", of: "shots", row: line.id, key: KEYS[column], value: value as string | number | null }];
  const wanted = value as readonly string[];
  const had = line.shot.products;
  const kept = had.filter((id) => wanted.includes(id));
  const added = wanted.filter((id) => !had.includes(id));
  const inOrder = [...kept, ...added].every((id, n) => id === wanted[n]);
  const ranks = ranksBetween(null, null, wanted.length + had.length)!;
  return [
    ...had.filter((id) => !wanted.includes(id)).map((product) => ({ do: "product", row: line.id, product, rank: null }) as const),
    // Those who stay keep their rank where the order is theirs; the new ones come after.
    ...(inOrder ? added : wanted).map((product, n) => ({ do: "product", row: line.id, product, rank: ranks[inOrder ? had.length + n : n]! }) as const),
  ];
}

/** What an empty cell holds. */
export function emptyOf(column: Column): string | null | readonly string[] {
  if (column === "products") return [];
  if (column === "minutes") return null;
  return column === "status" ? "todo" : "";
}

/** The value of a shot's cell, as {@link cellWrites} takes it. */
export function cellValue(line: Line, column: Column): string | number | null | readonly string[] {
  if (line.kind === "scene") return column === "description" ? (line.scene?.title ?? "") : (line.scene?.description ?? "");
  return line.shot[column];
}
