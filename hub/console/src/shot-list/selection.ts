import { COLUMNS } from "./cells";
import type { Line } from "./lines";

/** A cell: a line by its id, because lines move under one's hands, and a column by its place. */
export interface Cell {
  readonly row: string;
  readonly column: number;
}

/** Where one is, and from where the selected block reaches to there. */
export interface Selection {
  readonly anchor: Cell;
  readonly focus: Cell;
}

/** A block of cells as places; both ends are in it. */
export interface Block {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

const LAST = COLUMNS.length - 1;

/** The place of every line by its id. */
export type Places = ReadonlyMap<string, number>;

export function placesOf(lines: readonly Line[]): Places {
  return new Map(lines.map((line, n) => [line.id, n]));
}

export function blockOf({ anchor, focus }: Selection, places: Places): Block | null {
  const [a, b] = [places.get(anchor.row), places.get(focus.row)];
  if (a === undefined || b === undefined) return null;
  return { top: Math.min(a, b), bottom: Math.max(a, b), left: Math.min(anchor.column, focus.column), right: Math.max(anchor.column, focus.column) };
}

export function contains(block: Block | null, row: number, column: number): boolean {
  return block !== null && row >= block.top && row <= block.bottom && column >= block.left && column <= block.right;
}

export function isWhole(block: Block): boolean {
  return block.left === 0 && block.right === LAST;
}

export function at(row: string, column: number): Selection {
  const cell = { row, column };
  return { anchor: cell, focus: cell };
}

/** All cells of some lines. The focus stays at the first column, where one reads. */
export function wholeRows(from: string, to: string): Selection {
  return { anchor: { row: from, column: LAST }, focus: { row: to, column: 0 } };
}

export type Step = "up" | "down" | "left" | "right" | "page-up" | "page-down" | "home" | "end" | "top" | "bottom" | "next-scene" | "previous-scene" | "next" | "previous";

/** Where a step leads. `extend` keeps the anchor. `page`: lines on a screen. Next and previous run on into the next line. */
export function stepped(selection: Selection, step: Step, lines: readonly Line[], places: Places, extend: boolean, page: number): Selection {
  const { focus } = selection;
  const row = places.get(focus.row);
  if (row === undefined || lines.length === 0) return selection;
  let [toRow, toColumn] = [row, focus.column];
  const last = lines.length - 1;
  switch (step) {
    case "up":
      toRow = row - 1;
      break;
    case "down":
      toRow = row + 1;
      break;
    case "left":
      toColumn -= 1;
      break;
    case "right":
      toColumn += 1;
      break;
    case "page-up":
      toRow = row - page;
      break;
    case "page-down":
      toRow = row + page;
      break;
    case "home":
      toColumn = 0;
      break;
    case "end":
      toColumn = LAST;
      break;
    case "top":
      [toRow, toColumn] = [0, 0];
      break;
    case "bottom":
      [toRow, toColumn] = [last, LAST];
      break;
    case "next-scene":
      toRow = row + 1;
      while (toRow < last && lines[toRow]!.kind !== "scene") toRow += 1;
      break;
    case "previous-scene":
      toRow = row - 1;
      while (toRow > 0 && lines[toRow]!.kind !== "scene") toRow -= 1;
      break;
    case "next":
      if (toColumn < LAST) toColumn += 1;
      else if (row < last) [toRow, toColumn] = [row + 1, 0];
      break;
    case "previous":
      if (toColumn > 0) toColumn -= 1;
      else if (row > 0) [toRow, toColumn] = [row - 1, LAST];
      break;
  }
  const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value));
  const to = { row: lines[clamp(toRow, last)]!.id, column: clamp(toColumn, LAST) };
  return { anchor: extend ? selection.anchor : to, focus: to };
}

/** The selection after lines came, moved or went. One whose line is gone goes to the line that took its place. */
export function settled(selection: Selection, lines: readonly Line[], places: Places, lastRow: number): Selection {
  if (places.has(selection.focus.row)) return places.has(selection.anchor.row) ? selection : { anchor: selection.focus, focus: selection.focus };
  const line = lines[Math.min(lastRow, lines.length - 1)];
  return line ? at(line.id, selection.focus.column) : selection;
}
