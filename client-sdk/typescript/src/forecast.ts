import type { Instant, ShowRunCueRow, ShowRunRow } from "./rows.js";

/** What the forecast needs of a run. */
export type ForecastRun = Pick<ShowRunRow, "status" | "delay_base_ms" | "delay_grows_from" | "live_cue_id" | "held_at">;

/** What the forecast needs of a cue. */
export type ForecastCue = Pick<
  ShowRunCueRow,
  | "id"
  | "planned_start"
  | "planned_end"
  | "count_to_end"
  | "skipped"
  | "added_ms"
  | "held_ms"
  | "actual_start"
  | "actual_end"
  | "gap_total_ms"
  | "chain"
  | "status"
>;

/**
 * An instant of a row as epoch ms. Postgres writes microseconds, which `Date` rounds down to ms.
 * @throws RangeError when the text is no instant: a countdown to nowhere must not look like one
 */
export function instantMs(instant: Instant): number {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) throw new RangeError(`not an instant: ${instant}`);
  return ms;
}

/** How far the show is behind its plan at `now` (epoch ms, the hub's clock), ms; negative: ahead. */
export function delayAt(run: ForecastRun, now: number): number {
  if (run.delay_grows_from === null) return run.delay_base_ms;
  return run.delay_base_ms + Math.max(0, now - instantMs(run.delay_grows_from));
}

/** The live cue of a run, or null. */
export function liveCue<C extends ForecastCue>(run: ForecastRun, cues: Iterable<C>): C | null {
  if (run.live_cue_id === null) return null;
  for (const cue of cues) if (cue.id === run.live_cue_id) return cue;
  return null;
}

/**
 * When a cue will start (or did), epoch ms; null for a cue that is left out.
 * Within the live cue's chain the whole delay counts, being ahead too; behind a gap or a hard start only what the gaps
 * in between do not absorb, and nothing starts before its planned time.
 */
export function expectedStart(run: ForecastRun, live: ForecastCue | null, cue: ForecastCue, now: number): number | null {
  if (cue.actual_start !== null) return instantMs(cue.actual_start);
  if (cue.skipped) return null;
  const planned = instantMs(cue.planned_start);
  if (live === null) return planned;
  const delay = delayAt(run, now);
  if (cue.chain === live.chain) return planned + delay;
  return planned + Math.max(0, delay - (cue.gap_total_ms - live.gap_total_ms));
}

/** When a cue will end (or did), epoch ms; null for a cue that is left out. For the live cue: without its overtime. */
export function expectedEnd(run: ForecastRun, live: ForecastCue | null, cue: ForecastCue, now: number): number | null {
  if (cue.actual_end !== null) return instantMs(cue.actual_end);
  const plannedEnd = instantMs(cue.planned_end);
  const duration = plannedEnd - instantMs(cue.planned_start);
  if (cue.actual_start !== null) {
    const started = instantMs(cue.actual_start);
    const end = cue.count_to_end
      ? plannedEnd + cue.added_ms
      : started + duration + heldAt(run, cue, now) + cue.added_ms;
    return Math.max(started, end);
  }
  const start = expectedStart(run, live, cue, now);
  if (start === null) return null;
  return cue.count_to_end ? Math.max(start, plannedEnd) : start + duration;
}

/** Time left of the live cue at `now`, ms; negative: overtime. Stands still while held, except to a fixed end. Null: no live cue. */
export function remainingOfLive(run: ForecastRun, live: ForecastCue | null, now: number): number | null {
  if (live === null || run.status === "ended") return null;
  const end = expectedEnd(run, live, live, now);
  return end === null ? null : end - now;
}

/** When the show will end, epoch ms: the latest expected end; a live cue in overtime ends now at the earliest. Null: no cues. */
export function showEnd(run: ForecastRun, cues: Iterable<ForecastCue>, now: number): number | null {
  const all = [...cues];
  const live = liveCue(run, all);
  let latest: number | null = null;
  for (const cue of all) {
    // What was left over when the run ended is not to come any more.
    if (run.status === "ended" && cue.actual_start === null) continue;
    let end = expectedEnd(run, live, cue, now);
    if (end !== null && cue === live && run.status !== "ended") end = Math.max(end, now);
    if (end !== null && (latest === null || end > latest)) latest = end;
  }
  return latest;
}

/** Time a cue has been held by `now`, ms, the hold that is going on included. */
function heldAt(run: ForecastRun, cue: ForecastCue, now: number): number {
  if (run.status !== "held" || run.held_at === null || cue.id !== run.live_cue_id) return cue.held_ms;
  return cue.held_ms + Math.max(0, now - instantMs(run.held_at));
}
