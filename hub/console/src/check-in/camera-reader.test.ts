import { describe, expect, it } from "vitest";
import { SteadyCode } from "./camera-reader";

describe("F079: one showing of a code is one scan", () => {
  it("counts a code once while it stays in view", () => {
    const steady = new SteadyCode();
    expect([0, 100, 1_900, 3_800].map((at) => steady.isNew("FH1.a", at))).toEqual([true, false, false, false]);
  });

  it("counts it again after it was away", () => {
    const steady = new SteadyCode();
    steady.isNew("FH1.a", 0);
    expect(steady.isNew("FH1.a", 2_001)).toBe(true);
  });

  it("counts the next guest's code at once", () => {
    const steady = new SteadyCode();
    steady.isNew("FH1.a", 0);
    expect(steady.isNew("FH1.b", 40)).toBe(true);
  });
});
