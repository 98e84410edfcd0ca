import { describe, expect, it } from "vitest";
import { runOfShow, type PlannedCue, type Run, type RunCue } from "../show/run-of-show";
import { planLines, runLines } from "./rundown-line";

const T = Date.parse("2026-11-20T20:00:00Z");
const at = (seconds: number) => new Date(T + seconds * 1000).toISOString();

const cue = (n: number, more: Partial<RunCue> = {}) =>
  ({
    id: `c${n}`, run_id: "r", schedule_id: `s${n}`, position: n, title: `Cue ${n}`, cue_number: String(n), segment_id: null,
    planned_start: at(n * 60), planned_end: at(n * 60 + 60), start_mode: "linked", count_to_end: false, skipped: false,
    added_ms: 0, held_ms: 0, actual_start: null, actual_end: null, gap_total_ms: 0, chain: 0, status: "planned", ...more,
  }) as RunCue;

// The first cue took 70 s instead of 60; the second runs since 20:01:10.
const cues = [
  cue(0, { status: "done", actual_start: at(0), actual_end: at(70) }),
  cue(1, { status: "live", actual_start: at(70) }),
  cue(2, { skipped: true, status: "skipped" }),
  cue(3),
  cue(4, { start_mode: "hard", chain: 1, gap_total_ms: 5_000 }),
];
const run = { id: "r", status: "running", live_cue_id: "c1", delay_base_ms: 10_000, delay_grows_from: at(130), held_at: null, revision: 3 } as Run;

describe("F053: planned, actual and forecast side by side", () => {
  it("shows what was, what is and what will be", () => {
    const lines = runLines(runOfShow([run], cues)!, T + 90_000);
    expect(lines.map((l) => [l.id, l.status, l.delay])).toEqual([
      ["s0", "done", 0],
      ["s1", "live", 10_000],
      ["s2", "skipped", null],
      ["s3", "next", 10_000],
      ["s4", "planned", 5_000],
    ]);
    expect(lines[3]).toMatchObject({ actualStart: null, forecast: T + 190_000 });
    expect(lines[1]).toMatchObject({ actualStart: T + 70_000, forecast: null, forecastEnd: T + 130_000 });
  });

  it("overtime pushes what follows as the clock goes", () => {
    const show = runOfShow([run], cues)!;
    const delays = [130, 140, 200].map((s) => runLines(show, T + s * 1000)[3]!.delay);
    expect(delays).toEqual([10_000, 20_000, 80_000]);
  });

  it("forecasts nothing for a run that has ended", () => {
    const show = runOfShow([{ ...run, status: "ended", live_cue_id: null }], cues, "last")!;
    expect(runLines(show, T).map((l) => l.forecast)).toEqual([null, null, null, null, null]);
  });

  it("reads the plan before there is a run", () => {
    const plan = [{ id: "s0", title: "Doors", cue_number: null, segment_id: null, start_time: at(0), end_time: at(90), start_mode: "hard", count_to_end: true, skipped: false }] as PlannedCue[];
    expect(planLines(plan)[0]).toMatchObject({ id: "s0", hard: true, countToEnd: true, plannedLength: 90_000, delay: null });
  });
});
