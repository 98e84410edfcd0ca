import { memo, type ReactNode } from "react";
import { COLUMNS, STATUS_NAMES, cellText } from "./cells";
import type { ShotStatus } from "./content";
import { duration, type Line } from "./lines";
import { brief, type Known, type OfLinks } from "./links";
import type { Other } from "./presence";

/** Columns of the sheet, the line's number first. Phones scroll it sideways. */
export const GRID_COLUMNS = "grid grid-cols-[92px_minmax(240px,1.4fr)_minmax(150px,0.7fr)_minmax(150px,0.7fr)_92px_108px_minmax(180px,1fr)]";

const OUTLINES = ["", "outline-person-1", "outline-person-2", "outline-person-3", "outline-person-4", "outline-person-5", "outline-person-6"];
const FIELDS = ["", "bg-person-1", "bg-person-2", "bg-person-3", "bg-person-4", "bg-person-5", "bg-person-6"];
const BARS = ["", "border-l-person-1", "border-l-person-2", "border-l-person-3", "border-l-person-4", "border-l-person-5", "border-l-person-6"];
const STATUS_LOOKS: Record<ShotStatus, string> = { todo: "text-quiet", shooting: "text-wait font-semibold", done: "text-go font-medium", skipped: "text-quiet line-through" };
export const PERSON_FIELDS = FIELDS;

export interface GridRowProps {
  line: Line;
  /** Its place among the lines, from 0. */
  index: number;
  top: number;
  height: number;
  /** The selected columns of it, if any. */
  left: number | null;
  right: number | null;
  /** Where the focus is in it, or null. */
  active: number | null;
  /** What stands in the focused cell while it is edited. */
  editor: ReactNode;
  known: OfLinks<Known>;
  others: readonly Other[];
  /** Whose lock is on it. */
  lock: { name: string; own: boolean } | null;
  readOnly: boolean;
  held: boolean;
  /** A gap above it where a dragged line would come to stand. */
  gap: boolean;
}

/** The id of a cell's element; the sheet names the active one by it. */
export const cellId = (row: string, column: number) => `cell-${row}-${column}`;

export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { line, index, others } = props;
  const scene = line.kind === "scene";
  const done = line.kind === "shot" && (line.shot.status === "done" || line.shot.status === "skipped");
  const inRows = others.find((other) => other.rows.includes(line.id));
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-line={line.id}
      data-kind={line.kind}
      data-name={cellText(line, "description", props.known)}
      data-held={props.held || undefined}
      className={`${GRID_COLUMNS} absolute inset-x-0 border-b border-hairline ${scene ? "bg-raised" : done ? "text-quiet" : ""} ${props.held ? "opacity-50" : ""} ${props.gap ? "border-t-2 border-t-ink" : ""}`}
      style={{ top: props.top, height: props.height }}
    >
      <div
        role="rowheader"
        data-rowhead
        className={`sticky left-0 z-[2] flex items-center gap-1 border-r border-hairline pr-2 ${scene ? "bg-raised" : "bg-paper"} ${inRows ? `border-l-2 ${BARS[inRows.colour]}` : "pl-0.5"}`}
      >
        {!props.readOnly && line.id !== "no-scene" ? <Handle name={scene ? `scene ${line.number}` : `shot ${line.number}`} /> : <span className="w-6" />}
        <span className={`code min-w-0 flex-1 truncate text-right text-small ${scene ? "font-semibold" : "text-quiet"}`}>{line.number}</span>
        {props.lock && (
          <span title={props.lock.own ? "Locked by you" : `Locked by ${props.lock.name}`} className={props.lock.own ? "text-quiet" : "text-wait"}>
            <LockMark />
            <span className="sr-only">{props.lock.own ? "locked by you" : `locked by ${props.lock.name}`}</span>
          </span>
        )}
      </div>
      {COLUMNS.map((column, n) => {
        const there = others.filter((other) => other.cell?.row === line.id && other.cell.column === column);
        const active = props.active === n;
        const selected = props.left !== null && n >= props.left && n <= props.right!;
        const other = there[0];
        return (
          <div
            key={column}
            id={cellId(line.id, n)}
            role="gridcell"
            aria-colindex={n + 2}
            aria-selected={selected}
            data-column={column}
            className={`relative flex min-w-0 items-center border-r border-hairline px-2 last:border-r-0 ${selected && !active ? "bg-pressed" : ""} ${
              active ? "z-[1] outline-2 -outline-offset-2 outline-ink" : other ? `z-[1] outline-2 -outline-offset-2 ${OUTLINES[other.colour]}` : ""
            }`}
          >
            {active && props.editor ? props.editor : <CellContent line={line} column={column} known={props.known} />}
            {there.length > 0 && (
              <span data-cursor={there[0]!.name} className={`pointer-events-none absolute -top-2 right-1 z-[3] max-w-full truncate rounded-soft px-1 text-label text-on-person ${FIELDS[other!.colour]}`}>
                {there.map(({ name }) => name).join(", ")}
              </span>
            )}
          </div>
        );
      })}
    </div>
  );
});

function CellContent({ line, column, known }: { line: Line; column: (typeof COLUMNS)[number]; known: OfLinks<Known> }) {
  const text = cellText(line, column, known);
  if (line.kind === "scene") {
    const { sums } = line.section;
    switch (column) {
      case "description":
        return <span className={`truncate ${line.scene ? "title text-lead" : "text-quiet italic"}`}>{text}</span>;
      case "minutes":
        return (
          <span className="w-full truncate text-right text-small font-semibold" data-sum={sums.minutes} title={sums.unestimated > 0 ? `${sums.unestimated} shots have no estimate` : undefined}>
            {text}
            {sums.unestimated > 0 && sums.minutes > 0 && <span aria-label="at least">+</span>}
          </span>
        );
      case "status":
        return <span className="text-small text-quiet">{sums.shots > 0 ? `${text} done` : ""}</span>;
      default:
        return <span className="truncate text-small text-quiet">{text}</span>;
    }
  }
  switch (column) {
    case "products":
    case "models":
      return (
        <span className="flex min-w-0 gap-1 overflow-hidden">
          {line.shot[column].map((id) => (
            <span key={id} title={known[column].get(id)?.name} className={`truncate rounded-soft border border-hairline px-1 text-label ${column === "products" ? "code" : ""}`}>
              {brief(known[column].get(id))}
            </span>
          ))}
        </span>
      );
    case "minutes":
      return <span className="w-full text-right text-small">{line.shot.minutes === null ? "" : duration(line.shot.minutes)}</span>;
    case "status":
      return (
        <span className={`text-small ${STATUS_LOOKS[line.shot.status]}`}>
          {line.shot.status === "done" ? "✓ " : line.shot.status === "shooting" ? "● " : ""}
          {STATUS_NAMES[line.shot.status]}
        </span>
      );
    case "notes":
      return <span className="truncate text-small">{text}</span>;
    default:
      return <span className="truncate">{text}</span>;
  }
}

/** Where a line is taken hold of. The keyboard moves lines with Alt and arrows, so that it is no stop of its own. */
function Handle({ name }: { name: string }) {
  return (
    <span data-handle title={`Drag ${name}`} className="flex h-full w-6 shrink-0 cursor-grab touch-none items-center justify-center text-quiet hover:text-ink">
      <svg aria-hidden="true" width="8" height="14" viewBox="0 0 8 14" fill="currentColor">
        {[1, 7, 13].flatMap((y) => [1, 7].map((x) => <circle key={`${x}-${y}`} cx={x} cy={y} r="1" />))}
      </svg>
    </span>
  );
}

function LockMark() {
  return (
    <svg aria-hidden="true" width="10" height="12" viewBox="0 0 10 12" fill="none" stroke="currentColor" strokeWidth="1.4">
      <path d="M2.5 5V3.5a2.5 2.5 0 0 1 5 0V5" />
      <rect x="1" y="5" width="8" height="6" fill="currentColor" />
    </svg>
  );
}
