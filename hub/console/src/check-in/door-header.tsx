import type { Room } from "@fashionos/hub";
import { usePending, useRow } from "@fashionos/hub/react";
import { useMemo } from "react";
import { count } from "../time-format";

/** Who this door is, how many are here, and what the hub has not confirmed yet: always in sight. */
export function DoorHeader({ room, eventId, door, exiting }: { room: Room; eventId: string; door: string; exiting: boolean }) {
  const event = useRow(room, "events", eventId);
  const counter = useRow(room, "event_counters", eventId);
  const pending = usePending();
  const unsent = useMemo(() => pending.filter(({ command }) => command.name === "scan" || command.name === "annul").length, [pending]);
  return (
    <header className={`flex items-center gap-4 border-b border-hairline px-4 py-3 ${exiting ? "bg-ink text-paper" : ""}`}>
      <div className="min-w-0 flex-1">
        <h1 className="truncate text-lead font-semibold">{exiting ? `${door} · Exit` : door}</h1>
        <p className={`truncate text-small ${exiting ? "" : "text-quiet"}`}>{event?.title ?? "…"}</p>
      </div>
      <p className="text-right">
        <span data-arrived className="block text-lead font-semibold">
          {count(counter?.arrived_people)}
          <span className={exiting ? "" : "text-quiet"}>/{count(counter?.expected_people)}</span>
        </span>
        <span className={`block text-small ${exiting ? "" : "text-quiet"}`}>arrived</span>
      </p>
      <p role="status" data-unsent={unsent} className={`rounded-soft px-3 py-1 text-center ${unsent > 0 ? "bg-wait-field text-on-wait" : `border ${exiting ? "border-current" : "border-hairline text-quiet"}`}`}>
        <span className="block text-lead font-semibold">{count(unsent)}</span>
        <span className="block text-small">not confirmed yet</span>
      </p>
    </header>
  );
}
