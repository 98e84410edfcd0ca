import type { ClipboardEvent } from "react";
import { useState } from "react";
import { COLUMNS, cellText } from "./cells";
import { parseTsv, toTsv } from "./clipboard";
import { copiedOf, readCopied } from "./copied-links";
import type { Write } from "./edits";
import { findersOf, type Known, type OfLinks } from "./links";
import { asNewShots, check, type Checked, MOST_ROWS, namesModels, overCells, type Pasted, understand } from "./paste";
import type { PasteMode } from "./paste-sheet";
import type { SheetView } from "./use-sheet";
import { uuidv7 } from "@fashionos/hub";

/** Marks what was copied here, so that it is put back without asking, and says what its cells are linked with. */
const OWN_TYPE = "application/x-fashionos-cells";

interface Uses {
  sheet: SheetView;
  known: OfLinks<Known>;
  /** Writes a step; false where it may not be. */
  run: (name: string, writes: readonly Write[], select?: readonly string[]) => boolean;
  clear: () => void;
  say: (text: string, bad?: boolean) => void;
  mayEdit: boolean;
}

/** Copying and pasting cells. `pasted` waits for its preview to be answered. */
export function useClipboard({ sheet, known, run, clear, say, mayEdit }: Uses) {
  const [pasted, setPasted] = useState<Pasted | null>(null);
  const apply = (mode: PasteMode, what: Pasted, checked: Checked) => {
    setPasted(null);
    const { content, current, lines, places, selection } = sheet;
    const made = mode === "new" ? asNewShots(content, what, checked, current, uuidv7) : overCells(content, what, checked, lines, places, selection.focus.row, uuidv7);
    run(`pasting ${checked.rows.length} ${checked.rows.length === 1 ? "row" : "rows"}`, made.writes, made.ids);
  };
  const paste = (event: ClipboardEvent) => {
    const understood = understand(parseTsv(event.clipboardData.getData("text/plain")), sheet.block?.left ?? 0);
    if (understood === "empty") return;
    if (understood === "too_large") return say(`At most ${MOST_ROWS.toLocaleString("en-GB")} rows and 50 columns can be pasted at once.`, true);
    const found = { ...understood, copied: readCopied(event.clipboardData.getData(OWN_TYPE), known) };
    const one = found.rows.length === 1 && found.targets.length === 1;
    const checked = check(found, findersOf(known));
    // A single cell into a block fills it, as spreadsheets do; our own cells need no questions. Names are looked up first.
    if (one && sheet.block && checked.wrong === 0) {
      const { top, bottom, left, right } = sheet.block;
      const everywhere = <T,>(value: T): T[][] => Array.from({ length: bottom - top + 1 }, () => Array.from({ length: right - left + 1 }, () => value));
      const many = { ...found, rows: everywhere(found.rows[0]![0]!), copied: everywhere(found.copied[0]?.[0] ?? null), targets: COLUMNS.slice(left, right + 1) };
      const all = check(many, findersOf(known));
      if (all.wrong === 0 && !namesModels(many)) return void run("pasting", overCells(sheet.content, many, all, sheet.lines, sheet.places, sheet.lines[top]!.id, uuidv7).writes);
    }
    if (checked.wrong === 0 && !namesModels(found) && event.clipboardData.types.includes(OWN_TYPE)) {
      const made = overCells(sheet.content, found, checked, sheet.lines, sheet.places, sheet.lines[sheet.block?.top ?? 0]!.id, uuidv7);
      return void run("pasting", made.writes, made.ids);
    }
    setPasted(found);
  };
  const onClipboard = (event: ClipboardEvent) => {
    // A cell's editor has its own clipboard.
    if (event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    if (event.type === "paste") return mayEdit ? paste(event) : say("This list can only be read.", true);
    const { block, lines } = sheet;
    if (!block) return;
    const [rows, columns] = [lines.slice(block.top, block.bottom + 1), COLUMNS.slice(block.left, block.right + 1)];
    const cells = rows.map((line) => columns.map((column) => cellText(line, column, known)));
    event.clipboardData.setData("text/plain", toTsv(cells));
    event.clipboardData.setData(OWN_TYPE, JSON.stringify(copiedOf(rows, columns)));
    if (event.type === "cut") clear();
    else say(cells.length === 1 && cells[0]!.length === 1 ? "Copied" : `Copied ${cells.length} × ${cells[0]!.length} cells`);
  };
  return { pasted, onClipboard, apply, dismiss: () => setPasted(null) };
}
