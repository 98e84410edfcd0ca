import type { Room, RowOf } from "@fashionos/hub";
import { useRows } from "@fashionos/hub/react";
import { useMemo } from "react";

type Look = RowOf<"show_lineup">;
const STATES: Look["status"][] = ["planned", "dressing", "ready", "on_runway", "done", "cut"];

/** What somebody wears, whichever fields it was noted in. */
function outfit(details: unknown): string {
  if (typeof details === "string") return details;
  if (details === null || typeof details !== "object") return "";
  return Object.values(details)
    .flat()
    .filter((part) => typeof part === "string" && part !== "")
    .join(", ");
}

/** The looks of a segment in their order, and how far backstage is with them. */
export function LooksPanel({ room, segmentId }: { room: Room; segmentId: string | null }) {
  const rows = useRows(room, "show_lineup");
  const looks = useMemo(
    () => [...rows.values()].filter((look) => look.segment_id === segmentId).sort((a, b) => a.order_index - b.order_index),
    [rows, segmentId],
  );
  const segment = useRows(room, "runway_segments").get(segmentId ?? "");
  const ready = looks.filter((look) => look.status !== "planned" && look.status !== "dressing").length;
  if (looks.length === 0) return null;
  return (
    <section aria-labelledby="looks" className="flex flex-col gap-2">
      <h2 id="looks" className="label flex justify-between gap-2 text-quiet">
        <span className="truncate">Looks · {segment?.name}</span>
        <span className="shrink-0">
          {ready}/{looks.length} ready
        </span>
      </h2>
      <ol className="max-h-72 divide-y divide-hairline overflow-y-auto border-y border-hairline" tabIndex={0} aria-label="Looks">
        {looks.map((look, n) => (
          <li key={look.id} className={`flex items-center gap-2 py-1 ${look.status === "done" || look.status === "cut" ? "text-quiet" : ""}`}>
            <span className="code w-6 shrink-0 text-small">{n + 1}</span>
            <span className="min-w-0 flex-1">
              <span className="block truncate text-small font-medium">{look.model_name ?? "Open"}</span>
              <span className="block truncate text-small text-quiet">
                {[outfit(look.outfit_details), look.notes].filter(Boolean).join(" · ")}
              </span>
            </span>
            <select
              aria-label={`State of look ${n + 1}`}
              value={look.status}
              onChange={(event) => void room.send({ name: "set_look_status", look_id: look.id, status: event.target.value }).catch(() => {})}
              className="h-8 rounded-soft border border-hairline bg-raised px-1 text-small"
            >
              {STATES.map((state) => (
                <option key={state} value={state}>
                  {state.replace("_", " ")}
                </option>
              ))}
            </select>
          </li>
        ))}
      </ol>
    </section>
  );
}
