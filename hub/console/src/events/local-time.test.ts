import { describe, expect, it } from "vitest";
import { zonedTime } from "./local-time";

describe("F046: a start is typed in the event's own time", () => {
  it.each([
    ["2026-11-20T20:00", "Europe/Paris", "2026-11-20T19:00:00Z"],
    ["2026-07-01T20:00", "Europe/Paris", "2026-07-01T18:00:00Z"],
    ["2026-11-20T20:00", "America/New_York", "2026-11-21T01:00:00Z"],
    ["2026-11-20T20:00", "Asia/Kolkata", "2026-11-20T14:30:00Z"],
    ["2026-11-20T20:00", "UTC", "2026-11-20T20:00:00Z"],
    ["2026-10-25T02:30", "Europe/Paris", "2026-10-25T00:30:00Z"],
    ["2026-10-25T03:30", "Europe/Paris", "2026-10-25T02:30:00Z"],
    ["2026-03-29T02:30", "Europe/Paris", "2026-03-29T01:30:00Z"],
    ["2027-03-14T02:30", "America/New_York", "2027-03-14T07:30:00Z"],
  ])("%s in %s", (local, zone, instant) => {
    expect(new Date(zonedTime(local, zone)!).toISOString()).toBe(new Date(instant).toISOString());
  });

  it("is null for what is no time", () => expect(zonedTime("tonight", "UTC")).toBeNull());
});
