import { useVirtualizer } from "@tanstack/react-virtual";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, type PointerEvent, type ReactNode, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { COLUMN_NAMES, COLUMNS } from "./cells";
import { cellId, GRID_COLUMNS, GridRow } from "./grid-row";
import type { Line } from "./lines";
import { type Known, type LinkKind, LINKS, type OfLinks } from "./links";
import type { Other } from "./presence";
import { at, type Block, type Selection, wholeRows } from "./selection";

const HEAD = 36;
const SHOT = 36;
const SCENE = 48;
/** So near to an edge it scrolls under a held line, px, and so far at a time. */
const EDGE = 40;
const NOBODY: readonly Other[] = [];

/** Products or models in flight between their panel and a line. */
export const dragType = (kind: LinkKind) => `application/x-fashionos-${kind}`;

export interface GridProps {
  field: RefObject<HTMLDivElement | null>;
  lines: readonly Line[];
  selection: Selection;
  block: Block | null;
  /** The editor of the focused cell, while it is edited. */
  editor: ReactNode;
  known: OfLinks<Known>;
  others: readonly Other[];
  lockOf: (row: string) => { name: string; own: boolean } | null;
  readOnly: boolean;
  onSelect: (selection: Selection) => void;
  onEdit: () => void;
  onFocus: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onClipboard: (event: ClipboardEvent) => void;
  /** The lines that go along when one of them is dragged. */
  carriedBy: (row: string) => ReadonlySet<string>;
  /** Lines were let go before line `gap`. */
  onDrop: (row: string, gap: number) => void;
  onLinks: (row: string, kind: LinkKind, ids: readonly string[]) => void;
  /** How many lines fit. */
  onPage: (lines: number) => void;
}

/** The sheet: only the lines in sight exist, so that 5,000 are as quick as fifty. */
export function Grid(props: GridProps) {
  const { field, lines, selection, block, onSelect } = props;
  const [drag, setDrag] = useState<{ row: string; gap: number } | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const painting = useRef(false);
  const getItemKey = useCallback((index: number) => lines[index]!.id, [lines]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => field.current,
    estimateSize: (index) => (lines[index]!.kind === "scene" ? SCENE : SHOT),
    getItemKey,
    overscan: 12,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
    scrollPaddingEnd: 8,
  });
  const carried = useMemo(() => (drag ? props.carriedBy(drag.row) : new Set<string>()), [drag?.row]);
  const focusRow = lines.findIndex(({ id }) => id === selection.focus.row);

  // The focus is kept in sight when it moves, and left alone when others move lines.
  const wanted = `${selection.focus.row} ${selection.focus.column}`;
  useEffect(() => {
    if (focusRow < 0) return;
    virtual.scrollToIndex(focusRow, { align: "auto" });
    const element = field.current;
    const cell = element?.querySelector<HTMLElement>(`[id="${cellId(selection.focus.row, selection.focus.column)}"]`);
    if (!element || !cell) return;
    const head = 92;
    const [left, right] = [cell.offsetLeft - head, cell.offsetLeft + cell.offsetWidth];
    if (left < element.scrollLeft) element.scrollLeft = left;
    else if (right > element.scrollLeft + element.clientWidth) element.scrollLeft = right - element.clientWidth;
  }, [wanted]);
  const page = Math.max(1, Math.floor(((virtual.scrollRect?.height ?? 400) - HEAD) / SHOT) - 1);
  useEffect(() => {
    props.onPage(page);
  }, [page]);

  const byRow = useMemo(() => {
    const map = new Map<string, Other[]>();
    const note = (row: string, other: Other) => {
      const list = map.get(row);
      if (!list) map.set(row, [other]);
      else if (!list.includes(other)) list.push(other);
    };
    for (const other of props.others) {
      if (other.cell) note(other.cell.row, other);
      for (const row of other.rows) note(row, other);
    }
    return map;
  }, [props.others]);

  const cellOf = (target: EventTarget | null): { row: string; column: number } | null => {
    const cell = target instanceof Element ? target.closest<HTMLElement>("[data-column]") : null;
    const row = cell?.closest<HTMLElement>("[data-line]")?.dataset.line;
    return cell && row ? { row, column: COLUMNS.indexOf(cell.dataset.column as (typeof COLUMNS)[number]) } : null;
  };
  const gapAt = (y: number): number => {
    const element = field.current!;
    const offset = y - element.getBoundingClientRect().top + element.scrollTop;
    const item = virtual.getVirtualItemForOffset(offset);
    if (!item) return lines.length;
    return offset > item.start + item.size / 2 ? item.index + 1 : item.index;
  };

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    const row = event.target.closest<HTMLElement>("[data-line]")?.dataset.line;
    if (!row) return;
    if (event.target.closest("[data-handle]")) {
      event.preventDefault();
      field.current!.setPointerCapture(event.pointerId);
      field.current!.focus({ preventScroll: true });
      setDrag({ row, gap: gapAt(event.clientY) });
      return;
    }
    if (event.target.closest("[data-rowhead]")) {
      onSelect(event.shiftKey ? { anchor: { row: selection.anchor.row, column: COLUMNS.length - 1 }, focus: { row, column: 0 } } : wholeRows(row, row));
      return;
    }
    const cell = cellOf(event.target);
    if (!cell) return;
    // A finger scrolls; it selects when it taps.
    if (event.pointerType === "touch") return;
    onSelect(event.shiftKey ? { anchor: selection.anchor, focus: cell } : at(cell.row, cell.column));
    painting.current = !event.shiftKey;
  };
  const onPointerMove = (event: PointerEvent) => {
    if (drag) {
      const box = field.current!.getBoundingClientRect();
      if (event.clientY < box.top + HEAD + EDGE) field.current!.scrollBy(0, -EDGE / 2);
      else if (event.clientY > box.bottom - EDGE) field.current!.scrollBy(0, EDGE / 2);
      const gap = gapAt(event.clientY);
      if (gap !== drag.gap) setDrag({ ...drag, gap });
      return;
    }
    if (!painting.current) return;
    if ((event.buttons & 1) === 0) {
      painting.current = false;
      return;
    }
    const cell = cellOf(document.elementFromPoint(event.clientX, event.clientY));
    if (cell && (cell.row !== selection.focus.row || cell.column !== selection.focus.column)) onSelect({ anchor: selection.anchor, focus: cell });
  };
  const endDrag = (keep: boolean) => {
    painting.current = false;
    if (!drag) return;
    setDrag(null);
    if (keep) props.onDrop(drag.row, drag.gap);
  };
  const onClick = (event: React.MouseEvent) => {
    const cell = (event.nativeEvent as globalThis.PointerEvent).pointerType === "touch" ? cellOf(event.target) : null;
    if (!cell) return;
    if (cell.row === selection.focus.row && cell.column === selection.focus.column) props.onEdit();
    else onSelect(at(cell.row, cell.column));
  };
  const onDragOver = (event: DragEvent) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-line]")?.dataset.line : undefined;
    if (!row || props.readOnly || !LINKS.some((kind) => event.dataTransfer.types.includes(dragType(kind)))) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    setOver(row);
  };
  const onDrop = (event: DragEvent) => {
    setOver(null);
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-line]")?.dataset.line : undefined;
    const kind = LINKS.find((one) => event.dataTransfer.types.includes(dragType(one)));
    if (!row || !kind) return;
    event.preventDefault();
    props.onLinks(row, kind, event.dataTransfer.getData(dragType(kind)).split(","));
  };

  const active = focusRow < 0 ? undefined : cellId(selection.focus.row, selection.focus.column);
  return (
    <div
      ref={field}
      role="grid"
      aria-label="Shot list"
      aria-rowcount={lines.length + 1}
      aria-colcount={COLUMNS.length + 1}
      aria-multiselectable
      aria-readonly={props.readOnly}
      aria-activedescendant={active}
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto overscroll-contain outline-offset-[-2px] select-none"
      onKeyDown={(event) => {
        if (drag && event.key === "Escape") return endDrag(false);
        props.onKeyDown(event);
      }}
      onFocus={props.onFocus}
      onCopy={props.onClipboard}
      onCut={props.onClipboard}
      onPaste={props.onClipboard}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => endDrag(true)}
      onPointerCancel={() => endDrag(false)}
      onDoubleClick={(event) => cellOf(event.target) && props.onEdit()}
      onClick={onClick}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(null)}
      onDrop={onDrop}
    >
      <div role="row" aria-rowindex={1} className={`${GRID_COLUMNS} sticky top-0 z-[5] min-w-fit border-b border-rule bg-paper`} style={{ height: HEAD }}>
        <div role="columnheader" className="label sticky left-0 flex items-center justify-end border-r border-hairline bg-paper pr-2 text-quiet">
          No.
        </div>
        {COLUMNS.map((column, n) => (
          <div key={column} role="columnheader" aria-colindex={n + 2} className={`label flex items-center border-r border-hairline px-2 text-quiet last:border-r-0 ${column === "minutes" ? "justify-end" : ""}`}>
            {COLUMN_NAMES[column]}
          </div>
        ))}
      </div>
      {lines.length === 0 && (
        <p className="p-6 text-quiet">{props.readOnly ? "There is nothing in this list yet." : "Add the first shot, or paste rows from a spreadsheet."}</p>
      )}
      <div role="rowgroup" className="relative min-w-[1012px]" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index]!;
          const selected = block !== null && item.index >= block.top && item.index <= block.bottom;
          const isFocus = item.index === focusRow;
          return (
            <GridRow
              key={item.key}
              line={line}
              index={item.index}
              top={item.start - HEAD}
              height={item.size}
              left={selected ? block.left : over === line.id ? 0 : null}
              right={selected ? block.right : over === line.id ? COLUMNS.length - 1 : null}
              active={isFocus ? selection.focus.column : null}
              editor={isFocus ? props.editor : null}
              known={props.known}
              others={byRow.get(line.id) ?? NOBODY}
              lock={props.lockOf(line.id)}
              readOnly={props.readOnly}
              held={carried.has(line.id)}
              gap={drag?.gap === item.index}
            />
          );
        })}
      </div>
    </div>
  );
}
