import { useEffect, useRef } from "react";
import { length, offset, timeOfDay } from "../time-format";
import { Tag } from "../kit/tag";
import type { RundownLine } from "./rundown-line";

const ROWS: Record<RundownLine["status"], string> = {
  live: "bg-ink text-paper",
  next: "bg-pressed",
  planned: "",
  done: "text-quiet",
  skipped: "text-quiet line-through decoration-1",
};
const WORDS: Record<RundownLine["status"], string> = { live: "live", next: "next", planned: "", done: "done", skipped: "skipped" };

export interface RundownTableProps {
  lines: readonly RundownLine[];
  segments: ReadonlyMap<string, { name: string }>;
  zone: string;
  selected: string | null;
  onSelect: (id: string) => void;
}

/** The rundown: planned, actual or forecast, and how late. The live cue stays in sight. */
export function RundownTable({ lines, segments, zone, selected, onSelect }: RundownTableProps) {
  const live = useRef<HTMLTableRowElement>(null);
  const chosen = useRef<HTMLTableRowElement>(null);
  const liveId = lines.find((line) => line.status === "live")?.id;
  useEffect(() => {
    live.current?.scrollIntoView({ block: "center" });
  }, [liveId]);
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);

  return (
    <table aria-label="Rundown" className="w-full border-collapse text-body">
      <thead className="sticky top-0 z-10 bg-paper">
        <tr className="label text-left text-quiet [&>th]:h-8 [&>th]:border-b [&>th]:border-hairline [&>th]:px-2 [&>th]:font-medium">
          <th scope="col">No.</th>
          <th scope="col" className="w-full">Cue</th>
          <th scope="col" className="text-right">Planned</th>
          <th scope="col" className="text-right">Length</th>
          <th scope="col" className="text-right">Actual / forecast</th>
          <th scope="col" className="text-right">Delay</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, n) => {
          const segment = line.segmentId && line.segmentId !== lines[n - 1]?.segmentId ? segments.get(line.segmentId) : null;
          const isSelected = line.id === selected;
          return [
            segment && (
              <tr key={`${line.id} segment`}>
                <th scope="colgroup" colSpan={7} className="label h-8 border-b border-hairline px-2 pt-3 text-left text-quiet">
                  {segment.name}
                </th>
              </tr>
            ),
            <tr
              key={line.id}
              ref={(row) => {
                if (line.status === "live") live.current = row;
                if (isSelected) chosen.current = row;
              }}
              data-cue={line.id}
              data-status={line.status}
              aria-current={line.status === "live" ? "step" : undefined}
              onClick={() => onSelect(line.id)}
              className={`h-10 cursor-pointer border-b border-hairline [&>td]:px-2 ${ROWS[line.status]} ${isSelected ? "outline-2 -outline-offset-2 outline-bronze" : ""}`}
            >
              <td className="code text-small whitespace-nowrap">{line.number}</td>
              <td className="max-w-0">
                <button type="button" tabIndex={-1} aria-pressed={isSelected} className="block w-full truncate text-left font-medium">
                  {line.title}
                </button>
              </td>
              <td className="text-right whitespace-nowrap">
                {line.hard && <span title="Starts at its time">● </span>}
                {timeOfDay(line.plannedStart, zone)}
              </td>
              <td className="text-right whitespace-nowrap">
                {length(line.plannedLength)}
                {line.countToEnd && <span title="Ends at its time"> ⇥</span>}
              </td>
              <td className="text-right whitespace-nowrap">
                {line.actualStart !== null ? <strong className="font-semibold">{timeOfDay(line.actualStart, zone)}</strong> : line.forecast !== null ? <em className="not-italic">{timeOfDay(line.forecast, zone)}</em> : "–"}
              </td>
              <td className={`text-right whitespace-nowrap ${line.status === "live" ? "" : line.delay !== null && line.delay >= 1000 ? "text-wait" : line.delay !== null && line.delay <= -1000 ? "text-go" : ""}`}>
                {line.delay === null ? "–" : offset(line.delay)}
              </td>
              <td className="whitespace-nowrap">{WORDS[line.status] && (line.status === "live" ? <span className="label">live</span> : <Tag>{WORDS[line.status]}</Tag>)}</td>
            </tr>,
          ];
        })}
      </tbody>
    </table>
  );
}
