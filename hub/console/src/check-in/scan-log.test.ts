import type { Verdict } from "@fashionos/hub";
import { describe, expect, it } from "vitest";
import { added, ANNUL_WINDOW_MS, changed, isUnseenRefusal, mayAnnul, parseLog, type ScanEntry, type ScanLog } from "./scan-log";

const sent = (id: string): ScanEntry => ({
  id,
  label: id,
  command: { name: "scan", code: id, direction: "in", scanned_at: 0, offline: true },
  state: { is: "sent" },
});
const verdict = (people: number, at = 0) => ({ is: "verdict", verdict: { people, at } as Verdict }) as const;
const filled = (ids: string[], state: ScanEntry["state"]): ScanLog => ids.reduce<ScanLog>((log, id) => added(log, { ...sent(id), state }), []);

describe("F272: scans of this device", () => {
  it("lists the last ten that are decided, newest first", () => {
    const ids = Array.from({ length: 14 }, (_, n) => `s${n}`);
    expect(filled(ids, verdict(1)).map((e) => e.id)).toEqual(ids.slice(4).reverse());
  });

  it("never drops a scan that waits, however many there are", () => {
    const ids = Array.from({ length: 500 }, (_, n) => `s${n}`);
    const log = filled(ids, { is: "sent" });
    expect(log).toHaveLength(500);
    expect(changed(log, "s0", { state: verdict(1) })).toHaveLength(500);
  });

  it("survives a restart as text", () => {
    const log = added(added([], sent("a")), { ...sent("b"), state: verdict(1) });
    expect(parseLog(JSON.stringify(log))).toEqual(log);
  });

  it.each([null, "", "{", "null", '{"a":1}', '[{"id":"x"}]', "[null]"])("starts anew from %j", (text) => {
    expect(parseLog(text)).toEqual([]);
  });

  it("keeps a refusal that came too late until somebody has seen it", () => {
    const late = { ...sent("late"), late: true, state: verdict(0) };
    const log = filled(Array.from({ length: 12 }, (_, n) => `s${n}`), verdict(1)).reduce<ScanLog>((l, e) => added(l, e), added([], late));
    expect(log.some((e) => e.id === "late")).toBe(true);
    expect(isUnseenRefusal(late)).toBe(true);
    expect(isUnseenRefusal({ ...late, late: false })).toBe(false);
    expect(isUnseenRefusal({ ...late, state: verdict(2) })).toBe(false);
  });

  it("offers to take back what was let in, once, for 15 minutes", () => {
    const entry = { ...sent("a"), state: verdict(1, 1_000) };
    expect(mayAnnul(entry, 1_000 + ANNUL_WINDOW_MS - 1)).toBe(true);
    expect(mayAnnul(entry, 1_000 + ANNUL_WINDOW_MS)).toBe(false);
    expect(mayAnnul({ ...entry, annul: "asked" }, 2_000)).toBe(false);
    expect(mayAnnul({ ...entry, state: verdict(0, 1_000) }, 2_000)).toBe(false);
    expect(mayAnnul(sent("a"), 2_000)).toBe(false);
  });
});
