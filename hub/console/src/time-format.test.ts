import { describe, expect, it } from "vitest";
import { count, countdown, day, elapsed, hourMinute, instant, length, offset, standing, timeOfDay } from "./time-format";

describe("F053: times are read the same on every screen", () => {
  it.each([
    [65_000, "1:05"],
    [64_001, "1:05"],
    [1, "0:01"],
    [0, "0:00"],
    [-1, "0:00"],
    [-1_000, "-0:01"],
    [-3_725_000, "-1:02:05"],
    [36_000_000, "10:00:00"],
  ])("%i ms left is %s", (ms, text) => expect(countdown(ms)).toBe(text));

  it("shows no negative zero", () => expect(countdown(-999)).toBe("0:00"));

  it("rounds what has passed down and never below nothing", () => {
    expect(elapsed(7_999)).toBe("0:07");
    expect(elapsed(-50)).toBe("0:00");
    expect(length(240_000)).toBe("4:00");
  });

  it("says ahead and behind in words", () => {
    expect(standing(65_000)).toEqual({ word: "behind", by: "1:05" });
    expect(standing(-20_000)).toEqual({ word: "ahead", by: "0:20" });
    expect(standing(400)).toEqual({ word: "on time", by: "0:00" });
    expect([offset(65_000), offset(-20_000), offset(-200)]).toEqual(["+1:05", "-0:20", "0:00"]);
  });

  it("keeps to the event's time zone, summer and winter", () => {
    expect(timeOfDay(Date.UTC(2026, 6, 1, 18, 5, 9), "Europe/Paris")).toBe("20:05:09");
    expect(hourMinute(Date.UTC(2026, 11, 1, 23, 5), "Europe/Paris")).toBe("00:05");
    expect(day(Date.UTC(2026, 10, 20, 23, 30), "Europe/Paris")).toBe("Sat 21 Nov 2026");
    expect(() => timeOfDay(0, "Nowhere/Atlantis")).not.toThrow();
  });

  it("reads rows' instants", () => {
    expect(instant("2026-11-20T20:00:00+01:00")).toBe(Date.UTC(2026, 10, 20, 19));
    expect([instant(null), instant(""), instant("soon")]).toEqual([null, null, null]);
    expect(count(1204)).toBe("1,204");
  });
});
