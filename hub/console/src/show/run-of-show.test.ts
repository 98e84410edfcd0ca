import { describe, expect, it } from "vitest";
import { plannedCues, runOfShow, type PlannedCue, type Run, type RunCue } from "./run-of-show";

const run = (id: string, more: Partial<Run> = {}) => ({ id, status: "running", live_cue_id: null, ended_at: null, ...more }) as Run;
const cue = (id: string, run_id: string, position: number, more: Partial<RunCue> = {}) =>
  ({ id, run_id, position, skipped: false, status: "planned", ...more }) as RunCue;

describe("F140: the screens follow the run that is on", () => {
  const cues = [cue("c3", "now", 2), cue("x1", "before", 0), cue("c1", "now", 0), cue("c2", "now", 1, { skipped: true })];

  it("takes the run that has not ended, its own cues, in order", () => {
    const show = runOfShow([run("before", { status: "ended" }), run("now", { live_cue_id: "c1" })], cues);
    expect(show?.cues.map((c) => c.id)).toEqual(["c1", "c2", "c3"]);
    expect([show?.live?.id, show?.next?.id]).toEqual(["c1", "c3"]);
  });

  it("has no next cue after the last", () => {
    expect(runOfShow([run("now", { live_cue_id: "c3" })], cues)?.next).toBeNull();
  });

  it("shows no ended run unless asked for the last", () => {
    const ended = [run("old", { status: "ended", ended_at: "2026-11-19T20:00:00Z" }), run("before", { status: "ended", ended_at: "2026-11-20T20:00:00Z" })];
    expect(runOfShow(ended, cues)).toBeNull();
    expect(runOfShow(ended, cues, "last")?.run.id).toBe("before");
    expect(runOfShow([], cues, "last")).toBeNull();
  });

  it("orders the plan by its places", () => {
    const planned = [
      { id: "b", order_index: 2, start_time: "2026-11-20T20:00:00Z" },
      { id: "a", order_index: 1, start_time: "2026-11-20T21:00:00Z" },
    ] as PlannedCue[];
    expect(plannedCues(planned).map((c) => c.id)).toEqual(["a", "b"]);
  });
});
