import { describe, expect, it } from "vitest";
import { delayAt, expectedEnd, expectedStart, type ForecastCue, type ForecastRun, instantMs, remainingOfLive, showEnd } from "./forecast.js";

/** Minutes after 20:00 on the evening of the show, with midnight at 240. */
const at = (minute: number) => Date.UTC(2026, 2, 1, 20) + minute * 60_000;
const text = (minute: number) => new Date(at(minute)).toISOString();
const minutes = (ms: number | null) => (ms === null ? null : (ms - at(0)) / 60_000);

const cue = (id: string, start: number, end: number, rest: Partial<ForecastCue> = {}): ForecastCue => ({
  id,
  planned_start: text(start),
  planned_end: text(end),
  count_to_end: false,
  skipped: false,
  added_ms: 0,
  held_ms: 0,
  actual_start: null,
  actual_end: null,
  gap_total_ms: 0,
  chain: 0,
  status: "planned",
  ...rest,
});

const run = (delay: number, growsFrom: number | null = null, rest: Partial<ForecastRun> = {}): ForecastRun => ({
  status: "running",
  delay_base_ms: delay * 60_000,
  delay_grows_from: growsFrom === null ? null : text(growsFrom),
  live_cue_id: "A",
  held_at: null,
  ...rest,
});

describe("the delay", () => {
  it.each([
    ["stands still before it grows", run(3, 10), 5, 3],
    ["begins to grow", run(3, 10), 10, 3],
    ["grows with the clock", run(3, 10), 14, 7],
    ["eats up an advance", run(-3, 10), 11, -2],
    ["does not grow without a begin", run(-3), 500, -3],
  ])("%s", (_, state, now, expected) => {
    expect(delayAt(state, at(now)) / 60_000).toBe(expected);
  });
});

describe("a cue to come", () => {
  const live = cue("A", 0, 10, { actual_start: text(0), status: "live", gap_total_ms: 60_000 });
  const inChain = cue("B", 10, 20, { gap_total_ms: 60_000 });
  const afterGap = cue("C", 25, 30, { chain: 1, gap_total_ms: 6 * 60_000 });
  const toEnd = cue("D", 30, 240, { chain: 2, gap_total_ms: 6 * 60_000, count_to_end: true });
  const tomorrow = cue("E", 245, 250, { chain: 3, gap_total_ms: 11 * 60_000 });

  it.each<[string, number, ForecastCue, number, number]>([
    // what, delay in minutes, cue, its start, its end
    ["follows its chain behind the plan", 4, inChain, 14, 24],
    ["follows its chain ahead of the plan", -4, inChain, 6, 16],
    ["is reached by what a gap does not absorb", 7, afterGap, 27, 32],
    ["is on time when a gap absorbs everything", 5, afterGap, 25, 30],
    ["is not before its time behind a gap", -4, afterGap, 25, 30],
    ["that counts to its end gives the delay back", 7, toEnd, 32, 240],
    ["that counts to its end never ends before it begins", 300, toEnd, 325, 325],
    ["after midnight", 12, tomorrow, 247, 252],
  ])("%s", (_, delay, what, start, end) => {
    expect(minutes(expectedStart(run(delay), live, what, at(1)))).toBe(start);
    expect(minutes(expectedEnd(run(delay), live, what, at(1)))).toBe(end);
  });

  it("is where the plan has it while nothing is live", () => {
    expect(minutes(expectedStart(run(9, null, { live_cue_id: null }), null, afterGap, at(1)))).toBe(25);
  });

  it("has no time when it is left out", () => {
    const skipped = { ...inChain, skipped: true };
    expect(expectedStart(run(4), live, skipped, at(1))).toBeNull();
    expect(expectedEnd(run(4), live, skipped, at(1))).toBeNull();
  });

  it("that has begun, or ended, is a fact", () => {
    const done = cue("Z", 0, 5, { actual_start: text(2), actual_end: text(6) });
    expect(minutes(expectedStart(run(9), live, done, at(50)))).toBe(2);
    expect(minutes(expectedEnd(run(9), live, done, at(50)))).toBe(6);
  });
});

describe("the live cue", () => {
  const live = (rest: Partial<ForecastCue> = {}) => cue("A", 0, 10, { actual_start: text(2), status: "live", ...rest });
  const held = (since: number): Partial<ForecastRun> => ({ status: "held", held_at: text(since) });

  it.each<[string, ForecastRun, ForecastCue, number, number]>([
    // what, run, cue, now, minutes left
    ["counts down", run(2, 12), live(), 5, 7],
    ["goes into overtime", run(2, 12), live(), 13, -1],
    ["has time added", run(5, 15), live({ added_ms: 180_000 }), 5, 10],
    ["has time taken, but ends no earlier than it began", run(2), live({ added_ms: -20 * 60_000 }), 3, -1],
    ["has been held before", run(4, 14), live({ held_ms: 120_000 }), 5, 9],
    ["stands still while held", run(2, 5, held(5)), live(), 9, 7],
    ["stands still in overtime while held", run(2, 12, held(13)), live(), 40, -1],
    ["counts to a fixed end, held or not", run(0, 10, held(5)), live({ count_to_end: true }), 9, 1],
    ["counts to a fixed end that was moved", run(3), live({ count_to_end: true, added_ms: 180_000 }), 9, 4],
  ])("%s", (_, state, what, now, left) => {
    expect(remainingOfLive(state, what, at(now))! / 60_000).toBe(left);
  });

  it("is none when nothing runs", () => {
    expect(remainingOfLive(run(0), null, at(0))).toBeNull();
    expect(remainingOfLive(run(0, null, { status: "ended" }), live(), at(0))).toBeNull();
  });
});

describe("the end of the show", () => {
  const cues = [
    cue("A", 0, 10, { actual_start: text(2), status: "live" }),
    cue("B", 10, 20),
    cue("C", 20, 30, { skipped: true }),
  ];

  it.each<[string, ForecastRun, ForecastCue[], number, number | null]>([
    ["is the end of the last cue that is not left out", run(2, 12), cues, 5, 22],
    ["moves with overtime", run(2, 12), cues, 15, 25],
    ["is now when the last cue is over its time", run(2, 12), cues.slice(0, 1), 15, 15],
    ["is a fact when the run has ended", run(2, null, { status: "ended", live_cue_id: null }), [
      { ...cues[0]!, actual_end: text(13) },
      cues[1]!,
    ], 50, 13],
    ["is unknown without cues", run(0), [], 5, null],
  ])("%s", (_, state, all, now, end) => {
    expect(minutes(showEnd(state, all, at(now)))).toBe(end);
  });
});

it("does not take nonsense for an instant", () => {
  expect(instantMs("2026-03-01T20:00:00.123456+00:00")).toBe(Date.UTC(2026, 2, 1, 20) + 123);
  expect(() => instantMs("20:00")).toThrow(RangeError);
});
