import type { Column } from "./cells";
import { type Line, linkedIn } from "./lines";
import { isLink, type Known, type LinkKind, type OfLinks } from "./links";

/** What a cell that was copied here is linked with. Its text may not tell: two models may have one name. */
export interface CopiedLinks {
  readonly kind: LinkKind;
  readonly ids: readonly string[];
}

/** By row and column of what was copied; null: a cell that its text says all of. */
export type Copied = readonly (readonly (CopiedLinks | null)[])[];

export function copiedOf(lines: readonly Line[], columns: readonly Column[]): Copied {
  const linksOf = (line: Line, kind: LinkKind): CopiedLinks => ({ kind, ids: line.kind === "shot" ? line.shot[kind] : linkedIn(line.section.shots, kind) });
  return lines.map((line) => columns.map((column) => (isLink(column) ? linksOf(line, column) : null)));
}

/** What another window put on the clipboard, or whoever says to be one: only what is known here is taken for a link. */
export function readCopied(text: string, known: OfLinks<Known>): Copied {
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch {
    return [];
  }
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  const read = (cell: unknown): CopiedLinks | null => {
    const { kind, ids } = (cell ?? {}) as { kind?: unknown; ids?: unknown };
    if (typeof kind !== "string" || !isLink(kind) || !Array.isArray(ids)) return null;
    return ids.every((id) => known[kind].has(id)) ? { kind, ids } : null;
  };
  return list(rows).map((row) => list(row).map(read));
}
