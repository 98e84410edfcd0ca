import type { RowOf } from "@fashionos/hub";
import { describe, expect, it } from "vitest";
import { gateLines, RateMeter, tierLines } from "./arrivals";

describe("F051: arrivals as the counters say", () => {
  it("lists tiers with most people first, a tier without counter at nothing", () => {
    const tiers = [{ id: "a", name: "Press" }, { id: "b", name: "Buyers" }] as RowOf<"ticket_tiers">[];
    const counters = new Map([["b", { expected_people: 9, arrived_people: 4 } as RowOf<"tier_counters">]]);
    expect(tierLines(tiers, counters)).toEqual([
      { id: "b", name: "Buyers", arrived: 4, expected: 9 },
      { id: "a", name: "Press", arrived: 0, expected: 0 },
    ]);
  });

  it("lists gates in their own order", () => {
    const gates = [{ id: "s", name: "South", order_index: 2 }, { id: "n", name: "North", order_index: 1 }] as RowOf<"event_gates">[];
    const counters = new Map([["s", { entries: 5, exits: 1, refused: 2 } as RowOf<"gate_counters">]]);
    expect(gateLines(gates, counters).map((g) => [g.name, g.entries, g.refused])).toEqual([["North", 0, 0], ["South", 5, 2]]);
  });
});

describe("F051: people a minute", () => {
  it("says nothing before it knows", () => {
    const meter = new RateMeter();
    meter.note(100, 0);
    expect(meter.perMinute(9_000)).toBeNull();
  });

  it("scales a short beginning to a minute", () => {
    const meter = new RateMeter();
    meter.note(100, 0);
    meter.note(110, 15_000);
    expect(meter.perMinute(20_000)).toBe(30);
  });

  it("looks back one minute only, and falls to nothing when nobody comes", () => {
    const meter = new RateMeter();
    meter.note(0, 0);
    for (let s = 1; s <= 120; s++) meter.note(s, s * 1_000);
    expect(meter.perMinute(120_000)).toBe(60);
    expect(meter.perMinute(200_000)).toBe(0);
  });

  it("is not negative when scans are taken back", () => {
    const meter = new RateMeter();
    meter.note(10, 0);
    meter.note(8, 15_000);
    expect(meter.perMinute(20_000)).toBe(0);
  });
});
