import type { Room, RowOf } from "@fashionos/hub";
import { useConnection, useRow, useServerClock } from "@fashionos/hub/react";
import { Button } from "../kit/button";
import { Key } from "../kit/keyboard-key";
import { count, timeOfDay } from "../time-format";
import type { KeyAction } from "./keys";

/** Which event, what time it is, who is in the house, and the doors. */
export function CallerHeader(props: { room: Room; event: RowOf<"events"> | null; surface: string; act: (action: KeyAction) => void }) {
  const { room, event } = props;
  const now = useServerClock(1);
  const link = useConnection();
  const counter = useRow(room, "event_counters", event?.id);
  const doors = event?.live_state === "doors_open";
  const beforeShow = event?.live_state === "idle" || doors;
  return (
    <header className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-hairline px-6 py-3">
      <h1 className="title min-w-0 flex-1 truncate text-heading">{event?.title ?? "…"}</h1>
      <p className="text-body">
        <span className="text-quiet">In the house </span>
        <strong className="font-semibold">{count(counter?.inside_people)}</strong>
        <span className="text-quiet"> of {count(counter?.expected_people)}</span>
      </p>
      {beforeShow && (
        <Button size="row" onClick={() => void room.send({ name: "set_doors", open: !doors }).catch(() => {})}>
          {doors ? "Close the doors" : "Open the doors"}
        </Button>
      )}
      <Button size="row" look="plain" onClick={() => props.act("surface")} aria-label={props.surface === "night" ? "Light surface" : "Dark surface"}>
        {props.surface === "night" ? "Light" : "Dark"}
      </Button>
      <Button size="row" look="plain" onClick={() => props.act("keys")}>
        Keys <Key>?</Key>
      </Button>
      <p className="code text-small text-quiet">{link.rtt === null ? "–" : `${Math.max(1, Math.round(link.rtt))} ms`}</p>
      <p className="text-figure font-semibold">{timeOfDay(now, event?.time_zone ?? "UTC")}</p>
    </header>
  );
}
