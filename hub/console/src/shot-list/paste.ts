import { COLUMNS, cellWrites, isWritable, parseCell, type Column } from "./cells";
import type { Content } from "./content";
import type { Copied, CopiedLinks } from "./copied-links";
import type { RowValues, Write } from "./edits";
import type { Line } from "./lines";
import { type Find, isLink, type LinkKind, namesIn, type OfLinks, ofLinks } from "./links";
import { ranksBetween } from "./ranks";
import { newScenes, newShots, placeBehind, type MakeId } from "./rows";
import type { Places } from "./selection";

/** What a pasted column is; null: it is left out. */
export type Target = Column | "scene" | null;

/** So much is pasted at once, and no more. */
export const MOST_ROWS = 2_000;
const MOST_COLUMNS = 50;

const HEADS: Record<string, Target> = {
  shot: "description", description: "description", "shot description": "description", title: "description", name: "description",
  product: "products", products: "products", sku: "products", skus: "products", items: "products",
  model: "models", models: "models", talent: "models", cast: "models",
  time: "minutes", min: "minutes", minutes: "minutes", duration: "minutes", estimate: "minutes", "time (min)": "minutes", "est. time": "minutes", "time est": "minutes",
  status: "status", state: "status", done: "status",
  notes: "notes", note: "notes", comment: "notes", comments: "notes", remarks: "notes",
  scene: "scene", setup: "scene", location: "scene",
};

/** A text from the clipboard as rows, with what its columns are taken for. */
export interface Pasted {
  /** The names of its columns, if its first line has them. */
  readonly heads: readonly string[] | null;
  readonly rows: readonly (readonly string[])[];
  readonly targets: readonly Target[];
  /** What cells that were copied here are linked with. */
  readonly copied?: Copied;
}

/** Guesses the columns: by their names where the first line has any two (or its only one), else from `first` on. */
export function understand(cells: readonly (readonly string[])[], first: number): Pasted | "empty" | "too_large" {
  if (cells.length === 0) return "empty";
  const width = Math.max(...cells.map((row) => row.length));
  if (cells.length > MOST_ROWS + 1 || width > MOST_COLUMNS) return "too_large";
  const guessed = cells[0]!.map((cell) => HEADS[cell.trim().toLowerCase()] ?? null);
  const known = guessed.filter((target) => target !== null);
  const named = cells.length > 1 && known.length >= Math.min(2, width) && new Set(known).size === known.length;
  const targets = Array.from({ length: width }, (_, n) => (named ? (guessed[n] ?? null) : (COLUMNS[first + n] ?? null)));
  const rows = named ? cells.slice(1) : cells;
  if (rows.length > MOST_ROWS) return "too_large";
  return { heads: named ? cells[0]! : null, rows, targets };
}

/** One pasted cell and what it means. */
export interface PastedCell {
  readonly text: string;
  readonly value: string | number | null | readonly string[];
  /** Why it cannot be taken. */
  readonly error: string | null;
}

/** What would be written, and what is wrong with it. */
export interface Checked {
  readonly rows: readonly (readonly PastedCell[])[];
  readonly wrong: number;
}

/** The links of a pasted cell where it was copied here, under the same column. */
function copiedCell({ heads, targets, copied }: Pasted, row: number, column: number): CopiedLinks | null {
  const cell = heads === null ? copied?.[row]?.[column] : null;
  return cell && cell.kind === targets[column] ? cell : null;
}

/** Whether models are named by a text alone: there may be others of that name, of whom nothing is known here yet. */
export function namesModels(pasted: Pasted): boolean {
  return pasted.rows.some((row, n) => pasted.targets.some((target, m) => target === "models" && (row[m] ?? "").trim() !== "" && copiedCell(pasted, n, m) === null));
}

export function check(pasted: Pasted, find: OfLinks<Find>): Checked {
  let wrong = 0;
  const { rows, targets } = pasted;
  const checked = rows.map((row, r) =>
    targets.map((target, n): PastedCell => {
      const text = row[n] ?? "";
      if (target === null) return { text, value: null, error: null };
      if (target === "scene") return { text, value: text.trim(), error: null };
      const own = copiedCell(pasted, r, n);
      if (own) return { text, value: own.ids, error: null };
      const parsed = parseCell(target, text, find);
      if (parsed.ok) return { text, value: parsed.value, error: null };
      wrong += 1;
      return { text, value: null, error: parsed.message };
    }),
  );
  return { rows: checked, wrong };
}

/** The texts that name products and models, to be looked up before {@link check}. */
export function linkTexts({ rows, targets }: Pasted): OfLinks<readonly string[]> {
  const textsOf = (kind: LinkKind) => {
    const columns = targets.flatMap((target, n) => (target === kind ? [n] : []));
    return namesIn(rows.flatMap((row) => columns.map((n) => row[n] ?? "")));
  };
  return ofLinks(textsOf);
}

const isEmpty = (row: readonly PastedCell[]) => row.every(({ text }) => text.trim() === "");

/** New shots behind the current line. A column of scenes puts each where it belongs; scenes that are not there are made. */
export function asNewShots(content: Content, { targets }: Pasted, { rows }: Checked, current: Line | undefined, makeId: MakeId): { writes: Write[]; ids: string[] } {
  const writes: Write[] = [];
  const sceneColumn = targets.indexOf("scene");
  const here = placeBehind(current);
  const known = new Map([...content.scenes.values()].map((scene) => [scene.title.trim().toLowerCase(), scene.id]));
  const titles = new Map<string, string>();
  if (sceneColumn >= 0) {
    for (const row of rows) {
      const title = String(row[sceneColumn]!.value ?? "");
      if (title && !known.has(title.toLowerCase())) titles.set(title.toLowerCase(), titles.get(title.toLowerCase()) ?? title);
    }
    const made = newScenes(content, "end", [...titles.values()], makeId);
    writes.push(...made.writes);
    [...titles.keys()].forEach((title, n) => known.set(title, made.ids[n]!));
  }
  // A line that names no scene goes on with the one above.
  const byScene = new Map<string | null, RowValues[]>();
  let sceneId = here.sceneId;
  for (const row of rows) {
    if (isEmpty(row)) continue;
    const title = sceneColumn < 0 ? "" : String(row[sceneColumn]!.value ?? "");
    if (title) sceneId = known.get(title.toLowerCase())!;
    const list = byScene.get(sceneId);
    if (list) list.push(valuesOf(row, targets));
    else byScene.set(sceneId, [valuesOf(row, targets)]);
  }
  const ids: string[] = [];
  for (const [scene, values] of byScene) {
    const made = newShots(content, { sceneId: scene, after: scene === here.sceneId ? here.after : "end", values }, makeId);
    writes.push(...made.writes);
    ids.push(...made.ids);
  }
  return { writes, ids };
}

function valuesOf(row: readonly PastedCell[], targets: readonly Target[]): RowValues {
  const values: Record<string, RowValues[string]> = {};
  targets.forEach((target, n) => {
    const { value, error } = row[n]!;
    if (target === null || target === "scene" || error !== null) return;
    if (isLink(target)) values[target] = ranked(value as readonly string[]);
    else if (target === "minutes") values.time_est_minutes = value as number | null;
    else values[target] = value as string;
  });
  return values;
}

function ranked(ids: readonly string[]): Record<string, string> {
  const ranks = ranksBetween(null, null, ids.length)!;
  return Object.fromEntries(ids.map((id, n) => [id, ranks[n]!]));
}

/** Over the cells from the current line on, line by line; what reaches past the last line becomes new shots. */
export function overCells(content: Content, { targets }: Pasted, { rows }: Checked, lines: readonly Line[], places: Places, from: string, makeId: MakeId): { writes: Write[]; ids: string[] } {
  const start = places.get(from) ?? lines.length;
  const writes: Write[] = [];
  const ids: string[] = [];
  const beyond: RowValues[] = [];
  rows.forEach((row, n) => {
    const line = lines[start + n];
    if (!line) {
      if (!isEmpty(row)) beyond.push(valuesOf(row, targets));
      return;
    }
    ids.push(line.id);
    targets.forEach((target, m) => {
      const { value, error } = row[m]!;
      if (target !== null && target !== "scene" && error === null && isWritable(line, target)) writes.push(...cellWrites(line, target, value));
    });
  });
  const last = lines.at(-1);
  const made = newShots(content, { sceneId: last?.section.scene?.id ?? null, after: "end", values: beyond }, makeId);
  return { writes: [...writes, ...made.writes], ids: [...ids, ...made.ids] };
}
