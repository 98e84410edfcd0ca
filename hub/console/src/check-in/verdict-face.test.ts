import type { Verdict, VerdictKind } from "@fashionos/hub";
import { describe, expect, it } from "vitest";
import { faceOf, mayOverride, partyLine, shortWord, staysFor } from "./verdict-face";

const verdict = (result: VerdictKind, more: Partial<Verdict> = {}): Verdict =>
  ({
    scan_id: "0197b5a0-0000-7000-8000-00000000000a",
    result,
    direction: "in",
    people: 1,
    still_expected: 0,
    reentry: false,
    overridden: null,
    at: 0,
    gate_id: null,
    earlier: null,
    guest: {
      registration_id: "0197b5a0-0000-7000-8000-00000000000b",
      name: "Ada Lovelace",
      tier: "Front row",
      seat: "A-12",
      party_size: 1,
      arrived: 1,
      attention: null,
    },
    ...more,
  }) as Verdict;

const all: VerdictKind[] = [
  "admitted", "exited", "unknown", "wrong_event", "cancelled", "not_confirmed", "wrong_gate", "already_in", "not_inside",
];

describe("F079: a verdict is read without colour", () => {
  it.each(all)("%s has a word and an advice of its own", (kind) => {
    const others = all.filter((other) => other !== kind).map((other) => faceOf(verdict(other)));
    expect(others.map((face) => face.word)).not.toContain(faceOf(verdict(kind)).word);
    expect(others.map((face) => face.advice)).not.toContain(faceOf(verdict(kind)).advice);
  });

  it("is green only for those who pass", () => {
    const green = all.filter((kind) => faceOf(verdict(kind)).tone === "go");
    expect(green).toEqual(["admitted", "exited"]);
  });

  it("passing and refusing never share a shape", () => {
    const shapes = (tone: boolean) => new Set(all.filter((k) => (faceOf(verdict(k)).tone === "go") === tone).map((k) => faceOf(verdict(k)).shape));
    for (const shape of shapes(true)) expect(shapes(false)).not.toContain(shape);
  });

  it("shows a VIP and a note, and stays longer for them", () => {
    const guest = verdict("admitted").guest!;
    const vip = verdict("admitted", { guest: { ...guest, attention: { vip: true, note: null } } });
    const note = verdict("admitted", { guest: { ...guest, attention: { vip: false, note: "Needs a ramp" } } });
    expect([faceOf(vip).word, faceOf(note).word, faceOf(verdict("admitted")).word]).toEqual(["VIP", "Attention", "Welcome"]);
    expect(staysFor(vip)).toBeGreaterThan(staysFor(verdict("admitted")));
  });

  it("counts parties", () => {
    const guest = verdict("admitted").guest!;
    expect(partyLine(verdict("admitted", { guest: { ...guest, party_size: 3, arrived: 2 } }))).toBe("2 of 3 arrived");
    expect(partyLine(verdict("admitted"))).toBeNull();
    expect(partyLine(verdict("unknown", { guest: null }))).toBeNull();
    expect(shortWord(verdict("admitted", { reentry: true }))).toBe("Back in");
  });

  it("offers an override only where the hub would grant it", () => {
    expect(all.filter(mayOverride)).toEqual(["not_confirmed", "wrong_gate"]);
  });
});
