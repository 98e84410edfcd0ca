import { CellEditor, type Leave } from "./cell-editor";
import { cellText, cellValue, COLUMN_NAMES, parseCell, type Column } from "./cells";
import type { Line } from "./lines";
import { LinkPicker } from "./link-picker";
import { findersOf, isLink } from "./links";
import type { useLinked } from "./use-linked";
import { lineWord } from "./words";

interface EditedCellProps {
  line: Line;
  column: Column;
  /** What stood there when it was opened. */
  text: string;
  /** The key press that opened it writes over what is there. */
  over: boolean;
  lines: readonly Line[];
  linked: ReturnType<typeof useLinked>;
  onCommit: (value: string | number | null | readonly string[], leave: Leave) => void;
  onCancel: () => void;
}

/** The editor of a cell: a text, a choice, or products and models that are picked. */
export function EditedCell({ line, column, text, over, lines, linked, onCommit, onCancel }: EditedCellProps) {
  const { known } = linked;
  const shared = { label: `${COLUMN_NAMES[column]} of ${lineWord(line.id, lines)}`, onCommit, onCancel };
  if (isLink(column)) {
    return <LinkPicker {...shared} kind={column} chosen={cellValue(line, column) as readonly string[]} known={known[column]} cast={linked.cast[column]} onFound={linked.remember[column]} />;
  }
  const now = cellText(line, column, known);
  return (
    <CellEditor
      {...shared}
      column={column}
      text={text}
      over={over}
      meanwhile={now !== text ? `Changed by somebody else meanwhile: “${now || "empty"}”` : null}
      parse={(typed) => parseCell(column, typed, findersOf(known))}
    />
  );
}
