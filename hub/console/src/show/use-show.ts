import type { Room } from "@fashionos/hub";
import { useRows } from "@fashionos/hub/react";
import { useMemo } from "react";
import { runOfShow, type RunOfShow } from "./run-of-show";

/** The run of show in a room, kept current. */
export function useShow(room: Room, which: "live" | "last" = "live"): RunOfShow | null {
  const runs = useRows(room, "show_runs");
  const cues = useRows(room, "show_run_cues");
  return useMemo(() => runOfShow(runs.values(), cues.values(), which), [runs, cues, which]);
}
