import { liveCue, type RowOf } from "@fashionos/hub";

export type Run = RowOf<"show_runs">;
export type RunCue = RowOf<"show_run_cues">;
export type PlannedCue = RowOf<"event_schedules">;

/** The run that is on, its cues in order, and where it stands. */
export interface RunOfShow {
  run: Run;
  cues: RunCue[];
  live: RunCue | null;
  /** What GO would start: null after the last cue. */
  next: RunCue | null;
}

/**
 * The run that screens show: the one that has not ended; otherwise, when `last` is asked for, the one that ended last.
 * Null when the event has none.
 */
export function runOfShow(runs: Iterable<Run>, allCues: Iterable<RunCue>, which: "live" | "last" = "live"): RunOfShow | null {
  let run: Run | null = null;
  for (const candidate of runs) {
    if (candidate.status !== "ended") {
      run = candidate;
      break;
    }
    if (which === "last" && (run === null || (candidate.ended_at ?? "") > (run.ended_at ?? ""))) run = candidate;
  }
  if (run === null) return null;
  const cues = [...allCues].filter((cue) => cue.run_id === run.id).sort((a, b) => a.position - b.position);
  const live = liveCue(run, cues);
  const next = live ? (cues.find((cue) => cue.position > live.position && !cue.skipped) ?? null) : null;
  return { run, cues, live, next };
}

/** The rundown in order, for an event whose show has not begun. */
export function plannedCues(schedules: Iterable<PlannedCue>): PlannedCue[] {
  return [...schedules].sort((a, b) => a.order_index - b.order_index || a.start_time.localeCompare(b.start_time));
}
