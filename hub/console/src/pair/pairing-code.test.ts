import { describe, expect, it } from "vitest";
import { isWhole, pairingCode } from "./pairing-code";

describe("F273: a pairing code as people type it", () => {
  it.each([
    ["abcd2345", "ABCD-2345"],
    [" ABCD-2345 ", "ABCD-2345"],
    ["#ABCD-2345", "ABCD-2345"],
    ["ab cd 23 45 67", "ABCD-2345"],
    ["abc", "ABC"],
    ["", ""],
  ])("%j is %s", (typed, code) => expect(pairingCode(typed)).toBe(code));

  it("knows a whole one", () => {
    expect([isWhole("ABCD-2345"), isWhole("ABCD-234"), isWhole("")]).toEqual([true, false, false]);
  });
});
