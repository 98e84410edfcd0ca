import { expectedEnd, expectedStart } from "@fashionos/hub";
import type { PlannedCue, RunOfShow } from "../show/run-of-show";
import { instant } from "../time-format";

/** One line of the rundown as the caller reads it. Instants are epoch ms. */
export interface RundownLine {
  /** Stable over plan and run: the id in the rundown. */
  id: string;
  number: string | null;
  title: string;
  segmentId: string | null;
  status: "planned" | "next" | "live" | "done" | "skipped";
  hard: boolean;
  countToEnd: boolean;
  plannedStart: number;
  plannedLength: number;
  /** When it began; null while it has not. */
  actualStart: number | null;
  /** When it will begin; null when it has, or is left out. */
  forecast: number | null;
  forecastEnd: number | null;
  /** Later (positive) or earlier than planned, ms; null where there is nothing to compare. */
  delay: number | null;
}

/** The lines of a run at `now`. */
export function runLines(show: RunOfShow, now: number): RundownLine[] {
  return show.cues.map((cue) => {
    const plannedStart = instant(cue.planned_start)!;
    const actualStart = instant(cue.actual_start);
    const forecast = actualStart === null && !cue.skipped && show.run.status !== "ended" ? expectedStart(show.run, show.live, cue, now) : null;
    const begins = actualStart ?? forecast;
    return {
      id: cue.schedule_id ?? cue.id,
      number: cue.cue_number,
      title: cue.title,
      segmentId: cue.segment_id,
      status: cue.id === show.live?.id ? "live" : cue.skipped ? "skipped" : cue.id === show.next?.id ? "next" : actualStart !== null ? "done" : "planned",
      hard: cue.start_mode === "hard",
      countToEnd: cue.count_to_end,
      plannedStart,
      plannedLength: instant(cue.planned_end)! - plannedStart,
      actualStart,
      forecast,
      forecastEnd: show.run.status === "ended" ? null : expectedEnd(show.run, show.live, cue, now),
      delay: begins === null ? null : begins - plannedStart,
    };
  });
}

/** The lines of the plan, before any run. */
export function planLines(cues: readonly PlannedCue[]): RundownLine[] {
  return cues.map((cue) => ({
    id: cue.id,
    number: cue.cue_number,
    title: cue.title,
    segmentId: cue.segment_id,
    status: cue.skipped ? "skipped" : "planned",
    hard: cue.start_mode === "hard",
    countToEnd: cue.count_to_end,
    plannedStart: instant(cue.start_time)!,
    plannedLength: instant(cue.end_time)! - instant(cue.start_time)!,
    actualStart: null,
    forecast: null,
    forecastEnd: null,
    delay: null,
  }));
}
