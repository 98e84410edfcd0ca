import { COLUMN_NAMES } from "./cells";
import type { Change, Kept } from "./edits";
import type { Outcome } from "./history";
import type { Line } from "./lines";
import { isLink, type Known, LINK_WORDS, type OfLinks } from "./links";

const NAMES: Record<string, string> = {
  description: COLUMN_NAMES.description, time_est_minutes: COLUMN_NAMES.minutes, status: COLUMN_NAMES.status, notes: COLUMN_NAMES.notes,
  title: "Title", rank: "Place", scene_id: "Scene", products: COLUMN_NAMES.products, models: COLUMN_NAMES.models,
};

/** The name of a column of the document, as people say it. */
export function columnWord(key: string): string {
  return NAMES[key] ?? key;
}

/** What the history's edit of one link of a shot, `models.{id}`, did; null: it is an edit of something else. */
export function linkWords(edit: { readonly column: string; readonly old: unknown; readonly new: unknown }, known: OfLinks<Known>): string | null {
  const dot = edit.column.indexOf(".");
  const kind = edit.column.slice(0, Math.max(dot, 0));
  if (!isLink(kind)) return null;
  const { one, added, removed } = LINK_WORDS[kind];
  const name = known[kind].get(edit.column.slice(dot + 1))?.name ?? `a ${one}`;
  return `${name} ${edit.old === null ? added : edit.new === null ? removed : "moved"}`;
}

/** The line of a row, as people say it. */
export function lineWord(row: string, lines: readonly Line[]): string {
  const line = lines.find(({ id }) => id === row);
  if (!line) return "a line that is gone";
  return line.kind === "scene" ? `scene ${line.number}` : `shot ${line.number}`;
}

function what(change: Change, lines: readonly Line[]): string {
  const line = lineWord(change.row, lines);
  if (change.what === "row") return line;
  return `${columnWord(change.what === "link" ? change.kind : change.key)} of ${line}`;
}

/** What an undo did, and what it left alone because it is somebody else's by now. */
export function outcomeWords(outcome: Outcome, verb: "Undone" | "Done again", lines: readonly Line[], nameOf: (client: number | null) => string | null): { text: string; bad: boolean } {
  const [first, ...more] = outcome.kept;
  if (!first) return { text: `${verb}: ${outcome.name}`, bad: false };
  const kept = `${what(first.change, lines)} was changed by ${nameOf(first.client) ?? "somebody else"}${rest(more)}`;
  return { text: outcome.changed > 0 ? `${verb}: ${outcome.name}, but ${kept} and stays` : `Not ${verb.toLowerCase()}: ${kept}`, bad: true };
}

function rest(more: readonly Kept[]): string {
  return more.length === 0 ? "" : ` (and ${more.length} more)`;
}
