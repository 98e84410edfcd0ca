import { useSignal } from "@fashionos/hub/react";
import { useMemo, useRef, useState } from "react";
import type { Content } from "./content";
import { linesOf, sectionsOf, sumsOf } from "./lines";
import { at, blockOf, placesOf, type Selection, settled } from "./selection";
import type { SharedDocument } from "./shared-document";

/** The document as lines, and where one is among them. */
export function useSheet(shared: SharedDocument) {
  const content: Content = useSignal(shared.content);
  const sections = useMemo(() => sectionsOf(content), [content]);
  const lines = useMemo(() => linesOf(sections), [sections]);
  const places = useMemo(() => placesOf(lines), [lines]);
  const sums = useMemo(() => sumsOf(content.shots.values()), [content.shots]);
  const [chosen, setSelection] = useState<Selection>(() => at("", 0));
  const lastRow = useRef(0);
  // Others delete lines too: then the focus is on the line that took the place.
  const selection = settled(chosen, lines, places, lastRow.current);
  lastRow.current = places.get(selection.focus.row) ?? lastRow.current;
  const block = blockOf(selection, places);
  const current = lines[places.get(selection.focus.row) ?? -1];
  const chosenLines = block ? lines.slice(block.top, block.bottom + 1) : [];
  return { content, sections, lines, places, sums, selection, setSelection, block, current, chosenLines };
}

export type SheetView = ReturnType<typeof useSheet>;
