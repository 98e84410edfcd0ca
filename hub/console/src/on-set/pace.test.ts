import { describe, expect, it } from "vitest";
import { paceOf } from "./pace";

const at = (time: string) => Date.parse(`2026-11-21T${time}:00Z`);

describe("time left on set against the plan", () => {
  it("counts from now, and before the start from the start", () => {
    expect(paceOf({ now: at("10:00"), startsAt: at("08:00"), endsAt: at("18:00"), minutesLeft: 300 })).toEqual({ end: at("15:00"), over: -180 });
    expect(paceOf({ now: at("06:00"), startsAt: at("08:00"), endsAt: at("12:00"), minutesLeft: 300 })).toEqual({ end: at("13:00"), over: 60 });
  });
  it("says nothing of a plan that there is not", () => {
    expect(paceOf({ now: at("10:00"), startsAt: null, endsAt: null, minutesLeft: 15 })).toEqual({ end: at("10:15"), over: null });
  });
  it("a day that is over stays over", () => {
    expect(paceOf({ now: at("19:00"), startsAt: null, endsAt: at("18:00"), minutesLeft: 0 })).toEqual({ end: at("19:00"), over: 60 });
  });
});
